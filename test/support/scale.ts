import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { StatementSync } from 'node:sqlite'
import { HOUR, type Milliseconds, SECOND } from '../../src/core/model/clock.ts'
import type { Store } from '../../src/core/model/store.ts'
import type { Sql } from '../../src/stores/sql.ts'
import { openSqlStore } from '../../src/stores/sql-store.ts'
import { type Amount, generate, type Made } from './generate.ts'
import { type Clients, type Load, openClients, openLoad } from './load.ts'
import { type Kind, type Ran, type Served, serve } from './served.ts'

/** How much is made and measured. */
export interface ScaleSize {
  grants: number
  /** Of a table of its own, in which each grant is refreshed once, in any order. */
  refreshed: number
  /** How long either server works before anything is measured: until its code is compiled, each flow costs a quarter more. */
  settle: Milliseconds
  /** Rounds on either database in turn, and the milliseconds of each. */
  rounds: number
  round: Milliseconds
  /** Grants that may go when the sweeping begins, then so many more in each second, for so many seconds. */
  overdue: number
  rate: number
  seconds: number
  /** Flows in a second while it sweeps. */
  flows: number
  /** Whether what depends on the machine's speed is asserted. */
  speed: boolean
}

const MOST_BYTES = 400
const LEAST_RATE = 0.9
const LONGEST_LOCK = 50
/** A large table behaves as a small one does; what is small is this. */
const FEW = 2_000
const LANES = 16

export const FULL: ScaleSize = {
  grants: 10_000_000,
  refreshed: 100_000,
  settle: 10_000,
  rounds: 20,
  round: 2_000,
  overdue: 150_000,
  rate: 1_000,
  seconds: 90,
  flows: 60,
  speed: true,
}
export const SMALL: ScaleSize = {
  grants: 20_000,
  refreshed: 2_000,
  settle: 150,
  rounds: 1,
  round: 150,
  overdue: 2_000,
  rate: 200,
  seconds: 0.5,
  flows: 20,
  speed: false,
}

type Bytes = (sql: Sql) => Promise<Record<string, number>>

/** What the database itself says of the sweeper's deletes: a client's clock counts its own waiting too. */
export interface OwnClock {
  begin(sql: Sql): Promise<void>
  /** Milliseconds of the longest, and how many there were since. */
  end(sql: Sql): Promise<{ max: number; statements: number }>
}

/** A database of its own. */
export interface Place {
  /** As `--database` takes it. */
  address: string
  open(): Promise<Sql>
}

/**
 * With many grants flows are as fast as with few, a grant takes no more than its bytes, and the sweeper keeps up with what is over in each
 * second. `find` makes an empty database. Throws where one of the three does not hold.
 */
export async function measureScale(
  size: ScaleSize,
  find: () => Promise<Place>,
  bytes: Bytes,
  own?: OwnClock,
): Promise<Record<string, unknown>> {
  const begins = Date.now() + 3 * HOUR
  const due = { grants: size.overdue + size.rate * size.seconds, at: (turn: number) => begins + dueAt(size, turn) }
  const few = await makeWorld(await find(), { grants: FEW })
  const many = await makeWorld(await find(), { grants: size.grants - due.grants, due })
  const refreshed = await measureRefreshed(size, await find(), bytes)
  const flows = await compareAll(size, few, many)
  const sql = await many.place.open()
  try {
    const all = await bytes(sql)
    assert.ok(all['grants']! / size.grants <= MOST_BYTES, `a grant takes ${all['grants']! / size.grants} bytes`)
    const sweep = await measureSweep(size, await openSwept(sql, many.clients), begins, own)
    return { generated_in_seconds: many.seconds, flows, bytes: bytesOfOne(all, many.made), refreshed, sweep }
  } finally {
    await sql.close()
  }
}

/** Where it lies in the table says nothing about when it is over. */
function dueAt({ overdue, rate, seconds }: ScaleSize, turn: number): Milliseconds {
  const place = (turn * 7919) % (overdue + rate * seconds)
  return place < overdue ? 0 : ((place - overdue) * SECOND) / rate
}

interface World {
  place: Place
  clients: Clients
  made: Made
  seconds: number
}

async function makeWorld(place: Place, amount: Amount): Promise<World> {
  const sql = await place.open()
  try {
    const began = performance.now()
    const made: Made = await generate(sql, amount)
    const seconds = Math.round((performance.now() - began) / SECOND)
    return { place, made, seconds, clients: await openClients(await openSqlStore(sql), made, Date.now()) }
  } finally {
    await sql.close()
  }
}

