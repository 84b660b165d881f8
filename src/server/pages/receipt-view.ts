import type { Reply } from '../../core/model/http.ts'
import type { Receipt, Shown, StoredReceipt } from '../../core/model/receipt.ts'
import { splitScope } from '../../core/model/scope.ts'
import { accountPage, roomPath } from './account.ts'
import { claimNames } from './consent-view.ts'
import { moment } from './dates.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { isShown } from './receipt-shown.ts'
import type { Site } from './site.ts'
import { bdi, clientName } from './text.ts'
import { inLanguage, inWords, type Words, wordsIn } from './words.ts'

/** "Receipt 0117"; without a number where it is from before there were chains. */
export function receiptName(site: Site, { seq }: StoredReceipt): string {
  return seq === undefined ? site.words.receipts.old : site.words.receipts.number(seq)
}

/** What was decided, in one line. */
export function receiptDecision(site: Site, { decision, client_name = '', client_id }: Receipt): Html {
  const { allowed, withdrawn, changed } = site.words.receipts
  const app = bdi(clientName({ client_name, client_id }))
  if (decision === 'allowed') return allowed(app)
  return decision === 'withdrawn' ? withdrawn(app) : changed(app)
}

/** One receipt, drawn from itself alone: whatever app, texts and settings have become since. */
export async function receiptPage(site: Site, receipt: StoredReceipt): Promise<Reply> {
  const { receipts } = site.words
  const { receipt_id, shown } = receipt
  const room = roomPath(site, 'receipts')
  return accountPage(site, {
    room: 'receipts',
    title: receiptName(site, receipt),
    main: html`<p class="small"><a href="${room}" id="receipts-all">${receipts.all}</a></p>
    <div class="stack-s">
      <h1 id="receipt-title">${receiptDecision(site, receipt)}</h1>
      <p class="row"><span class="reference">${receiptName(site, receipt)}</span> <a class="small" href="${room}/${receipt_id}.json" id="receipt-download" download>${receipts.download}</a></p>
    </div>
    ${facts(site, receipt)}
    <section class="stack" aria-labelledby="receipt-shown-title">
      <div class="stack-s"><h2 id="receipt-shown-title">${receipts.shown}</h2>${isShown(shown) && html`<p class="small muted">${receipts.shownText}</p>`}</div>
      ${isShown(shown) ? again(shown, await wordsIn(shown.language)) : html`<p class="small muted" id="receipt-erased">${receipt.shown_hash === undefined ? receipts.nothing : receipts.erased}</p>`}
    </section>`,
  })
}

function facts(site: Site, receipt: StoredReceipt): Html {
  const { receipts } = site.words
  const { at, expires_at, through, shown, hash, prev = '' } = receipt
  const device = isShown(shown) ? shown.device : undefined
  const line = (label: string, value: Html | string) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`
  return html`<dl class="facts facts-line small" id="receipt-facts">
      ${line(receipts.when, moment(at, site.words))}
      ${through !== undefined && Object.hasOwn(receipts, through) && line(receipts.from, `${receipts[through]}${device === undefined ? '' : ` (${device})`}`)}
      ${!isShown(shown) && line(receipts.scope, scopeTitles(site, receipt))}
      ${expires_at !== undefined && line(receipts.until, moment(expires_at, site.words))}
      ${hash !== undefined && line(receipts.fingerprint, html`<span class="reference">${hash}</span>`)}
      ${prev !== '' && line(receipts.before, html`<span class="reference">${prev}</span>`)}
    </dl>`
}

function scopeTitles(site: Site, { scope }: Receipt): Html {
  const known = splitScope(scope).filter((word) => site.scopes[word]?.silent !== true)
  return html`${known.map((word, i) => html`${i > 0 && ', '}${site.scopes[word] ? inWords(site.words, site.scopes[word].title) : word}`)}`
}

/** The page that was answered, in its own words: nothing in it can be pressed any more. */
function again(shown: Shown, then: Words): Html {
  const { consent } = then
  const name = bdi(shown.client.name)
  const { claims, resources = [], already = [], duration, difference } = shown
  return html`<div class="slip" id="receipt-shown" lang="${shown.language}" dir="${then.dir}">
      <div class="slip-body stack-l">
        <div class="stack-s">
          <h3>${shown.product === undefined || difference ? shown.title : consent.heading(name, shown.product)}</h3>
          <p class="small muted">${shown.client.reviewed ? consent.reviewed : consent.unverified}</p>
        </div>
        <dl class="facts small">
          <div><dt>${consent.sentTo}</dt><dd class="host">${shown.redirect_host}</dd></div>
          ${shown.client.policy_uri !== undefined && html`<div><dt>${consent.policy}</dt><dd class="host">${shown.client.policy_uri}</dd></div>`}
          ${shown.client.tos_uri !== undefined && html`<div><dt>${consent.tosAlone}</dt><dd class="host">${shown.client.tos_uri}</dd></div>`}
        </dl>
        ${shown.scopes.length > 0 && html`<ul class="scopes">${shown.scopes.map((scope) => scopeItem(scope, then))}</ul>`}
        ${claims && html`<ul class="scopes">${scopeItem({ title: claims.title, text: claimNames(claims.names), required: claims.required, on: claims.on }, then)}</ul>`}
        ${resources.length > 0 && part(consent.where, html`${resources.map((one) => html`<p class="small">${inLanguage(one.name, one.lang)}</p>`)}`)}
        ${difference && differenceOf(difference, then)}
        ${already.length > 0 && part(consent.already(name), titles(already))}
        ${duration !== undefined && part(consent.howLong, html`<p class="small">${duration}</p>`)}
      </div>
    </div>`
}

const titles = (list: readonly string[]): Html => html`<ul class="may">${list.map((title) => html`<li>${title}</li>`)}</ul>`

function part(title: Html | string, body: Html): Html {
  return html`<section class="stack-s"><h4 class="field-label">${title}</h4>${body}</section>`
}

type Item = Pick<Shown['scopes'][number], 'title' | 'text' | 'lang' | 'text_lang' | 'required' | 'on'>

function scopeItem({ title, text, lang, text_lang, required, on }: Item, { receipts, consent }: Words): Html {
  const state = on ? html`${icon('check', 'icon-s')}${receipts.on}` : html`${icon('no', 'icon-s')}${receipts.off}`
  return html`<li class="scope">
            <span class="scope-name">${inLanguage(title, lang)}</span>
            <div class="scope-text stack-s"><p>${inLanguage(text, text_lang)}</p></div>
            <div class="scope-control"><span class="locked">${state}${required && html`, ${consent.required}`}</span></div>
          </li>`
}

function differenceOf({ changed, gone }: NonNullable<Shown['difference']>, { again }: Words): Html | null {
  if (changed.length + gone.length === 0) return null
  return html`${changed.map((one) => part(one.what, html`<p class="small"><span class="was">${one.was || again.none}</span> <span class="visually-hidden">${again.isNow} </span>${one.is || again.none}</p>`))}
        ${gone.length > 0 && part(again.gone, titles(gone))}`
}
