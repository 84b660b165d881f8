import { DAY } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { regionOf } from '../../core/model/network.ts'
import type { StoredReceipt } from '../../core/model/receipt.ts'
import type { Person } from '../accounts/sessions.ts'
import { accountPage, enter, formSeal, isReply, roomPath } from './account.ts'
import { appPath, clientOf } from './app-address.ts'
import { chart } from './app-chart.ts'
import {
  badges,
  type Connected,
  EARLIER_ENDS,
  endWords,
  findHolding,
  fromWords,
  type Held,
  heldScopes,
  lastUseDay,
  lateWords,
  plainDay,
  publisherOf,
  useInMonth,
  usesByDay,
} from './app-facts.ts'
import { HISTORY, history } from './app-history.ts'
import { appNotice, goodNotice } from './app-notice.ts'
import { revokeInPlace } from './apps.ts'
import { comma, dayOf, figures } from './dates.ts'
import { type Fields, readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import type { Site } from './site.ts'
import { bdi, clientMark, clientName } from './text.ts'
import { inWords } from './words.ts'

/** What one app may do, with switches to take it back, and what has happened. */
export async function showApp(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'apps')
  if (isReply(person)) return person
  return detailPage(site, person, clientOf(site, http.path), { fields: readQuery(http), near: regionOf(http.address) })
}

interface Detail {
  /** Of the address, where something was done. */
  fields?: Fields
  /** The network of who looks, as `regionOf` puts it. */
  near?: string
  /** The last form would have left nothing. */
  nothing_on?: boolean
}

/** The page of one app. Throws OAuthError `not_found` where this person never had to do with it. */
export async function detailPage(
  site: Site,
  person: Person,
  client_id: string,
  { fields, near = '', nothing_on = false }: Detail,
): Promise<Reply> {
  const { sub } = person.user
  const client = client_id === '' ? null : await site.store.clients.find(client_id)
  const consent = client && (await findHolding(site, sub, client))
  const receipts = client_id === '' ? [] : await site.store.receipts.list(sub, { limit: HISTORY + 1, client_id })
  if (!consent && receipts.length === 0)
    throw new OAuthError('invalid_request', 'There is no such app.', { status: 404, reason: 'not_found' })
  const app = client ?? { client_id, client_name: receipts[0]?.client_name ?? client_id }
  const one = client && consent ? { consent, client } : null
  return accountPage(site, {
    room: 'apps',
    title: clientName(app),
    ...(nothing_on && { status: 400 }),
    main: html`<div class="stack">
      <p class="small"><a href="${roomPath(site, 'apps')}">${site.words.account.rooms.apps}</a></p>
      <div class="row nowrap-row">
        ${clientMark(app, 'mark-l')}
        <div class="grow"><h1>${bdi(clientName(app))}</h1>${client && publisherOf(site, client)}<p class="grant-title">${one ? badges(site, one) : endedBadge(site)}</p></div>
      </div>
    </div>
    ${fields && (saved(site, client ?? {}, fields, receipts) ?? (await appNotice(site, sub, fields)))}
    ${one && use(site, one, near)}
    <div class="columns-even">
      ${one ? handles(site, one, person, nothing_on) : ended(site)}
      ${history(site, receipts)}
    </div>`,
  })
}

/** Only a receipt of this person's about this app says so. */
function saved(site: Site, app: Parameters<typeof lateWords>[1], fields: Fields, receipts: readonly StoredReceipt[]): Html | null {
  const receipt = receipts.find(({ receipt_id }) => receipt_id === fields.get('saved'))
  if (receipt?.decision !== 'narrowed' && receipt?.decision !== 'limited') return null
  return goodNotice(site.words.apps.saved, `${site.words.apps.savedText}${lateWords(site, app)}`)
}

function endedBadge(site: Site): Html {
  return html`<span class="badge">${icon('no')}${site.words.apps.ended}</span>`
}

function ended(site: Site): Html {
  return html`<div class="card"><div class="card-body"><p class="muted">${site.words.apps.endedText}</p></div></div>`
}

