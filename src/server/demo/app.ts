import { type Answer, type Call, type DemoLog, type Door, openDoor, type Place } from './door.ts'
import { type Connection, callApi, createConnection, type Exchange, Refused, shorten } from './oidc.ts'
import { connectedPage, plainPage, readClaims, startPage } from './pages.ts'
import { type AppSession, createSessions, sessionCookie } from './sessions.ts'
import { STYLE } from './style.ts'
import { beginWalk, finishWalk, type Walk } from './walk.ts'

export interface AppOptions extends Place {
  issuer: string
  client_id: string
  client_secret: string
  scope: string
  /** The audience of the API's tokens. */
  audience: string
  api_url: string
  /** Ways through other dialects. */
  walks: readonly Walk[]
  log: DemoLog
}

/** What every page of the app works with. */
interface Tallyboat extends AppOptions {
  /** Its own origin. */
  url: string
  connection: Connection
  sessions: ReturnType<typeof createSessions>
}

type Page = (app: Tallyboat, call: Call, session: AppSession | null) => Answer | Promise<Answer>

const PAGES: Record<string, Page> = {
  'GET /': home,
  'GET /style.css': () => ({ status: 200, headers: { 'content-type': 'text/css; charset=utf-8' }, body: STYLE }),
  'POST /connect': (app, _call, session) => connect(app, session),
  'POST /choose': (app, _call, session) => connect(app, session, 'consent'),
  'GET /callback': callback,
  'POST /invoices': (app, _call, session) => useApi(app, session, 'GET', '/invoices'),
  'POST /send': (app, _call, session) => useApi(app, session, 'POST', '/invoices/1042/send'),
  'POST /refresh': refresh,
  'POST /sign-out': signOut,
  'GET /signed-out': signedOut,
  'GET /privacy': (app) =>
    show(
      app,
      plainPage('Privacy', 'privacy', 'Tallyboat is make-believe. It keeps what you allow in memory, on this computer, until it stops.'),
    ),
  'GET /terms': (app) =>
    show(app, plainPage('Terms', 'terms', 'Tallyboat is make-believe. Look at it, take it apart, and copy how it asks for access.')),
}

/** Opens Tallyboat, an app of somebody else that wants into Harbour Books. */
export async function openApp(options: AppOptions): Promise<Door> {
  const sessions = createSessions()
  let app: Tallyboat | null = null
  return openDoor(options, options.log, async (call, url) => {
    app ??= { ...options, url, sessions, connection: openConnection(options, url) }
    // another name that leads here is a stranger's: whoever uses it begins anew under ours
    if (call.header('host') !== new URL(url).host) return redirect(`${url}/`)
    const page = findPage(app, call)
    if (!page) return show(app, plainPage('Nothing here', 'not-found', 'There is no page at this address.'), 404)
    if (call.method === 'POST' && !isOwnForm(call, url)) return redirect(`${url}/`)
    return page(app, call, sessions.find(call.header('cookie')))
  })
}

function openConnection(options: AppOptions, url: string): Connection {
  const { issuer, client_id, client_secret, scope, audience } = options
  const post_logout_redirect_uri = `${url}/signed-out`
  return createConnection({
    issuer,
    client_id,
    client_secret,
    scope,
    resource: audience,
    redirect_uri: `${url}/callback`,
    post_logout_redirect_uri,
  })
}

/** What stands at this address; undefined where nothing does. Each dialect has an address to begin at, and one to come back to. */
function findPage({ walks }: Tallyboat, { method, path }: Call): Page | undefined {
  const page = PAGES[`${method === 'HEAD' ? 'GET' : method} ${path}`]
  if (page) return page
  const [, action, dialect] = /^\/(connect|callback)\/([a-z0-9-]+)$/.exec(path) ?? []
  const walk = walks.find((one) => one.dialect === dialect)
  if (walk && action === 'connect' && method === 'POST') return (app, _call, session) => setOut(app, walk, session)
  if (walk && action === 'callback' && method === 'GET') return (app, call, session) => arrive(app, walk, call, session)
  return undefined
}

/** A form of our own page sent this, no other site's. */
function isOwnForm(call: Call, url: string): boolean {
  const site = call.header('sec-fetch-site')
  return site === undefined ? call.header('origin') === url : site === 'same-origin'
}

function home(app: Tallyboat, _call: Call, session: AppSession | null): Answer {
  const answer = show(app, session?.tokens ? connectedPage(session, session.tokens, app.issuer) : startPage(session, app.walks))
  if (session) delete session.notice
  return answer
}

async function connect(app: Tallyboat, old: AppSession | null, prompt?: 'consent'): Promise<Answer> {
  const { url, flow } = await app.connection.begin(prompt)
  const session = app.sessions.renew(old, { flow })
  session.wire.push(front('Tallyboat asks', url))
  return redirect(url, session)
}

/** Where the browser comes back to. The session gets a new id: what was agreed must not belong to whoever knew the old one. */
async function callback(app: Tallyboat, call: Call, old: AppSession | null): Promise<Answer> {
  if (!old?.flow) return tooLate(app)
  const wire = [...old.wire, front('The browser comes back', call.url.href)]
  try {
    const { tokens, wire: more } = await app.connection.finish(call.url, old.flow)
    return redirect(`${app.url}/`, app.sessions.renew(old, { tokens, wire: [...wire, ...more] }))
  } catch (refusal) {
    app.log.info({ event: 'demo.refused', error: refusal instanceof Refused ? refusal.error : 'answer_invalid' })
    return redirect(`${app.url}/`, app.sessions.renew(old, { wire, notice: refusalNotice(refusal) }))
  }
}

