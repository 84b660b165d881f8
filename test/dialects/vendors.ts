import { it } from 'node:test'
import { sha256 } from '../../src/core/crypto/hash.ts'
import type { Client } from '../../src/core/model/client.ts'
import type { Config } from '../../src/server/config.ts'
import { loadDialect } from '../../src/server/dialects/file.ts'
import type { Browser, Visit } from '../support/browser.ts'
import {
  type Answer,
  CLIENT_SECRET,
  code_challenge,
  code_verifier,
  type Door,
  openWorld,
  type Words,
  type World,
} from '../support/world.ts'

export type VendorName = 'talque' | 'worksmart' | 'screening-eagle' | 'telnyx'
export const VENDORS: readonly VendorName[] = ['talque', 'worksmart', 'screening-eagle', 'telnyx']

/** What a stock client of one vendor sends, with the parameters and values of the vendor's own pages. */
interface Vendor {
  authorize: string
  token: string
  /** The status of every answer to a GET at authorize that sends the browser on. */
  status: 302 | 308
  client: Partial<Client>
  request: Words
  /** The words of the exchange beside grant_type and code; '' takes one away. */
  exchange: Words
  /** By the header, or in the body. */
  secret: 'basic' | 'post'
}

const secrets = [{ hash: sha256(CLIENT_SECRET), hint: 'ssss', created_at: 0 }]
const CALLBACK = 'https://app.example/cb'

