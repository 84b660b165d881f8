import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { MailLink } from '../../core/model/mail-link.ts'
import { isMailable, type Mail } from '../accounts/mail.ts'
import { spendLink, writeLink } from '../accounts/mail-links.ts'
import { addUser, normalEmail } from '../accounts/users.ts'
import { onErrand } from './arrive.ts'
import { errandFields } from './factor-view.ts'
import { field } from './field.ts'
import { errandOf, letterSent, postTo } from './forgot.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import { html } from './html.ts'
import { page } from './layout.ts'
import { writeLetter } from './letters.ts'
import { isDone, sayProblem } from './reset.ts'
import type { Site } from './site.ts'
import { linkOver, slip } from './slip.ts'
import { bdi } from './text.ts'

/** Asks for the email of somebody who wants an account. */
export async function showCreate(site: Site, http: HttpRequest): Promise<Reply> {
  requireOpen(site)
  return askForAddress(site, readQuery(http))
}

/** Of a form that was refused, what was typed stays. */
function askForAddress(site: Site, fields: Fields, error?: string): Reply {
  const { create, forgot, profile } = site.words.accounts
  return page(site, {
    title: error === undefined ? create.title : site.words.errorTitle(create.title),
    status: error === undefined ? 200 : 400,
    main: html`<div class="width-s stack-l">
<h1>${create.title}</h1>
<div class="slip">
  <form class="slip-body stack" method="post" action="${site.base}/login/create">
    <p class="muted">${create.text}</p>
    ${errandFields(errandOf(fields))}
    ${field({ id: 'create-email', name: 'email', label: profile.email, type: 'email', autocomplete: 'username', value: fields.get('email'), longest: 254, error })}
    <button class="button button-primary button-wide" id="create-submit" type="submit">${create.submit}</button>
  </form>
  <div class="slip-tear"></div>
  <div class="slip-foot small"><a href="${onErrand(site, '/login', errandOf(fields))}" id="create-back">${forgot.back}</a></div>
</div>
</div>`,
  })
}

/** Has a link sent, or where the address has an account already a letter that says so: the answer is the same. Nothing is stored. */
export async function submitCreate(site: Site, http: HttpRequest): Promise<Reply> {
  requireOpen(site)
  const fields = await readPost(site.issuer, http)
  const email = normalEmail(fields.get('email'))
  if (email.length > 254 || !isMailable(email)) return askForAddress(site, fields, site.words.accounts.profile.freshWrong)
  await postTo(site, http, { email, kind: 'create', back: onErrand(site, '/login', errandOf(fields)) }, () => writeTo(site, email))
  const { create } = site.words.accounts
  return letterSent(site, 'create-sent', create.sentText(bdi(email)), fields)
}

async function writeTo(site: Site, email: string): Promise<Mail | null> {
  const user = await site.store.users.findByEmail(email)
  if (!user) return writeLetter(site, email, 'create', writeLink(site, { act: 'create', email, sub: '', state: '' }))
  return user.disabled_at === undefined ? writeLetter(site, email, 'exists', `${site.issuer}/login/forgot`) : null
}

/** What somebody is asked who came by such a link. */
export function createForm(site: Site, { email }: MailLink, token: string, error?: string, typed = ''): Reply {
  requireOpen(site)
  const { create, password, profile } = site.words.accounts
  const body = html`<form class="stack" method="post" action="${site.base}/link">
      <input type="hidden" name="token" value="${token}">
      ${field({ id: 'create-name', name: 'name', label: profile.name, autocomplete: 'name', value: typed, hint: profile.nameHint, longest: 100, required: false })}
      ${field({ id: 'password-new', name: 'password', label: password.fresh, type: 'password', autocomplete: 'new-password', hint: password.hint, error })}
      <button type="submit" class="button button-primary button-wide" id="link-submit">${create.chooseSubmit}</button>
    </form>`
  const status = error === undefined ? 200 : 400
  return slip(site, { id: 'link-title', title: create.choose, text: create.chooseText(bdi(email)), body, status })
}

/** Makes the account: of many uses of one link one does, also where what it made is gone again. */
export async function submitCreated(site: Site, link: MailLink, fields: Fields, http: HttpRequest): Promise<Reply> {
  requireOpen(site)
  const problem = sayProblem(site, fields.get('password'))
  if (problem !== undefined) return createForm(site, link, fields.get('token'), problem, fields.get('name'))
  const { create, link: words } = site.words.accounts
  const next = { href: `${site.base}/login`, label: words.signIn }
  const made = () => slip(site, { id: 'link-done', title: create.done, text: words.doneText(bdi(link.email)), icon: 'check', next })
  const unlessMade = async (otherwise: Reply): Promise<Reply> =>
    (await isDone(site, link, fields.get('password'), http.address)) ? made() : otherwise
  const taken = () =>
    unlessMade(slip(site, { id: 'link-error', title: words.taken, text: words.takenText, status: 409, icon: 'alert', next }))
  if (await site.store.users.findByEmail(link.email)) return taken() // before a new password is hashed
  const name = [...fields.get('name').replaceAll(/\p{Cc}+/gu, ' ')].slice(0, 100).join('')
  const given = { email: link.email, email_verified: true, password: fields.get('password'), name }
  try {
    const spend = () => spendLink(site, fields.get('token'), link)
    const user = await addUser(site.store, given, site.clock, { type: 'user' }, spend)
    site.log.info({ event: 'user.added', sub: user.sub })
  } catch (cause) {
    if (cause instanceof OAuthError && cause.error === 'invalid_request')
      return cause.reason === 'ended' ? unlessMade(linkOver(site)) : taken()
    throw cause
  }
  return made()
}

/** Throws OAuthError `not_found` where people do not sign up by themselves. */
function requireOpen({ registration, outbox }: Site): void {
  if (registration !== 'open' || !outbox)
    throw new OAuthError('invalid_request', 'There is nothing at this address.', { status: 404, reason: 'not_found' })
}
