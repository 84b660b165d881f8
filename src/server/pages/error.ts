import { type Clock, MINUTE, SECOND } from '../../core/model/clock.ts'
import type { ErrorView } from '../../core/model/context.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { moment } from './dates.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import type { Frame } from './site.ts'
import { bdi, clientName, linkTo } from './text.ts'

/** What our own sign-in would be, where people sign in at the product. */
export function signedInElsewhere(): OAuthError {
  return new OAuthError('invalid_request', 'People sign in at the product here.', { status: 404, reason: 'signed_in_elsewhere' })
}

/** What has nothing to do with an app, so that no developer need be told. */
const NOT_THE_APPS: readonly string[] = ['foreign_form', 'stale_form', 'not_found', 'signed_in_elsewhere', 'upstream_taken']

/** Tells a person what happened, from a fixed set of sentences; of the request it shows nothing but the name of a known app. */
export function errorPage(frame: Frame & { clock: Clock }, http: HttpRequest, view: ErrorView): Reply {
  const { error, reference, client } = view
  const said = (error.reason && frame.words.reasons[error.reason]) ?? frame.words.codes[error.error] ?? frame.words.unreadable
  const ours = error.status >= 500
  const name = client && clientName(client)
  return page(frame, {
    title: said.title(name ?? frame.words.error.anApp),
    status: error.status,
    headers: { ...error.headers, 'x-vouchsafe-reference': reference },
    main: html`<div class="width-m stack-l">
<div class="slip">
  <div class="slip-body stack">
    <p>${badge(frame, error.error, ours)}</p>
    <h1 id="error-title">${said.title(name === null ? frame.words.error.anApp : bdi(name))}</h1>
    <p id="error-text">${said.text(name === null ? frame.words.error.theApp : bdi(name))} ${waitOf(frame, view)}</p>
    ${wayOut(frame, http, view)}
  </div>
  <div class="slip-tear"></div>
  <div class="slip-foot stack">
    ${facts(frame, view)}
    ${ours || NOT_THE_APPS.includes(error.reason ?? '') ? null : forDeveloper(frame, view)}
  </div>
</div>
</div>`,
  })
}

function badge(frame: Frame, code: string, ours: boolean): Html {
  if (code === 'temporarily_unavailable') return html`<span class="badge badge-caution">${icon('alert')}${frame.words.error.busy}</span>`
  return html`<span class="badge badge-danger">${icon(ours ? 'alert' : 'no')}${ours ? frame.words.error.ours : frame.words.error.stopped}</span>`
}

/** Only where trying again makes sense. */
function waitOf(frame: Frame, { error }: ErrorView): string {
  const seconds = Number(error.headers['retry-after'] ?? (error.error === 'server_error' ? 60 : 0))
  return seconds > 0 ? frame.words.error.wait(Math.ceil((seconds * SECOND) / MINUTE)) : ''
}

/** There is never a link to an address that was not proved: only to this very address again, to a page of ours, and to the product. */
function wayOut(frame: Frame, http: HttpRequest, { error }: ErrorView): Html {
  const { back } = error
  const again = error.status >= 500 && http.method === 'GET'
  const toLogin = back?.startsWith(`${frame.base}/login`)
  return html`<div class="row">
      ${again && html`<a class="button button-primary" href="?${http.query}" id="error-retry">${frame.words.error.retry}</a>`}
      ${back !== undefined && html`<a class="button${!again && ' button-primary'}" href="${back}" id="error-back">${toLogin ? frame.words.accounts.forgot.back : frame.words.error.anew}</a>`}
      ${!again && back === undefined && html`<a class="button button-primary" href="${linkTo(frame.product.home) ?? `${frame.base}/`}" id="error-home">${frame.words.error.home(frame.product.name)}</a>`}
    </div>`
}

function facts(frame: Frame & { clock: Clock }, { error, reference }: ErrorView): Html {
  return html`<dl class="facts facts-line small">
      <div><dt>${frame.words.error.reference}</dt><dd><span class="reference" id="error-reference">${reference}</span></dd></div>
      <div><dt>${frame.words.error.time}</dt><dd>${moment(frame.clock(), frame.words)}</dd></div>
      <div><dt>${frame.words.error.code}</dt><dd><code id="error-code">${error.error}</code></dd></div>
    </dl>`
}

function forDeveloper(frame: Frame, { error, reference }: ErrorView): Html {
  return html`<details class="disclosure small" open>
      <summary>${icon('code', 'icon-s')}${frame.words.error.developer}${icon('chevron', 'icon-s chevron')}</summary>
      <div class="disclosure-body stack-s" id="error-developer">
        <p>${frame.words.error.quote(error.error_description, reference)}</p>
      </div>
    </details>`
}
