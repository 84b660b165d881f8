import type { Reply } from '../../core/model/http.ts'
import type { Receipt, StoredReceipt } from '../../core/model/receipt.ts'
import { splitScope } from '../../core/model/scope.ts'
import { accountPage, roomPath } from './account.ts'
import { comma, moment } from './dates.ts'
import { type Html, html } from './html.ts'
import { drawAgain } from './receipt-drawing.ts'
import { isShown, legible } from './receipt-shown.ts'
import type { Site } from './site.ts'
import { bdi, cleanText, clientName } from './text.ts'
import { inWords, wordsIn } from './words.ts'

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
export async function receiptPage(site: Site, found: StoredReceipt): Promise<Reply> {
  const receipt = legible(found)
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
      ${isShown(shown) ? drawAgain(shown, await wordsIn(shown.language)) : html`<p class="small muted" id="receipt-erased">${receipt.shown_hash === undefined ? receipts.nothing : receipts.erased}</p>`}
    </section>`,
  })
}

function facts(site: Site, receipt: StoredReceipt): Html {
  const { receipts } = site.words
  const { at, expires_at, through, shown, hash, prev = '' } = receipt
  const device = isShown(shown) ? shown.device : undefined
  const version = isShown(shown) ? (shown.client.looks ?? '') : ''
  const line = (label: string, value: Html | string) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`
  return html`<dl class="facts facts-line small" id="receipt-facts">
      ${line(receipts.when, moment(at, site.words))}
      ${line(receipts.app, html`<bdi class="host">${cleanText(receipt.client_id, 200)}</bdi>`)}
      ${version !== '' && line(receipts.version, html`<span class="reference">${version}</span>`)}
      ${through !== undefined && line(receipts.from, `${receipts[through]}${device === undefined ? '' : ` (${device})`}`)}
      ${!isShown(shown) && line(receipts.scope, scopeTitles(site, receipt))}
      ${expires_at !== undefined && line(receipts.until, moment(expires_at, site.words))}
      ${hash !== undefined && line(receipts.fingerprint, html`<span class="reference">${hash}</span>`)}
      ${prev !== '' && line(receipts.before, html`<span class="reference">${prev}</span>`)}
    </dl>`
}

function scopeTitles(site: Site, { scope }: Receipt): Html {
  const known = splitScope(scope).filter((word) => site.scopes[word]?.silent !== true)
  return html`${known.map((word, i) => html`${i > 0 && comma(site.words)}${site.scopes[word] ? inWords(site.words, site.scopes[word].title) : word}`)}`
}