export const vendors: Readonly<Record<VendorName, Vendor>> = {
  talque: {
    authorize: '/oauth2/authorization',
    token: '/oauth2/access-token',
    status: 308,
    client: {
      client_id: 'talque-app',
      redirect_uris: [CALLBACK, 'https://app.example/other'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'EMAIL PROFILE',
    },
    request: { scope: 'EMAIL PROFILE', response_type: 'code', redirect_url: CALLBACK, state: 'kV3n0-guess' },
    exchange: {},
    secret: 'post',
  },
  worksmart: {
    authorize: '/api/v1/oauth2/authorize',
    token: '/api/v1/oauth2/token',
    status: 302,
    client: {
      client_id: 'ibl90vqe9ll5198ss53v1b1knpk4fhacv4y7uzpa.worksmart.net',
      redirect_uris: [CALLBACK, 'https://app.example/other'],
      grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'invoices.read',
    },
    request: { response_type: 'code', state: 'aozcah' },
    exchange: {},
    secret: 'post',
  },
  'screening-eagle': {
    authorize: '/api/id/v1/auth/authorize',
    token: '/api/id/v1/auth/token',
    status: 302,
    client: {
      client_id: 'inspector',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'openid email profile inspect',
    },
    request: {
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid email profile inspect',
      state: 'st-1',
      code_challenge,
      code_challenge_method: 'S256',
    },
    exchange: { redirect_uri: CALLBACK, code_verifier },
    secret: 'basic',
  },
  telnyx: {
    authorize: '/v2/oauth/authorize',
    token: '/v2/oauth/token',
    status: 302,
    client: {
      client_id: 'u7Pq2wB9sK4nYd0LhXc1Rg',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'admin',
    },
    request: { redirect_uri: CALLBACK, response_type: 'code', scope: 'admin' },
    exchange: { redirect_uri: CALLBACK },
    secret: 'post',
  },
}

/** A world in which one vendor's dialect is spoken, with a stock client of it. */
export interface VendorWorld extends World {
  vendor: Vendor
  client_id: string
  /** The first answer at authorize, followed nowhere. */
  begin(browser: Browser, words?: Words, headers?: Words): Promise<Visit>
  /** Presses a button of the consent that this request leads to; the address that the client is called at. */
  decide(browser: Browser, button: 'consent-allow' | 'consent-deny', words?: Words, fields?: Words): Promise<URL>
  /** A POST at token as the vendor's clients send it; words that are '' are left out. */
  token(words: Words, headers?: Words): Promise<Answer>
}

export interface VendorGiven {
  door?: Door
  client?: Partial<Client>
  config?: Partial<Config>
}

async function openVendor(name: VendorName, { door = 'node', client, config }: VendorGiven = {}): Promise<VendorWorld> {
  const vendor = vendors[name]
  const shape = { dialect: name, client_secrets: secrets, ...vendor.client, ...client }
  const world = (await openWorld({ door, client: shape, config: { dialects: [name], ...(await standIn(name)), ...config } })) as VendorWorld
  const { client_id } = world.client
  const { origin } = new URL(world.issuer)
  world.vendor = vendor
  world.client_id = client_id
  world.ask = (words = {}) => `${world.issuer}${vendor.authorize}?${new URLSearchParams(given({ client_id, ...vendor.request, ...words }))}`
  world.begin = (browser, words, headers) => browser.get(world.ask(words), { 'sec-fetch-site': 'cross-site', ...headers })
  world.decide = async (browser, button, words, fields = {}) => {
    const page = await browser.follow(await browser.get(world.ask(words)), origin)
    return new URL((await browser.follow(await browser.submit(page, fields, button), origin)).location)
  }
  world.token = (words, headers = {}) => {
    const form: Words = vendor.secret === 'post' ? { client_id, client_secret: CLIENT_SECRET } : {}
    return world.post(vendor.token, given({ ...form, ...words }), { ...(vendor.secret === 'basic' && basic(client_id)), ...headers })
  }
  world.redeem = (code, words = {}) => world.token({ grant_type: 'authorization_code', code, ...vendor.exchange, ...words })
  world.refresh = (refresh_token, words = {}) => world.token({ grant_type: 'refresh_token', refresh_token, ...words })
  return world
}

/** A file that says something else of this dialect, so that a draft can be held to the same rows; test/server/dialects-import.test.ts names it. */
async function standIn(name: VendorName): Promise<Pick<Config, 'own_dialects'>> {
  const file = process.env['DIALECT_UNDER_TEST']
  if (file === undefined) return {}
  const problems: string[] = []
  const dialect = await loadDialect(file, process.cwd(), problems)
  if (dialect?.name !== name) throw new Error(`The file describes no dialect ${name}. ${problems.join(' ')}`)
  return { own_dialects: [dialect] }
}

/** As `curl -u` sends it. */
export function basic(client_id: string, client_secret: string = CLIENT_SECRET): Words {
  return { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` }
}

const given = (words: Words): Words => Object.fromEntries(Object.entries(words).filter(([, value]) => value !== ''))

/** What is said to the client, by its address; the whole of the answer's words. */
export function wordsOf(location: string | URL): Words {
  return Object.fromEntries(new URL(location).searchParams)
}

export type Walk = (world: VendorWorld) => Promise<void>

/** One row of the union of behaviours, for each vendor: what holds there, and the walk that shows it. */
export function row(number: number, cells: Readonly<Record<VendorName, readonly [says: string, walk: Walk, given?: VendorGiven]>>): void {
  for (const name of VENDORS) {
    const [says, walk, given] = cells[name]
    it(`row ${number}, ${name}: ${says}`, inVendor(name, walk, given))
  }
}

/** Runs a walk in a world of its own, which goes away with it. */
export function inVendor(name: VendorName, walk: Walk, given?: VendorGiven): () => Promise<void> {
  return async () => {
    const world = await openVendor(name, given)
    try {
      await walk(world)
    } finally {
      await world.close()
    }
  }
}

/** Four cells that say the same of every vendor. */
export function alike(says: string, walk: Walk, given?: VendorGiven): Readonly<Record<VendorName, readonly [string, Walk, VendorGiven?]>> {
  const cell = [says, walk, given] as const
  return { talque: cell, worksmart: cell, 'screening-eagle': cell, telnyx: cell }
}
