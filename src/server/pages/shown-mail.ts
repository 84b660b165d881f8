import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Mail } from '../accounts/mail.ts'
import { isThisComputer } from './home.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import type { Site } from './site.ts'
import { firstRunWords } from './words/first-run.ts'
import { english } from './words.ts'

/** The letters that would have been sent, where there is no mail server. They hold links into accounts: only this computer sees them. */
export async function showMail(site: Site, http: HttpRequest): Promise<Reply> {
  const letters = site.outbox?.shown && isThisComputer(site, http) ? site.outbox.shown() : null
  if (!letters) throw new OAuthError('invalid_request', 'There is nothing at this address.', { status: 404, reason: 'not_found' })
  const { title, text, none, noneText } = firstRunWords.letters
  return page(
    { ...site, words: english },
    {
      brand: 'Vouchsafe',
      title,
      aside: null,
      main: html`<div class="width-m stack-l">
<div class="stack-s"><h1>${title}</h1><p class="muted">${text}</p></div>
${letters.length === 0 && html`<div class="card"><div class="empty">${icon('mail')}<h2>${none}</h2><p>${noneText}</p></div></div>`}
${letters.map((letter, i) => shown(site, letter, i + 1))}
</div>`,
    },
  )
}

function shown({ issuer }: Site, { to, subject, text }: Mail, number: number): Html {
  const [before = '', after = ''] = text.split(/https?:\/\/\S+/)
  const link = /https?:\/\/\S+/.exec(text)?.[0]
  // no landmark, which would need a name of its own: two letters may have one subject
  return html`<article class="card" aria-labelledby="letter-${number}">
  <div class="card-head"><div><h2 id="letter-${number}">${subject}</h2><p class="muted small">${firstRunWords.letters.to} ${to}</p></div></div>
  <div class="card-body stack-s">
    <p>${before}</p>
    ${link?.startsWith(`${issuer}/`) && html`<p><a href="${link}" id="letter-${number}-link">${link}</a></p>`}
    <p>${after}</p>
  </div>
</article>`
}
