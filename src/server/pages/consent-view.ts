import { isNativeRedirect } from '../../core/model/client.ts'
import { DAY, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { DURATIONS, type Duration } from '../../core/model/consent.ts'
import type { Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hostOf } from '../../core/model/redirect-uri.ts'
import { type ScopeDefinition, splitScope } from '../../core/model/scope.ts'
import type { Person } from '../accounts/sessions.ts'
import { day } from './dates.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import type { Site } from './site.ts'
import { slot } from './slots.ts'
import { bdi, clientMark, clientName, formTarget, initials, linkTo, personName } from './text.ts'
import { inWords } from './words.ts'

/** A scope as the page shows it. */
export interface ShownScope {
  word: string
  definition: ScopeDefinition
  /** It cannot be switched off without denying the whole. */
  required: boolean
}

/** What the consent page is to show. */
export interface ConsentView {
  ticket: string
  interaction: Interaction
  person: Person
  shown: readonly ShownScope[]
  /** Titles of what was allowed before and is not asked for now. */
  already: readonly ScopeDefinition['title'][]
  /** The details asked for one by one cannot be left off. */
  insists_on_claims: boolean
  /** The duration that is chosen already. */
  proposed: Duration
  /** The answer was "allow" with every switch off. */
  nothing_on: boolean
}

/** Who asks, on one side; what for, on the other; what happens then, below the line. */
export function consentPage(site: Site, view: ConsentView): Reply {
  const { client, request } = view.interaction
  const title = site.words.consent.title(clientName(client))
  return page(site, {
    title: view.nothing_on ? site.words.errorTitle(title) : title,
    status: view.nothing_on ? 400 : 200,
    form_action: formTarget(request.redirect_uri),
    main: html`<div class="width-l stack-l">
<div class="slip">
  <div class="consent">
    ${whoAsks(site, view)}
    ${whatFor(site, view)}
  </div>
  <div class="slip-tear"></div>
  ${answers(site, view)}
</div>
</div>`,
  })
}

function whoAsks(site: Site, view: ConsentView): Html {
  const { client, request } = view.interaction
  const name = bdi(clientName(client))
  return html`<section class="consent-who" aria-labelledby="consent-title"><div class="stack">
      <div class="handshake" aria-hidden="true">${clientMark(client, 'mark-l')}<span class="handshake-line"></span><span class="mark mark-l mark-brand">${site.look.glyph}</span></div>
      <h1 id="consent-title">${site.words.consent.heading(name, site.product.name)}</h1>
      ${standingOf(site, view)}
      ${isNativeRedirect(request.redirect_uri) && html`<div class="notice notice-caution" id="consent-localhost">${icon('computer')}<div><strong>${site.words.consent.here}</strong>${site.words.consent.hereText(name, hostOf(request.redirect_uri))}</div></div>`}
      <dl class="facts small">
        <div><dt>${site.words.consent.sentTo}</dt><dd class="host" id="consent-redirect-host">${hostOf(request.redirect_uri)}</dd></div>
        ${papers(site, linkTo(client.policy_uri), linkTo(client.tos_uri))}
      </dl>
      ${account(site, view)}
    </div></section>`
}

/** Whether anybody has looked at this app: we say so, not the app. */
function standingOf(site: Site, { interaction: { client } }: ConsentView): Html {
  if (client.reviewed) {
    return html`<div class="stack-s small">
        <p class="row"><span class="badge badge-good">${icon('seal')}${site.words.consent.reviewed}</span></p>
        <p class="muted">${site.words.consent.reviewedText(site.product.name)}</p>
      </div>`
  }
  const text = site.words.consent.unverifiedText(bdi(clientName(client)), site.product.name)
  return html`<div class="notice notice-caution">${icon('alert')}<div><strong>${site.words.consent.unverified}</strong>${text}</div></div>`
}

function papers(site: Site, policy: string | null, tos: string | null): Html | null {
  if (policy === null && tos === null) return null
  const both = policy !== null && tos !== null
  const policyLink = policy && html`<a href="${policy}" id="consent-policy" rel="noopener noreferrer">${site.words.consent.policy}</a>`
  const tosLink =
    tos &&
    html`<a href="${tos}" id="consent-tos" rel="noopener noreferrer">${both ? site.words.consent.tos : site.words.consent.tosAlone}</a>`
  const links = html`${policyLink}${both && ` ${site.words.consent.and} `}${tosLink}`
  return html`<div><dt>${site.words.consent.papers}</dt><dd>${site.words.consent.ownSite(links)}</dd></div>`
}

function account(site: Site, { person: { user }, ticket }: ConsentView): Html {
  return html`<div class="stack-s">
      <p class="field-label" id="account-label">${site.words.consent.signedInAs}</p>
      <details class="menu who-box">
        <summary class="account" id="account-switch" aria-describedby="account-label">
          <span class="mark mark-s mark-person" aria-hidden="true">${initials(user)}</span>
          <span class="grow"><b class="small">${bdi(personName(user))}</b><br><span class="tiny muted">${user.email}</span><span class="visually-hidden">${site.words.consent.switchAccount}</span></span>
          ${icon('chevron', 'icon-s chevron')}
        </summary>
        <form class="menu-list" method="post" action="${site.base}/session/select">
          <input type="hidden" name="ticket" value="${ticket}">
          <button type="submit" class="menu-item" name="account" value="" id="account-other">${icon('plus')}${site.words.consent.other}</button>
        </form>
      </details>
    </div>`
}

function whatFor(site: Site, view: ConsentView): Html {
  const { ticket, person, shown, interaction } = view
  const claims = askedClaims(site, view)
  const name = bdi(clientName(interaction.client))
  return html`<form class="consent-what stack-l" method="post" action="${site.base}/consent" id="consent-form">
      <input type="hidden" name="ticket" value="${ticket}">
      <input type="hidden" name="sid" value="${person.session.sid}">
      <input type="hidden" name="looks" value="${interaction.looks}">
      ${view.nothing_on && html`<div class="notice notice-danger" role="alert" id="consent-error">${icon('alert')}<div><strong>${site.words.consent.nothingOn}</strong>${site.words.consent.nothingOnText(name)}</div></div>`}
      <section class="stack" aria-labelledby="what-title">
        <div class="stack-s">
          <h2 id="what-title">${site.words.consent.what(name)}</h2>
          <p class="muted small">${explain(site, view, claims, name)}</p>
        </div>
        ${levelOf(site, 1, shown, claimsItem(site, claims, view.insists_on_claims))}
        ${levelOf(site, 2, shown)}
        ${levelOf(site, 3, shown)}
      </section>
      ${resourcesOf(site, interaction)}
      ${alreadyOf(site, view, name)}
      ${howLong(site, view)}
      <details class="disclosure small">
        <summary>${icon('no', 'icon-s')}<span>${site.words.consent.willNot(name)}</span>${icon('chevron', 'icon-s chevron')}</summary>
        <p class="disclosure-body muted">${site.words.consent.willNotText}</p>
      </details>
    </form>`
}

function explain(site: Site, view: ConsentView, claims: readonly string[], name: Html): Html | string {
  const { shown, interaction } = view
  if (shown.length === 0 && claims.length === 0) return site.words.consent.whatNothing(name)
  const required = (claims.length > 0 && view.insists_on_claims) || shown.some((scope) => scope.required)
  if (!required) return interaction.client.reviewed ? site.words.consent.whatOptional : site.words.consent.whatUnreviewed(name)
  return shown.every((scope) => scope.required) ? site.words.consent.whatRequired : site.words.consent.whatMixed
}

function levelOf(site: Site, level: 1 | 2 | 3, shown: readonly ShownScope[], more: Html | null = null): Html | null {
  const here = shown.filter(({ definition }) => definition.level === level)
  if (here.length === 0 && !more) return null
  const { title, note } = site.words.consent.levels[level]
  return html`<div>
          <h3 class="level level-${level}"><span class="level-gauge" aria-hidden="true"><i></i><i></i><i></i></span>${title}<span class="level-note">${note}</span></h3>
          <ul class="scopes${level === 3 && ' scopes-acts'}">
          ${here.map((scope) => scopeItem(site, scope))}
          ${more}
          </ul>
        </div>`
}

function scopeItem(site: Site, { word, definition, required }: ShownScope): Html {
  return html`<li class="scope">
            <label class="scope-name" for="scope-${word}">${inWords(site.words, definition.title)}</label>
            <div class="scope-text stack-s"><p id="about-${word}">${inWords(site.words, definition.description)}</p></div>
            <div class="scope-control">${required ? locked(site, `scope-${word}`, `about-${word}`) : html`<input class="switch" type="checkbox" name="scope" value="${word}" id="scope-${word}" aria-describedby="about-${word}">`}</div>
          </li>`
}

function locked(site: Site, id: string, about: string): Html {
  return html`<span class="locked"><input type="checkbox" id="${id}" checked disabled aria-describedby="${about}">${icon('lock', 'icon-s')}${site.words.consent.required}</span>`
}

/** Claims asked for one by one, where no scope that is required opens them anyway. @spec OIDC Core §5.5 */
export function askedClaims(site: Site, { shown, interaction: { request } }: ConsentView): string[] {
  const opened = new Set(shown.filter(({ required }) => required).flatMap(({ definition }) => definition.claims ?? []))
  return (request.claims ?? []).filter((name) => !opened.has(name) && !site.scopes['openid']?.claims?.includes(name))
}

function claimsItem(site: Site, claims: readonly string[], required: boolean): Html | null {
  if (claims.length === 0) return null
  return html`<li class="scope">
            <label class="scope-name" for="consent-claims">${site.words.consent.claims}</label>
            <div class="scope-text stack-s"><p id="about-claims">${claims.map((name) => name.replaceAll('_', ' ')).join(', ')}</p></div>
            <div class="scope-control">${required ? locked(site, 'consent-claims', 'about-claims') : html`<input class="switch" type="checkbox" name="claims" value="on" id="consent-claims" aria-describedby="about-claims">`}</div>
          </li>`
}

/** The APIs that the tokens are for and that the deployment gave a name. @spec RFC 8707 §2 */
export function namedResources(site: Site, { request }: Interaction): string[] {
  return (request.resource ?? []).filter((id) => site.resources[id])
}

function resourcesOf(site: Site, interaction: Interaction): Html | null {
  const named = namedResources(site, interaction)
  if (named.length === 0) return null
  return html`<section class="stack-s" aria-labelledby="where-title">
        <h3 class="field-label" id="where-title">${site.words.consent.where}</h3>
        ${named.map((id) => html`<p class="small" id="resource-${id}">${inWords(site.words, site.resources[id]!.name)}</p>`)}
      </section>`
}

function alreadyOf(site: Site, { already }: ConsentView, name: Html): Html | null {
  if (already.length === 0) return null
  return html`<section class="stack-s" aria-labelledby="already-title" id="consent-already">
        <h3 class="field-label" id="already-title">${site.words.consent.already(name)}</h3>
        <ul class="may">${already.map((title) => html`<li>${inWords(site.words, title)}</li>`)}</ul>
        <p class="small muted">${site.words.consent.alreadyText}</p>
      </section>`
}

/** When each choice ends, in milliseconds; null where it does not. A dialect may have an end that a person cannot go beyond. */
export function endsOf(site: Site, { interaction: { dialect } }: ConsentView): Record<Duration, Milliseconds | null> {
  const { longest = Number.POSITIVE_INFINITY } = dialect.consent // seconds
  const ends = Object.entries(DURATIONS).map(([name, duration]) => {
    const lasts = Math.min(duration ?? Number.POSITIVE_INFINITY, longest * SECOND)
    return [name, Number.isFinite(lasts) ? site.clock() + lasts : null]
  })
  return Object.fromEntries(ends)
}

function howLong(site: Site, view: ConsentView): Html {
  const {
    proposed,
    interaction: { request },
  } = view
  const offline = splitScope(request.scope).includes('offline_access')
  const now = site.clock()
  const ends = endsOf(site, view)
  const until = (end: Milliseconds) => site.words.consent.monthNote(day(end, now, site.words))
  const idle = Math.round((site.lifetime.refresh_token * SECOND) / DAY)
  return html`<fieldset class="stack-s">
        <legend class="field-label">${site.words.consent.howLong}</legend>
        <div class="choices">
          <label class="choice" for="duration-once"><input type="radio" name="duration" value="once" id="duration-once">${site.words.consent.once}<small>${site.words.consent.onceNote}</small></label>
          <label class="choice" for="duration-30d"><input type="radio" name="duration" value="30d" id="duration-30d"${proposed === '30d' && html` checked`}>${site.words.consent.month}<small>${ends['30d'] !== null && until(ends['30d'])}</small></label>
          <label class="choice" for="duration-revoked"><input type="radio" name="duration" value="revoked" id="duration-revoked"${proposed === 'revoked' && html` checked`}>${site.words.consent.revoked}<small>${ends.revoked === null ? idle >= 1 && site.words.consent.revokedNote(idle) : until(ends.revoked)}</small></label>
        </div>
        ${offline && html`<p class="small muted" id="consent-offline">${site.words.consent.offline}</p>`}
      </fieldset>`
}

/** The refusal comes first in the document, so that Enter never gives anything away. */
function answers(site: Site, { interaction: { client, request } }: ConsentView): Html {
  const name = bdi(clientName(client))
  const apps = `${site.base}/account/apps`
  const next = isNativeRedirect(request.redirect_uri)
    ? site.words.consent.nextHere(name, apps)
    : site.words.consent.next(name, hostOf(request.redirect_uri), apps)
  return html`<div class="slip-foot consent-foot">
    <div class="stack-s"><p class="next">${next}</p>${slotLine(site)}</div>
    <div class="answers">
      <button type="submit" form="consent-form" class="button" id="consent-deny" name="decision" value="deny">${site.words.consent.deny}</button>
      <button type="submit" form="consent-form" class="button button-primary" id="consent-allow" name="decision" value="allow">${site.words.consent.allow}</button>
    </div>
  </div>`
}

function slotLine(site: Site): Html | null {
  const own = slot(site, 'consent')
  return own && html`<p class="small muted">${own}</p>`
}
