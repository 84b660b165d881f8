// Pages for sign-in and consent that a product draws itself, served from an address of its own. Vouchsafe is told of them by own_pages.
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'

const script = readFileSync(new URL('./pages.js', import.meta.url))

const SIGN_IN = `<form id="sign-in">
<label>Email <input id="email" type="email" autocomplete="username" required></label>
<label>Password <input id="password" type="password" autocomplete="current-password" required></label>
<button id="submit">Sign in</button>
<p><a id="ours">Other ways to sign in</a></p>
</form>`

// who reads with the keyboard meets the refusal first, and Enter gives nothing away
const CONSENT = `<form id="consent">
<p>Your answer is sent to <b id="host"></b>. You are signed in as <span id="account"></span>.</p>
<p id="unreviewed" hidden>Nobody has looked at this app yet.</p>
<p id="alike" hidden>Its name looks like that of another app, or like ours.</p>
<p id="native" hidden>The answer goes to a program on this computer. Go on only if you started it a moment ago.</p>
<p id="publisher"></p>
<ul id="scopes"></ul>
<p>Allowed before, and stays:</p><ul id="already"></ul>
<fieldset id="durations"><legend>How long</legend></fieldset>
<button type="button" id="deny">Deny</button> <button type="button" id="allow">Allow</button>
</form>`

/** `vouchsafe` is its issuer. Its pages and it must be of one site, such as login.example.com and id.example.com: cookies go no further. */
export function createOwnPages(vouchsafe: string): Server {
  const issuer = new URL(vouchsafe) // throws where it is no address
  const headers = {
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer', // the ticket stands in the address
    'content-security-policy': `default-src 'none'; script-src 'self'; connect-src ${issuer.origin}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  }
  const page = (main: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="vouchsafe" content="${issuer.href.replace(/\/$/, '')}"><title>Product</title></head>
<body><main><h1 id="title"></h1><p id="problem" role="alert"></p>${main}</main><script type="module" src="/pages.js"></script></body>
</html>`
  const routes: Record<string, [type: string, body: string | Buffer]> = {
    '/sign-in': ['text/html; charset=utf-8', page(SIGN_IN)],
    '/consent': ['text/html; charset=utf-8', page(CONSENT)],
    '/pages.js': ['text/javascript; charset=utf-8', script],
  }
  return createServer((request, response) => {
    const route = routes[new URL(request.url ?? '/', 'http://localhost').pathname]
    if (!route) return void response.writeHead(404).end()
    response.writeHead(200, { ...headers, 'content-type': route[0] }).end(route[1])
  })
}
