import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from '@node-rs/argon2'
import { randomName } from '../../src/core/crypto/random.ts'
import type { Client, ClientMetadata } from '../../src/core/model/client.ts'
import type { LogEvent } from '../../src/core/model/log.ts'
import { standardScopes } from '../../src/core/model/scope.ts'
import type { Store } from '../../src/core/model/store.ts'
import type { StoredKey } from '../../src/core/model/stored-key.ts'
import type { User } from '../../src/core/model/user.ts'
import { normalEmail } from '../../src/server/accounts/users.ts'
import { type App, type AppOptions, createApp } from '../../src/server/app.ts'
import { type Config, DEFAULT_LIFETIME } from '../../src/server/config.ts'
import { type Browser, openBrowser, type Visit } from './browser.ts'
import { openAnother, openTestStore } from './store.ts'

export const ISSUER = 'https://id.harbourbooks.example'
export const PASSWORD = 'otter-lantern-62'
/** As cheap as argon2id can be: tests compare with PASSWORD a thousand times, and nobody shall guess it. */
const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 }
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

/** A whole server with its pages on a file that goes away with it, and a clock that a test moves. */
export interface TestSite {
  app: App
  store: Store
  config: Config
  time: { now: number }
  /** What was logged. */
  events: LogEvent[]
  mara: User
  tallyboat: Client
  browser(address?: string): Browser
  addClient(metadata: Partial<Client> & { client_id: string }): Promise<Client>
  addPerson(email: string, name?: string): Promise<User>
  /** Where an app sends the browser to begin. */
  authorizeUrl(params?: Record<string, string>): string
  /** Opens the sign-in page of a request, signs in there, and stands at the next page. */
  signIn(browser: Browser, params?: Record<string, string>, email?: string): Promise<Visit>
  close(): Promise<void>
}

/** What is slow to make, made once for all sites of this process: an RSA key. */
const made: { keys: StoredKey[] } = { keys: [] }

/** As `addUser` would, whose password is PASSWORD. */
async function addPerson(store: Store, clock: () => number, email: string, name?: string): Promise<User> {
  const user: User = { sub: randomName(16), email: normalEmail(email), password_hash: hashSync(PASSWORD, CHEAP), created_at: clock() }
  if (name !== undefined) user.name = name
  if ((await store.users.add(user)) === 'taken') throw new Error(`${email} belongs to somebody already.`)
  return user
}

export async function openSite(
  given: { config?: Partial<Config>; beside?: TestSite } & Pick<AppOptions, 'first_run' | 'metrics' | 'traces' | 'outbox'> = {},
): Promise<TestSite> {
  const folder = await mkdtemp(join(tmpdir(), 'vouchsafe-pages-'))
  const store = given.beside ? await openAnother(given.beside.store) : await openTestStore(folder)
  const time = { now: Date.UTC(2026, 10, 21, 20, 0, 0) }
  const clock = () => time.now
  const events: LogEvent[] = []
  const note = (event: LogEvent): void => {
    events.push(event)
  }
  const config = { ...defaults(), ...given.config }
  for (const key of made.keys) await store.keys.add(key)
  const app = await createApp({
    config,
    store,
    clock,
    log: { info: note, warn: note, error: note },
    first_run: given.first_run,
    outbox: given.outbox,
    metrics: given.metrics,
    traces: given.traces,
  }).catch(async (cause: unknown) => {
    await store.close()
    await rm(folder, { recursive: true })
    throw cause
  })
  made.keys = made.keys.length > 0 ? made.keys : await store.keys.list()
  const addClient = async (metadata: Partial<Client> & { client_id: string }): Promise<Client> => {
    const client: Client = { ...clientDefaults, client_secrets: [], created_at: clock(), reviewed: true, ...metadata }
    await store.clients.add(client)
    return client
  }
  const site: TestSite = {
    app,
    store,
    config,
    time,
    events,
    mara: given.beside?.mara ?? (await addPerson(store, clock, 'mara@otterbakery.example', 'Mara Lindqvist')),
    tallyboat: await addClient({ client_id: 'tallyboat' }),
    browser: (address) => openBrowser(app.fetch, address),
    addClient,
    addPerson: (email, name) => addPerson(store, clock, email, name),
    authorizeUrl: (params = {}) => `${config.issuer}/authorize?${new URLSearchParams({ ...request, ...params })}`,
    signIn: async (browser, params, email = site.mara.email) => {
      const page = await browser.follow(await browser.get(site.authorizeUrl(params)), new URL(config.issuer).origin)
      return browser.follow(await browser.submit(page, { email, password: PASSWORD }, 'login-submit'), new URL(config.issuer).origin)
    },
    close: async () => {
      await app.close()
      await rm(folder, { recursive: true })
    },
  }
  return site
}

const request = {
  client_id: 'tallyboat',
  response_type: 'code',
  redirect_uri: 'https://app.tallyboat.example/cb',
  scope: 'openid profile invoices.read bank.read invoices.send',
  state: 'xyz',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

const clientDefaults: ClientMetadata = {
  redirect_uris: ['https://app.tallyboat.example/cb'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  client_name: 'Tallyboat',
  scope: 'openid profile email invoices.read bank.read invoices.send',
  policy_uri: 'https://tallyboat.example/privacy',
  tos_uri: 'https://tallyboat.example/terms',
  post_logout_redirect_uris: ['https://tallyboat.example/bye'],
  application_type: 'web',
  id_token_signed_response_alg: 'ES256',
  dialect: 'standard',
}

function defaults(): Config {
  return {
    issuer: ISSUER,
    host: '127.0.0.1',
    port: 0,
    database: 'sqlite::memory:',
    trusted_proxies: [],
    secrets: [],
    product: { name: 'Harbour Books', home: 'https://harbourbooks.example/', help: 'https://harbourbooks.example/help' },
    scopes: {
      ...standardScopes,
      'invoices.read': {
        title: { en: 'See invoices' },
        description: { en: 'Numbers, dates, amounts and customers. Not the attached files.' },
        level: 2,
      },
      'bank.read': {
        title: { en: 'See bank movements' },
        description: { en: 'Dates, amounts and counterparties of the last 12 months. Never account logins.' },
        level: 2,
        optional: true,
      },
      'invoices.send': {
        title: { en: 'Create and send invoices' },
        description: { en: 'Your customers would see them as coming from you.' },
        level: 3,
        optional: true,
      },
    },
    resources: {},
    default_resource: ISSUER,
    lifetime: DEFAULT_LIFETIME,
    dialects: ['standard'],
  }
}