/**
 * Both in turn shall be as fast as with few grants, and so shall code flows alone; of refreshes, each of another old grant, it is told.
 * It is the real program that serves, over sockets, and nobody else has its database open.
 */
async function compareAll(size: ScaleSize, few: World, many: World): Promise<object> {
  const servers: Served[] = []
  try {
    for (const { place, clients } of [few, many]) servers.push(await serve(place.address, clients))
    for (const server of servers) await server.run('both', LANES, size.settle)
    const found = {
      code: await compare(size, servers, 'code'),
      refresh: await compare(size, servers, 'refresh'),
      code_and_refresh: await compare(size, servers, 'both'),
    }
    const least = Math.min(found.code.median_of_ratios, found.code_and_refresh.median_of_ratios)
    if (size.speed) assert.ok(least >= LEAST_RATE, `flows are slower: ${JSON.stringify(found)}`)
    return found
  } finally {
    for (const server of servers) await server.close()
  }
}

/** Rounds on either in turn, so that whatever else the machine does is met by both. The claim is about their medians. */
async function compare({ rounds, round }: ScaleSize, servers: readonly Served[], kind: Kind) {
  const found = servers.map(() => [] as Ran[])
  for (const server of servers) await server.run(kind, LANES, round)
  for (let i = 0; i < rounds; i++) {
    for (const at of i % 2 === 0 ? [0, 1] : [1, 0]) found[at]!.push(await servers[at]!.run(kind, LANES, round))
  }
  const [few, many] = found as [Ran[], Ran[]]
  const ratios = (by: keyof Ran) => round3(median(many.map((ran, i) => ran[by] / few[i]![by])))
  const rates = { few: median(few.map(({ by_clock }) => by_clock)), many: median(many.map(({ by_clock }) => by_clock)) }
  return {
    a_second_with_few: round1(rates.few),
    a_second_with_many: round1(rates.many),
    ratio_of_medians: round3(rates.many / rates.few),
    median_of_ratios: ratios('by_clock'),
    median_of_ratios_by_cpu: ratios('by_cpu'),
  }
}

/** Rows grow when they are refreshed, and full pages are split. */
async function measureRefreshed({ refreshed }: ScaleSize, place: Place, bytes: Bytes): Promise<object> {
  const sql = await place.open()
  await generate(sql, { grants: refreshed, unused: true })
  const store = await openSqlStore(sql)
  const before = (await bytes(sql))['grants']!
  const grants = await sql.all('select grant_id, generation, ends_at from grants where revoked_at is null order by record', [])
  for (let i = 0; i < grants.length; i += 200) {
    await Promise.all(
      grants.slice(i, i + 200).map(({ grant_id, generation, ends_at }) => {
        const now = Date.now()
        return store.grants.rotate(grant_id as string, generation as number, now, Math.min(now + HOUR, ends_at as number), null)
      }),
    )
  }
  const after = (await bytes(sql))['grants']!
  await store.close()
  return { bytes_before_any_was: round1(before / refreshed), bytes_after_each_was: round1(after / refreshed) }
}

/** A server within this process, whose clock can be moved. */
interface Swept {
  sql: Sql
  load: Load
  shift: { by: Milliseconds }
  /** Rows that the sweeper took so far, and the milliseconds of each statement by which it did. */
  swept: { rows: number; deletes: number[] }
}

async function openSwept(sql: Sql, clients: Clients): Promise<Swept> {
  const shift = { by: 0 }
  const swept: Swept['swept'] = { rows: 0, deletes: [] }
  const timed: Sql = {
    ...sql,
    write: async (text, values) => {
      const at = performance.now()
      const rows = await sql.write(text, values)
      if (text.startsWith('delete from grants')) swept.deletes.push(performance.now() - at)
      return rows
    },
  }
  const store = await openSqlStore(timed)
  const counted: Store = {
    ...store,
    sweep: async (now, budget) => {
      const rows = await store.sweep(now, budget)
      swept.rows += rows
      return rows
    },
  }
  return { sql, load: await openLoad(counted, clients, () => Date.now() + shift.by), shift, swept }
}

