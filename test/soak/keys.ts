import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import * as oauth from 'oauth4webapi'
import { rewrapKeys } from '../../src/core/authorization-server.ts'
import { silentLog } from '../../src/core/model/log.ts'
import { KEY_USES } from '../../src/core/model/stored-key.ts'
import { createPerson, type Fleet, NEW, OLD, openKeyNodes } from '../support/key-nodes.ts'
import { startPostgres } from '../support/postgres.ts'
import type { Soak } from './soak.ts'

interface Size {
  /** Milliseconds under load. */
  lasts: number
  /** Milliseconds between two rotations. */
  every: number
  /** How long a key is published before it is used: ten minutes on a server. Milliseconds. */
  lead: number
  clients: number
}

/** A client keeps the JWKS for at most half as long as a key is published before it is used, as on a server. */
const CACHED = 0.5
/** A destroyed key is refused by every node within it; a test allows five times that. Milliseconds. */
const NOTICED = 1000

interface Count {
  refreshed: number
  verified: number
  jwks_fetched: number
  kids: Set<string>
}

/** One app: refreshes at any node, and verifies what it gets as oauth4webapi does, with the JWKS that it has in its memory. */
async function act(fleet: Fleet, size: Size, i: number, until: () => boolean, count: Count): Promise<void> {
  const alg = i % 2 === 0 ? 'ES256' : 'RS256'
  const { client, auth, first } = await createPerson(fleet, alg, `app-${i}`)
  let refresh_token = first
  let as: oauth.AuthorizationServer = fleet.as
  let fetched = Number.NEGATIVE_INFINITY
  const options = {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (url: string, init: oauth.CustomFetchOptions<string, unknown>) => fleet.fetch(url, init as RequestInit),
  }
  while (!until()) {
    const answer = await oauth.refreshTokenGrantRequest(as, client, auth, refresh_token, options)
    const tokens = await oauth.processRefreshTokenResponse(as, client, answer)
    count.refreshed += 1
    refresh_token = tokens.refresh_token!
    if (performance.now() - fetched > CACHED * size.lead) {
      as = { ...fleet.as } // a new memory: its JWKS was too old
      fetched = performance.now()
      count.jwks_fetched += 1
    }
    await oauth.validateApplicationLevelSignature(as, answer, options)
    const shown = new Request('https://api.example/', { headers: { authorization: `Bearer ${tokens.access_token}` } })
    await oauth.validateJwtAccessToken(as, shown, fleet.issuer, options)
    for (const jwt of [tokens.access_token, tokens.id_token!])
      count.kids.add(JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString()).kid)
    count.verified += 2
  }
}

/** Rotates again and again, and meanwhile brings a new master secret to one node after the other, wraps anew, and takes the old one away. */
async function operate(fleet: Fleet, size: Size, count: Record<'rotations' | 'restarts' | 'rewrapped', number>): Promise<void> {
  const began = performance.now()
  const steps: [at: number, step: () => Promise<void>][] = []
  const rotate = async () => {
    await fleet.rotate()
    count.rotations += 1
  }
  for (let at = 0.1 * size.lasts; at + 2 * size.lead < size.lasts; at += size.every) steps.push([at, rotate])
  const restart = (node: number, secrets: readonly string[]) => async () => {
    await fleet.restart(node, secrets)
    count.restarts += 1
  }
  for (const node of [0, 1]) {
    steps.push([(0.15 + node * 0.1) * size.lasts, restart(node, [NEW, OLD])])
    steps.push([(0.65 + node * 0.1) * size.lasts, restart(node, [NEW])])
  }
  const rewrap = async () => {
    const { rewrapped, left } = await rewrapKeys({ store: fleet.stores[0]!.keys, secrets: [NEW, OLD], log: silentLog })
    assert.deepEqual(left, [])
    count.rewrapped += rewrapped.length
  }
  steps.push([0.45 * size.lasts, rewrap])
  for (const [at, step] of steps.sort(([one], [other]) => one - other)) {
    await pause(Math.max(0, began + at - performance.now()))
    await step()
  }
  await pause(Math.max(0, began + size.lasts - performance.now()))
}

const soak: Soak<Size> = {
  name: 'keys',
  about:
    'Two servers on one PostgreSQL rotate all keys again and again and change the master secret under load, and no verification by a stock client fails.',
  full: { lasts: 60_000, every: 5000, lead: 3000, clients: 8 },
  small: { lasts: 3500, every: 2000, lead: 1200, clients: 2 },
  async run(size) {
    const postgres = await startPostgres()
    const fleet = await openKeyNodes(await postgres.createDatabase(), size.lead)
    const count: Count = { refreshed: 0, verified: 0, jwks_fetched: 0, kids: new Set() }
    const operations = { rotations: 0, restarts: 0, rewrapped: 0 }
    try {
      let over = false
      const apps = Array.from({ length: size.clients }, (_, i) => act(fleet, size, i, () => over, count))
      const work = Promise.all([...apps, operate(fleet, size, operations).finally(() => (over = true))])
      await work.finally(() => (over = true))
      const keys = await fleet.stores[0]!.keys.list()
      for (const use of KEY_USES) assert.equal(keys.filter((key) => key.use === use && key.status === 'active').length, 1)
      assert.ok(operations.rotations > 0 && operations.restarts === 4 && operations.rewrapped >= KEY_USES.length)
      assert.ok(count.kids.size >= 4, 'both algorithms came to have another key')
      assert.ok(count.verified > 10 * size.clients)
      const destroyed = await fleet.destroySigning()
      assert.ok(destroyed < 5 * NOTICED, `a destroyed key was refused after ${destroyed} ms`)
      const { kids, ...counted } = count
      return { ...counted, keys_that_signed: kids.size, ...operations, failed_verifications: 0, destroyed_key_refused_after_ms: destroyed }
    } finally {
      await fleet.close()
      await postgres.close()
    }
  },
}

export default soak
