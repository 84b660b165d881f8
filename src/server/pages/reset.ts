import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { MailLink } from '../../core/model/mail-link.ts'
import { resetPassword } from '../accounts/recovery.ts'
import { signIn } from '../accounts/sign-in.ts'
import { passwordProblem } from '../accounts/users.ts'
import { field } from './field.ts'
import type { Fields } from './form.ts'
import { type Html, html } from './html.ts'
import { writeLetter } from './letters.ts'
import type { Site } from './site.ts'
import { linkOver, slip } from './slip.ts'
import { bdi } from './text.ts'

/** Asks for the new password of somebody who came by a link. */
export function resetForm(site: Site, { email }: MailLink, token: string, error?: string, apps = false): Reply {
  const { resetTitle, resetText, submit } = site.words.accounts.password
  const body = html`<form class="stack" method="post" action="${site.base}/link">
      <input type="hidden" name="token" value="${token}">
      ${newPasswordFields(site, error, apps)}
      <button type="submit" class="button button-primary button-wide" id="link-submit">${submit}</button>
    </form>`
  return slip(site, { id: 'link-title', title: resetTitle, text: resetText(bdi(email)), body, status: error === undefined ? 200 : 400 })
}

/** A new password, and whether what apps were allowed ends with the old one. */
export function newPasswordFields(site: Site, error?: string, on = false): Html {
  const { fresh, hint, apps } = site.words.accounts.password
  return html`${field({ id: 'password-new', name: 'password', label: fresh, type: 'password', autocomplete: 'new-password', hint, error })}
      <label class="check"><input type="checkbox" name="apps" value="on" id="password-apps"${on && html` checked`}><span>${apps}</span></label>`
}

/** Sets it, tells the person by mail, and leads to the sign-in: where a second factor is asked for, it is asked for there. */
export async function submitReset(site: Site, link: MailLink, fields: Fields, http: HttpRequest): Promise<Reply> {
  const problem = sayProblem(site, fields.get('password'))
  if (problem !== undefined) return resetForm(site, link, fields.get('token'), problem, fields.get('apps') === 'on')
  const user = await resetPassword(site, link, fields.get('password'), endingOf(fields))
  if (!user && !(await isDone(site, link, fields.get('password'), http.address))) return linkOver(site)
  if (user) tellPassword(site, user.email)
  const { changed, resetDone } = site.words.accounts.password
  const next = { href: `${site.base}/login`, label: site.words.accounts.link.signIn }
  return slip(site, { id: 'link-done', title: changed, text: resetDone, icon: 'check', next })
}

/**
 * Whether a link that is over has done just this: the form was sent twice, as by a slow double click. It is asked as at a sign-in, and counted
 * so, or an old link would be a place to guess.
 */
export async function isDone(site: Site, { sub, email }: MailLink, password: string, address: string): Promise<boolean> {
  const came = await signIn(site, email, password, address)
  return 'user' in came && (sub === '' || came.user.sub === sub)
}

/** What is wrong with a new password, for the person; undefined where nothing is. */
export function sayProblem(site: Site, password: string): string | undefined {
  const problem = passwordProblem(password)
  return problem === null ? undefined : site.words.accounts.password[problem]
}

export const endingOf = (fields: Fields): 'sessions' | 'everything' => (fields.get('apps') === 'on' ? 'everything' : 'sessions')

/** A word to the person that their password is another one: it may have been somebody else. */
export function tellPassword(site: Site, email: string): void {
  const letter = writeLetter(site, email, 'password', `${site.issuer}/login/forgot`)
  site.outbox?.post(async () => letter)
}
