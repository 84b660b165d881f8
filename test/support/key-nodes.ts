import { setTimeout as pause } from 'node:timers/promises'
import * as oauth from 'oauth4webapi'
import { destroyKey } from '../../src/core/authorization-server.ts'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { randomToken } from '../../src/core/crypto/random.ts'
import { cookieName } from '../../src/core/model/http.ts'
import type { SigningAlg } from '../../src/core/model/keys.ts'
import { silentLog } from '../../src/core/model/log.ts'
import type { Store } from '../../src/core/model/store.ts'
import { KEY_USES } from '../../src/core/model/stored-key.ts'
import { type App, createApp } from '../../src/server/app.ts'
import { readConfig } from '../../src/server/config.ts'
import { listen, type RunningServer } from '../../src/server/node.ts'
import { openPostgresStore } from '../../src/stores/postgres-store.ts'
import { openBrowser } from './browser.ts'
import { findPorts } from './program.ts'

export const [OLD, NEW] = ['old', 'new'].map((name) => `${name}-abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEF`) as [string, string]
/** As a balancer does: what was just sent to a node that is to end must arrive first. Milliseconds. */
const PAUSE = 200
/** Longer than that nobody waits for a node to notice. Milliseconds. */
const MOST = 10_000
const REDIRECT = 'https://app.example/cb'
const SECRET = 'secret-'.padEnd(43, 's')
const code_verifier = 'v'.repeat(43)

/** Two servers on one database, behind one address; one of them can be started again with other master secrets. */
export interface Fleet {
  issuer: string
  as: oauth.AuthorizationServer
  stores: Store[]
  /** Sends a request to one of those that are up. */
  fetch(url: string, init?: RequestInit): Promise<Response>
  /** Prepares successors of all keys, at one of them. */
  rotate(): Promise<void>
  restart(node: number, secrets: readonly string[]): Promise<void>
  /** Destroys the key that signs now, from outside, while nothing looks after keys: how many milliseconds later every node refuses what it signed. */
  destroySigning(): Promise<number>
  close(): Promise<void>
}

interface Node {
  app: App
  door: RunningServer
  store: Store
  timer: NodeJS.Timeout
}

/** `lead`: for so many milliseconds keys are published before they are used. */
export async function openKeyNodes(url: string, lead: number): Promise<Fleet> {
  const issuer = `http://127.0.0.1:${await findPorts(1)}`
  const nodes: (Node | null)[] = [await openNode(url, issuer, lead, [OLD]), await openNode(url, issuer, lead, [OLD])]
  const up = () => nodes.filter((node) => node !== null)
  let turn = 0
  const next = () => up()[turn++ % up().length]!

  async function close(node: Node): Promise<void> {
    clearInterval(node.timer)
    await node.door.close(10_000)
    await node.app.close()
  }
  async function fetchAny(url: string, init?: RequestInit): Promise<Response> {
    return fetch(url.replace(issuer, `http://127.0.0.1:${next().door.port}`), init)
  }
  const discovered = await fetchAny(`${issuer}/.well-known/openid-configuration`)
  return {
    issuer,
    as: (await discovered.json()) as oauth.AuthorizationServer,
    get stores() {
      return up().map(({ store }) => store)
    },
    fetch: fetchAny,
    rotate: () => next().app.server.keys.rotate(),
    restart: async (i, secrets) => {
      const node = nodes[i]!
      nodes[i] = null
      await pause(PAUSE)
      await close(node)
      nodes[i] = await openNode(url, issuer, lead, secrets)
    },
    destroySigning: async () => {
      for (const { timer } of up()) clearInterval(timer)
      const [{ app }] = up() as [Node]
      const iat = Math.floor(Date.now() / 1000)
      const jwt = await app.server.keys.signer.sign({ iss: issuer, sub: 'u', aud: 'c', iat, exp: iat + 600 }, 'at+jwt', 'ES256')
      const { kid } = JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString())
      const store = await openPostgresStore({ url, connections: 1 })
      await destroyKey(kid, { store: store.keys, secrets: [NEW], clock: Date.now, log: silentLog })
      const began = performance.now()
      await store.close()
      for (const node of up()) while (performance.now() - began < MOST && (await accepts(node, jwt))) await pause(5)
      return Math.round(performance.now() - began)
    },
    close: async () => {
      for (const node of up()) await close(node)
    },
  }
}

