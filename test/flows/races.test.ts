import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inWorld } from '../support/world.ts'

const many = <T>(run: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 50 }, run))

describe('races, 50 at once over HTTP', () => {
  it(
    'RFC 6749 §4.1.2 of 50 redemptions of one code exactly one wins, and its tokens are revoked by the replays',
    inWorld({ door: 'node' }, async (world) => {
      const code = await world.code()
      const answers = await many(() => world.redeem(code))
      const [won, ...others] = answers.filter(({ status }) => status === 200)
      assert.equal(others.length, 0)
      assert.ok(won)
      assert.ok(answers.filter((answer) => answer !== won).every(({ status, body }) => status === 400 && body.error === 'invalid_grant'))
      assert.equal((await world.userinfo(won.body.access_token)).status, 401)
      assert.equal((await world.refresh(won.body.refresh_token)).status, 400)
    }),
  )

  it(
    'RFC 6749 §6 50 refreshes of one token all carry the same successor, and the generation before it ends the grant',
    inWorld({ door: 'node' }, async (world) => {
      const { refresh_token } = await world.tokens()
      const answers = await many(() => world.refresh(refresh_token!))
      assert.ok(answers.every(({ status }) => status === 200))
      const [successor, ...others] = new Set(answers.map(({ body }) => body.refresh_token as string))
      assert.deepEqual(others, [])
      const next = await world.refresh(successor!)
      assert.equal(next.status, 200)
      assert.equal((await world.refresh(refresh_token!)).status, 400)
      assert.equal((await world.refresh(next.body.refresh_token)).status, 400)
    }),
  )

  it(
    'a wrong verifier among 50 redemptions: nobody gets tokens that last',
    inWorld({ door: 'node' }, async (world) => {
      const code = await world.code()
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) => world.redeem(code, i % 2 ? { code_verifier: 'w'.repeat(43) } : {})),
      )
      const won = answers.filter(({ status }) => status === 200)
      assert.ok(won.length <= 1)
      for (const { body } of won) assert.equal((await world.userinfo(body.access_token)).status, 401)
    }),
  )

  it(
    'a withdrawal among 50 refreshes: nothing is good afterwards',
    inWorld({ door: 'node' }, async (world) => {
      const { refresh_token } = await world.tokens()
      const refreshes = many(() => world.refresh(refresh_token!))
      await world.store.grants.withdraw({ sub: world.mara.sub, client_id: 'c1' })
      for (const { status, body } of await refreshes) {
        if (status === 200) assert.equal((await world.refresh(body.refresh_token)).status, 400)
      }
    }),
  )

  it(
    '50 decisions of one person about one client leave one consent and 50 receipts',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const consent = await browser.follow(await browser.get(world.ask()), world.issuer)
      const answers = await many(() => browser.submit(consent, {}, 'consent-allow'))
      assert.ok(answers.every(({ status }) => status === 303))
      assert.equal((await world.store.consents.list(world.mara.sub, { after: '', limit: 100 })).length, 1)
    }),
  )
})
