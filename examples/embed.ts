// A product with its own sign-in becomes an OAuth provider: everything that Vouchsafe needs to know of it stands here.
import { createAuthorizationServer, type HttpRequest, OAuthError, type Reply, type Session, type Store, toFetch } from '../src/index.ts'

/** What the product has already: it knows who sits at a browser. */
export type FindSession = (http: HttpRequest) => Promise<Session | null>

/** The product with an authorization server in it, as one `fetch` for any web-standard host. */
export async function createProduct(issuer: string, store: Store, findSession: FindSession) {
  const server = await createAuthorizationServer({
    issuer,
    store,
    session: findSession,
    pages: {
      login: '/sign-in',
      consent: '/consent',
      error: (_http, { error, reference }) => page(error.status, `Not possible. Reference: ${reference}`),
    },
    findUser: async (sub) => ({ sub, email: `${sub}@example.com`, created_at: 0 }),
  })

  /** Shows who asks for what; the answer is written down as a fact, and the browser goes back to the authorization endpoint. */
  async function consent(http: HttpRequest): Promise<Reply> {
    const session = await findSession(http)
    const fields = new URLSearchParams(http.method === 'POST' ? await http.text() : http.query)
    const ticket = fields.get('ticket') ?? ''
    const interaction = await server.interactions.open(http, ticket)
    if (!interaction) return server.interactions.restart(ticket)
    if (!session) return server.interactions.resume(ticket)
    const { request, client } = interaction
    if (http.method !== 'POST') return page(200, form(client.client_name, request.scope, ticket))
    if (http.header('sec-fetch-site') !== 'same-origin') return page(403, 'This form was not sent from its own page.')
    if (fields.get('decision') !== 'allow') return server.interactions.refuse(request)
    await server.interactions.allow(interaction, { sub: session.sub, scope: request.scope })
    return server.interactions.resume(ticket)
  }

  const handle = (http: HttpRequest): Promise<Reply> => (http.path === '/consent' ? consent(http).catch(refusal) : server.handle(http))
  return { fetch: toFetch(handle), maintain: server.maintain }
}

/** A ticket that is broken or too old, told to the person. */
function refusal(cause: unknown): Reply {
  const { status, error_description } = OAuthError.from(cause)
  return page(status, error_description)
}

function form(app: string, scope: string, ticket: string): string {
  return `<form method="post"><h1>${escapeText(app)} asks for: ${escapeText(scope)}</h1><input type="hidden" name="ticket" value="${escapeText(ticket)}">
<button name="decision" value="deny">Deny</button> <button name="decision" value="allow">Allow</button></form>`
}

function page(status: number, main: string): Reply {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  }
  return { status, headers, body: `<!doctype html><html lang="en"><title>Consent</title><main>${main}</main></html>` }
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