function use(site: Site, one: Connected, near: string): Html {
  const { consent } = one
  const { words } = site
  const count = useInMonth(site, consent)
  return html`<div class="card">
      <dl class="card-body grant-facts grant-facts-alone">
        <div><dt>${words.apps.lastUsed}</dt><dd><b>${lastUseDay(site, consent)}</b></dd></div>
        ${count > 0 && html`<div><dt>${words.apps.inMonth}</dt><dd><b class="num">${words.apps.times(count, figures(count, words))}</b></dd></div>`}
        ${fromWords(site, consent, near)}
        <div><dt>${words.apps.sentTo}</dt><dd class="host">${consent.redirect_hosts.join(comma(words))}</dd></div>
        <div><dt>${words.apps.since}</dt><dd>${dayOf(consent.granted_at, site.clock(), words)}</dd></div>
        <div><dt>${words.apps.until}</dt><dd>${endWords(site, one)}</dd></div>
      </dl>
      ${count > 0 && chart(site, usesByDay(consent, site.clock()))}
    </div>`
}

function handles(site: Site, one: Connected, person: Person, nothing_on: boolean): Html {
  const { consent, client } = one
  const words = site.words.apps
  const seal = formSeal(site, person)
  const held = heldScopes(site, one)
  const rests = consent.paused_at !== undefined
  return html`<section class="card" aria-labelledby="may-title">
      <div class="card-head"><h2 id="may-title">${words.may}</h2></div>
      <form class="card-body stack" method="post" action="${appPath(site, client.client_id)}">
        ${seal}
        <input type="hidden" name="shown" value="${held.map(({ word }) => word).join(' ')}">
        ${nothing_on && html`<div class="notice notice-danger" role="alert" id="grant-error">${icon('alert')}<div><strong>${words.nothingOn}</strong>${words.nothingOnText}</div></div>`}
        ${held.some(({ locked }) => !locked) && html`<p class="small muted">${words.mayText}</p>`}
        ${held.length > 0 ? html`<ul class="scopes">${held.map((scope) => switchOf(site, scope))}</ul>` : html`<p>${words.recognise}</p>`}
        ${ends(site, one)}
        <button type="submit" class="button button-primary" id="grant-narrow-save">${words.save}</button>
      </form>
      <div class="card-foot row">
        <form method="post" action="${appPath(site, client.client_id)}">
          ${seal}
          ${
            rests
              ? html`<button type="submit" class="button button-s" name="act" value="resume" id="grant-resume">${icon('play', 'icon-s')}${words.resume}</button>`
              : html`<button type="submit" class="button button-s" name="act" value="pause" id="grant-pause">${icon('pause', 'icon-s')}${words.pause}</button>`
          }
        </form>
        ${revokeInPlace(site, client, seal, 'grant')}
      </div>
    </section>`
}

function switchOf(site: Site, { word, definition, locked }: Held): Html {
  const id = `scope-${word}`
  const control = locked
    ? html`<span class="locked"><input type="checkbox" id="${id}" checked disabled aria-describedby="about-${word}">${icon('lock', 'icon-s')}${site.words.consent.required}</span>`
    : html`<input class="switch" type="checkbox" name="scope" value="${word}" id="${id}" checked aria-describedby="about-${word}">`
  return html`<li class="scope"><label class="scope-name" for="${id}">${inWords(site.words, definition.title)}</label><div class="scope-text"><p id="about-${word}">${inWords(site.words, definition.description)}</p></div><div class="scope-control">${control}</div></li>`
}

/** Only earlier ends can be chosen: for a later one the app has to ask. */
function ends(site: Site, { consent }: Connected): Html {
  const words = site.words.apps
  const end = consent.expires_at ?? Number.POSITIVE_INFINITY
  const earlier = EARLIER_ENDS.filter((days) => site.clock() + days * DAY < end)
  const as_now = consent.expires_at === undefined ? words.asNowRevoked : words.asNow(plainDay(site, consent.expires_at))
  return html`<div class="field">
          <label for="grant-until">${words.endBefore}</label>
          <select id="grant-until" name="until"><option value="">${as_now}</option>${earlier.map((days) => html`<option value="${days}d">${words.inDays(days)}</option>`)}</select>
        </div>`
}
