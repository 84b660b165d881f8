import { setTimeout } from 'node:timers/promises'
import { timedId } from '../../../src/core/crypto/random.ts'
import type { Grant } from '../../../src/core/model/grant.ts'
import { openPostgresStore } from '../../../src/stores/postgres-store.ts'
import { openSqliteStore } from '../../../src/stores/sqlite-store.ts'
import { aConsent, aGrant, aReceipt } from '../../stores/suite/records.ts'
import { firstRelease, openBare } from '../first-release.ts'

// A server of some version, as far as the database sees one: people redeem, refresh, revoke and decide until it is told to stop.
const [database, version, rows] = process.argv.slice(2) as [string, 'old' | 'today', string]
/** Milliseconds between two people at one counter: a short run shares its machine. */
const pause = Number(rows) < 100_000 ? 40 : 8
const WIDTH = 6
const DAY = 86_400_000

interface Moves {
  redeem(grant: Grant): Promise<unknown>
  rotate(grant_id: string, generation: number): Promise<unknown>
  revoke(grant_id: string): Promise<unknown>
  find(grant_id: string): Promise<number | undefined>
  decide(sub: string): Promise<unknown>
  close(): Promise<void>
}

const at = Date.now()

/** The very statements of the first release. */
async function openOld(): Promise<Moves> {
  const sql = await openBare(database)
  const { redeem, rotate, revoke, find, decide, keep } = firstRelease.statements
  return {
    redeem: (grant) => {
      const { grant_id, client_id, sub, epoch, generation, expires_at, ends_at } = grant
      const record = JSON.stringify({ sid: grant.sid, scope: grant.scope, auth_time: grant.auth_time })
      return sql.write(redeem, [grant_id, client_id, sub, epoch, generation, null, null, expires_at, ends_at, null, record, null])
    },
    rotate: (grant_id, generation) => sql.write(rotate, [grant_id, generation, at, at + DAY, null]),
    revoke: (grant_id) => sql.write(revoke, [grant_id, at]),
    find: async (grant_id) => (await sql.all(find, [grant_id]))[0]?.['generation'] as number | undefined,
    decide: (sub) =>
      sql.batch([
        { text: decide, values: [sub, 'c', null, '{}', null], must: true },
        { text: keep, values: [timedId(Date.now()), sub, 'c', '{}'] },
      ]),
    close: () => sql.close(),
  }
}

async function openToday(): Promise<Moves> {
  const store = await (database.startsWith('postgres')
    ? openPostgresStore({ url: database })
    : openSqliteStore(database, { secret: false }))
  return {
    redeem: (grant) => store.grants.redeem(grant, {}),
    rotate: (grant_id, generation) => store.grants.rotate(grant_id, generation, at, at + DAY, null),
    revoke: (grant_id) => store.grants.revoke(grant_id, at),
    find: async (grant_id) => (await store.grants.find(grant_id))?.generation,
    decide: (sub) => {
      const consent = aConsent({ sub, client_id: 'c' })
      return store.consents.decide(consent, { ...aReceipt(consent), receipt_id: timedId(Date.now()) })
    },
    close: () => store.close(),
  }
}

const moves = await (version === 'old' ? openOld() : openToday())
const times: number[] = []
const errors: string[] = []
const held = new Map<string, number>()
let going = true

async function measure(move: () => Promise<unknown>): Promise<void> {
  const since = performance.now()
  try {
    await move()
  } catch (cause) {
    errors.push(String(cause))
  }
  times.push(performance.now() - since)
}

async function work(): Promise<void> {
  while (going) {
    const grant_id = timedId(Date.now())
    await measure(() => moves.redeem(aGrant({ grant_id, sub: `u${Math.floor(Math.random() * 1e6)}`, expires_at: at + DAY })))
    await measure(() => moves.rotate(grant_id, 1))
    held.set(grant_id, 2)
    await measure(() => moves.find(grant_id))
    // of those that were there before, which the fill passes over too
    await measure(() => moves.revoke(`g${String(Math.floor(Math.random() * Number(rows))).padStart(9, '0')}`))
    await measure(() => moves.decide(`u${Math.floor(Math.random() * 1e6)}`))
    await setTimeout(pause * (0.5 + Math.random()))
  }
}

process.on('message', () => {
  going = false
})
process.send!('ready')
await Promise.all(Array.from({ length: WIDTH }, work))
let lost = 0
for (const [grant_id, generation] of held) if ((await moves.find(grant_id)) !== generation) lost++
await moves.close()
times.sort((one, other) => one - other)
const quantile = (share: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0)
process.send!({ moves: times.length, errors: errors.slice(0, 5), failed: errors.length, lost, p99: quantile(0.99), longest: quantile(1) })
process.disconnect()
