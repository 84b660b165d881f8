import type { Reply } from '../../core/model/http.ts'
import type { Difference } from './consent-difference.ts'
import type { Offer, OfferedScope } from './consent-offer.ts'
import type { Sentences } from './consent-sentences.ts'
import { bound, type ConsentView, claimNames, claimsControl, scopeControl, standingBadge, warnings } from './consent-view.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import type { Site } from './site.ts'
import { bdi, clientMark, formTarget } from './text.ts'
import { inLanguage } from './words.ts'

/** Only what is otherwise than before, and what stays, folded away. */
export function consentAgainPage(site: Site, view: ConsentView, difference: Difference): Reply {
  const { interaction, question, nothing_on } = view
  const { errorTitle } = site.words
  const { sentences } = question
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
      <div class="row">${clientMark(interaction.client)}${question.offer.client.reviewed && standingBadge(question)}</div>
      <h1 id="consent-title">${sentences.heading}</h1>
      ${!question.offer.client.reviewed && standingBadge(question)}
      ${warnings(sentences)}
      <p class="muted">${sentences.since}</p>
    </div>
    ${changes(sentences, difference, question.offer)}
    ${rest(site, sentences, difference)}
  </div>
  <div class="slip-tear"></div>
  <div class="slip-foot stack">
    <p class="next">${sentences.next}</p>
    <div class="answers">
      <button type="submit" class="button" id="consent-deny" name="decision" value="deny">${sentences.deny}</button>
      <button type="submit" class="button button-primary" id="consent-allow" name="decision" value="allow">${sentences.allow}</button>
    </div>
  </div>
  </form>
</div>
${account(site, view)}
</div>`,
  })
}

function changes(sentences: Sentences, difference: Difference, { resources }: Offer): Html {
  const { added, claims, places, changed, gone, choices } = difference
  const one = choices === 1
  return html`<section aria-labelledby="diff-title">
      <h2 class="visually-hidden" id="diff-title">${sentences.what}</h2>
      ${added.map((scope) => newScope(sentences, scope, one, resources))}
      ${claims && change('plus', sentences.added_1, html`<p>${one ? html`<b>${claims.title}</b>` : html`<label for="consent-claims"><b>${claims.title}</b></label>`}</p><p class="small muted" id="about-claims">${claimNames(claims.names)}</p>${!one && html`<p>${claimsControl(sentences, claims.required)}</p>`}`, 'change-new')}
      ${places.map((place) => change('plus', sentences.place, html`<p><b>${sentences.where}</b></p><p>${where(html`${place}`)}</p>`, 'change-new'))}
      ${changed.map((part) => changedPart(sentences, part))}
      ${gone.map((title) => change('minus', sentences.gone, html`<p>${title}</p><p class="small muted">${sentences.gone_text}</p>`))}
      ${difference.offline && change('plus', sentences.added_2, html`<p class="small" id="consent-offline">${sentences.offline}</p>`, 'change-new')}
    </section>`
}

const where = (name: Html): Html => html`<span class="where">${icon('apps')}${name}</span>`

function newScope(
  sentences: Sentences,
  { scope, title, lang, text, text_lang, level, required }: OfferedScope,
  one: boolean,
  resources: Offer['resources'],
): Html {
  const word = sentences[`added_${level as 1 | 2 | 3}`]
  const name = html`<b>${inLanguage(title, lang)}</b>`
  const body = html`<p>${one ? name : html`<label for="scope-${scope}">${name}</label>`}</p>
          <p class="small muted" id="about-${scope}">${inLanguage(text, text_lang)}</p>
          ${resources.length > 0 && html`<p>${resources.map((place) => where(inLanguage(place.name, place.lang)))}</p>`}
          ${!one && html`<p>${scopeControl(sentences, scope, required)}</p>`}`
  return change('plus', word, body, `change-new${level === 3 ? ' change-acts' : ''}`, one ? `scope-${scope}` : null)
}

function changedPart(sentences: Sentences, { what, title, was, is }: Difference['changed'][number]): Html {
  const look = what === 'name' || what === 'kind' || what === 'publisher' ? '' : 'host'
  const show = (text: string, id: string | null, more = '') =>
    html`<span class="${look}${more}"${id !== null && html` id="${id}"`}><bdi>${text === '' ? sentences.none : text}</bdi></span>`
  const id = what === 'host' ? 'consent-redirect-host' : `consent-changed-${what}`
  return change(
    'pen',
    sentences.changed,
    html`<p><b>${title}</b></p><p class="small">${show(was, null, ' was')}<br><span class="visually-hidden">${sentences.is_now} </span>${show(is, id)}</p>`,
  )
}

function change(sign: 'plus' | 'minus' | 'pen', word: Html | string | undefined, body: Html, look = '', id: string | null = null): Html {
  return html`<div class="change${look && ` ${look}`}"${id !== null && html` id="${id}"`}>
        <span class="change-sign">${icon(sign, 'icon-s')}</span>
        <div class="stack-s">
          <p class="change-word">${word}</p>
          ${body}
        </div>
      </div>`
}

/** What stays, the end and the receipt: there for whoever wants it. */
function rest(site: Site, sentences: Sentences, { kept, receipt_id }: Difference): Html {
  const link =
    receipt_id !== undefined &&
    sentences.earlier !== undefined &&
    html` <a href="${site.base}/account/receipts/${receipt_id}">${sentences.earlier}</a>`
  return html`<details class="disclosure small" id="consent-kept">
      <summary>${icon('check', 'icon-s')}<span>${sentences.stays}</span>${icon('chevron', 'icon-s chevron')}</summary>
      <ul class="disclosure-body stack-s muted">
        ${kept.map((title) => html`<li>${title}</li>`)}
        <li>${sentences.until}${link}</li>
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
