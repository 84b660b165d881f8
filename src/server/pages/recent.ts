import { MINUTE } from '../../core/model/clock.ts'
import { withQuery } from '../../core/model/form.ts'
import type { Reply } from '../../core/model/http.ts'
import type { Person } from '../accounts/sessions.ts'
import { type RoomName, roomPath } from './account.ts'
import { type Html, html } from './html.ts'
import { seeOther } from './layout.ts'
import type { Site } from './site.ts'

/** How long after a sign-in a person may do what cannot be left to whoever finds an open window. */
const RECENT = 10 * MINUTE

/** Whether the person has shown that it is them a moment ago. */
export function isRecent(site: Site, { session }: Person): boolean {
  return session.auth_time > site.clock() - RECENT
}

/** Where the person shows it once more, and then comes back to this room. */
function againPath(site: Site, room: RoomName): string {
  return withQuery(`${site.base}/login`, { next: room, account: 'again' })
}

/** Sends the browser there; null where it need not go. */
export function askAgain(site: Site, person: Person, room: RoomName): Reply | null {
  return isRecent(site, person) ? null : seeOther(againPath(site, room))
}

/** In place of a form that wants it. */
export function againNotice(site: Site, room: RoomName): Html {
  const { again, againText } = site.words.accounts.profile
  return html`<div class="stack-s"><p class="muted">${againText}</p>
      <p><a class="button button-s" href="${againPath(site, room)}" id="${room}-again">${again}</a></p></div>`
}

/** Back to a room, with a word on what was done there. */
export function backTo(site: Site, room: RoomName, done: string): Reply {
  return seeOther(withQuery(roomPath(site, room), { done }))
}
