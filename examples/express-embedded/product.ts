// A product in Express with the authorization server inside of it: who is signed in to the product is signed in, and the product shows its
// own pages. Everything that Vouchsafe needs is in `createAuthorizationServer` and the two pages below it.
import { randomUUID } from 'node:crypto'
import express, { type Express, type Request, type Response } from 'express'
import { createAuthorizationServer, type HttpRequest, OAuthError, type Reply, type Session, type Store } from '../../src/index.ts'

/** As the product knows people. Real ones keep hashes of passwords. */
export interface Person {
  id: string
  email: string
  name: string
  password: string
}

const COOKIE = 'product-session'
const LARGEST_BODY = 64 * 1024

export async function createProduct(issuer: string, store: Store, people: readonly Person[]): Promise<Express> {
  const sessions = new Map<string, Session>()
  const sessionOf = (cookies = '') => sessions.get(new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(cookies)?.[1] ?? '') ?? null
  const server = await createAuthorizationServer({
    issuer,
    store,
    session: async (http) => sessionOf(http.header('cookie')),
    findUser: async (sub) => {
      const person = people.find(({ id }) => id === sub)
      return person ? { sub, email: person.email, email_verified: true, name: person.name, created_at: 0 } : null
    },
    pages: {
      login: '/sign-in',
      consent: '/consent',
      error: (_http, { error, reference }) => html(error.status, `<p>Not possible. Reference: ${reference}</p>`),
    },
  })
  const app = express()
  const read = express.urlencoded({ extended: false }) // for the product's own forms; the server reads its bodies itself

  app.get('/sign-in', (request, response) => {
    const ticket = `<input type="hidden" name="ticket" value="${escapeText(String(request.query['ticket'] ?? ''))}">`
    const fields = '<label>Email <input name="email" type="email"></label> <label>Password <input name="password" type="password"></label>'
    send(response, html(200, `<form method="post" action="/sign-in">${ticket}${fields}<button>Sign in</button></form>`))
  })

  app.post('/sign-in', read, async (request, response) => {
    const { email, password, ticket = '' } = request.body as Record<string, string>
    const person = people.find((one) => one.email === email && one.password === password)
    if (isForeign(request) || !person) return send(response, html(403, '<p>That did not fit.</p>'))
    const id = randomUUID()
    const auth_time = Date.now()
    sessions.set(id, { sid: randomUUID(), sub: person.id, auth_time })
    response.cookie(COOKIE, id, { httpOnly: true, sameSite: 'lax', secure: issuer.startsWith('https:'), path: '/' })
    if (ticket === '') return response.redirect(303, '/')
    // another browser's ticket begins anew: nobody is signed in for a request that they did not make
    const interaction = await server.interactions.open(toHttp(request), ticket)
    send(response, interaction ? server.interactions.resume(ticket) : server.interactions.restart(ticket))
  })

  app.get('/consent', async (request, response) => {
    const ticket = String(request.query['ticket'] ?? '')
    const interaction = await server.interactions.open(toHttp(request), ticket)
    if (!interaction) return send(response, server.interactions.restart(ticket))
    const { client, request: asked } = interaction
    const text = `<h1>${escapeText(client.client_name)} asks for: ${escapeText(asked.scope)}</h1>`
    const buttons = '<button name="decision" value="deny">Deny</button> <button name="decision" value="allow">Allow</button>'
    const hidden = `<input type="hidden" name="ticket" value="${escapeText(ticket)}">`
    send(response, html(200, `<form method="post" action="/consent">${text}${hidden}${buttons}</form>`))
  })

  app.post('/consent', read, async (request, response) => {
    const { ticket = '', decision } = request.body as Record<string, string>
    const interaction = await server.interactions.open(toHttp(request), ticket)
    const session = sessionOf(request.headers.cookie)
    if (!interaction) return send(response, server.interactions.restart(ticket))
    if (!session) return send(response, server.interactions.resume(ticket))
    if (isForeign(request)) return send(response, html(403, '<p>This form was not sent from its own page.</p>'))
    if (decision !== 'allow') return send(response, server.interactions.refuse(interaction.request))
    await server.interactions.allow(interaction, { sub: session.sub, scope: interaction.request.scope })
    send(response, server.interactions.resume(ticket))
  })

  app.get('/', (request, response) => send(response, html(200, `<p>${sessionOf(request.headers.cookie) ? 'Signed in' : 'Hello'}</p>`)))

  // whatever is not the product's is the server's: /authorize, /token, /userinfo, /.well-known/…
  app.use(async (request: Request, response: Response) => send(response, await server.handle(toHttp(request))))
  app.use((cause: unknown, _request: Request, response: Response, _next: unknown) => {
    const { status, error_description } = OAuthError.from(cause)
    send(response, html(status, `<p>${escapeText(error_description)}</p>`))
  })
  return app
}

/** What the server reads of a request. Behind a proxy `address` is what Express says with `trust proxy`. */
function toHttp(request: Request): HttpRequest {
  const [path = '/', query = ''] = request.originalUrl.split(/\?(.*)/s, 2)
  return {
    method: request.method,
    path,
    query,
    address: request.ip ?? '',
    header: (name) => [request.headers[name]].flat()[0],
    text: async () => {
      const parts: Buffer[] = []
      let size = 0
      for await (const part of request as AsyncIterable<Buffer>) {
        size += part.length
        if (size > LARGEST_BODY) throw new OAuthError('invalid_request', 'The body is too large.', { status: 413 })
        parts.push(part)
      }
      return Buffer.concat(parts).toString('utf8')
    },
  }
}

function send(response: Response, { status, headers, body }: Reply): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'set-cookie') response.append(name, value as string | string[])
    else response.setHeader(name, value)
  }
  response.status(status).end(body)
}

/** A form that another site sends. */
function isForeign(request: Request): boolean {
  const site = request.headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin'
}

function html(status: number, main: string): Reply {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  }
  return { status, headers, body: `<!doctype html><html lang="en"><title>Product</title><main>${main}</main></html>` }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}
