import { sha256 } from '../../src/core/crypto/hash.ts'
import { type Browser, openBrowser, type Visit } from './browser.ts'
import { type Journal, Unanswered } from './journal.ts'
import { CLIENT_SECRET, type Fleet, PASSWORD, REDIRECT, type TestNode } from './nodes.ts'

type Words = Record<string, string>

export interface Answer {
  status: number
  body: { access_token?: string; refresh_token?: string; error?: string; active?: boolean }
}

/** One client of a fleet and one person who uses it. Each request goes to a node of its own, or to the one that is named. */
export interface FleetApp {
  client_id: string
  browser: Browser
  /** Goes the whole road, consenting where asked. */
  code(words?: Words): Promise<string>
  /** The page that asks for consent, whatever was allowed before. */
  consentPage(): Promise<Visit>
  redeem(code: string, node?: TestNode): Promise<Answer>
  refresh(refresh_token: string, node?: TestNode): Promise<Answer>
  introspect(token: string, node?: TestNode): Promise<Answer>
  revoke(token: string, node?: TestNode): Promise<Answer>
  signIn(email: string): Promise<void>
}

const code_verifier = 'v'.repeat(43)

export function openFleetApp(fleet: Fleet, journal: Journal, client_id: string): FleetApp {
  const any = () => fleet.nodes[Math.floor(Math.random() * fleet.nodes.length)]!
  const browser = openBrowser((request) => journal.send(any(), request))
  const post = async (path: string, words: Words, node = any()): Promise<Answer> => {
    const body = new URLSearchParams({ client_id, client_secret: CLIENT_SECRET, ...words })
    const response = await journal.send(node, new Request(fleet.issuer + path, { method: 'POST', body }))
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
  const ask = (words: Words) => {
    const challenge = { code_challenge: sha256(code_verifier), code_challenge_method: 'S256' }
    const all = { client_id, redirect_uri: REDIRECT, response_type: 'code', scope: 'openid email', state: 's', ...challenge, ...words }
    return `${fleet.issuer}/authorize?${new URLSearchParams(all)}`
  }
  const begin = async (words: Words = {}) => browser.follow(await browser.get(ask(words)), fleet.issuer)
  return {
    client_id,
    browser,
    code: async (words) => {
      let page = await begin(words)
      if (page.html.includes('id="consent-allow"'))
        page = await browser.follow(await browser.submit(page, {}, 'consent-allow'), fleet.issuer)
      const code = page.location === '' ? null : new URL(page.location).searchParams.get('code')
      if (code === null) throw new Error(`The road ends at ${page.url} with ${page.status} ${page.location}.`)
      return code
    },
    consentPage: () => begin({ prompt: 'consent' }),
    redeem: (code, node) => post('/token', { grant_type: 'authorization_code', code, code_verifier, redirect_uri: REDIRECT }, node),
    refresh: (refresh_token, node) => post('/token', { grant_type: 'refresh_token', refresh_token }, node),
    introspect: (token, node) => post('/introspect', { token }, node),
    revoke: (token, node) => post('/revoke', { token }, node),
    signIn: async (email) => {
      const page = await browser.get(`${fleet.issuer}/login`)
      const done = await browser.submit(page, { email, password: PASSWORD }, 'login-submit')
      if (done.status !== 303) throw new Error(`Sign-in was answered ${done.status}.`)
    },
  }
}

/** What an honest client does whose request was not answered: the very same again. `unsure`: it had to. */
export async function sure<T>(ask: () => Promise<T>, patience = 90_000): Promise<{ came: T; unsure: boolean }> {
  const until = performance.now() + patience
  for (let unsure = false; ; unsure = true) {
    try {
      return { came: await ask(), unsure }
    } catch (cause) {
      if (!(cause instanceof Unanswered) || performance.now() > until) throw cause
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100))
    }
  }
}
