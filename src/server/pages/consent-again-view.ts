import type { Reply } from '../../core/model/http.ts'
import type { Difference } from './consent-difference.ts'
import type { OfferedScope } from './consent-offer.ts'
import { bound, type ConsentView, claimNames, claimsControl, scopeControl, standingBadge } from './consent-view.ts'
import { dayOf } from './dates.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import type { Site } from './site.ts'
import { bdi, clientMark, formTarget } from './text.ts'
import { inLanguage } from './words.ts'

/** Only what is otherwise than before, and what stays, folded away. */
export function consentAgainPage(site: Site, view: ConsentView, difference: Difference): Reply {
  const { interaction, question, nothing_on } = view
  const { again, errorTitle } = site.words
  const name = bdi(question.offer.client.name)
  return page(site, {
    title: nothing_on ? errorTitle(question.title) : question.title,
    status: nothing_on ? 400 : 200,
    form_action: formTarget(interaction.request.redirect_uri),
    main: html`<div class="width-m stack-l">
<div class="slip">
  <form method="post" action="${site.base}/consent" id="consent-form">
  ${bound(view)}
  <div class="slip-body stack-l">
    ${nothing_on && html`<div class="notice notice-danger" role="alert" id="consent-error">${icon('alert')}<div><strong>${site.words.consent.nothingOn}</strong>${site.words.consent.nothingOnText(name)}</div></div>`}
    <div class="stack">
      <div class="row">${clientMark(interaction.client)}${standingBadge(site, question.offer)}</div>
      <h1 id="consent-title">${again.heading(name, difference.choices)}</h1>
      <p class="muted">${again.since(name, dayOf(difference.since, site.clock(), site.words))}</p>
    </div>
    ${changes(site, difference)}
    ${rest(site, difference)}
  </div>
  <div class="slip-tear"></div>
  <div class="slip-foot stack">
    <p class="next">${again.next(name)}</p>
    <div class="answers">
      <button type="submit" class="button" id="consent-deny" name="decision" value="deny">${again.keep}</button>
      <button type="submit" class="button button-primary" id="consent-allow" name="decision" value="allow">${again.allow}</button>
    </div>
  </div>
  </form>
</div>
${account(site, view)}
</div>`,
  })
}

function changes(site: Site, difference: Difference): Html {
  const { added, claims, places, changed, gone, choices } = difference
  const { again, consent } = site.words
  const one = choices === 1
  return html`<section class="stack" aria-labelledby="diff-title">
      <h2 class="visually-hidden" id="diff-title">${again.what}</h2>
      ${added.map((scope) => newScope(site, scope, one))}
      ${claims && change('plus', again.added[1], html`<p>${one ? html`<b>${claims.title}</b>` : html`<label for="consent-claims"><b>${claims.title}</b></label>`}</p><p class="small muted" id="about-claims">${claimNames(claims.names)}</p>${!one && html`<p>${claimsControl(site, claims.required)}</p>`}`, 'change-new')}
      ${places.map((place) => change('plus', again.place, html`<p><b>${consent.where}</b></p><p><span class="where">${icon('apps')}${place}</span></p>`, 'change-new'))}
      ${changed.map((part) => changedPart(site, part))}
      ${gone.map((title) => change('minus', again.gone, html`<p class="was">${title}</p><p class="small muted">${again.goneText}</p>`))}
    </section>`
}

function newScope(site: Site, { scope, title, lang, text, text_lang, level, required }: OfferedScope, one: boolean): Html {
  const word = site.words.again.added[level as 1 | 2 | 3]
  const name = html`<b>${inLanguage(title, lang)}</b>`
  const body = html`<p>${one ? name : html`<label for="scope-${scope}">${name}</label>`}</p>
          <p class="small muted" id="about-${scope}">${inLanguage(text, text_lang)}</p>
          ${!one && html`<p>${scopeControl(site, scope, required)}</p>`}`
  return change('plus', word, body, `change-new${level === 3 ? ' change-acts' : ''}`, one ? `scope-${scope}` : null)
}

function changedPart(site: Site, { what, title, was, is }: Difference['changed'][number]): Html {
  const { again } = site.words
  const look = what === 'name' ? '' : 'host'
  const show = (text: string, id: string | null, more = '') =>
    html`<span class="${look}${more}"${id !== null && html` id="${id}"`}><bdi>${text === '' ? again.none : text}</bdi></span>`
  const id = what === 'host' ? 'consent-redirect-host' : `consent-changed-${what}`
  return change(
    'pen',
    again.changed,
    html`<p><b>${title}</b></p><p class="small">${show(was, null, ' was')}<br><span class="visually-hidden">${again.isNow} </span>${show(is, id)}</p>`,
  )
}

function change(sign: 'plus' | 'minus' | 'pen', word: string, body: Html, look = '', id: string | null = null): Html {
  return html`<div class="change${look && ` ${look}`}"${id !== null && html` id="${id}"`}>
        <span class="change-sign">${icon(sign, 'icon-s')}</span>
        <div class="stack-s">
          <p class="change-word">${word}</p>
          ${body}
        </div>
      </div>`
}

/** What stays, the end and the receipt: there for whoever wants it. */
function rest(site: Site, { kept, until, receipt_id, receipt_seq }: Difference): Html {
  const { again, receipts } = site.words
  const end = until === undefined ? again.untilRevoked : again.until(dayOf(until, site.clock(), site.words))
  const link =
    receipt_id !== undefined &&
    receipt_seq !== undefined &&
    html` <a href="${site.base}/account/receipts/${receipt_id}">${receipts.number(receipt_seq)}</a>`
  return html`<details class="disclosure small" id="consent-kept">
      <summary>${icon('check', 'icon-s')}<span>${again.stays(kept.length)}</span>${icon('chevron', 'icon-s chevron')}</summary>
      <ul class="disclosure-body stack-s muted">
        ${kept.map((title) => html`<li>${title}</li>`)}
        <li>${end}${link}</li>
      </ul>
    </details>`
}

/** Another account begins anew at the sign-in page, with the same request. */
function account(site: Site, { person, ticket }: ConsentView): Html {
  const { consent } = site.words
  return html`<form class="small muted" method="post" action="${site.base}/session/select">
  <input type="hidden" name="ticket" value="${ticket}">
  <p>${consent.signedInAs} <b>${person.user.email}</b>. <button type="submit" class="link-button" name="account" value="" id="account-other">${consent.other}</button></p>
</form>`
}
