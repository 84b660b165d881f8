import type { Reply } from '../../core/model/http.ts'
import type { Person } from '../accounts/sessions.ts'
import type { Asked } from './consent-decision.ts'
import type { Offer, OfferedDuration, OfferedScope } from './consent-offer.ts'
import { type Question, sealOf } from './consent-question.ts'
import type { Sentences } from './consent-sentences.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import type { Site } from './site.ts'
import { bdi, clientMark, formTarget, initials, personName } from './text.ts'
import { inLanguage } from './words.ts'

/** What the consent page is to show. */
export interface ConsentView extends Asked {
  /** Other accounts that are signed in in this browser. */
  others: readonly Person[]
  question: Question
  /** The answer was "allow" with every switch off. */
  nothing_on: boolean
}

/** Who asks, on one side; what for, on the other; what happens then, below the line. */
export function consentPage(site: Site, view: ConsentView): Reply {
  const { request } = view.interaction
  const { title } = view.question
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
  ${answers(view)}
</div>
</div>`,
  })
}

function whoAsks(site: Site, view: ConsentView): Html {
  const { client } = view.interaction
  const { offer, sentences } = view.question
  return html`<section class="consent-who" aria-labelledby="consent-title"><div class="stack">
      <div class="handshake" aria-hidden="true">${clientMark(client, 'mark-l')}<span class="handshake-line"></span><span class="mark mark-l mark-brand">${site.look.glyph}</span></div>
      <h1 id="consent-title">${sentences.heading}</h1>
      ${standingOf(view.question)}
      ${warnings(sentences)}
      <dl class="facts small">
        <div><dt>${sentences.sent_to}</dt><dd class="host" id="consent-redirect-host">${offer.redirect_host}</dd></div>
        ${sentences.papers && html`<div><dt>${sentences.papers}</dt><dd>${sentences.papers_text}</dd></div>`}
      </dl>
      ${account(site, view)}
    </div></section>`
}

/** Whether anybody has looked at this app: we say so, not the app. */
function standingOf(question: Question): Html {
  if (!question.offer.client.reviewed) return standingBadge(question)
  return html`<div class="stack-s small">
        <p class="row">${standingBadge(question)}</p>
        <p class="muted">${question.sentences.standing_text}</p>
      </div>`
}

export function standingBadge({ offer, sentences }: Question): Html {
  if (offer.client.reviewed) return html`<span class="badge badge-good">${icon('seal')}${sentences.standing}</span>`
  return html`<div class="notice notice-caution">${icon('alert')}<div><strong>${sentences.standing}</strong>${sentences.standing_text}</div></div>`
}

/** Its name looks like another; its answer goes to a program on this computer, and we cannot tell which. @spec RFC 8252 §8.6 */
export function warnings({ alike, alike_text, here, here_text }: Sentences): Html {
  return html`${alike && html`<div class="notice notice-caution" id="consent-alike">${icon('alert')}<div><strong>${alike}</strong>${alike_text}</div></div>`}
      ${here && html`<div class="notice notice-caution" id="consent-localhost">${icon('computer')}<div><strong>${here}</strong>${here_text}</div></div>`}`
}

function account(site: Site, { person: { user }, others, ticket }: ConsentView): Html {
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
          ${others.map((other, i) => html`<button type="submit" class="menu-item" name="account" value="${other.session.sid}" id="account-${i + 1}"><span class="mark mark-s mark-person" aria-hidden="true">${initials(other.user)}</span><span><b>${bdi(personName(other.user))}</b><br><span class="tiny muted">${other.user.email}</span></span></button>`)}
          <button type="submit" class="menu-item" name="account" value="" id="account-other">${icon('plus')}${site.words.consent.other}</button>
        </form>
      </details>
    </div>`
}

function whatFor(site: Site, view: ConsentView): Html {
  const { offer, sentences } = view.question
  const { scopes } = offer
  const name = bdi(offer.client.name)
  return html`<form class="consent-what stack-l" method="post" action="${site.base}/consent" id="consent-form">
      ${bound(view)}
      ${view.nothing_on && html`<div class="notice notice-danger" role="alert" id="consent-error">${icon('alert')}<div><strong>${site.words.consent.nothingOn}</strong>${site.words.consent.nothingOnText(name)}</div></div>`}
      ${sentences.rests && html`<div class="notice notice-caution" id="consent-paused">${icon('pause')}<div><strong>${sentences.rests}</strong>${sentences.rests_text}</div></div>`}
      <section class="stack" aria-labelledby="what-title">
        <div class="stack-s">
          <h2 id="what-title">${sentences.what}</h2>
          <p class="muted small">${sentences.explain}</p>
        </div>
        ${levelOf(sentences, 1, scopes, claimsItem(sentences, offer.claims))}
        ${levelOf(sentences, 2, scopes)}
        ${levelOf(sentences, 3, scopes)}
      </section>
      ${resourcesOf(view.question)}
      ${alreadyOf(view.question)}
      ${howLong(view.question)}
      <details class="disclosure small">
        <summary>${icon('no', 'icon-s')}<span>${sentences.will_not}</span>${icon('chevron', 'icon-s chevron')}</summary>
        <p class="disclosure-body muted">${sentences.will_not_text}</p>
      </details>
    </form>`
}

