import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Flow, openFlow } from '../support/flow.ts'
import { openServer } from '../support/server.ts'

const ROUNDS = 20
const WIDTH = 8

/** One grant as its client knows it from the answers it has had: each of them must hold for ever. */
interface Held {
  code: string
  /** The newest refresh token that was answered. */
  newest: string
  /** The one before, where there was a rotation. */
  used?: string
  /** 'open': a revocation was sent, and the server died before it answered. */
  revoked: false | 'open' | true
}

/** A client that goes through flows until the server is gone. */
async function work(flow: Flow, grants: Held[]): Promise<void> {
  for (;;) {
    const code = await flow.code()
    const first = await flow.redeem(code)
    assert.equal(first.status, 200)
    const grant: Held = { code, newest: first.body.refresh_token!, revoked: false }
    grants.push(grant)
    if (Math.random() < 0.3) continue
    const second = await flow.refresh(grant.newest)
    assert.equal(second.status, 200)
    grant.used = grant.newest
    grant.newest = second.body.refresh_token!
    if (Math.random() < 0.5) continue
    grant.revoked = 'open'
    assert.equal(await flow.revoke(grant.newest), 200)
    grant.revoked = true
  }
}

it('kill -9 at random moments under concurrent flows: nothing acknowledged is lost, no code is good twice', {
  timeout: 240_000,
}, async () => {
  const server = await openServer()
  try {
    const flow = await openFlow(server)
    await flow.code()
    const seen = { redeemed: 0, rotated: 0, revoked: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      const grants: Held[] = []
      const killed = new Promise<void>((resolve) => setTimeout(() => resolve(server.stop('SIGKILL')), 60 + Math.random() * 240))
      const ends = await Promise.allSettled(Array.from({ length: WIDTH }, () => work(flow, grants)))
      await killed
      for (const end of ends)
        assert.ok(end.status === 'rejected' && end.reason instanceof TypeError, 'a client stops only because the server is gone')
      await server.start()
      for (const grant of grants) {
        await check(flow, grant)
        seen.redeemed++
        if (grant.used !== undefined) seen.rotated++
        if (grant.revoked === true) seen.revoked++
      }
    }
    for (const [what, times] of Object.entries(seen)) assert.ok(times >= ROUNDS / 2, `enough was ${what} to be checked: ${times}`)
    assert.match(
      JSON.stringify((await server.run('consent', 'list', '--sub', server.sub)) as object),
      new RegExp(flow.client_id),
      'the consent is still there',
    )
  } finally {
    await server.close()
  }
})

async function check(flow: Flow, { code, newest, used, revoked }: Held): Promise<void> {
  const now = await flow.refresh(newest)
  if (revoked === true) assert.equal(now.body.error, 'invalid_grant', 'a revocation was lost')
  if (revoked === false) assert.equal(now.status, 200, 'a redemption or rotation was lost')
  if (used !== undefined && revoked === false)
    assert.equal((await flow.refresh(used)).body.error, 'invalid_grant', 'a used refresh token came back')
  assert.equal((await flow.redeem(code)).body.error, 'invalid_grant', 'a code was good twice')
}
