import type { Actor } from '../../core/model/audit.ts'
import type { Client } from '../../core/model/client.ts'
import { withQuery } from '../../core/model/form.ts'
import type { Consent } from '../../core/model/grant.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { splitScope } from '../../core/model/scope.ts'
import { listConsents, withdraw } from '../accounts/consents.ts'
import { accountPage, enter, enterByForm, formSeal, isReply, roomPath } from './account.ts'
import { dayOf } from './dates.ts'
import { readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { seeOther } from './layout.ts'
import type { Site } from './site.ts'
import { bdi, clientMark, clientName } from './text.ts'
import { inWords } from './words.ts'

/** Who may do what, since when and until when, and the handle to end it. */
export async function showApps(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'apps')
  if (isReply(person)) return person
  const connected = await findConnected(site, person.user.sub)
  const revoked = await findRevoked(site, readQuery(http).get('revoked'), connected)
  return accountPage(site, {
    room: 'apps',
    main: html`<div class="stack-s">
      <h1>${site.words.account.rooms.apps}</h1>
      ${connected.length > 0 && html`<p class="muted">${site.words.apps.count(connected.length)}</p>`}
    </div>
    ${revoked && notice(site, revoked)}
    ${connected.length === 0 ? empty(site) : list(site, connected, formSeal(site, person))}`,
  })
}

/** Takes back what one app was allowed. */
export async function revokeApp(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'apps')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  const client_id = fields.get('client_id')
  const { consent } = await site.store.consents.find(person.user.sub, client_id)
  const client = await site.store.clients.find(client_id)
  const by: Actor = { type: 'user', id: person.user.sub }
  if (consent) await withdraw(site, consent, client ? clientName(client) : client_id, by)
  // a consent may be over, and what came from it not yet: to revoke is to end it all
  else if (client) await site.store.grants.withdraw({ sub: person.user.sub, client_id }, by)
  site.log.info({ event: 'consent.withdrawn', sub: person.user.sub, client_id })
  return seeOther(withQuery(roomPath(site, 'apps'), { revoked: client_id }))
}

interface Connected {
  consent: Consent
  client: Client
}

/** Consents whose app still exists: of one that is gone everything has ended. */
async function findConnected(site: Site, sub: string): Promise<Connected[]> {
  const consents = await listConsents(site, sub)
  const clients = await Promise.all(consents.map(({ client_id }) => site.store.clients.find(client_id)))
  return consents.flatMap((consent, i) => (clients[i] ? [{ consent, client: clients[i] }] : []))
}

/** The app that the notice names: only one that exists, and has nothing, so that a link cannot tell an untruth. */
async function findRevoked(site: Site, client_id: string, connected: readonly Connected[]): Promise<Client | null> {
  if (client_id === '' || connected.some(({ client }) => client.client_id === client_id)) return null
  return site.store.clients.find(client_id)
}

function notice(site: Site, client: Client): Html {
  return html`<div class="notice notice-good" role="status" id="notice">${icon('check')}<div><strong>${site.words.apps.revoked(bdi(clientName(client)))}</strong>${site.words.apps.revokedText}</div></div>`
}

function empty(site: Site): Html {
  return html`<div class="card"><div class="empty">${icon('apps')}<h2>${site.words.apps.none}</h2><p>${site.words.apps.noneText}</p></div></div>`
}

function list(site: Site, connected: readonly Connected[], seal: Html): Html {
  return html`<section class="stack" aria-labelledby="apps-title">
      <h2 id="apps-title">${site.words.apps.list}</h2>
      <ul class="grants">
      ${connected.map((one) => item(site, one, seal))}
      </ul>
    </section>`
}

function item(site: Site, { consent, client }: Connected, seal: Html): Html {
  const id = `grant-${client.client_id}`
  const now = site.clock()
  const where = Object.keys(consent.scope_at).flatMap((name) =>
    site.resources[name] ? [inWords(site.words, site.resources[name].name)] : [],
  )
  return html`<li class="grant" id="${id}">
        <div class="grant-head">
          ${clientMark(client)}
          <div class="stack-s">
            <div class="grant-title"><h3>${bdi(clientName(client))}</h3>${standingOf(site, client)}</div>
            <p class="visually-hidden">${site.words.apps.itMay}</p><ul class="may">${mayItems(site, consent)}</ul>
          </div>
        </div>
        <dl class="grant-facts">
          <div><dt>${site.words.apps.sentTo}</dt><dd class="host">${consent.redirect_hosts.join(', ')}</dd></div>
          <div><dt>${site.words.apps.since}</dt><dd>${dayOf(consent.granted_at, now, site.words)}</dd></div>
          <div><dt>${site.words.apps.until}</dt><dd>${consent.expires_at === undefined ? site.words.apps.untilRevoked : dayOf(consent.expires_at, now, site.words)}</dd></div>
          ${where.length > 0 && html`<div><dt>${site.words.apps.where}</dt><dd>${where.map((name, i) => html`${i > 0 && ', '}${name}`)}</dd></div>`}
        </dl>
        <div class="grant-actions">
          <details>
            <summary class="button button-s button-danger-quiet" id="${id}-revoke">${icon('no', 'icon-s')}${site.words.apps.revoke}<span class="visually-hidden"> ${bdi(clientName(client))}</span></summary>
            <form class="confirm-panel stack-s" method="post" action="${site.base}/account/apps">
              ${seal}
              <input type="hidden" name="client_id" value="${client.client_id}">
              <p>${site.words.apps.revokeText(bdi(clientName(client)))}</p>
              <p><button type="submit" class="button button-s button-danger" id="${id}-revoke-confirm"><span>${site.words.apps.revokeOne(bdi(clientName(client)))}</span></button></p>
            </form>
          </details>
        </div>
      </li>`
}

function standingOf(site: Site, client: Client): Html {
  if (client.disabled_at !== undefined) return html`<span class="badge badge-danger">${icon('no')}${site.words.apps.stopped}</span>`
  if (client.reviewed) return html`<span class="badge badge-good">${icon('seal')}${site.words.apps.reviewed}</span>`
  return html`<span class="badge badge-caution">${site.words.apps.notReviewed}</span>`
}

/** What weighs most comes first; where only silent scopes were allowed, it may at least recognise the person. */
function mayItems(site: Site, consent: Consent): Html[] {
  const known = splitScope(consent.scope).flatMap((word) => (site.scopes[word] && !site.scopes[word].silent ? [site.scopes[word]] : []))
  const sorted = known.sort((a, b) => b.level - a.level)
  if (sorted.length === 0) return [html`<li>${site.words.apps.recognise}</li>`]
  return sorted.map(({ level, title }) => html`<li${level === 3 && html` class="acts"`}>${inWords(site.words, title)}</li>`)
}
