import { createJwtSigner, generateSigningKey, type Jwk, publicKey, type SignJwt, type VerificationKey, verifyJwt } from '../crypto/jwt.ts'
import { randomToken } from '../crypto/random.ts'
import { createBox, deriveKey, importSecret, mac, type SecretKey } from '../crypto/seal.ts'
import type { Clock } from '../model/clock.ts'
import type { Keys, Signer, SigningAlg } from '../model/keys.ts'
import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'
import type { KeyUse, StoredKey } from '../model/stored-key.ts'
import { createRefreshTokens } from './refresh-tokens.ts'
import { dueActs, type KeyAct, type Protected, schedules } from './schedule.ts'
import { createSeal, FIELDS, KID_LENGTH, type SealingKeys } from './seal.ts'
import { createSealedClients } from './sealed-clients.ts'

export interface KeyRingOptions {
  store: Store['keys']
  issuer: string
  clock: Clock
  log: Log
  /** Master secrets: the first seals keys, all of them open. */
  secrets: readonly string[]
  protects: Protected
}

/** A key of the ring, opened. Signing keys have `sign` and `verify`, the others `secret`. */
interface OpenKey {
  stored: StoredKey
  secret?: SecretKey
  sign?: SignJwt
  verification?: VerificationKey
  published?: object
}

interface Ring {
  byKid: ReadonlyMap<string, OpenKey>
  active: Readonly<Record<KeyUse, OpenKey>>
  jwks: { keys: object[] }
}

/** Opens, and where there are none makes, the keys of this deployment. Throws where no master secret opens them. */
export async function openKeyRing(options: KeyRingOptions): Promise<Keys> {
  const { store, issuer, clock, log } = options
  if (options.secrets.length === 0) throw new Error('A master secret is needed: set the option `secret`, or use a store that keeps one.')
  const masters = options.secrets.map(importSecret)
  const by = schedules(options.protects)
  let ring: Ring

  async function load(): Promise<Ring> {
    const stored = await store.list()
    return openRing(stored, masters, ring?.byKid)
  }

  async function maintain(): Promise<void> {
    for (let rounds = 0; rounds < 3; rounds++) {
      const acts = dueActs(await store.list(), by, clock())
      if (acts.length === 0) break
      for (const act of acts) await carryOut(act, store, masters[0]!, clock, log)
    }
    ring = await load()
    await rewrap(ring, store, masters, log)
  }

  await maintain()
  const sealing = (use: KeyUse): SealingKeys => ({
    active: () => ring.active[use].stored.kid,
    secret: (kid) => usable(ring.byKid.get(kid), use),
  })
  const macs = sealing('mac')
  return {
    signer: createSigner(() => ring, issuer, clock),
    code: createSeal(sealing('ticket'), 'code', FIELDS.code, issuer, clock),
    ticket: createSeal(sealing('ticket'), 'ticket', FIELDS.ticket, issuer, clock),
    consent: createSeal(sealing('ticket'), 'consent', FIELDS.consent, issuer, clock),
    logout: createSeal(sealing('ticket'), 'logout', FIELDS.logout, issuer, clock),
    access_token: withIssuer(createSeal(sealing('token'), 'access_token', FIELDS.access_token, issuer, clock), issuer),
    client: createSealedClients(sealing('client'), issuer, clock),
    refreshTokens: createRefreshTokens(macs, issuer),
    mac: (use, text) => mac(deriveKey(ring.active.mac.secret!, `v1 ${use} ${issuer}`), text),
    maintain,
    rotate: async (uses = Object.keys(by) as KeyUse[]) => {
      for (const use of uses) await carryOut({ act: 'make', use, status: 'next' }, store, masters[0]!, clock, log)
      ring = await load()
    },
    list: () => [...ring.byKid.values()].map(({ stored: { sealed: _sealed, ...shown } }) => shown),
  }
}

const usable = (key: OpenKey | undefined, use: KeyUse): SecretKey | undefined => (key?.stored.use === use ? key.secret : undefined)

/** The issuer is bound to the text, so it need not stand in it. */
function withIssuer(seal: Keys['access_token'], issuer: string): Keys['access_token'] {
  return {
    seal: seal.seal,
    open: (text) => {
      const claims = seal.open(text)
      return claims && { ...claims, iss: issuer }
    },
  }
}

