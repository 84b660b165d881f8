import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { HOUR, type Milliseconds, SECOND } from '../../src/core/model/clock.ts'
import { openSqlStore } from '../../src/stores/sql-store.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { generate } from '../support/generate.ts'
import { type Load, openClients, openLoad } from '../support/load.ts'
import { makeFolder } from '../support/program.ts'

const OVER = 2_000
/** More than one sweep takes, on a fast machine too. */
const MANY = 60_000

interface Counted {
  load: Load
  time: { now: Milliseconds }
  /** The rows that each sweep took. */
  sweeps: number[]
  /** Until the sweep that is under way has ended. */
  settled(): Promise<unknown>
}

interface Given {
  /** Grants that may go. */
  over?: number
  skew?: Milliseconds
  clock?: () => Milliseconds
}

/** A server at work, and many grants that may go an hour from now. */
async function openCounted(test: TestContext, { over = OVER, skew = 0, clock }: Given = {}): Promise<Counted> {
  const sql = await openSqlite(join(makeFolder(test), 'vouchsafe.db'))
  const time = { now: Date.now() }
  const due = { grants: over, at: () => time.now + HOUR }
  const made = await generate(sql, { grants: 200, due })
  const store = await openSqlStore(sql)
  test.after(() => store.close())
  const sweeps: number[] = []
  let under_way: Promise<unknown> = Promise.resolve()
  const sweep = (now: Milliseconds, budget: Milliseconds): Promise<number> => {
    const swept = store.sweep(now, budget)
    under_way = swept.then((rows) => sweeps.push(rows))
    return swept
  }
  const clients = await openClients(store, made, time.now)
  const load = await openLoad({ ...store, sweep, skew: async () => skew }, clients, clock ?? (() => time.now))
  return { load, time, sweeps, settled: () => under_way }
}

/** Requests for so long, one each `step`. */
async function serve({ load, time, settled }: Counted, length: Milliseconds, step: Milliseconds): Promise<void> {
  for (let past = 0; past < length; past += step) {
    time.now += step
    await load.flow()
    await new Promise((resolve) => setTimeout(resolve, 2)) // what the request has set off begins
    await settled()
  }
}

const sum = (rows: readonly number[]): number => rows.reduce((total, one) => total + one, 0)

it('requests sweep every ten seconds while nothing is over, and at once again while a lot is', async (test) => {
  const world = await openCounted(test, { over: MANY })
  await serve(world, 21 * SECOND, SECOND / 2)
  for (let looks = 0; looks < 500 && world.sweeps.length < 2; looks++) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(world.sweeps, [0, 0])
  world.time.now += 2 * HOUR
  let steps = 0
  for (; steps < 1_000 && sum(world.sweeps) < MANY; steps++) await serve(world, SECOND / 5, SECOND / 5)
  assert.equal(sum(world.sweeps), MANY)
  const sweeps = world.sweeps.length - 2
  assert.ok(sweeps > 1, `${MANY} rows are more than one sweep takes: ${world.sweeps}`)
  assert.ok(steps / 5 < sweeps * 5, `${sweeps} sweeps took ${steps / 5} s`)
  const before = world.sweeps.length
  await serve(world, 9 * SECOND, SECOND / 2)
  assert.ok(world.sweeps.length - before <= 2, 'when all is gone it rests again')
})

it('a node that sweeps and gets no requests goes on while a lot is over', async (test) => {
  const world = await openCounted(test, { over: MANY, clock: () => Date.now() + 2 * HOUR })
  await world.load.maintain()
  const patience = AbortSignal.timeout(60 * SECOND) // a slow disk takes long for as many
  while (sum(world.sweeps) < MANY && !patience.aborted) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(sum(world.sweeps), MANY)
  assert.ok(world.sweeps.length > 1)
})

it("what is over goes by the database's clock, not by that of a node which is ahead", async (test) => {
  const world = await openCounted(test, { skew: -2 * HOUR })
  world.time.now += 2 * HOUR // of which the database knows nothing
  await world.load.maintain()
  assert.deepEqual(world.sweeps, [0])
  world.time.now += 2 * HOUR
  await world.load.maintain()
  assert.ok(world.sweeps[1]! > 0)
})
