import { withQuery } from '../../core/model/form.ts'
import type { Reply } from '../../core/model/http.ts'
import type { FactorOptions } from '../../core/model/store.ts'
import { endFor } from '../accounts/ending.ts'
import { hasShownFactor, type Person } from '../accounts/sessions.ts'
import { roomPath } from './account.ts'
import type { Fields } from './form.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { seeOther } from './layout.ts'
import type { Told } from './section.ts'
import type { Site } from './site.ts'
import type { Words } from './words.ts'

// What the sections of the room for sign-in and security have in common.

/** What the room can say of the act before. */
export type NoticeName = keyof Words['factors']['notices']

/** Back to the room, where it says what was done. The name is sealed to the session, so that a link cannot tell an untruth. */
export function backToRoom(site: Site, person: Person, done: NoticeName): Reply {
  return seeOther(withQuery(roomPath(site, 'security'), { done, seal: noticeSeal(site, person, done) }))
}

/** What was done, where the address says so truly. */
export function noticeOf(site: Site, person: Person, { done, seal = '' }: Pick<Told, 'done' | 'seal'>): Html | null {
  const { notices } = site.words.factors
  if (!Object.hasOwn(notices, done) || seal !== noticeSeal(site, person, done)) return null
  const tone = done === 'not_changed' ? 'notice-info' : 'notice-good'
  return html`<div class="notice ${tone}" role="status" id="notice">${icon(done === 'not_changed' ? 'alert' : 'check')}<div><strong>${notices[done as NoticeName]}</strong></div></div>`
}

function noticeSeal(site: Site, { session }: Person, done: string): string {
  return site.keys.mac('notice', `${session.session_hash} ${done}`)
}

/** The box by which a person also ends their other sessions; `on` where it was ticked in a form that comes again. */
export function othersBox(site: Site, id: string, on = false): Html {
  return html`<label class="check"><input type="checkbox" name="others" value="on" id="${id}-others"${on && html` checked`}><span>${site.words.factors.room.others}</span></label>`
}

/** Where it is ticked: what those sessions had sent counts no more either, and neither does a sign-in that was under way. The person sits in the session that stays. */
export async function endWithOthers(site: Site, fields: Fields, { user, session }: Person): Promise<void> {
  if (fields.get('others') !== 'on') return
  await endFor(site, user.sub, { end: 'sessions', keeping: session.session_hash, by: { type: 'user', id: user.sub } })
}

/** What that box says. */
export function keepingOf(fields: Fields, { session }: Person): FactorOptions {
  return fields.get('others') === 'on' ? { keeping: session.session_hash } : {}
}

/** What goes with a factor that somebody adds: it is the first where their session has shown none, and is added in that session only. */
export function additionOf(fields: Fields, person: Person): FactorOptions {
  const { session } = person
  return { first: !hasShownFactor(session), session: session.session_hash, ...keepingOf(fields, person) }
}
