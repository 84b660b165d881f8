import type { Mail } from '../accounts/mail.ts'
import { html } from './html.ts'
import type { Frame } from './site.ts'
import type { Words } from './words.ts'

type LetterName = keyof Words['accounts']['letters']

/** A letter in the language of the page that it was asked for on: plain text, and the same as simple markup that fetches nothing. */
export function writeLetter({ words, product, issuer }: Frame, to: string, name: LetterName, link?: string): Mail {
  const letter = words.accounts.letters[name]
  const { subject, text, otherwise } = { ...letter, subject: letter.subject(product.name), text: letter.text(product.name) }
  const button = 'button' in letter && link !== undefined ? letter.button : null
  const host = new URL(issuer).host
  const document = html`<!doctype html>
<html lang="${words.lang}" dir="${words.dir}">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body>
<p>${text}</p>
${button !== null && html`<p><a href="${link}"><b>${button}</b></a></p>`}
<p>${otherwise}</p>
<hr>
<p>${product.name}, ${host}</p>
</body>
</html>
`
  const lines = [text, ...(button === null ? [] : [`${button}:\n${link}`]), otherwise, `-- \n${product.name}, ${host}`]
  return { to, subject, text: `${lines.join('\n\n')}\n`, html: document.text }
}
