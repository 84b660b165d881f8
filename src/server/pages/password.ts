import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { hasFactor } from '../accounts/factors.ts'
import { replacePassword } from '../accounts/recovery.ts'
import { openSession } from '../accounts/sessions.ts'
import { signIn } from '../accounts/sign-in.ts'
import { againPath, enterByForm, isReply, roomPath } from './account.ts'
import { seeOther, withCookies } from './layout.ts'
import { hasPassword } from './password-section.ts'
import { lacksFactor } from './proof.ts'
import { backTo } from './recent.ts'
import { endingOf, sayProblem, tellPassword } from './reset.ts'
import { securityPage } from './security.ts'
import type { Site } from './site.ts'

/** Changes a password against the one before. All other sessions end; this browser gets a new one. */
export async function changePassword(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'security')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  if (!(await hasPassword(site, person))) return seeOther(roomPath(site, 'security'))
  if (await lacksFactor(site, person)) return seeOther(againPath(site, 'security'))
  const refuse = (field: string, text: string, status: number) =>
    securityPage(site, person, { done: '', problem: { section: 'password', field, text, ticked: fields.get('apps') === 'on' } }, status)
  const { wrong, paused, stale } = site.words.accounts.password
  const problem = sayProblem(site, fields.get('password'))
  if (problem !== undefined) return refuse('password', problem, 400)
  const came = await signIn(site, person.user.email, fields.get('current'), http.address)
  if ('paused_until' in came) return refuse('current', paused, 429)
  if (!('user' in came)) return refuse('current', wrong, 403)
  // a session that has ended since it was looked at changes nothing, and least of all opens another one as strong as it was
  if (came.user.sub !== person.user.sub || came.user.ended_at !== person.user.ended_at) return refuse('password', stale, 409)
  const user = await replacePassword(site, came.user, came.user, fields.get('password'), endingOf(fields))
  if (!user) return refuse('password', stale, 409)
  tellPassword(site, user.email)
  const { amr } = person.session
  // the session stays as strong as it was, and where there is more to show than the password it is no newer either
  const more = amr?.includes('mfa') || hasFactor(await site.store.factors.find(user.sub))
  const auth_time = more ? person.session.auth_time : site.clock()
  const shown = { auth_time, ...(amr && { amr }) }
  // the session that this browser had ended with all the others
  return withCookies(backTo(site, 'security', 'password'), await openSession(site, user, shown, null))
}
