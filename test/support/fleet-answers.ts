import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { type Answer, type FleetApp, openFleetApp } from './fleet-app.ts'
import { grantIdOf } from './fleet-load.ts'
import { type Journal, Unanswered } from './journal.ts'
import type { Fleet, TestNode } from './nodes.ts'

/** What was committed while its answer was lost: the node says "later", and an honest client that asks again is served. */
export async function findLostAnswers(fleet: Fleet, journal: Journal): Promise<Record<string, unknown>> {
  await fleet.addClient('answers')
  const app = openFleetApp(fleet, journal, 'answers')
  await app.signIn('mara@otterbakery.example')
  const [cut, other] = fleet.nodes as [TestNode, TestNode]

  const code = await app.code()
  await lose(fleet, cut, () => app.redeem(code, cut))
  assert.equal(await countGrants(fleet, app), 1, 'it was redeemed, once')
  assert.equal((await app.redeem(code, other)).body.error, 'invalid_grant', 'a code whose answer was lost gives nothing twice')

  const first = (await app.redeem(await app.code(), other)).body.refresh_token!
  await lose(fleet, cut, () => app.refresh(first, cut))
  const again = await app.refresh(first, other)
  assert.equal(again.status, 200, `who asks again for a lost answer is served: ${JSON.stringify(again.body)}`)
  assert.equal((await app.refresh(first, cut)).body.refresh_token, again.body.refresh_token, 'by every node with the same')
  assert.deepEqual(await generationOf(fleet, first), { generation: 2, revoked: false })

  const newest = again.body.refresh_token!
  await lose(fleet, cut, () => app.revoke(newest, cut), [200])
  // of several statements the last were perhaps never asked for: done or not, asking again must do it
  assert.equal((await app.revoke(newest, other)).status, 200)
  for (const node of fleet.nodes) assert.equal((await app.introspect(newest, node)).body.active, false, 'a revocation holds everywhere')
  const waits = journal.entries.filter(({ ending }) => ending === 'refused').map(({ began, ended }) => Math.round(ended - began))
  assert.ok(waits.length >= 2)
  assert.ok(
    journal.entries.every(({ retry_after }) => retry_after !== false),
    'each refusal says when to come again',
  )
  return { lost: waits.length, longest_wait_ms: Math.max(...waits) }
}

/**
 * Sends a request whose write is held back until the way of the answer is cut, so that it is done and nobody hears of it. What was surely
 * not done may be done by a second try of the node's own, and answered as is `fine`.
 */
async function lose(fleet: Fleet, node: TestNode, ask: () => Promise<Answer>, fine: readonly number[] = []): Promise<void> {
  const holder = new pg.Client({ connectionString: fleet.database })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query('lock table grants in share row exclusive mode') // reads go on, writes wait
    const asked = ask().then(
      ({ status }) => assert.ok(fine.includes(status), `it was answered ${status}, though nobody can know`),
      (cause) => assert.ok(cause instanceof Unanswered),
    )
    await until(async () => (await countWrites(fleet, true)) > 0)
    node.wire.cut('deaf')
    await holder.query('commit')
    await until(async () => (await countWrites(fleet, false)) === 0)
    node.wire.cut('reset')
    // the connections are gone, and others can be had: a node that repeats what it must not would be served
    if (!fleet.namespaces) node.wire.heal()
    await asked
  } finally {
    node.wire.heal()
    await holder.end()
  }
}

/** How many writes of grants are under way, or of these how many wait for the lock. What the sweeper deletes is not counted. */
async function countWrites(fleet: Fleet, locked: boolean): Promise<number> {
  const [row] =
    await fleet.query(`select count(*)::int as count from pg_stat_activity where datname = current_database() and state = 'active'
    and pid <> pg_backend_pid() and (query like '%insert into grants%' or query like '%update grants%')${locked ? " and wait_event_type = 'Lock'" : ''}`)
  return row!['count'] as number
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    assert.ok(tries < 500, 'it comes to that')
    await pause(10)
  }
}

async function countGrants(fleet: Fleet, { client_id }: FleetApp): Promise<number> {
  const [row] = await fleet.query('select count(*)::int as count from grants where client_id = $1 and revoked_at is null', [client_id])
  return row!['count'] as number
}

async function generationOf(fleet: Fleet, token: string): Promise<unknown> {
  const text = 'select generation::int as generation, revoked_at is not null as revoked from grants where grant_id = $1'
  return (await fleet.query(text, [grantIdOf(token)]))[0]
}