async function accepts({ app }: Node, jwt: string): Promise<boolean> {
  return app.server.keys.signer.verify(jwt, 'at+jwt').then(
    () => true,
    () => false,
  )
}

async function openNode(url: string, issuer: string, lead: number, secrets: readonly string[]): Promise<Node> {
  const env = { VOUCHSAFE_ISSUER: issuer, VOUCHSAFE_DATABASE: url, VOUCHSAFE_SECRET: secrets.join(',') }
  const config = await readConfig({ env })
  const store = await openPostgresStore({ url, connections: 4 })
  const key_schedule = Object.fromEntries(KEY_USES.map((use) => [use, { lead }]))
  const app = await createApp({ config, store, key_schedule })
  const timer = setInterval(() => void app.maintain(), Math.min(500, lead / 4))
  return { app, store, timer, door: await listen(app.handle, { port: 0, host: '127.0.0.1' }) }
}

/** An app with a client and a person of its own, and the first refresh token of that person. */
export async function createPerson(
  fleet: Fleet,
  alg: SigningAlg,
  client_id: string,
): Promise<{ client: oauth.Client; auth: oauth.ClientAuth; first: string }> {
  const [store, now] = [fleet.stores[0]!, Date.now()]
  await store.clients.add({
    client_id,
    client_name: client_id,
    client_secrets: [{ hash: sha256(SECRET), hint: 'ssss', created_at: now }],
    redirect_uris: [REDIRECT],
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid email',
    application_type: 'web',
    id_token_signed_response_alg: alg,
    dialect: 'standard',
    reviewed: true,
    created_at: now,
  })
  await store.users.add({ sub: client_id, email: `${client_id}@example.com`, name: client_id, created_at: now })
  const browser = openBrowser((request) => fleet.fetch(request.url, sendable(request)))
  browser.jar.set(cookieName(fleet.issuer, 'session'), await openSession(store, client_id, now))
  const asked = { client_id, redirect_uri: REDIRECT, response_type: 'code', scope: 'openid email', state: 's' }
  const code_challenge = { code_challenge: sha256(code_verifier), code_challenge_method: 'S256' }
  const page = await browser.follow(
    await browser.get(`${fleet.issuer}/authorize?${new URLSearchParams({ ...asked, ...code_challenge })}`),
    fleet.issuer,
  )
  const done = await browser.follow(await browser.submit(page, {}, 'consent-allow'), fleet.issuer)
  const form = { grant_type: 'authorization_code', code: new URL(done.location).searchParams.get('code')!, code_verifier }
  const response = await fleet.fetch(`${fleet.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client_id}:${SECRET}`)}` },
    body: new URLSearchParams({ ...form, redirect_uri: REDIRECT }),
  })
  const { refresh_token } = (await response.json()) as { refresh_token: string }
  const client = { client_id, id_token_signed_response_alg: alg }
  return { client, auth: oauth.ClientSecretBasic(SECRET), first: refresh_token }
}

async function openSession(store: Store, sub: string, now: number): Promise<string> {
  const secret = randomToken()
  const session = { session_hash: sha256(secret), sid: randomToken(16), sub, auth_time: now, amr: ['pwd'], expires_at: now + 86_400_000 }
  await store.sessions.open(session)
  return secret
}

/** A request as fetch takes it apart from its address. */
function sendable({ method, headers, body }: Request): RequestInit {
  return { method, headers, redirect: 'manual', ...(body && { body, duplex: 'half' }) } as RequestInit
}