/** Begins a walk in another dialect. */
function setOut(app: Tallyboat, walk: Walk, old: AppSession | null): Answer {
  const { url, flow } = beginWalk(walk, app.issuer, `${app.url}/callback/${walk.dialect}`)
  const session = app.sessions.renew(old, { walk: flow })
  session.wire.push(front(walk.steps[0]?.title ?? '', url))
  return redirect(url, session)
}

/** Where the browser comes back to in another dialect: an address of its own, so that no answer is taken for another's. @spec RFC 9700 §4.4.2 */
async function arrive(app: Tallyboat, walk: Walk, call: Call, old: AppSession | null): Promise<Answer> {
  if (old?.walk?.dialect !== walk.dialect) return tooLate(app)
  const wire = [...old.wire, front('The browser comes back', call.url.href)]
  try {
    const more = await finishWalk(walk, old.walk, app.issuer, call.url)
    return redirect(`${app.url}/`, app.sessions.renew(old, { walked: walk.dialect, wire: [...wire, ...more] }))
  } catch (refusal) {
    app.log.info({ event: 'demo.refused', error: refusal instanceof Refused ? refusal.error : 'answer_invalid' })
    return redirect(`${app.url}/`, app.sessions.renew(old, { wire, notice: refusalNotice(refusal) }))
  }
}

function tooLate(app: Tallyboat): Answer {
  const words = 'Tallyboat is not waiting for an answer in this browser. Connect again.'
  return show(app, plainPage('This answer came too late', 'demo-stale', words), 400)
}

function refusalNotice(refusal: unknown): AppSession['notice'] {
  if (refusal instanceof Refused && refusal.error === 'access_denied') {
    return { tone: 'caution', id: 'demo-denied', title: 'You said no', text: 'Tallyboat learned that, and nothing else.' }
  }
  const text =
    refusal instanceof Refused
      ? `${refusal.error}: ${refusal.message}`
      : 'The answer did not fit what Tallyboat had asked for, so it was not used.'
  return { tone: 'caution', id: 'demo-error', title: 'Harbour Books is not connected', text }
}

async function useApi(app: Tallyboat, session: AppSession | null, method: string, path: string): Promise<Answer> {
  if (session?.tokens) session.api = await callApi(method, app.api_url + path, session.tokens.access_token)
  return redirect(`${app.url}/`)
}

async function refresh(app: Tallyboat, _call: Call, session: AppSession | null): Promise<Answer> {
  const before = session?.tokens
  if (!session || !before) return redirect(`${app.url}/`)
  try {
    const { tokens, wire } = await app.connection.refresh(before)
    session.tokens = tokens
    session.wire = [...session.wire.slice(0, 20), ...wire]
    session.refreshed = {
      before: jti(before.access_token),
      after: jti(tokens.access_token),
      rotated: tokens.refresh_token !== before.refresh_token,
    }
    return redirect(`${app.url}/`)
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal
    if (refusal.error === 'temporarily_unavailable') {
      // the access lives: the tokens stay, for when it goes on
      const text = 'You let Tallyboat rest there. Resume it among your connected apps, and this button works again.'
      session.notice = { tone: 'caution', id: 'demo-paused', title: 'Harbour Books gives nothing at the moment', text }
      return redirect(`${app.url}/`)
    }
    const text = 'Somebody ended it there, or it lay unused for too long. Connect again to go on.'
    const notice = { tone: 'caution' as const, id: 'demo-ended', title: 'Harbour Books has ended the access', text }
    return redirect(`${app.url}/`, app.sessions.renew(session, { notice }))
  }
}

const jti = (token: string): string => String(readClaims(token)['jti'] ?? 'unknown')

/** Forgets the tokens first: whatever the person answers at the issuer, they have left here. */
async function signOut(app: Tallyboat, _call: Call, session: AppSession | null): Promise<Answer> {
  if (!session?.tokens) return redirect(`${app.url}/`)
  const { url, state } = await app.connection.signOut(session.tokens)
  return redirect(url, app.sessions.renew(session, { logout_state: state }))
}

function signedOut(app: Tallyboat, call: Call, session: AppSession | null): Answer {
  const ours = session?.logout_state !== undefined && call.url.searchParams.get('state') === session.logout_state
  if (!ours) return redirect(`${app.url}/`)
  return show(
    app,
    plainPage('You are signed out', 'demo-signed-out', 'Tallyboat has forgotten its tokens, and Harbour Books has ended your session.'),
  )
}

function front(title: string, address: string): Exchange {
  const { searchParams } = new URL(address)
  const sent = Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name).join(' ')]))
  return { channel: 'front', title, method: 'GET', url: address, sent: shorten(sent), received: {} }
}

function show(app: Tallyboat, body: string, status = 200): Answer {
  // a browser holds the redirects after a form to form-action as well
  const forms = `form-action 'self' ${new URL(app.issuer).origin}`
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'self'; ${forms}; frame-ancestors 'none'; base-uri 'none'`,
      // the answer of the issuer stands in our address: nobody else is told of it
      'referrer-policy': 'same-origin',
    },
    body,
  }
}

function redirect(location: string, session?: AppSession): Answer {
  return {
    status: 303,
    headers: { location, 'cache-control': 'no-store', ...(session && { 'set-cookie': sessionCookie(session) }) },
    body: '',
  }
}