async function carryOut(act: KeyAct, store: Store['keys'], master: SecretKey, clock: Clock, log: Log): Promise<void> {
  if (act.act === 'make') {
    const key = await newKey(act.use, act.status, master, clock())
    if (await store.add(key)) log.info({ event: 'key.made', use: act.use, kid: key.kid, status: act.status })
    return
  }
  if (act.act === 'promote') {
    if (await store.promote(act.active, act.next, clock())) log.info({ event: 'key.promoted', kid: act.next })
    return
  }
  await store.delete(act.kid)
  log.info({ event: 'key.destroyed', kid: act.kid })
}

async function newKey(use: KeyUse, status: 'active' | 'next', master: SecretKey, now: number): Promise<StoredKey> {
  const kid = randomToken(3)
  const alg = algOf(use)
  const secret = alg ? JSON.stringify(await generateSigningKey(alg)) : randomToken()
  return { kid, use, status, sealed: boxOf(master, use, kid).seal(secret), created_at: now, ...(status === 'active' && { active_at: now }) }
}

const boxOf = (master: SecretKey, use: KeyUse, kid: string) => createBox(master, `v1 key ${use} ${kid}`)
const algOf = (use: KeyUse): SigningAlg | null => (use.startsWith('sig-') ? (use.slice(4) as SigningAlg) : null)

/** Opens what is not open yet; what stands open is kept, with its new status. */
function openRing(stored: readonly StoredKey[], masters: readonly SecretKey[], known?: ReadonlyMap<string, OpenKey>): Ring {
  const byKid = new Map<string, OpenKey>()
  const active: Partial<Record<KeyUse, OpenKey>> = {}
  const published: object[] = []
  for (const row of stored) {
    const key = { ...(known?.get(row.kid) ?? openKey(row, masters)), stored: row }
    byKid.set(row.kid, key)
    if (row.status === 'active') active[row.use] = key
    if (key.published) published.push(key.published)
  }
  return { byKid, active: active as Ring['active'], jwks: { keys: published } }
}

function openKey(row: StoredKey, masters: readonly SecretKey[]): OpenKey {
  const text = unwrap(row, masters)?.text
  if (text === undefined)
    throw new Error(`The master secret does not open the key ${row.kid}: it is another one than the database was made with.`)
  const alg = algOf(row.use)
  if (!alg) return { stored: row, secret: importSecret(text) }
  const private_jwk = JSON.parse(text) as Jwk
  const { jwk, key } = publicKey(private_jwk)
  return {
    stored: row,
    sign: createJwtSigner(private_jwk, row.kid, alg),
    verification: { alg, key },
    published: { ...jwk, kid: row.kid, alg, use: 'sig' },
  }
}

/** Whether one of these master secrets opens a stored key. */
export function opensKey(secrets: readonly string[], key: Pick<StoredKey, 'kid' | 'use' | 'sealed'>): boolean {
  return unwrap(key, secrets.map(importSecret)) !== null
}

function unwrap(row: Pick<StoredKey, 'kid' | 'use' | 'sealed'>, masters: readonly SecretKey[]): { text: string; master: SecretKey } | null {
  for (const master of masters) {
    const text = boxOf(master, row.use, row.kid).open(row.sealed)
    if (text !== null) return { text, master }
  }
  return null
}

/** During a change of the master secret: what the second one opened is sealed under the first. */
async function rewrap(ring: Ring, store: Store['keys'], masters: readonly SecretKey[], log: Log): Promise<void> {
  if (masters.length < 2) return
  for (const { stored } of ring.byKid.values()) {
    const opened = unwrap(stored, masters)
    if (!opened || opened.master === masters[0]) continue
    await store.rewrap(stored.kid, boxOf(masters[0]!, stored.use, stored.kid).seal(opened.text))
    log.info({ event: 'key.rewrapped', kid: stored.kid })
  }
}

/** Signs with the one active key of an algorithm, verifies with all that are kept. */
function createSigner(ring: () => Ring, issuer: string, clock: Clock): Signer {
  const find = (kid: string | undefined) => (kid?.length === KID_LENGTH ? ring().byKid.get(kid)?.verification : undefined)
  return {
    algs: ['RS256', 'ES256'],
    sign: (claims, typ, alg) => ring().active[`sig-${alg}`].sign!(claims, typ),
    verify: (jwt, typ, { expired = false } = {}) => verifyJwt(jwt, find, { issuer, typ, now: clock(), expired }),
    jwks: () => ring().jwks,
  }
}
