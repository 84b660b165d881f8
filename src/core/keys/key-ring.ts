import { verifyJwt } from '../crypto/jwt.ts'
import { deriveKey, importSecret, mac, type SecretKey } from '../crypto/seal.ts'
import type { Clock } from '../model/clock.ts'
import { OAuthError } from '../model/error.ts'
import type { KeyHome, Keys, Signer } from '../model/keys.ts'
import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'
import type { KeyUse, StoredKey } from '../model/stored-key.ts'
import { carryOut, destroyKey, rewrapKeys, type Workshop } from './acts.ts'
import { type OpenKey, openRing, type Ring } from './open-keys.ts'
import { createRefreshTokens } from './refresh-tokens.ts'
import { dueActs, type Protected, type Schedule, schedules } from './schedule.ts'
import { createSeal, FIELDS, KID_LENGTH, type Remember, type SealingKeys } from './seal.ts'
import { createSealedClients } from './sealed-clients.ts'

export interface KeyRingOptions {
  store: Store['keys']
  issuer: string
  clock: Clock
  log: Log
  /** Master secrets: all of them open; new keys are sealed under the first, once `rewrap` has sealed the others so. */
  secrets: readonly string[]
  protects: Protected
  /** Where private signing keys live; in the database unless given. */
  home?: KeyHome | undefined
  /** Other times than the usual ones. */
  schedule?: Partial<Record<KeyUse, Partial<Schedule>>> | undefined
}

const ROUNDS = 3

/** Opens, and where there are none makes, the keys of this deployment. Throws where no master secret opens them. */
export async function openKeyRing(options: KeyRingOptions): Promise<Keys> {
  const { store, issuer, clock, log, home } = options
  if (options.secrets.length === 0) throw new Error('A master secret is needed: set the option `secret`, or use a store that keeps one.')
  const workshop: Workshop = { store, secrets: options.secrets, home, clock, log }
  const masters = options.secrets.map(importSecret)
  const times = schedules(options.protects, options.schedule)
  await carryOutDue()
  let ring = openRing(await store.list(), masters, home)
  checkRing(ring)

  async function carryOutDue(): Promise<void> {
    for (let rounds = 0; rounds < ROUNDS; rounds++) {
      const acts = dueActs(await store.list(), times, clock())
      if (acts.length === 0) return
      for (const act of acts) await carryOut(act, workshop)
    }
  }

  /** A home that is away holds up its own keys only: they are tried again the next time. */
  async function carryOutSome(): Promise<void> {
    for (const act of dueActs(await store.list(), times, clock())) {
      await carryOut(act, workshop).catch((cause: unknown) => {
        if (!(cause instanceof OAuthError) || cause.error !== 'temporarily_unavailable') throw cause
        log.warn({ event: 'key.postponed', act: act.act, cause })
      })
    }
  }

  const reload = oneAtATime(async () => {
    const stored = await store.list()
    if (!isSame(stored, ring)) ring = noticed(openRing(stored, masters, home, ring), ring, log)
  })

  const find = (kid: string) => ring.byKid.get(kid)
  const active = (use: KeyUse): OpenKey => ring.active[use] ?? refuse()
  const sealing = (use: KeyUse): SealingKeys => ({
    active: () => active(use).stored.kid,
    secret: (kid) => usable(ring.byKid.get(kid), use),
  })
  return {
    signer: createSigner({ find, active, jwks: () => ring.jwks, home }, issuer, clock),
    ...createSeals(sealing, issuer, clock),
    mac: (use, text) => mac(deriveKey(active('mac').secret!, `v1 ${use} ${issuer}`), text),
    reload,
    maintain: () => carryOutSome().finally(reload),
    rotate: async (uses = Object.keys(times) as KeyUse[], by) => {
      for (const use of uses) await carryOut({ act: 'make', use, status: 'next' }, { ...workshop, by })
      await reload()
    },
    rewrap: (by) => rewrapKeys({ ...workshop, by }),
    destroy: (kid, by) => destroyKey(kid, { ...workshop, by }).finally(reload),
    list: () => [...ring.byKid.values()].map(({ stored: { sealed: _sealed, ...shown } }) => shown),
  }
}

