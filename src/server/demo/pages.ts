import { html, type Markup } from './html.ts'
import type { ApiResult, Exchange, Tokens } from './oidc.ts'
import type { AppSession } from './sessions.ts'
import type { Walk } from './walk.ts'

const boat = html`<svg viewBox="0 0 28 28" aria-hidden="true"><rect class="glyph" width="28" height="28" rx="7"/><path class="cut" d="M6 17.5h16l-3 4H9zM14 6v9M14 7l6 7.5h-6"/></svg>`

function page(title: string, main: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><a class="brand" href="/">${boat}Tallyboat</a><span class="quiet">A make-believe app that uses Harbour Books</span></header>
<main id="main">${main}</main>
<footer><span>Tallyboat runs on this computer only, and forgets everything when it stops.</span><span><a href="/privacy">Privacy</a> · <a href="/terms">Terms</a></span></footer>
</body>
</html>
`.text
}

const notice = (given: AppSession['notice']) =>
  given ? html`<div class="notice ${given.tone}" role="status" id="${given.id}"><strong>${given.title}</strong>${given.text}</div>` : null

const button = (action: string, id: string, words: string, primary = false) =>
  html`<form method="post" action="${action}"><button class="button${primary ? ' primary' : ''}" id="${id}">${words}</button></form>`

/** Before anybody has connected anything. */
export function startPage(session: AppSession | null, walks: readonly Walk[]): string {
  const walked = walks.find(({ dialect }) => dialect === session?.walked)
  const wire = session?.wire ?? []
  return page(
    'Tallyboat',
    html`${notice(session?.notice)}
${walked ? html`<div class="notice good" role="status" id="demo-connected-${walked.dialect}"><strong>Connected in the dialect of ${walked.title}</strong><a href="#demo-wire">Everything that went over the wire</a> is below.</div>` : null}
<div class="card hero">
<h1>Who still owes you money?</h1>
<p class="lead">Tallyboat reads the invoices in your Harbour Books account and reminds you of the late ones. It never sees your password: Harbour Books asks you what Tallyboat may do, and you can take it back there.</p>
${button('/connect', 'demo-connect', 'Connect Harbour Books', true)}
<ol class="steps plain small">
<li><span>You go to Harbour Books and sign in there.</span></li>
<li><span>You choose what Tallyboat may do.</span></li>
<li><span>You come back, and this page shows everything that went over the wire.</span></li>
</ol>
</div>
${walks.length > 0 ? dialectsPart(walks) : null}
${wire.length > 0 ? wirePart(wire) : null}`,
  )
}

/** The same server as apps know it that were written for somebody else's. */
function dialectsPart(walks: readonly Walk[]): Markup {
  return html`<section class="card" aria-labelledby="dialects-title" id="demo-dialects">
<h2 id="dialects-title">The same in other dialects</h2>
<p class="lead small">Harbour Books also answers apps that were written for other providers. Each button goes the way that the provider’s own pages describe.</p>
<ul class="grid">${walks.map(({ dialect, title, about }) => html`<li>${button(`/connect/${dialect}`, `demo-connect-${dialect}`, `Connect as with ${title}`)}<p class="quiet">${about}</p></li>`)}</ul>
</section>`
}

/** After the person has said yes. */
export function connectedPage(session: AppSession, tokens: Tokens, issuer: string): string {
  const person = String(tokens.person['name'] ?? tokens.person['email'] ?? tokens.person['sub'])
  return page(
    'Connected · Tallyboat',
    html`${notice(session.notice)}
<div class="row apart"><h1 id="demo-connected">Connected as ${person}</h1>${button('/sign-out', 'demo-signout', 'Sign out')}</div>
${apiPart(session)}
${refreshPart(session, tokens, issuer)}
${claimsPart(tokens)}
${wirePart(session.wire)}`,
  )
}

function apiPart(session: AppSession): Markup {
  return html`<section class="card" aria-labelledby="api-title">
<h2 id="api-title">Use the access</h2>
<p class="lead small">Tallyboat calls the API of Harbour Books with its access token. The API checks the signature, the issuer, the audience and the scope. Sending an invoice needs a scope of its own: if you left it off, the API refuses.</p>
<div class="row">${button('/invoices', 'demo-call-api', 'Read the invoices', true)}${button('/send', 'demo-call-send', 'Send invoice 1042')}${button('/choose', 'demo-choose', 'Choose again what it may do')}</div>
${session.api ? apiResult(session.api) : null}
</section>`
}

function apiResult(result: ApiResult): Markup {
  const good = result.status === 200
  const title = `${result.request} answered ${result.status}`
  const challenge = result.challenge ? html`<p><code>WWW-Authenticate: ${result.challenge}</code></p>` : null
  return html`<div role="status" id="demo-api-result">
<p class="row"><span class="badge ${good ? 'good' : 'caution'}">${good ? 'Allowed' : 'Refused'}</span><b>${title}</b></p>
${challenge}
${invoiceTable(result.body)}
</div>`
}

const money = new Intl.NumberFormat('en', { minimumFractionDigits: 2 })

interface Row {
  number: number
  customer: string
  due: string
  amount: number
  currency: string
  status: string
}

/** The body of an answer as a table, where it is one or several invoices. */
function invoiceTable(body: unknown): Markup | null {
  if (typeof body !== 'object' || body === null) return null
  const rows = 'invoices' in body && Array.isArray(body.invoices) ? body.invoices : 'number' in body ? [body] : []
  if (rows.length === 0) return null
  return html`<div class="frame" tabindex="0" role="region" aria-label="Invoices"><table>
<thead><tr><th scope="col">Invoice</th><th scope="col">Customer</th><th scope="col">Due</th><th scope="col" class="amount">Amount</th><th scope="col">State</th></tr></thead>
<tbody>${rows.map((row: Row) => html`<tr><td>${row.number}</td><td>${row.customer}</td><td>${row.due}</td><td class="amount">${money.format(row.amount / 100)} ${row.currency}</td><td>${row.status}</td></tr>`)}</tbody>
</table></div>`
}

function refreshPart(session: AppSession, tokens: Tokens, issuer: string): Markup {
  const minutes = Math.round(tokens.expires_in / 60)
  return html`<section class="card" aria-labelledby="refresh-title">
<h2 id="refresh-title">Keep the access</h2>
<p class="lead small">The access token lasts ${minutes} minutes. With the refresh token Tallyboat gets the next one without asking you, until you end it among your <a href="${issuer}/account/apps">connected apps</a> at Harbour Books.</p>
<div class="row">${button('/refresh', 'demo-refresh', 'Refresh the tokens')}</div>
${session.refreshed ? refreshResult(session.refreshed) : null}
</section>`
}

function refreshResult(refreshed: NonNullable<AppSession['refreshed']>): Markup {
  return html`<div role="status" id="demo-refresh-result"><p class="row"><span class="badge good">Refreshed</span><b>A new access token${refreshed.rotated ? ' and a new refresh token' : ''}</b></p>
<dl class="facts"><div><dt>jti before</dt><dd>${refreshed.before}</dd></div><div><dt>jti now</dt><dd>${refreshed.after}</dd></div></dl></div>`
}

function claimsPart(tokens: Tokens): Markup {
  return html`<section class="card" aria-labelledby="claims-title" id="demo-claims">
<h2 id="claims-title">What the tokens say</h2>
<div class="grid">
<div>
${part('ID token: who signed in', 'For Tallyboat, which has checked it.', tokens.claims)}
${part('Userinfo: what you let it know of you', 'Asked for with the access token.', tokens.person)}
</div>
<div>
${part('Access token: who may do what', 'For the API. Tallyboat itself has no business in it, and shows it only because you are learning.', readClaims(tokens.access_token))}
</div>
</div>
</section>`
}

const part = (title: string, about: string, fields: Record<string, unknown>) =>
  html`<div><h3>${title}</h3><p class="quiet">${about}</p>${facts(fields)}</div>`

/** What a JWT says, unchecked: for showing only. An opaque token says nothing. */
export function readClaims(token: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return typeof claims === 'object' && claims !== null ? { ...claims } : {}
  } catch {
    return { token: 'opaque: only the issuer can read it' }
  }
}

const TIMES = new Set(['iat', 'exp', 'auth_time', 'nbf', 'updated_at'])

function facts(fields: Record<string, unknown>): Markup | null {
  const rows = Object.entries(fields)
  if (rows.length === 0) return null
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${factText(name, value)}</dd></div>`)}</dl>`
}

function factText(name: string, value: unknown): string {
  if (TIMES.has(name) && typeof value === 'number') return `${value} (${new Date(value * 1000).toISOString().slice(0, 19)}Z)`
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function wirePart(wire: readonly Exchange[]): Markup {
  return html`<section class="card" aria-labelledby="wire-title" id="demo-wire">
<h2 id="wire-title">What went over the wire</h2>
<p class="lead small">Codes, verifiers and tokens are cut short.</p>
<ol class="steps">${wire.map(exchange)}</ol>
</section>`
}

function exchange(given: Exchange): Markup {
  const where = given.channel === 'front' ? 'through your browser' : 'from server to server'
  const address = given.url.split('?')[0]!
  return html`<li><details>
<summary><b>${given.title}</b><span class="quiet end">${where}</span></summary>
<div class="exchange">
<p><code>${given.method} ${address}</code></p>
${Object.keys(given.sent).length > 0 ? html`<div><h3>Sent</h3>${facts(given.sent)}</div>` : null}
${given.status === undefined ? null : html`<div><h3>Answer ${given.status}</h3>${facts(given.received)}</div>`}
</div>
</details></li>`
}

/** A page of a few sentences. */
export function plainPage(title: string, id: string, ...paragraphs: string[]): string {
  return page(
    `${title} · Tallyboat`,
    html`<div class="card"><h1 id="${id}">${title}</h1>${paragraphs.map((text) => html`<p class="lead">${text}</p>`)}<p><a href="/">Back to Tallyboat</a></p></div>`,
  )
}
