import type { ReceiptDecision, StoredReceipt } from '../../core/model/receipt.ts'
import { splitScope } from '../../core/model/scope.ts'
import { roomPath } from './account.ts'
import { listed, receiptNumber } from './app-facts.ts'
import { comma, dayOf, moment } from './dates.ts'
import { type Html, html } from './html.ts'
import { type IconName, icon } from './icons.ts'
import type { Site } from './site.ts'
import { inWords } from './words.ts'

/** Receipts that the page of an app shows. */
export const HISTORY = 50

const LOOKS: Readonly<Record<ReceiptDecision, readonly [IconName, string]>> = {
  allowed: ['check', ' dot-good'],
  narrowed: ['narrow', ''],
  limited: ['clock', ''],
  paused: ['pause', ' dot-caution'],
  resumed: ['play', ' dot-good'],
  withdrawn: ['no', ' dot-bad'],
}

/** What a person has decided about one app, the newest first. */
export function history(site: Site, receipts: readonly StoredReceipt[]): Html {
  return html`<section class="card" aria-labelledby="history-title">
      <div class="card-head"><h2 id="history-title">${site.words.apps.history}</h2><span class="end small quiet">${site.words.apps.historyNote}</span></div>
      <div class="card-body">
        <ol class="timeline">
        ${receipts.slice(0, HISTORY).map((receipt) => event(site, receipt))}
        </ol>
        ${receipts.length > HISTORY && html`<p class="small muted">…</p>`}
      </div>
    </section>`
}

function event(site: Site, { receipt_id, decision, at, scope, expires_at, seq, shown_hash }: StoredReceipt): Html {
  const words = site.words.apps
  const [drawing, tone] = LOOKS[decision]
  const names = splitScope(scope).flatMap((word) =>
    site.scopes[word] && !site.scopes[word].silent ? [inWords(site.words, site.scopes[word].title)] : [],
  )
  const path = `${roomPath(site, 'receipts')}/${receipt_id}`
  const { open, look, download } = site.words.receipts
  const number = seq === undefined ? '' : receiptNumber(seq)
  const which = html`<span class="visually-hidden">${comma(site.words)}${words.receipt} ${number}</span>`
  const goes_on = decision !== 'withdrawn'
  return html`<li>
          <span class="timeline-dot${tone}">${icon(drawing)}</span>
          <div class="stack-s">
            <div><p><b>${words.happened[decision]}</b></p><p class="tiny quiet">${moment(at, site.words)}</p></div>
            ${goes_on && names.length > 0 && html`<p class="small muted">${decision === 'narrowed' ? words.left(listed(names, site.words)) : listed(names, site.words)}</p>`}
            ${goes_on && expires_at !== undefined && html`<p class="small muted">${words.ends(dayOf(expires_at, at, site.words))}</p>`}
            <p class="small">${words.receipt} ${number !== '' && html`<span class="reference">${number}</span> `}<a href="${path}">${shown_hash === undefined ? look : open}${which}</a>${comma(site.words)}<a href="${path}.json" class="nowrap" download>${download}${which}</a></p>
          </div>
        </li>`
}
