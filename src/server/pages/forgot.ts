import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Outbox } from '../accounts/mail.ts'
import { findForgetful, resetLink } from '../accounts/recovery.ts'
import { countLetter, type LetterKind } from '../accounts/throttle.ts'
import { normalEmail } from '../accounts/users.ts'
import { field } from './field.ts'
import { readPost, readQuery } from './form.ts'
import { html } from './html.ts'
import { page } from './layout.ts'
import { writeLetter } from './letters.ts'
import type { Site } from './site.ts'
import { slip } from './slip.ts'
import { bdi } from './text.ts'

/** Asks for the email of somebody who has forgotten their password. */
export async function showForgot(site: Site, http: HttpRequest): Promise<Reply> {
  requireOutbox(site)
  const { forgot, profile } = site.words.accounts
  const ticket = readQuery(http).get('ticket')
  return page(site, {
    title: forgot.title,
    main: html`<div class="width-s stack-l">
<h1>${forgot.title}</h1>
<div class="slip">
  <form class="slip-body stack" method="post" action="${site.base}/login/forgot">
    <p class="muted">${forgot.text}</p>
    ${field({ id: 'forgot-email', name: 'email', label: profile.email, type: 'email', autocomplete: 'username', longest: 254 })}
    <button class="button button-primary button-wide" id="forgot-submit" type="submit">${forgot.submit}</button>
  </form>
  <div class="slip-tear"></div>
  <div class="slip-foot small"><a href="${backTo(site, ticket)}" id="forgot-back">${forgot.back}</a></div>
</div>
</div>`,
  })
}

/** Has a link sent where the email is somebody's. The answer, and the time that it takes, are the same where it is nobody's. */
export async function submitForgot(site: Site, http: HttpRequest): Promise<Reply> {
  requireOutbox(site)
  const email = normalEmail((await readPost(site.issuer, http)).get('email')).slice(0, 254)
  await postTo(site, http, { email, kind: 'reset' }, async () => {
    const user = await findForgetful(site, email)
    return user && writeLetter(site, user.email, 'reset', resetLink(site, user))
  })
  const { sent, sentText, back } = site.words.accounts.forgot
  return slip(site, {
    id: 'forgot-sent',
    title: sent,
    text: sentText(bdi(email)),
    icon: 'mail',
    next: { href: `${site.base}/login`, label: back },
  })
}

/** Who asks for a letter, and to whom. */
interface Asked {
  email: string
  kind: LetterKind
  /** The person, where they are signed in. */
  sub?: string
}

/** A letter that somebody asks for, throttled by whom it goes to and who asks. Throws OAuthError where they ask too often. */
export async function postTo(site: Site, http: HttpRequest, asked: Asked, write: Parameters<Outbox['post']>[0]): Promise<void> {
  const outbox = requireOutbox(site)
  const outcome = await countLetter(site, { ...asked, address: http.address })
  if (outcome === 'asker') throw new OAuthError('access_denied', 'Too many letters were asked for.', { status: 429, reason: 'too_many' })
  if (outcome === 'may') outbox.post(write)
}

/** Where letters go. Throws OAuthError `not_found` where there is no mail server: then nothing that needs one is there. */
export function requireOutbox({ outbox }: Site): Outbox {
  if (!outbox) throw new OAuthError('invalid_request', 'There is nothing at this address.', { status: 404, reason: 'not_found' })
  return outbox
}

function backTo(site: Site, ticket: string): string {
  return withQuery(`${site.base}/login`, { ...(ticket !== '' && { ticket }) })
}
