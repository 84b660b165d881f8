import type { Client } from '../../core/model/client.ts'
import { DAY } from '../../core/model/clock.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { regionOf } from '../../core/model/network.ts'
import type { StoredReceipt } from '../../core/model/receipt.ts'
import { listConsents } from '../accounts/consents.ts'
import { accountPage, enter, formSeal, isReply, roomPath } from './account.ts'
import { appPath } from './app-address.ts'
import { spark } from './app-chart.ts'
import {
  badges,
  type Connected,
  endWords,
  fromWords,
  holds,
  lastUse,
  lastUseWords,
  lateWords,
  listed,
  mayItems,
  placesOf,
  publisherOf,
  receiptNumber,
} from './app-facts.ts'
import { appNotice } from './app-notice.ts'
import { comma, dayOf } from './dates.ts'
import { places } from './devices.ts'
import { readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import type { Site } from './site.ts'
import { bdi, clientMark, clientName } from './text.ts'

const LAST_RECEIPTS = 3

/** Who may do what, since when and until when, and the handles to change it. */
export async function showApps(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'apps')
  if (isReply(person)) return person
  const { sub } = person.user
  const connected = await findConnected(site, sub)
  const seal = formSeal(site, person)
  return accountPage(site, {
    room: 'apps',
    main: html`<div class="stack-s">
      <h1>${site.words.account.rooms.apps}</h1>
      ${connected.length > 0 && html`<p class="muted">${site.words.apps.count(connected.length)}${usedToday(site, connected)}</p>`}
    </div>
    ${await appNotice(site, sub, readQuery(http))}
    ${connected.length === 0 ? empty(site) : list(site, connected, seal, regionOf(http.address))}
    ${await places(site, person)}
    ${lastReceipts(site, await site.store.receipts.list(sub, { limit: LAST_RECEIPTS }))}`,
  })
}

/** Consents whose app still exists: of one that is gone everything has ended. What was of use last comes first. */
async function findConnected(site: Site, sub: string): Promise<Connected[]> {
  const consents = await listConsents(site, sub)
  const clients = await Promise.all(consents.map(({ client_id }) => site.store.clients.find(client_id)))
  return consents
    .flatMap((consent, i) => (clients[i] ? [{ consent, client: clients[i] }] : []))
    .filter((one) => holds(site, one))
    .sort((one, other) => lastOf(other) - lastOf(one))
}

const lastOf = ({ consent }: Connected): number => Math.max(lastUse(consent) ?? 0, consent.granted_at - DAY)

function usedToday(site: Site, connected: readonly Connected[]): string {
  const today = Math.floor(site.clock() / DAY)
  const apps = connected.filter(({ consent }) => consent.use?.day === today).length
  return apps === 0 || connected.length === 1 ? '' : ` ${site.words.apps.usedToday(apps)}`
}

function empty(site: Site): Html {
  return html`<div class="card"><div class="empty">${icon('apps')}<h2>${site.words.apps.none}</h2><p>${site.words.apps.noneText}</p></div></div>`
}

function list(site: Site, connected: readonly Connected[], seal: Html, near: string): Html {
  return html`<section class="stack" aria-labelledby="apps-title">
      <div class="row row-apart"><h2 id="apps-title">${site.words.apps.list}</h2><p class="small quiet">${site.words.apps.sorted}</p></div>
      <ul class="grants">
      ${connected.map((one) => item(site, one, seal, near))}
      </ul>
    </section>`
}

