import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { MINUTE } from '../../src/core/model/clock.ts'
import { soon } from '../stores/suite/notices.ts'
import { CLIENT_SECRET, openWorld, type World } from '../support/world.ts'

/** Two nodes on one database. */
function onTwoNodes(run: (one: World, other: World) => Promise<void>): () => Promise<void> {
  return async () => {
    const one = await openWorld()
    const other = await openWorld({ beside: one })
    try {
      await run(one, other)
    } finally {
      await other.close()
      await one.close()
    }
  }
}

const kids = async (world: World): Promise<string[]> => (await world.get('/jwks')).body.keys.map(({ kid }: { kid: string }) => kid)
const kidOf = (jwt: string): string => JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString()).kid
const clientToken = (world: World) =>
  world.post('/token', { grant_type: 'client_credentials', client_id: world.client.client_id, client_secret: CLIENT_SECRET })

describe('two nodes on one database', () => {
  it(
    'a grant that is revoked on one is over on the other at once: refresh, introspection, userinfo',
    onTwoNodes(async (one, other) => {
      const { access_token, refresh_token } = await one.tokens()
      assert.equal((await other.userinfo(access_token!)).status, 200)
      assert.equal((await other.introspect(access_token!)).body.active, true)
      assert.equal((await one.revoke(refresh_token!)).status, 200)
      assert.equal((await other.userinfo(access_token!)).status, 401)
      assert.equal((await other.introspect(access_token!)).body.active, false)
      assert.equal((await other.refresh(refresh_token!)).body.error, 'invalid_grant')
    }),
  )

  it(
    'a client that is disabled on one is refused by the other within a second, and taken again as soon',
    onTwoNodes(async (one, other) => {
      assert.equal((await clientToken(other)).status, 200)
      await one.store.clients.update({ ...one.client, disabled_at: one.time.now }, { withdraw: true })
      await soon('refused', async () => (await clientToken(other)).body.error === 'invalid_client')
      await one.store.clients.update(one.client)
      await soon('taken', async () => (await clientToken(other)).status === 200)
    }),
  )

  it(
    'a key that one makes is published by the other within a second, and what it signs is good there',
    onTwoNodes(async (one, other) => {
      const before = await kids(other)
      await one.app.server.keys.rotate()
      const made = (await kids(one)).filter((kid) => !before.includes(kid))
      assert.equal(made.length, 2)
      await soon('published', async () => {
        const published = await kids(other)
        return made.every((kid) => published.includes(kid))
      })
      // nobody signs with it before everybody has had time to read it
      assert.ok(before.includes(kidOf((await one.tokens()).id_token!)))
      for (const world of [one, other]) world.time.now += 11 * MINUTE
      await one.app.maintain()
      const { access_token, id_token, refresh_token } = await one.tokens()
      assert.ok(made.includes(kidOf(id_token!)))
      assert.equal((await other.userinfo(access_token!)).body.sub, decodeJwt(id_token!).sub)
      assert.equal((await other.refresh(refresh_token!)).status, 200)
      await soon('it signs with it too', async () => made.includes(kidOf((await other.tokens()).id_token!)))
    }),
  )
})
