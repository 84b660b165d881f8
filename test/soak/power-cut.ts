import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Store } from '../../src/core/model/store.ts'
import { createApp } from '../../src/server/app.ts'
import { readConfig } from '../../src/server/config.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { promises } from '../stores/promises.ts'
import {
  createPowerModel,
  createRandom,
  differsFrom,
  type Happening,
  KIND,
  openWatchedDisk,
  type Random,
  THREAD,
  type WatchedDisk,
} from '../support/disk.ts'
import { type Flow, openFlow } from '../support/flow.ts'
import { check, type Held, nothingSeen, type Seen, work } from '../support/held.ts'
import { openServer, type TestServer } from '../support/server.ts'
import type { Soak } from './soak.ts'

const ACKNOWLEDGING = new URL('../stores/acknowledging.ts', import.meta.url)
const CHECKPOINTING = new URL('../stores/checkpointing.ts', import.meta.url)

interface Part {
  /** How long the disk is recorded under load, in milliseconds. */
  load: number
  /** At how many moments the power is cut. */
  cuts: number
}

interface Size {
  honest: Part | null
  /** In which a sync fails, and the servers are started again. */
  failing: Part
  /** In which the database cannot be synced for a while, the log can. */
  stuck: Part | null
  /** Whose syncs do nothing: losses must be found. */
  lying: Part
}

export default {
  name: 'power-cut',
  about: 'a power cut at random moments, with what was not synced lost by chance: on SQLite everything acknowledged is there again',
  full: {
    honest: { load: 6000, cuts: 200 },
    failing: { load: 1500, cuts: 60 },
    stuck: { load: 2000, cuts: 60 },
    lying: { load: 2000, cuts: 40 },
  },
  small: {
    honest: null,
    failing: { load: 400, cuts: 10 },
    stuck: null,
    lying: { load: 300, cuts: 3 },
  },
  run: async (size) => {
    const found: Record<string, unknown> = {}
    for (const disk of ['honest', 'failing', 'stuck'] as const) {
      const part = size[disk]
      if (!part) continue
      const { losses, ...counts } = await cutOften(part, disk)
      assert.deepEqual(losses, [], `on a disk that is ${disk}`)
      found[disk] = counts
    }
    // a harness that finds nothing on a disk that lies would prove nothing
    const { losses, ...counts } = await cutOften(size.lying, 'lying')
    assert.ok(losses.length > 0, 'syncs that do nothing lose something, and nobody noticed')
    found['lying'] = { ...counts, losses: losses.length }
    return found
  },
} satisfies Soak<Size>

type DiskKind = 'honest' | 'failing' | 'stuck' | 'lying'

