import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { findBeginner, findPerson, isRecent, isSessionMac, type Person, sessionMac } from '../accounts/sessions.ts'
import { type Fields, readPost } from './form.ts'
import { type Html, html } from './html.ts'
import { type IconName, icon } from './icons.ts'
import { page, seeOther } from './layout.ts'
import type { Site } from './site.ts'

/** The rooms of a person's account, in the order of their doors. */
const ROOMS = [
  { name: 'profile', icon: 'person' },
  { name: 'security', icon: 'shield' },
  { name: 'identities', icon: 'globe' },
  { name: 'apps', icon: 'apps' },
  { name: 'receipts', icon: 'receipt' },
  { name: 'devices', icon: 'computer' },
] as const satisfies readonly { name: string; icon: IconName }[]

export type RoomName = (typeof ROOMS)[number]['name']

/** Whether this is the name of a room; what else stands in an address leads nowhere. */
export function isRoom(name: string): name is RoomName {
  return ROOMS.some((room) => room.name === name)
}

/** Where a room is. */
export function roomPath(site: Site, room: RoomName): string {
  return `${site.base}/account/${room}`
}

/** What one page of the account puts into the frame that all its rooms share. */
export interface AccountParts {
  room: RoomName
  /** Without the product's name; the room's own where it is not given. */
  title?: string | Html
  status?: number
  /** Where else a form of it may lead, as `formTarget` tells. */
  form_action?: string
  main: Html
}

/** A page of the account: the doors of all rooms beside it. */
export function accountPage(site: Site, { room, title, status, form_action, main }: AccountParts): Reply {
  return page(site, {
    title: title ?? site.words.account.rooms[room],
    ...(status !== undefined && { status }),
    ...(form_action !== undefined && { form_action }),
    aside: html`<a class="small" href="${site.base}/logout/confirm">${site.words.signOut}</a>`,
    main: html`<div class="account-shell">
  <nav class="account-nav" aria-label="${site.words.account.nav}">
    ${ROOMS.filter(({ name }) => name !== 'identities' || site.upstreams.size > 0).map((one) => door(site, one, room))}
  </nav>
  <div class="stack-l">
    ${main}
  </div>
</div>`,
  })
}

function door(site: Site, { name, icon: drawing }: (typeof ROOMS)[number], here: RoomName): Html {
  return html`<a href="${roomPath(site, name)}"${name === here && html` aria-current="page"`}>${icon(drawing, 'icon-s')}${site.words.account.rooms[name]}</a>`
}

/** Who may see a room: else the browser is sent to sign in, and comes back to it. */
export async function enter(site: Site, http: HttpRequest, room: RoomName): Promise<Person | Reply> {
  // setting up a factor is what somebody may do who needs one
  const person = (await findPerson(site, http)) ?? (room === 'security' ? await findBeginner(site, http) : null)
  return person ?? seeOther(withQuery(`${site.base}/login`, { next: room }))
}

/** What a form of an earlier session may still be answered with, which changes nothing; null where that is nothing. */
export type AnswerStale = (person: Person, fields: Fields) => Promise<Reply | null>

/** The same for a form of the room. Throws OAuthError where the form was not made for this session. */
export async function enterByForm(
  site: Site,
  http: HttpRequest,
  room: RoomName,
  answerStale?: AnswerStale,
): Promise<{ person: Person; fields: Fields } | Reply> {
  const fields = await readPost(site.issuer, http)
  const person = await enter(site, http, room)
  if (isReply(person)) return person
  if (!isSessionMac(site, person.session, fields.get('csrf'))) {
    const answer = await answerStale?.(person, fields)
    if (answer) return answer
    throw staleForm(roomPath(site, room))
  }
  return { person, fields }
}

/** A form of ours that was made before its person signed in anew, as in another tab; or one that somebody made up. Nothing is changed by it. */
export function staleForm(back: string): OAuthError {
  return new OAuthError('invalid_request', 'The form was not made for this session.', { status: 403, reason: 'stale_form', back })
}

/** Who may change how they sign in: only who proved it a moment ago; others do so again, and come back. */
export async function enterRecently(site: Site, http: HttpRequest, room: RoomName): Promise<Person | Reply> {
  const person = await enter(site, http, room)
  return isReply(person) || isRecent(site, person.session) ? person : signInAgain(site, room)
}

/** The same for a form of the room. */
export async function enterRecentlyByForm(
  site: Site,
  http: HttpRequest,
  room: RoomName,
  answerStale?: AnswerStale,
): ReturnType<typeof enterByForm> {
  const entered = await enterByForm(site, http, room, answerStale)
  return isReply(entered) || isRecent(site, entered.person.session) ? entered : signInAgain(site, room)
}

const signInAgain = (site: Site, room: RoomName): Reply => seeOther(againPath(site, room))

/** Where a person shows once more that it is them, and then comes back to this room. */
export function againPath(site: Site, room: RoomName): string {
  return withQuery(`${site.base}/login`, { next: room, account: 'again' })
}

/** What each form of the account carries, so that only a page made for this session can send it. */
export function formSeal(site: Site, { session }: Person): Html {
  return html`<input type="hidden" name="csrf" value="${sessionMac(site, session)}">`
}

export function isReply(found: object): found is Reply {
  return 'body' in found && 'status' in found
}