/** First flows alone, then the same with so many grants over in each second. */
async function measureSweep(size: ScaleSize, { sql, load, shift, swept }: Swept, begins: Milliseconds, own?: OwnClock): Promise<object> {
  const alone = await pace(load, size)
  swept.deletes.length = 0
  await own?.begin(sql)
  const locks = watchLocks()
  shift.by = begins - Date.now()
  const before = swept.rows
  const backlog: number[] = []
  const due = (at: Milliseconds) => size.overdue + (size.rate * Math.min(at, size.seconds * SECOND)) / SECOND
  const sweeping = await pace(load, size, (elapsed) => backlog.push(Math.round(due(elapsed) - (swept.rows - before))))
  const { held, checkpoints } = locks.stop()
  const left = backlog.at(-1)!
  const by_server = await own?.end(sql)
  const found = {
    backlog: { first: size.overdue, last: left, most: Math.max(...backlog) },
    deleted_a_second: Math.round((size.overdue + size.rate * size.seconds - left) / size.seconds),
    flow_ms_alone: alone,
    flow_ms_while_sweeping: sweeping,
    delete_ms: { ...quantiles(swept.deletes), statements: swept.deletes.length },
    ...(held.length > 0 && {
      lock_held_ms: quantiles(held),
      checkpoint_ms: { ...quantiles(checkpoints), checkpoints: checkpoints.length },
    }),
    ...(by_server && { delete_ms_by_server: by_server }),
  }
  if (!size.speed) {
    for (let i = 0; swept.rows - before < due(SECOND * size.seconds) && i < 200; i++) await load.maintain()
    assert.equal(swept.rows - before, size.overdue + size.rate * size.seconds, 'all that was over went, and nothing else')
    return found
  }
  assert.ok(left <= size.overdue, `the backlog grew: ${JSON.stringify(found)}`)
  const longest = by_server?.max ?? quantiles(held).max
  assert.ok(longest > 0 && longest <= LONGEST_LOCK, `locks were held too long: ${JSON.stringify(found)}`)
  return found
}

/** So many flows in each second, whether the ones before have ended or not. Milliseconds of each, and by how much the event loop was late. */
async function pace(load: Load, { flows, seconds }: ScaleSize, each?: (elapsed: Milliseconds) => void): Promise<object> {
  const loop = monitorEventLoopDelay({ resolution: 5 })
  loop.enable()
  const times: number[] = []
  const under_way: Promise<void>[] = []
  const began = performance.now()
  for (let i = 0; i < flows * seconds; i++) {
    const at = began + (i * SECOND) / flows
    const wait = at - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    under_way.push(load.flow().then(() => void times.push(performance.now() - at)))
    if (i % flows === 0) each?.(performance.now() - began)
  }
  await Promise.all(under_way)
  each?.(performance.now() - began)
  loop.disable()
  return { ...quantiles(times), event_loop_late: { p99: round1(loop.percentile(99) / 1e6), max: round1(loop.max / 1e6) } }
}

/** How long SQLite's lock was held by each transaction in which the sweeper deleted, and how long each checkpoint took, in milliseconds. */
function watchLocks(): { stop(): { held: number[]; checkpoints: number[] } } {
  const found = { held: [] as number[], checkpoints: [] as number[] }
  const { all, get, run } = StatementSync.prototype
  let began = 0
  let sweeps = false
  StatementSync.prototype.all = function (this: StatementSync, ...values) {
    if (this.sourceSQL.startsWith('delete from grants')) sweeps = true
    return all.apply(this, values as never)
  }
  StatementSync.prototype.get = function (this: StatementSync, ...values) {
    const at = performance.now()
    const row = get.apply(this, values as never)
    if (this.sourceSQL.startsWith('pragma wal_checkpoint')) found.checkpoints.push(performance.now() - at)
    return row
  }
  StatementSync.prototype.run = function (this: StatementSync, ...values) {
    const outcome = run.apply(this, values as never)
    if (this.sourceSQL === 'commit' && sweeps) found.held.push(performance.now() - began)
    if (this.sourceSQL !== 'begin immediate') return outcome
    began = performance.now()
    sweeps = false
    return outcome
  }
  return {
    stop: () => {
      Object.assign(StatementSync.prototype, { all, get, run })
      return found
    },
  }
}

/** With all indexes, before anything was deleted. */
function bytesOfOne(bytes: Record<string, number>, { grants, consents, people }: Made): object {
  return {
    of_a_grant: round1(bytes['grants']! / grants),
    of_a_consent_with_its_receipt: round1((bytes['consents']! + bytes['receipts']!) / consents),
    of_a_person: round1(bytes['users']! / people),
  }
}

function quantiles(values: readonly number[]): { p50: number; p99: number; max: number } {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (share: number) => round1(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
const round1 = (value: number): number => Math.round(value * 10) / 10
const round3 = (value: number): number => Math.round(value * 1000) / 1000
