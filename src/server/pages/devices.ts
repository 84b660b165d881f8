import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { StoredSession } from '../../core/model/user.ts'
import { listConsents, withdraw } from '../accounts/consents.ts'
import { endFor } from '../accounts/ending.ts'
import { isNoteOf, noteOf } from '../accounts/notes.ts'
import { leavePending } from '../accounts/pending-link.ts'
import { endSession, type Person } from '../accounts/sessions.ts'
import { accountPage, enter, enterByForm, formSeal, isReply, roomPath } from './account.ts'
import { goodNotice } from './app-notice.ts'
import { dayOf } from './dates.ts'
import { readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { seeOther, withCookies } from './layout.ts'
import type { Site } from './site.ts'
import { clientName } from './text.ts'

/** Sessions that are shown; more can be ended only with all others. */
const MOST = 50

/** Where this person is signed in. */
export async function showDevices(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'devices')
  if (isReply(person)) return person
  const sessions = await listSessions(site, person)
  return accountPage(site, {
    room: 'devices',
    main: html`<h1>${site.words.account.rooms.devices}</h1>
    ${ended(site, readQuery(http).get('ended'), person, sessions)}
    ${section(site, person, sessions)}`,
  })
}

/** The same list as a part of another room. */
export async function places(site: Site, person: Person): Promise<Html> {
  return section(site, person, await listSessions(site, person))
}

/** This one first, then the youngest. One more than are shown tells that there are more. */
async function listSessions(site: Site, { session, user }: Person): Promise<StoredSession[]> {
  const found = await site.store.sessions.list(user.sub, site.clock(), MOST + 1)
  const others = found.filter(({ sid }) => sid !== session.sid).sort((one, other) => other.auth_time - one.auth_time)
  return [session, ...others]
}

function section(site: Site, person: Person, sessions: readonly StoredSession[]): Html {
  const words = site.words.devices
  const seal = formSeal(site, person)
  return html`<section class="stack" aria-labelledby="places-title">
      <h2 id="places-title">${words.list}</h2>
      <div class="card">
        <ul class="places">
          ${sessions.slice(0, MOST).map((session) => place(site, session, session.sid === person.session.sid, seal))}
        </ul>
        ${sessions.length > MOST && html`<p class="card-body small muted">${words.more}</p>`}
        <div class="card-foot row">
          ${
            sessions.length > 1 &&
            html`<form method="post" action="${site.base}/account/sessions/end-others">
            ${seal}
            <button type="submit" class="button button-s" id="signout-others">${words.others}</button>
          </form>`
          }
          <details>
            <summary class="button button-s button-danger-quiet" id="signout-everywhere">${icon('no', 'icon-s')}${words.everywhere}</summary>
            <form class="confirm-panel stack-s" method="post" action="${site.base}/account/sessions/end-all">
              ${seal}
              <p>${words.everywhereText}</p>
              <label class="check"><input type="checkbox" name="grants" value="revoke" id="signout-everywhere-grants"><span>${words.everywhereGrants}</span></label>
              <p><button type="submit" class="button button-s button-danger" id="signout-everywhere-confirm">${words.everywhere}</button></p>
            </form>
          </details>
        </div>
      </div>
    </section>`
}

function place(site: Site, session: StoredSession, here: boolean, seal: Html): Html {
  const words = site.words.devices
  const name = nameOf(site, session)
  return html`<li>${icon('computer')}<div><b>${name}</b>${here && html` <span class="badge badge-good">${words.here}</span>`}<br><span class="small muted">${words.since(dayOf(session.auth_time, site.clock(), site.words))}</span></div>${
    here
      ? html`<span></span>`
      : html`<form method="post" action="${site.base}/account/sessions/end">${seal}<button type="submit" class="button button-s" name="session" value="${session.sid}">${words.signOut}<span class="visually-hidden"> ${name}</span></button></form>`
  }</li>`
}

/** "Firefox on Linux". */
function nameOf(site: Site, { agent }: StoredSession): string {
  const { browser, system } = agent ?? {}
  if (browser && system) return site.words.devices.on(browser, system)
  return browser ?? system ?? site.words.devices.unknown
}

/** Only where it is so: that one browser was signed out shows by nothing but our own word for it, in an address that nobody else can write. */
function ended(site: Site, what: string, { session }: Person, sessions: readonly StoredSession[]): Html | null {
  const words = site.words.devices
  if (what === 'others' && sessions.length === 1) return goodNotice(words.othersEnded, words.endedText)
  if (isNoteOf(site, session, 'ended', what)) return goodNotice(words.ended, words.endedText)
  return null
}

/** Ends one other session of this person. */
export async function endPlace(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'devices')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  const { sub } = person.user
  // first, so that what that session had begun, another one in its place too, counts no more
  await endFor(site, sub, { by: { type: 'user', id: sub } })
  const done = await site.store.sessions.endOne(sub, fields.get('session'))
  if (done) site.log.info({ event: 'session.ended', sub })
  return seeOther(withQuery(roomPath(site, 'devices'), { ended: done ? noteOf(site, person.session, 'ended') : '' }))
}

/** Ends all sessions of this person but the one that asks. */
export async function endOtherPlaces(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'devices')
  if (isReply(entered)) return entered
  const { session, user } = entered.person
  await endFor(site, user.sub, { end: 'sessions', keeping: session.session_hash, by: { type: 'user', id: user.sub } })
  site.log.info({ event: 'sessions.ended', sub: user.sub })
  return seeOther(withQuery(roomPath(site, 'devices'), { ended: 'others' }))
}

/** Ends all sessions of this person, this one too, and all that apps were allowed where the person says so. */
export async function endEverywhere(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'devices')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  const { sub } = person.user
  const by = { type: 'user', id: sub } as const
  const also = fields.get('grants') === 'revoke'
  // the others first: nobody who sits there shall allow anything meanwhile; this one last, so that the person can ask again if it fails
  await endFor(site, sub, { end: also ? 'everything' : 'sessions', keeping: person.session.session_hash, by })
  if (also) {
    for (const consent of await listConsents(site, sub)) {
      const client = await site.store.clients.find(consent.client_id)
      await withdraw(site, consent, client ? clientName(client) : consent.client_id, by)
    }
  }
  site.log.info({ event: 'sessions.ended', sub, withdrawn: also })
  const cookie = await endSession(site, person.session)
  return withCookies(seeOther(`${site.base}/logout/done`), cookie, ...leavePending(site, http), site.interactions.renew(null).cookie)
}