function item(site: Site, one: Connected, seal: Html, near: string): Html {
  const { consent, client } = one
  const { words } = site
  const where = placesOf(site, consent)
  return html`<li class="grant${consent.paused_at !== undefined && ' grant-paused'}" id="grant-${client.client_id}">
        <div class="grant-head">
          ${clientMark(client)}
          <div class="stack-s">
            <div class="grant-title"><h3><a href="${appPath(site, client.client_id)}">${bdi(clientName(client))}</a></h3>${badges(site, one)}</div>
            ${publisherOf(site, client)}
            <p class="visually-hidden">${words.apps.itMay}</p><ul class="may">${mayItems(site, one)}</ul>
          </div>
          ${spark(site, consent)}
        </div>
        <dl class="grant-facts">
          <div><dt>${words.apps.lastUsed}</dt><dd>${lastUseWords(site, consent)}</dd></div>
          ${fromWords(site, consent, near)}
          <div><dt>${words.apps.sentTo}</dt><dd class="host">${consent.redirect_hosts.join(comma(words))}</dd></div>
          <div><dt>${words.apps.since}</dt><dd>${dayOf(consent.granted_at, site.clock(), words)}</dd></div>
          <div><dt>${words.apps.until}</dt><dd>${endWords(site, one)}</dd></div>
          ${where.length > 0 && html`<div><dt>${words.apps.where}</dt><dd>${listed(where, words)}</dd></div>`}
        </dl>
        ${actions(site, one, seal)}
      </li>`
}

function actions(site: Site, { consent, client }: Connected, seal: Html): Html {
  const { words } = site
  const id = `grant-${client.client_id}`
  const name = html`<span class="visually-hidden"> ${bdi(clientName(client))}</span>`
  const rests = consent.paused_at !== undefined
  return html`<div class="grant-actions">
          <a class="button button-s" href="${appPath(site, client.client_id)}" id="${id}-narrow">${icon('narrow', 'icon-s')}${words.apps.narrow}${name}</a>
          <form method="post" action="${roomPath(site, 'apps')}">
            ${seal}
            <input type="hidden" name="client_id" value="${client.client_id}">
            ${
              rests
                ? html`<button type="submit" class="button button-s" name="act" value="resume" id="${id}-resume">${icon('play', 'icon-s')}${words.apps.resume}${name}</button>`
                : html`<button type="submit" class="button button-s" name="act" value="pause" id="${id}-pause">${icon('pause', 'icon-s')}${words.apps.pause}${name}</button>`
            }
          </form>
          ${revokeInPlace(site, client, seal, id)}
        </div>`
}

/** Asks in place, since it cannot be undone. */
export function revokeInPlace(site: Site, client: Client, seal: Html, id: string): Html {
  const name = bdi(clientName(client))
  return html`<details>
            <summary class="button button-s button-danger-quiet" id="${id}-revoke">${icon('no', 'icon-s')}${site.words.apps.revoke}<span class="visually-hidden"> ${name}</span></summary>
            <form class="confirm-panel stack-s" method="post" action="${roomPath(site, 'apps')}">
              ${seal}
              <input type="hidden" name="client_id" value="${client.client_id}">
              <p>${site.words.apps.revokeText(name)}${lateWords(site, client)}</p>
              <p><button type="submit" class="button button-s button-danger" name="act" value="revoke" id="${id}-revoke-confirm"><span>${site.words.apps.revokeOne(name)}</span></button></p>
            </form>
          </details>`
}

function lastReceipts(site: Site, receipts: readonly StoredReceipt[]): Html | null {
  if (receipts.length === 0) return null
  return html`<section class="stack" aria-labelledby="receipts-title">
      <div class="row row-apart"><h2 id="receipts-title">${site.words.apps.receipts}</h2><a class="small" href="${roomPath(site, 'receipts')}/all.json" id="receipts-download" download>${site.words.receipts.downloadAll}</a></div>
      <div class="card"><ul class="places">
        ${receipts.map((receipt) => receiptLine(site, receipt))}
      </ul></div>
    </section>`
}

function receiptLine(site: Site, { receipt_id, client_id, client_name = client_id, decision, at, seq }: StoredReceipt): Html {
  return html`<li>${icon('receipt')}<div><b>${bdi(clientName({ client_id, client_name }))}</b><br><span class="small muted">${site.words.apps.happened[decision]}${comma(site.words)}${dayOf(at, site.clock(), site.words)}</span></div><a class="reference" href="${roomPath(site, 'receipts')}/${receipt_id}">${seq === undefined ? site.words.receipts.open : receiptNumber(seq)}</a></li>`
}