/** What every form of this page carries: the request, who it was shown to, and what was shown. */
export function bound({ ticket, person, question }: ConsentView): Html {
  return html`<input type="hidden" name="ticket" value="${ticket}">
      <input type="hidden" name="sid" value="${person.session.sid}">
      <input type="hidden" name="looks" value="${sealOf(question)}">`
}

function levelOf(sentences: Sentences, level: 1 | 2 | 3, scopes: readonly OfferedScope[], more: Html | null = null): Html | null {
  const here = scopes.filter((scope) => scope.level === level)
  if (here.length === 0 && !more) return null
  return html`<div>
          <h3 class="level level-${level}"><span class="level-gauge" aria-hidden="true"><i></i><i></i><i></i></span>${sentences[`level_${level}`]}<span class="level-note">${sentences[`note_${level}`]}</span></h3>
          <ul class="scopes${level === 3 && ' scopes-acts'}">
          ${here.map((scope) => scopeItem(sentences, scope))}
          ${more}
          </ul>
        </div>`
}

function scopeItem(sentences: Sentences, { scope, title, lang, text, text_lang, required }: OfferedScope): Html {
  return html`<li class="scope">
            <label class="scope-name" for="scope-${scope}">${inLanguage(title, lang)}</label>
            <div class="scope-text stack-s"><p id="about-${scope}">${inLanguage(text, text_lang)}</p></div>
            <div class="scope-control">${scopeControl(sentences, scope, required)}</div>
          </li>`
}

/** A switch, or where there is no choice, a lock. */
export function scopeControl(sentences: Sentences, scope: string, required: boolean): Html {
  if (required) return locked(sentences, `scope-${scope}`, `about-${scope}`)
  return html`<input class="switch" type="checkbox" name="scope" value="${scope}" id="scope-${scope}" aria-describedby="about-${scope}">`
}

function locked(sentences: Sentences, id: string, about: string): Html {
  return html`<span class="locked"><input type="checkbox" id="${id}" checked disabled aria-describedby="${about}">${icon('lock', 'icon-s')}${sentences.required}</span>`
}

function claimsItem(sentences: Sentences, claims: Offer['claims']): Html | null {
  if (!claims) return null
  return html`<li class="scope">
            <label class="scope-name" for="consent-claims">${claims.title}</label>
            <div class="scope-text stack-s"><p id="about-claims">${claimNames(claims.names)}</p></div>
            <div class="scope-control">${claimsControl(sentences, claims.required)}</div>
          </li>`
}

export function claimsControl(sentences: Sentences, required: boolean): Html {
  if (required) return locked(sentences, 'consent-claims', 'about-claims')
  return html`<input class="switch" type="checkbox" name="claims" value="on" id="consent-claims" aria-describedby="about-claims">`
}

/** As people would write them. */
export function claimNames(names: readonly string[]): string {
  return names.map((name) => name.replaceAll('_', ' ')).join(', ')
}

/** The APIs that the tokens are for, by the names that the deployment gave them. @spec RFC 8707 §2 */
function resourcesOf({ offer: { resources }, sentences }: Question): Html | null {
  if (resources.length === 0) return null
  return html`<section class="stack-s" aria-labelledby="where-title">
        <h3 class="field-label" id="where-title">${sentences.where}</h3>
        ${resources.map(({ resource, name, lang }) => html`<p class="small" id="resource-${resource}">${inLanguage(name, lang)}</p>`)}
      </section>`
}

function alreadyOf({ offer: { already }, sentences }: Question): Html | null {
  if (already.length === 0) return null
  return html`<section class="stack-s" aria-labelledby="already-title" id="consent-already">
        <h3 class="field-label" id="already-title">${sentences.already}</h3>
        <ul class="may">${already.map((title) => html`<li>${title}</li>`)}</ul>
        <p class="small muted">${sentences.already_text}</p>
      </section>`
}

function howLong({ offer, sentences }: Question): Html {
  const choice = ({ duration, title, note }: OfferedDuration) =>
    html`<label class="choice" for="duration-${duration}"><input type="radio" name="duration" value="${duration}" id="duration-${duration}"${duration === offer.proposed && html` checked`}>${title}<small>${note}</small></label>`
  return html`<fieldset class="stack-s">
        <legend class="field-label">${sentences.how_long}</legend>
        <div class="choices">
          ${offer.durations.map(choice)}
        </div>
        ${sentences.offline && html`<p class="small muted" id="consent-offline">${sentences.offline}</p>`}
      </fieldset>`
}

/** The refusal comes first in the document, so that Enter never gives anything away. */
function answers({ question: { sentences } }: ConsentView): Html {
  const { next, own, deny, allow } = sentences
  return html`<div class="slip-foot consent-foot">
    <div class="stack-s"><p class="next">${next}</p>${own && html`<p class="small muted">${own}</p>`}</div>
    <div class="answers">
      <button type="submit" form="consent-form" class="button" id="consent-deny" name="decision" value="deny">${deny}</button>
      <button type="submit" form="consent-form" class="button button-primary" id="consent-allow" name="decision" value="allow">${allow}</button>
    </div>
  </div>`
}
