import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { ReceiptFile, ReceiptVerdict, StoredReceipt } from '../../core/model/receipt.ts'
import { oneReceiptFile, receiptFile } from '../accounts/receipts.ts'
import { accountPage, enter, isReply, roomPath } from './account.ts'
import { comma, moment } from './dates.ts'
import { readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { legible } from './receipt-shown.ts'
import { receiptDecision, receiptName, receiptPage } from './receipt-view.ts'
import type { Site } from './site.ts'

const PAGE = 20
/** Receipts that a page reads to say whether all fit together: more are checked by who downloads them. */
const MOST_CHECKED = 1_000
/** The name in the address of all receipts in one file. */
const ALL = 'all.json'

/** What a person has decided, the newest first, and whether the receipts fit together. */
export async function showReceipts(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'receipts')
  if (isReply(person)) return person
  const { sub } = person.user
  const after = readQuery(http).get('after')
  const found = await site.store.receipts.list(sub, { limit: PAGE + 1, ...(after !== '' && { after }) })
  const shown = found.slice(0, PAGE).map(legible)
  const last = found.length > PAGE ? shown.at(-1) : undefined
  const { receipts, account } = site.words
  return accountPage(site, {
    room: 'receipts',
    main: html`<div class="stack-s">
      <div class="row row-apart"><h1>${account.rooms.receipts}</h1>${shown.length > 0 && html`<a class="small" href="${roomPath(site, 'receipts')}/${ALL}" id="receipts-download" download>${receipts.downloadAll}</a>`}</div>
      <p class="muted">${receipts.intro}</p>
    </div>
    ${after === '' && shown.length > 0 && (await stateOfChain(site, sub, shown[0]!))}
    ${shown.length === 0 ? empty(site) : list(site, shown)}
    ${(last || after !== '') && pager(site, last, after !== '')}`,
  })
}

/** One receipt by its address, as a page or as a file. Throws OAuthError where this person has no such receipt. */
export async function showReceipt(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'receipts')
  if (isReply(person)) return person
  const name = http.path.slice(http.path.lastIndexOf('/') + 1)
  const { sub } = person.user
  if (name === ALL) {
    const after = readQuery(http).get('after')
    return download(await receiptFile(site, sub, after === '' ? undefined : after), 'receipts.json')
  }
  const receipt_id = name.replace(/\.json$/, '')
  const receipt = await site.store.receipts.find(sub, receipt_id)
  if (!receipt) throw new OAuthError('invalid_request', 'There is no such receipt.', { status: 404, reason: 'not_found' })
  if (name !== receipt_id) return download(oneReceiptFile(site, receipt), `receipt-${receipt.seq ?? receipt_id}.json`)
  return receiptPage(site, receipt)
}

function download(file: ReceiptFile, name: string): Reply {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    },
    body: `${JSON.stringify(file, null, 2)}\n`,
  }
}

async function stateOfChain(site: Site, sub: string, newest: StoredReceipt): Promise<Html> {
  const { receipts } = site.words
  if ((newest.seq ?? 0) > MOST_CHECKED) return html`<p class="small muted" id="receipts-chain">${receipts.long}</p>`
  const verdict = await site.store.receipts.verify({ sub })
  return verdict.findings.length === 0 ? whole(site, verdict) : broken(site)
}

function whole(site: Site, { receipts: count, unchained }: ReceiptVerdict): Html {
  const { receipts } = site.words
  return html`<div class="notice notice-quiet" id="receipts-chain">${icon('seal')}<div><strong>${receipts.whole}</strong>${receipts.wholeText(count)}${unchained > 0 && ` ${receipts.unchained(unchained)}`}</div></div>`
}

function broken(site: Site): Html {
  const { receipts } = site.words
  return html`<div class="notice notice-danger" role="alert" id="receipts-chain">${icon('alert')}<div><strong>${receipts.broken}</strong>${receipts.brokenText}</div></div>`
}

function empty(site: Site): Html {
  const { receipts } = site.words
  return html`<div class="card"><div class="empty">${icon('receipt')}<h2>${receipts.none}</h2><p>${receipts.noneText}</p></div></div>`
}

function list(site: Site, shown: readonly StoredReceipt[]): Html {
  return html`<section aria-label="${site.words.account.rooms.receipts}">
      <ol class="timeline">
      ${shown.map((receipt) => item(site, receipt))}
      </ol>
    </section>`
}

function item(site: Site, receipt: StoredReceipt): Html {
  const { receipts } = site.words
  const path = `${roomPath(site, 'receipts')}/${receipt.receipt_id}`
  const name = receiptName(site, receipt)
  const which = html`<span class="visually-hidden">${comma(site.words)}${name}</span>`
  const dot =
    receipt.decision === 'withdrawn'
      ? html`<span class="timeline-dot">${icon('no')}</span>`
      : html`<span class="timeline-dot dot-good">${icon('check')}</span>`
  return html`<li id="receipt-${receipt.receipt_id}">${dot}
        <div class="stack-s">
          <p><b>${receiptDecision(site, receipt)}</b></p>
          <p class="small muted">${moment(receipt.at, site.words)}</p>
          <p class="small"><span class="reference">${name}</span> <a href="${path}">${receipt.shown_hash === undefined ? receipts.look : receipts.open}${which}</a>${comma(site.words)}<a href="${path}.json" download>${receipts.download}${which}</a></p>
        </div>
      </li>`
}

function pager(site: Site, last: StoredReceipt | undefined, begun: boolean): Html {
  const { receipts } = site.words
  const room = roomPath(site, 'receipts')
  return html`<p class="row">${begun && html`<a class="button button-s" href="${room}" id="receipts-newest">${receipts.newest}</a>`}
      ${last && html`<a class="button button-s" href="${withQuery(room, { after: last.receipt_id })}" id="receipts-older">${receipts.older}</a>`}</p>`
}
