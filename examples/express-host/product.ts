// A product in Express that people are signed in to already. Vouchsafe runs beside it and never asks them for a password: it sends them
// here, and the product answers with a hand-over, a JWT that it signs. Everything that is needed for that stands under /vouchsafe.
import { randomUUID, timingSafeEqual } from 'node:crypto'
import express, { type Express, type Request, type Response } from 'express'
import { SignJWT } from 'jose'

export interface ProductOptions {
  /** Where this product is, without a trailing slash. */
  origin: string
  /** The issuer of Vouchsafe, without a trailing slash. */
  vouchsafe: string
  /** What both know: VOUCHSAFE_HOST_LOGIN_SECRET. */
  secret: string
  people: readonly Person[]
}

/** As the product knows people. Real ones keep hashes of passwords. */
export interface Person {
  id: string
  email: string
  name: string
  password: string
}

interface ProductSession {
  person: Person
  /** Seconds. */
  auth_time: number
}

const COOKIE = 'product-session'

export function createProduct({ origin, vouchsafe, secret, people }: ProductOptions): Express {
  const sessions = new Map<string, ProductSession>()
  const key = new TextEncoder().encode(secret)
  const app = express()
  app.use(express.urlencoded({ extended: false }))

  const idOf = (request: Request) => new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1] ?? ''
  const sessionOf = (request: Request) => sessions.get(idOf(request))
  const sign = (typ: string, claims: Record<string, unknown>) =>
    new SignJWT({ ...claims, jti: randomUUID() })
      .setProtectedHeader({ alg: 'HS256', typ })
      .setIssuer(origin)
      .setAudience(vouchsafe)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(key)

  // what every product has

  app.get('/', (request, response) => {
    const name = sessionOf(request)?.person.name
    page(
      response,
      name === undefined ? '<a href="/sign-in">Sign in</a>' : `<p id="who">${escapeText(name)}</p>${form('/sign-out', '', 'Sign out')}`,
    )
  })

  app.get('/sign-in', (request, response) => {
    const fields = `<label>Email <input name="email" type="email" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>`
    page(
      response,
      form('/sign-in', `<input type="hidden" name="next" value="${escapeText(String(request.query['next'] ?? '/'))}">${fields}`, 'Sign in'),
    )
  })

  app.post('/sign-in', (request, response) => {
    if (isForeign(request)) return void response.sendStatus(403)
    const { email, password, next } = request.body as Record<string, unknown>
    const person = people.find((one) => one.email === email && isSame(one.password, String(password)))
    if (!person) return void response.redirect(303, '/sign-in')
    sessions.delete(idOf(request))
    const id = randomUUID() // a new one with each sign-in: nobody can have planted it
    sessions.set(id, { person, auth_time: Math.floor(Date.now() / 1000) })
    response.cookie(COOKIE, id, { httpOnly: true, sameSite: 'lax', secure: origin.startsWith('https:'), path: '/' })
    response.redirect(303, isOwnPath(next) ? next : '/')
  })

  app.post('/sign-out', async (request, response) => {
    if (isForeign(request)) return void response.sendStatus(403)
    const session = sessionOf(request)
    sessions.delete(idOf(request))
    if (session) await endAtVouchsafe(session.person)
    response.redirect(303, '/')
  })

  // what Vouchsafe needs

  /** Vouchsafe asks who sits here. The answer goes to its one address, never to one that stands in the request. */
  app.get('/vouchsafe/login', async (request, response) => {
    const { state, nonce, prompt = '', max_age } = request.query as Record<string, string | undefined>
    const session = sessionOf(request)
    const now = Math.floor(Date.now() / 1000)
    const asked_at = Number(request.query['asked_at'] ?? now)
    const anew = prompt.split(' ').includes('login') || prompt.split(' ').includes('select_account')
    const earliest = anew ? asked_at : max_age === undefined ? 0 : asked_at - Number(max_age)
    if (!session || session.auth_time < earliest) {
      const again = new URLSearchParams({ ...(request.query as Record<string, string>), asked_at: String(asked_at) })
      return void response.redirect(303, `/sign-in?${new URLSearchParams({ next: `/vouchsafe/login?${again}` })}`)
    }
    const { person, auth_time } = session
    const { id: sub, email, name } = person
    const handover = await sign('handover+jwt', { sub, nonce, auth_time, amr: ['pwd'], email, email_verified: true, name })
    response.setHeader('referrer-policy', 'no-referrer')
    response.redirect(303, `${vouchsafe}/session/handover?${new URLSearchParams({ state: state ?? '', handover })}`)
  })

  /** Somebody signed out of Vouchsafe: here too, and then back to it. */
  app.get('/vouchsafe/logout', (request, response) => {
    sessions.delete(idOf(request))
    response.clearCookie(COOKIE, { path: '/' })
    const return_to = String(request.query['return_to'] ?? '')
    response.redirect(303, return_to.startsWith(`${vouchsafe}/`) ? return_to : '/')
  })

  /** Somebody signed out here: Vouchsafe ends its sessions of theirs. @spec OIDC Back-Channel §2.5 */
  async function endAtVouchsafe(person: Person): Promise<void> {
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const logout_token = await sign('logout+jwt', { sub: person.id, events })
    const sent = fetch(`${vouchsafe}/session/ended`, { method: 'POST', body: new URLSearchParams({ logout_token }) })
    // nobody stays signed in here because Vouchsafe is away; a real product tries again later
    const told = await sent.then(
      ({ status }) => status,
      (cause: unknown) => String(cause),
    )
    if (told !== 200) console.error(`Vouchsafe was not told of a sign-out: ${told}`)
  }

  return app
}

/** A form that another site sends. */
function isForeign(request: Request): boolean {
  const site = request.headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin'
}

function isOwnPath(next: unknown): next is string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next)
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function page(response: Response, main: string): void {
  response.type('html').send(`<!doctype html><html lang="en"><title>Product</title><main>${main}</main></html>`)
}

function form(action: string, fields: string, button: string): string {
  return `<form method="post" action="${action}">${fields}<button>${button}</button></form>`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}
