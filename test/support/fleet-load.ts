import assert from 'node:assert/strict'
import { type FleetApp, sure } from './fleet-app.ts'
import type { Fleet } from './nodes.ts'

/** One grant as its client knows it from its answers: each of them must hold for ever. */
export interface Grant {
  app: FleetApp
  code: string
  /** Every refresh token that was answered, the newest last. */
  tokens: string[]
  revoked: boolean
}

/** What the clients of a fleet were told. */
export interface Ledger {
  grants: Grant[]
  /** Operations that were answered. */
  redeemed: number
  refreshed: number
  retried: number
  introspected: number
  revoked: number
  /** Codes that were refused when they were sent again, as the first answer had been lost. */
  lost_codes: number
  /** Of these, sent again because nobody had answered. */
  repeated: number
}

export function openLedger(): Ledger {
  return { grants: [], redeemed: 0, refreshed: 0, retried: 0, introspected: 0, revoked: 0, lost_codes: 0, repeated: 0 }
}

/** A client that goes through flows until it is told to end, and holds every answer against what it was told before. */
export async function work(app: FleetApp, ledger: Ledger, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const grant = await open(app, ledger)
    if (!grant) continue
    for (let turns = Math.floor(Math.random() * 4); turns > 0; turns--) await turn(grant, ledger)
    if (Math.random() < 0.3) await revoke(grant, ledger)
  }
}

async function told<T>(ledger: Ledger, ask: () => Promise<T>): Promise<{ came: T; unsure: boolean }> {
  const { came, unsure } = await sure(ask)
  if (unsure) ledger.repeated += 1
  return { came, unsure }
}

async function open(app: FleetApp, ledger: Ledger): Promise<Grant | null> {
  const { came: code } = await told(ledger, () => app.code())
  const { came: first, unsure } = await told(ledger, () => app.redeem(code))
  if (unsure && first.status === 400 && first.body.error === 'invalid_grant') {
    ledger.lost_codes += 1 // it was redeemed, and whoever shows it again gets nothing: the flow begins anew
    return null
  }
  assert.equal(first.status, 200, `a code that nobody has redeemed is good: ${JSON.stringify(first.body)}`)
  ledger.redeemed += 1
  const grant: Grant = { app, code, tokens: [first.body.refresh_token!], revoked: false }
  ledger.grants.push(grant)
  const { came: known } = await told(ledger, () => app.introspect(first.body.access_token!))
  assert.equal(known.body.active, true, 'what was just issued is active on every node')
  ledger.introspected += 1
  return grant
}

/** Refreshes; now and then once more with the same token, as a client does that lost its answer. */
async function turn({ app, tokens }: Grant, ledger: Ledger): Promise<void> {
  const used = tokens.at(-1)!
  const { came: next } = await told(ledger, () => app.refresh(used))
  assert.equal(next.status, 200, `an honest refresh is never refused: ${JSON.stringify(next.body)}`)
  tokens.push(next.body.refresh_token!)
  ledger.refreshed += 1
  if (Math.random() > 0.2) return
  const { came: again } = await told(ledger, () => app.refresh(used))
  assert.equal(again.body.refresh_token, next.body.refresh_token, 'who asks again within the grace gets the same successor')
  ledger.retried += 1
}

async function revoke(grant: Grant, ledger: Ledger): Promise<void> {
  const { app, tokens } = grant
  const { came } = await told(ledger, () => app.revoke(tokens.at(-1)!))
  assert.equal(came.status, 200)
  grant.revoked = true
  ledger.revoked += 1
  const { came: known } = await told(ledger, () => app.introspect(tokens.at(-1)!))
  assert.equal(known.body.active, false, 'a revoked grant is refused by every node at once')
}

/** Holds every row against the ledger: one for each redemption, one turn for each refresh, and no other rows than those of lost answers. */
export async function checkRows(fleet: Fleet, ledger: Ledger): Promise<void> {
  const rows = await fleet.query('select grant_id, client_id, generation::int as generation, revoked_at from grants')
  const byId = new Map(rows.map((row) => [row['grant_id'], row]))
  const clients = new Set(ledger.grants.map(({ app }) => app.client_id))
  for (const { tokens, revoked } of ledger.grants) {
    const id = grantIdOf(tokens[0]!)
    const row = byId.get(id)
    assert.ok(row, 'a redemption was lost')
    assert.equal(row['generation'], tokens.length, 'a refresh was lost or doubled')
    assert.equal(row['revoked_at'] !== null, revoked, revoked ? 'a revocation was lost' : 'an honest client lost its grant')
    byId.delete(id)
  }
  const others = [...byId.values()].filter(({ client_id }) => clients.has(String(client_id)))
  assert.ok(others.length <= ledger.lost_codes, `${others.length} grants that nobody holds, ${ledger.lost_codes} answers lost`)
}

/** Asks the nodes about some of what is held: the newest is good, and what was used or revoked is not. */
export async function checkAnswers(fleet: Fleet, ledger: Ledger, most: number): Promise<number> {
  const step = Math.max(1, Math.floor(ledger.grants.length / most))
  const some = ledger.grants.filter((_, i) => i % step === 0)
  for (const [i, grant] of some.entries()) await checkOne(grant, fleet.nodes[i % fleet.nodes.length]!)
  return some.length
}

async function checkOne({ app, code, tokens, revoked }: Grant, node: Fleet['nodes'][number]): Promise<void> {
  const now = await app.refresh(tokens.at(-1)!, node)
  assert.equal(now.status, revoked ? 400 : 200, `the newest token after the end: ${JSON.stringify(now.body)}`)
  if (tokens.length > 1) assert.equal((await app.refresh(tokens[0]!, node)).body.error, 'invalid_grant', 'a used refresh token came back')
  assert.equal((await app.redeem(code, node)).body.error, 'invalid_grant', 'a code was good twice')
}

/** `<kid>.<grant_id>.<generation>.<mac>` */
export const grantIdOf = (refresh_token: string): string => refresh_token.split('.')[1]!
