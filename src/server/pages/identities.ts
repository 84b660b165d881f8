import type { Actor } from '../../core/model/audit.ts'
import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Identity } from '../../core/model/identity.ts'
import { isOfDirectory } from '../accounts/directory.ts'
import type { Upstream } from '../accounts/elsewhere.ts'
import { endFor } from '../accounts/ending.ts'
import { removeIdentity, wouldHavePassword } from '../accounts/identities.ts'
import type { Person } from '../accounts/sessions.ts'
import { accountPage, enter, enterByForm, formSeal, isReply, roomPath } from './account.ts'
import { dayOf } from './dates.ts'
import { DIRECTORY, directorySection, submitDirectory } from './directory-link.ts'
import { type Fields, readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { seeOther } from './layout.ts'
import { askAgain } from './recent.ts'
import { othersBox } from './security-parts.ts'
import type { Site } from './site.ts'
import { bdi, formTargets } from './text.ts'
import { leaveTo } from './upstream.ts'
import { inWords } from './words.ts'

/** What is linked with an account, and the handles to link and to remove. */
export async function showIdentities(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'identities')
  return isReply(person) ? person : identitiesPage(site, http, person)
}

async function identitiesPage(site: Site, http: HttpRequest, person: Person, refused?: Refused): Promise<Reply> {
  return accountPage(site, {
    room: 'identities',
    ...(refused && { status: refused.status }),
    form_action: identitiesTargets(site),
    main: await identitiesSection(site, http, person, 1, refused),
  })
}

/** What is wrong with the form that was sent last. */
interface Refused {
  problem: string
  status: number
}

/** Where the forms of the section may lead. */
function identitiesTargets(site: Site): string {
  return formTargets(...[...site.upstreams.values()].map(({ issuer }) => issuer))
}

/** The section by itself, for the room that it stands in. Its forms are sent to /account/identities. */
async function identitiesSection(site: Site, http: HttpRequest, person: Person, level: 1 | 2 = 2, refused?: Refused): Promise<Html> {
  const linked = await findLinked(site, person)
  const title = site.words.account.rooms.identities
  const free = [...site.upstreams.values()].filter(
    ({ linking, issuer }) => linking && !linked.some((one) => one.upstream?.issuer === issuer),
  )
  return html`<section class="stack-l" aria-labelledby="identities-title">
    <div class="stack-s">
      ${level === 1 ? html`<h1 id="identities-title">${title}</h1>` : html`<h2 id="identities-title">${title}</h2>`}
      <p class="muted">${site.words.upstream.intro(site.product.name)}</p>
    </div>
    ${notice(site, http, linked)}
    ${linked.length === 0 ? empty(site, level) : html`<ul class="grants">${linked.map((one) => item(site, one, person, { level, last: !wouldHavePassword(site, person.user) && linked.length === 1 }))}</ul>`}
    ${free.map((upstream) => addForm(site, upstream, person))}
    ${site.directory && !(await isOfDirectory(site, person.user)) && (await directorySection(site, person, (text) => below(level, text), refused?.problem))}
  </section>`
}

/** Removes one, or goes to a provider for another. */
export async function changeIdentities(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'identities')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  const [remove, add] = [fields.get('remove'), fields.get('add')]
  if (remove !== '') return (await askAgain(site, person, 'identities')) ?? removeOne(site, person, fields)
  if (add === DIRECTORY) {
    const outcome = (await askAgain(site, person, 'identities')) ?? (await submitDirectory(site, http, person, fields))
    return isReply(outcome) ? outcome : identitiesPage(site, http, person, outcome)
  }
  const upstream = site.upstreams.get(add)
  if (!upstream?.linking) throw new OAuthError('invalid_request', 'There is no such provider.', { status: 404, reason: 'not_found' })
  return leaveTo(site, upstream, { ticket: '', next: 'identities', sub: person.user.sub })
}

async function removeOne(site: Site, person: Person, fields: Fields): Promise<Reply> {
  const identity_id = fields.get('remove')
  const one = (await findLinked(site, person)).find(({ identity }) => identity.identity_id === identity_id)
  const by: Actor = { type: 'user', id: person.user.sub }
  if (!one || !(await removeIdentity(site, person.user, identity_id, by))) return seeOther(roomPath(site, 'identities'))
  // whoever came in by it may still sit somewhere
  if (fields.get('others') === 'on') await endFor(site, person.user.sub, { end: 'sessions', keeping: person.session.session_hash, by })
  site.log.info({ event: 'identity.unlinked', sub: person.user.sub, issuer: one.identity.issuer })
  return seeOther(withQuery(roomPath(site, 'identities'), { removed: idOf(one) }))
}

