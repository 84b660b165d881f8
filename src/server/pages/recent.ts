import { withQuery } from '../../core/model/form.ts'
import type { Reply } from '../../core/model/http.ts'
import type { Person } from '../accounts/sessions.ts'
import { againPath, type RoomName, roomPath } from './account.ts'
import { type Html, html } from './html.ts'
import { seeOther } from './layout.ts'
import { missingProof } from './proof.ts'
import type { Site } from './site.ts'

/** Sends the browser to sign in again, where that was not a moment ago or without a factor; null where it need not go. */
export async function askAgain(site: Site, person: Person, room: RoomName): Promise<Reply | null> {
  return (await missingProof(site, person)) === null ? null : seeOther(againPath(site, room))
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