/** Codes that are under way; more would be copied by each scavenge, which costs what it spares. */
const JUST_SEALED: Remember = { when: 'sealed', most: 256 }
/** A megabyte or two. */
const ASKED_ABOUT: Remember = { when: 'opened', most: 1_000 }

/** What seals, each with the keys of its use. */
function createSeals(sealing: (use: KeyUse) => SealingKeys, issuer: string, clock: Clock) {
  const [ticket, token] = [sealing('ticket'), sealing('token')]
  return {
    code: createSeal(ticket, 'code', FIELDS.code, issuer, clock, JUST_SEALED),
    ticket: createSeal(ticket, 'ticket', FIELDS.ticket, issuer, clock),
    consent: createSeal(ticket, 'consent', FIELDS.consent, issuer, clock),
    logout: createSeal(ticket, 'logout', FIELDS.logout, issuer, clock),
    // for a week: the roots of tickets are gone by then
    link: createSeal(sealing('client'), 'link', FIELDS.link, issuer, clock),
    upstream: createSeal(ticket, 'upstream', FIELDS.upstream, issuer, clock),
    pending_link: createSeal(ticket, 'pending_link', FIELDS.pending_link, issuer, clock),
    access_token: withIssuer(createSeal(token, 'access_token', FIELDS.access_token, issuer, clock, ASKED_ABOUT), issuer),
    client: createSealedClients(sealing('client'), issuer, clock),
    factors: {
      totp: createSeal(sealing('factor'), 'totp', FIELDS.totp, issuer, clock),
      step: createSeal(ticket, 'factor_step', FIELDS.factor_step, issuer, clock),
    },
    refreshTokens: createRefreshTokens(sealing('mac'), issuer),
  }
}

/** At the start everything must be readable, and what signs must be able to. */
function checkRing({ active, unreadable }: Ring): void {
  if (unreadable.length > 0)
    throw new Error(`The master secret does not open the key ${unreadable[0]}: it is another one than the database was made with.`)
  const homeless = Object.values(active).find((key) => key.published && !key.sign)
  if (homeless)
    throw new Error(
      `The key ${homeless.stored.kid} signs, but it lives in another place than the database: set \`signer\` as on the server that made it.`,
    )
}

/** What a reload found that somebody must hear of, once. */
function noticed(ring: Ring, before: Ring, log: Log): Ring {
  for (const kid of ring.unreadable) if (!before.unreadable.includes(kid)) log.error({ event: 'key.unreadable', kid })
  return ring
}

/** Whether these rows are what the ring was made from. */
function isSame(stored: readonly StoredKey[], { byKid, unreadable }: Ring): boolean {
  return (
    stored.length === byKid.size + unreadable.length &&
    stored.every(({ kid, status, sealed, active_at, retired_at }) => {
      const known = byKid.get(kid)?.stored
      return known?.status === status && known.sealed === sealed && known.active_at === active_at && known.retired_at === retired_at
    })
  )
}

/** Runs it once at a time; who asks while it runs gets a run that begins afterwards, one for all of them. */
function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let waiting: Promise<void> | null = null
  function ask(): Promise<void> {
    running ??= run().finally(() => {
      running = null
    })
    return running
  }
  return () => {
    if (!running) return ask()
    const again = () => {
      waiting = null
      return ask()
    }
    waiting ??= running.then(again, again)
    return waiting
  }
}

function refuse(): never {
  throw new OAuthError('temporarily_unavailable', 'The server has no key for this at the moment.', { retry_after: 1 })
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

interface SigningKeys {
  find(kid: string): OpenKey | undefined
  active(use: KeyUse): OpenKey
  jwks(): { keys: object[] }
  home: KeyHome | undefined
}

/** Signs with the one active key of an algorithm, verifies with all that are kept. */
function createSigner({ find, active, jwks, home }: SigningKeys, issuer: string, clock: Clock): Signer {
  const verification = (kid: string | undefined) => (kid?.length === KID_LENGTH ? find(kid)?.verification : undefined)
  return {
    algs: ['RS256', 'ES256'],
    sign: (claims, typ, alg) => (active(`sig-${alg}`).sign ?? refuse)(claims, typ),
    verify: (jwt, typ, { expired = false } = {}) => verifyJwt(jwt, verification, { issuer, typ, now: clock(), expired }),
    jwks,
    ...(home && { ready: () => home.ready() }),
  }
}
