import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Outbox } from '../accounts/mail.ts'
import { findForgetful, resetLink } from '../accounts/recovery.ts'
import { countLetter, type LetterKind } from '../accounts/throttle.ts'
import { isEmail, normalEmail } from '../accounts/users.ts'
import { type Errand, onErrand, roomOf } from './arrive.ts'
import { errandFields } from './factor-view.ts'
import { field } from './field.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { page } from './layout.ts'
import { writeLetter } from './letters.ts'
import type { Site } from './site.ts'
import { slip } from './slip.ts'
import { bdi } from './text.ts'

/** Asks for the email of somebody who has forgotten their password. */
export async function showForgot(site: Site, http: HttpRequest): Promise<Reply> {
  requireOutbox(site)
  return askForEmail(site, readQuery(http))
}

/** Of a form that was refused, what was typed stays. */
function askForEmail(site: Site, fields: Fields, error?: string): Reply {
  const { forgot, profile } = site.words.accounts
  return page(site, {
    title: error === undefined ? forgot.title : site.words.errorTitle(forgot.title),
    status: error === undefined ? 200 : 400,
    main: html`<div class="width-s stack-l">
<h1>${forgot.title}</h1>
<div class="slip">
  <form class="slip-body stack" method="post" action="${site.base}/login/forgot">
    <p class="muted">${forgot.text}</p>
    ${errandFields(errandOf(fields))}
    ${field({ id: 'forgot-email', name: 'email', label: profile.email, type: 'email', autocomplete: 'username', value: fields.get('email'), longest: 254, error })}
    <button class="button button-primary button-wide" id="forgot-submit" type="submit">${forgot.submit}</button>
  </form>
  <div class="slip-tear"></div>
  <div class="slip-foot small"><a href="${onErrand(site, '/login', errandOf(fields))}" id="forgot-back">${forgot.back}</a></div>
</div>
</div>`,
  })
}

/** Has a link sent where the email is somebody's. The answer, and the time that it takes, are the same where it is nobody's. */
export async function submitForgot(site: Site, http: HttpRequest): Promise<Reply> {
  requireOutbox(site)
  const fields = await readPost(site.issuer, http)
  const email = normalEmail(fields.get('email'))
  if (!isEmail(email)) return askForEmail(site, fields, site.words.accounts.profile.freshWrong)
  await postTo(site, http, { email, kind: 'reset', back: onErrand(site, '/login', errandOf(fields)) }, async () => {
    const user = await findForgetful(site, email)
    return user && writeLetter(site, user.email, 'reset', resetLink(site, user))
  })
  return letterSent(site, 'forgot-sent', site.words.accounts.forgot.sentText(bdi(email)), fields)
}

/** Says that a letter is on its way. The page keeps what waits: the letter may be read anywhere, and this browser goes on from here. */
export function letterSent(site: Site, id: string, text: Html, fields: Fields): Reply {
  const { sent, thenBack, back } = site.words.accounts.forgot
  const errand = errandOf(fields)
  const next = { href: onErrand(site, '/login', errand), label: back }
  return slip(site, { id, title: sent, text, icon: 'mail', next, body: errand.ticket === '' ? null : html`<p>${thenBack}</p>` })
}

/** What waits while somebody looks at their mail. Whether the ticket is any good is seen where it is used. */
export function errandOf(fields: Fields): Errand {
  return { ticket: fields.get('ticket'), interaction: null, room: roomOf(fields) }
}

/** Who asks for a letter, and to whom. */
interface Asked {
  email: string
  kind: LetterKind
  /** The person, where they are signed in. */
  sub?: string
  /** The page that they go on from where it is too often. */
  back: string
}

/** A letter that somebody asks for, throttled by whom it goes to and who asks. Throws OAuthError where they ask too often. */
export async function postTo(site: Site, http: HttpRequest, asked: Asked, write: Parameters<Outbox['post']>[0]): Promise<void> {
  const outbox = requireOutbox(site)
  const { back, ...letter } = asked
  const outcome = await countLetter(site, { ...letter, address: http.address })
  if (outcome === 'asker')
    throw new OAuthError('access_denied', 'Too many letters were asked for.', { status: 429, reason: 'too_many', back })
  if (outcome === 'may') outbox.post(write)
}

/** Where letters go. Throws OAuthError `not_found` where there is no mail server: then nothing that needs one is there. */
export function requireOutbox({ outbox }: Site): Outbox {
  if (!outbox) throw new OAuthError('invalid_request', 'There is nothing at this address.', { status: 404, reason: 'not_found' })
  return outbox
}