interface Linked {
  identity: Identity
  /** Null where it is the directory, or the provider is no longer configured. */
  upstream: Upstream | null
  directory: boolean
}

const idOf = ({ upstream, directory }: Linked): string => upstream?.id ?? (directory ? DIRECTORY : '')

/** Those of providers, and the directory where somebody has linked it: whoever came from there stays its person. */
async function findLinked(site: Site, { user }: Person): Promise<Linked[]> {
  const all = await site.store.identities.list(user.sub)
  const upstreams = [...site.upstreams.values()]
  return all
    .filter(({ issuer }) => !issuer.startsWith('ldap:') || (issuer === site.directory?.issuer && user.password_hash !== undefined))
    .map((identity) => ({
      identity,
      upstream: upstreams.find(({ issuer }) => issuer === identity.issuer) ?? null,
      directory: identity.issuer === site.directory?.issuer,
    }))
}

/** Only what is so is told, so that a link cannot tell an untruth. */
function notice(site: Site, http: HttpRequest, linked: readonly Linked[]): Html | null {
  const fields = readQuery(http)
  const stands = (id: string) => id !== '' && linked.some((one) => idOf(one) === id)
  const [added, removed] = [fields.get('linked'), fields.get('removed')]
  if (stands(added)) return good(site.words.upstream.linked(nameOf(site, added)), site.words.upstream.linkedText)
  const known = site.upstreams.has(removed) || (site.directory && removed === DIRECTORY)
  if (known && !stands(removed)) return good(site.words.upstream.removed(nameOf(site, removed)), site.words.upstream.removedText)
  return null
}

function nameOf(site: Site, id: string): Html {
  return id === DIRECTORY ? html`${site.words.accounts.directory.name}` : inWords(site.words, site.upstreams.get(id)?.label ?? {})
}

function good(title: Html, text: string): Html {
  return html`<div class="notice notice-good" role="status" id="notice">${icon('check')}<div><strong>${title}</strong>${text}</div></div>`
}

/** A heading one level below that of the section. */
const below = (level: 1 | 2, text: string | Html): Html => (level === 1 ? html`<h2>${text}</h2>` : html`<h3>${text}</h3>`)

function empty(site: Site, level: 1 | 2): Html {
  return html`<div class="card"><div class="empty">${icon('globe')}${below(level, site.words.upstream.none)}<p>${site.words.upstream.noneText}</p></div></div>`
}

function item(site: Site, one: Linked, person: Person, { level, last }: { level: 1 | 2; last: boolean }): Html {
  const { identity } = one
  const name = idOf(one) === '' ? bdi(new URL(identity.issuer).host) : nameOf(site, idOf(one))
  const id = `identity-${identity.identity_id}`
  return html`<li class="grant" id="${id}">
      <div class="grant-head"><div class="stack-s">${below(level, name)}</div></div>
      <dl class="grant-facts">
        <div><dt>${site.words.upstream.there(name)}</dt><dd>${identity.email === undefined ? site.words.upstream.notTold : bdi(identity.email)}</dd></div>
        <div><dt>${site.words.upstream.since}</dt><dd>${dayOf(identity.created_at, site.clock(), site.words)}</dd></div>
      </dl>
      ${last ? html`<p class="muted">${site.words.upstream.last}</p>` : removal(site, id, identity, name, person)}
    </li>`
}

function removal(site: Site, id: string, { identity_id }: Identity, name: Html, person: Person): Html {
  return html`<div class="grant-actions">
        <details>
          <summary class="button button-s button-danger-quiet" id="${id}-remove">${icon('no', 'icon-s')}${site.words.upstream.remove}<span class="visually-hidden"> ${name}</span></summary>
          <form class="confirm-panel stack-s" method="post" action="${site.base}/account/identities">
            ${formSeal(site, person)}
            <input type="hidden" name="remove" value="${identity_id}">
            <p>${site.words.upstream.removeText(name)}</p>
            ${othersBox(site, id)}
            <p><button type="submit" class="button button-s button-danger" id="${id}-remove-confirm"><span>${site.words.upstream.removeOne(name)}</span></button></p>
          </form>
        </details>
      </div>`
}

function addForm(site: Site, { id, label }: Upstream, person: Person): Html {
  return html`<form method="post" action="${site.base}/account/identities">
      ${formSeal(site, person)}
      <button type="submit" class="button" id="identities-add-${id}" name="add" value="${id}">${icon('globe')}<span>${site.words.upstream.add(inWords(site.words, label))}</span></button>
    </form>`
}