/** SOAK_SEED repeats the moments of a run, not its load. */
const seedOf = () => Number(process.env['SOAK_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

/** What was promised while the disk was recorded, and by when. */
interface Recorded {
  disk: WatchedDisk
  server: TestServer
  flow: Flow
  grants: Held[]
  /** When there was a person and a client. */
  ready: number
  happenings: Happening[]
}

async function cutOften({ cuts, load }: Part, kind: DiskKind): Promise<Record<string, unknown> & { losses: string[] }> {
  const recorded = await record(load, kind)
  try {
    const seed = seedOf()
    const random = createRandom(seed)
    const moments = chooseMoments(recorded, cuts, random)
    // nothing of what a lying disk was told to keep was kept
    const { losses, promised, seen } = await cutAt(recorded, moments, kind === 'lying' ? () => 0 : random)
    const counts: Record<string, number> = {}
    for (const { op } of recorded.happenings) counts[op] = (counts[op] ?? 0) + 1
    return { seed, load_ms: load, cuts, losses, checked: { ...seen, promised }, recorded: counts }
  } finally {
    await recorded.server.close()
    recorded.disk.close()
  }
}

/** Two servers, a program that writes through the store, and one that has the log begin anew, on one file. */
async function record(load: number, kind: DiskKind): Promise<Recorded> {
  const disk = openWatchedDisk(2 ** 30)
  disk.set('sync_microseconds', 2000)
  const server = await openServer({ processes: kind === 'honest' ? 2 : 1, env: disk.env, folder: disk.folder, quiet: kind !== 'honest' })
  const others: ChildProcess[] = []
  try {
    const flow = await openFlow(server)
    await flow.code()
    const ready = disk.stamp()
    if (kind === 'lying') disk.set('lie', THREAD.pool)
    others.push(await startWriter(disk, server, '1'))
    if (kind === 'honest' || kind === 'stuck') others.push(start(disk, CHECKPOINTING, server.database))
    const grants: Held[] = []
    let over = false
    const clients = Promise.all(Array.from({ length: 6 }, () => work(flow, { grants, over: () => over, stamp: disk.stamp })))
    await setTimeout(load)
    if (kind === 'failing') others.push(...(await failOnce(disk, server, others)))
    if (kind === 'stuck') await failCheckpoints(disk, load)
    if (kind === 'failing' || kind === 'stuck') await setTimeout(load)
    over = true
    await disk.halt()
    await Promise.all([server.stop('SIGKILL'), ...others.map(kill)])
    await clients
    return { disk, server, flow, grants, ready, happenings: readWhole(disk) }
  } catch (cause) {
    await Promise.all(others.map(kill))
    await server.close()
    disk.close()
    throw cause
  }
}

/** What happened; throws where the files are not what follows from it, since then something went past the recording. */
function readWhole(disk: WatchedDisk): Happening[] {
  const happenings = [...disk.happenings()]
  const model = createPowerModel(disk.folder)
  for (const happening of happenings) model.apply(happening)
  assert.equal(differsFrom(disk.folder, model.whole()), null, 'something was written past the recording')
  return happenings
}

/** The log cannot be moved into the database for a while: it only grows. */
async function failCheckpoints(disk: WatchedDisk, load: number): Promise<void> {
  disk.set('sync_kinds', KIND.other)
  disk.set('sync_threads', THREAD.main | THREAD.pool)
  disk.set('sync_errors', 2 ** 31)
  disk.set('sync_error', 5)
  await setTimeout(load)
  assert.ok(disk.failed() > 0, 'a checkpoint was tried')
  disk.set('sync_error', 0)
}

/** Each process that has the log open hears of a failed sync once, as Linux does it; both end, and are started again. */
async function failOnce(disk: WatchedDisk, server: TestServer, others: readonly ChildProcess[]): Promise<ChildProcess[]> {
  disk.set('sync_threads', THREAD.pool)
  disk.set('sync_kinds', KIND.log)
  disk.set('sync_error', 5)
  disk.set('sync_errors', 2)
  for (const since = Date.now(); disk.failed() < 2 && Date.now() - since < 10_000; ) await setTimeout(5)
  assert.equal(disk.failed(), 2, 'server and program have met the failed sync')
  await Promise.all(others.map((child) => child.exitCode === null && once(child, 'exit')))
  disk.set('sync_error', 0)
  await setTimeout(100)
  await server.start()
  return [await startWriter(disk, server, '2')]
}

function start(disk: WatchedDisk, program: URL, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(program), ...args], {
    env: { ...process.env, ...disk.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

/** Kept when it has been promised something. */
async function startWriter(disk: WatchedDisk, server: TestServer, round: string): Promise<ChildProcess> {
  const child = start(disk, ACKNOWLEDGING, server.database, round, String(Date.now()))
  await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
  assert.equal(child.exitCode, null, 'the program writes')
  child.stdout!.resume()
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Most while there was a load, some while the database was being made. */
function chooseMoments({ happenings, ready }: Recorded, count: number, random: Random): number[] {
  const last = happenings.at(-1)!.stamp
  const at = (from: number, until: number) => from + random() * (until - from)
  return Array.from({ length: count }, (_, i) => (i % 8 === 7 ? at(0, ready) : at(ready, last))).sort((one, other) => one - other)
}

async function cutAt(
  recorded: Recorded,
  moments: readonly number[],
  random: Random,
): Promise<{ losses: string[]; promised: number; seen: Seen }> {
  const model = createPowerModel(recorded.disk.folder)
  const seen = nothingSeen()
  const marks: string[] = []
  const losses: string[] = []
  let promised = 0
  let next = 0
  for (const happening of recorded.happenings) {
    while (next < moments.length && happening.stamp > moments[next]!) {
      const cut = { stamp: moments[next++]!, moment: happening.moment, files: model.cut(random) }
      try {
        promised += await inspect(recorded, cut, marks, seen)
      } catch (cause) {
        losses.push(`at ${Math.round(cut.stamp)}: ${cause instanceof Error ? cause.message : cause}`)
      }
    }
    if (happening.op === 'mark') marks.push(...happening.bytes.toString().split('\n').filter(isPromise))
    model.apply(happening)
  }
  return { losses, promised, seen }
}

/** Servers and commands say other things. */
function isPromise(line: string): boolean {
  return Object.hasOwn(promises, line.split(' ')[0]!)
}

interface Cut {
  stamp: number
  moment: number
  files: Map<string, Buffer>
}

/** Opens what is left as a server would, and holds everything against it that was answered before. How many promises that were. */
async function inspect(recorded: Recorded, cut: Cut, marks: readonly string[], seen: Seen): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-cut-'))
  const file = join(folder, 'vouchsafe.db')
  try {
    for (const [name, bytes] of cut.files) writeFileSync(join(folder, name), bytes, { mode: 0o600 })
    const store = await openSqliteStore(file)
    try {
      checkIntegrity(file)
      const { sub } = recorded.server
      if (cut.stamp >= recorded.ready) assert.ok(await store.users.find(sub), 'a person is gone')
      checkAsked(file, recorded, cut, marks)
      const lines = youngest(marks, 1500, 20)
      for (const line of lines) {
        const [what, key, of] = line.split(' ')
        assert.ok(await promises[what!]!(store, key!, of), `"${line}" was promised and is gone`)
      }
      await checkGrants(recorded, cut, store, seen)
      return lines.length
    } finally {
      await store.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function checkIntegrity(file: string): void {
  const database = new DatabaseSync(file)
  try {
    const [{ integrity_check }] = database.prepare('pragma integrity_check(1)').all() as [{ integrity_check: string }]
    assert.equal(integrity_check, 'ok')
  } finally {
    database.close()
  }
}

/** Nothing is there that nobody had asked for by then. */
function checkAsked(file: string, { grants, flow }: Recorded, { stamp }: Cut, marks: readonly string[]): void {
  const database = new DatabaseSync(file)
  try {
    const count = (text: string, ...values: string[]) => Number((database.prepare(text).get(...values) as { n: number }).n)
    const asked = grants.filter(({ redeemed }) => redeemed.asked <= stamp).length
    assert.ok(count('select count(*) as n from grants where client_id = ?', flow.client_id) <= asked, 'more grants than anybody asked for')
    // each of the 16 callers asks for the next when it has been promised the one before
    const promised = marks.filter((line) => line.startsWith('redeemed ')).length
    assert.ok(
      count("select count(*) as n from grants where grant_id like 'g-%'") <= promised + 2 * 16,
      'more grants than a program asked for',
    )
  } finally {
    database.close()
  }
}

/** The clock of the server that was started again stands where the power was cut. */
async function checkGrants({ server, flow, grants }: Recorded, { stamp, moment }: Cut, store: Store, seen: Seen): Promise<void> {
  const known = grants.filter(({ issued }) => issued <= stamp)
  if (known.length === 0) return
  const config = await readConfig({ flags: { issuer: server.issuer, database: `sqlite:${server.database}` } })
  const app = await createApp({ config, store, clock: () => Math.ceil(moment) })
  const again = flow.at((request) => app.fetch(request))
  for (const grant of youngest(known, 40, 10)) await check(again, grant, seen, stamp)
}

/** The last of them, which are most in danger, and every so many of the older ones. */
function youngest<T>(all: readonly T[], count: number, every: number): T[] {
  return all.filter((_, i) => i >= all.length - count || i % every === 0)
}
