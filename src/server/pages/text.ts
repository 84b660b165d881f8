import { type Html, html } from './html.ts'

/** Characters of an app's name that a page shows. */
const LONGEST_NAME = 60

/**
 * Signs that cannot be seen or that turn the text around them: controls, formats (bidi, zero width, tags), separators,
 * private and unassigned ones, and letters that are drawn as nothing.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\p{Variation_Selector}\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0]/gu
/** Accents piled up on one letter, which would run over the lines above. */
const PILED_ACCENTS = /(\p{M}{2})\p{M}+/gu

/** A text that an app supplies, as one short line. '' where nothing of it can be seen. */
export function cleanText(text: string, longest = LONGEST_NAME): string {
  const line = text
    .slice(0, 4096)
    .replaceAll(/[\s\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(UNSEEN, '')
    .replaceAll(PILED_ACCENTS, '$1')
    .trim()
  const signs = [...line]
  return signs.length <= longest
    ? line
    : `${signs
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`
}

/** What an app calls itself; its client_id where that is nothing that can be seen. */
export function clientName({ client_name, client_id }: { client_name: string; client_id: string }): string {
  return cleanText(client_name) || cleanText(client_id)
}

/** A text of somebody else's inside our sentence: its direction stays its own. */
export function bdi(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

/**
 * What `form-action` must allow so that an answer can leave for this address. Browsers apply it to every redirect that follows, those of the
 * app's own callback too, so it cannot be narrower than https; on this computer, and for private schemes, it is.
 * CSP cannot name an IPv6 host; nothing that could end a directive is let through. @spec CSP3 §2.3.1
 */
export function formTarget(uri: string | undefined): string {
  if (uri === undefined || !URL.canParse(uri)) return ''
  const { protocol, hostname } = new URL(uri)
  if (protocol === 'https:') return 'https:'
  if (hostname.startsWith('[')) return 'http: https:'
  if (protocol === 'http:') return 'http://127.0.0.1:* http://localhost:* https:'
  return /^[a-z][a-z0-9+.-]*:$/.test(protocol) && !/^(https?|javascript|data|blob|file|vbscript):$/.test(protocol) ? protocol : ''
}

/** The same for several of them. */
export function formTargets(...uris: (string | undefined)[]): string {
  return [...new Set(uris.flatMap((uri) => formTarget(uri).split(' ')))].filter(Boolean).join(' ')
}

/** The letter that stands for an app. Its tone comes from its client_id, so that no app can choose to look like another. */
export function clientMark(client: { client_name: string; client_id: string }, size: '' | 'mark-s' | 'mark-l' = ''): Html {
  const letter = firstLetter(clientName(client))
  return html`<span class="mark mark-${toneOf(client.client_id)}${size && ` ${size}`}" aria-hidden="true">${letter}</span>`
}

/** The initials that stand for a person. */
export function initials({ name, email }: { name?: string; email: string }): string {
  const words = cleanText(name ?? '')
    .split(' ')
    .filter(Boolean)
  if (words.length === 0) return firstLetter(email)
  return firstLetter(words[0]!) + (words.length > 1 ? firstLetter(words.at(-1)!) : '')
}

/** What a person is called on their own pages. */
export function personName({ name, email }: { name?: string; email: string }): string {
  return cleanText(name ?? '') || cleanText(email, 254)
}

/** What may be an address in a link of ours; null for whatever is not https, or http on a loopback address. */
export function linkTo(uri: string | undefined): string | null {
  if (uri === undefined || !URL.canParse(uri)) return null
  const { protocol, hostname, href } = new URL(uri)
  if (protocol === 'https:') return href
  return protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname) ? href : null
}

function firstLetter(text: string): string {
  return (/[\p{L}\p{N}]/u.exec(text)?.[0] ?? '?').toLocaleUpperCase('en')
}

/** One of six, always the same for one id. */
function toneOf(client_id: string): number {
  let sum = 0
  for (const sign of client_id) sum = (sum * 31 + sign.codePointAt(0)!) % 65_521
  return (sum % 6) + 1
}
