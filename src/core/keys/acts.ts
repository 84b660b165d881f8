import { generateSigningKey } from '../crypto/jwt.ts'
import { randomToken } from '../crypto/random.ts'
import { importSecret, type SecretKey } from '../crypto/seal.ts'
import type { Actor } from '../model/audit.ts'
import type { Clock } from '../model/clock.ts'
import type { KeyHome } from '../model/keys.ts'
import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'
import type { KeyUse, StoredKey } from '../model/stored-key.ts'
import { algOf, type HomedKey, readHomed } from './open-keys.ts'
import type { KeyAct } from './schedule.ts'
import { sealingMaster, unwrap, wrap } from './wrap.ts'

/** What the acts of a key ring are done with. */
export interface Workshop {
  store: Store['keys']
  /** Master secrets. */
  secrets: readonly string[]
  home?: KeyHome | undefined
  clock: Clock
  log: Log
  /** Who decided it; the server itself unless given. */
  by?: Actor | undefined
}

/** Does what is due. Of many who do it at the same moment one succeeds, and the others leave nothing behind. */
export async function carryOut(act: KeyAct, { store, secrets, home, clock, log, by }: Workshop): Promise<void> {
  if (act.act === 'promote') {
    if (await store.promote(act.active, act.next, clock(), by)) log.info({ event: 'key.promoted', kid: act.next })
    return
  }
  if (act.act === 'destroy') {
    const key = (await store.list()).find(({ kid }) => kid === act.kid)
    if (key) await unhouse(key, { secrets, home, log }) // first: what fails here is tried again as long as there is a row
    await store.delete(act.kid, by)
    log.info({ event: 'key.destroyed', kid: act.kid })
    return
  }
  const { use, status } = act
  const keys = await store.list()
  if (keys.some((key) => key.use === use && key.status === status)) return // an RSA key is too dear to be thrown away
  const kid = newKid()
  const text = await newText(use, home)
  const masters = secrets.map(importSecret)
  const master = sealingMaster(keys, masters)
  const now = clock()
  const sealed = wrap(text, { use, kid }, master)
  const key: StoredKey = { kid, use, status, sealed, created_at: now, ...(status === 'active' && { active_at: now }) }
  if (!(await store.add(key, by))) return unhouse(key, { secrets, home, log }) // somebody else's is in its place
  log.info({ event: 'key.made', use, kid, status })
  await follow(key, master, store, masters)
}

async function newText(use: KeyUse, home?: KeyHome): Promise<string> {
  const alg = algOf(use)
  if (!alg) return randomToken()
  if (!home?.makes) return JSON.stringify(await generateSigningKey(alg))
  const { reference, public_jwk } = await home.make(alg)
  return JSON.stringify({ home: home.name, reference, public_jwk: { ...public_jwk } } satisfies HomedKey)
}

/** Four characters; a dash in front would pass for a flag on a command line. */
function newKid(): string {
  const kid = randomToken(3)
  return kid.startsWith('-') ? newKid() : kid
}

/** The master secret may have been changed between reading the keys and adding one: then this one changes too. */
async function follow(key: StoredKey, master: SecretKey, store: Store['keys'], masters: readonly SecretKey[]): Promise<void> {
  if (masters.length < 2) return
  const others = (await store.list()).filter(({ kid }) => kid !== key.kid)
  const present = sealingMaster(others, masters)
  const opened = unwrap(key, [master])
  if (others.length === 0 || present === master || !opened || others.some((other) => unwrap(other, [master]))) return
  await store.rewrap(key.kid, wrap(opened.text, key, present))
}

/** Takes the private part of a key out of the home where it lives, if it lives in one. */
async function unhouse(key: StoredKey, { secrets, home, log }: Pick<Workshop, 'secrets' | 'home' | 'log'>): Promise<void> {
  const opened = algOf(key.use) ? unwrap(key, secrets.map(importSecret)) : null
  const homed = opened && readHomed(opened.text)
  if (!homed) return
  if (home?.name === homed.home) await home.destroy(homed.reference)
  else log.warn({ event: 'key.left', kid: key.kid, home: homed.home, reference: homed.reference })
}

const TRIES = 5

/**
 * Destroys a key at once, whatever it protects; one that is active gives way to its successor, made now if there is none. False where
 * there is no such key.
 */
export async function destroyKey(kid: string, workshop: Workshop): Promise<boolean> {
  const { store } = workshop
  for (let tries = 0; tries < TRIES; tries++) {
    const keys = await store.list()
    const key = keys.find((known) => known.kid === kid)
    if (!key) return tries > 0
    if (key.status !== 'active') {
      await store.delete(kid, workshop.by) // first: from here on nothing that it signed is accepted
      workshop.log.warn({ event: 'key.destroyed', kid, use: key.use })
      await unhouse(key, workshop)
      return true
    }
    const next = keys.find(({ use, status }) => use === key.use && status === 'next')
    await carryOut(next ? { act: 'promote', active: kid, next: next.kid } : { act: 'make', use: key.use, status: 'next' }, workshop)
  }
  throw new Error('The key is changed by others all the time. Try again.')
}

/** Seals all keys under the first master secret. `left` are those that none of the secrets opens. */
export async function rewrapKeys({
  store,
  secrets,
  log,
  by,
}: Omit<Workshop, 'home' | 'clock'>): Promise<{ rewrapped: string[]; left: string[] }> {
  const masters = secrets.map(importSecret)
  const rewrapped: string[] = []
  const left = new Set<string>()
  for (let again = true; again; ) {
    again = false
    left.clear()
    for (const key of await store.list()) {
      const opened = unwrap(key, masters)
      if (!opened) left.add(key.kid)
      if (!opened || opened.master === masters[0]) continue
      await store.rewrap(key.kid, wrap(opened.text, key, masters[0]!), by)
      log.info({ event: 'key.rewrapped', kid: key.kid })
      rewrapped.push(key.kid)
      again = rewrapped.length < MOST // until a look finds nothing to do: keys are made meanwhile
    }
  }
  return { rewrapped, left: [...left] }
}

const MOST = 1000
