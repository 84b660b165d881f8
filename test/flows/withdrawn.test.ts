import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { narrowed, paused } from '../../src/core/model/restriction.ts'
import { restrict, withdraw } from '../../src/server/accounts/consents.ts'
import { CLIENT_SECRET, inWorld, type Words, type World } from '../support/world.ts'

const MINUTE = 60_000
const API = 'https://api.example'
const config = { resources: { [API]: { name: { en: 'The API' }, client_id: 'api' } } }

/** What an API asks with. */
const ask = (world: World, words: Words = {}) => world.post('/withdrawn', { client_id: 'api', client_secret: CLIENT_SECRET, ...words })

function onApi(run: (world: World) => Promise<void>): () => Promise<void> {
  return inWorld({ config }, async (world) => {
    await world.addClient({
      client_id: 'api',
      token_endpoint_auth_method: 'client_secret_post',
      client_secrets: [{ hash: sha256(CLIENT_SECRET), hint: 'ssss', created_at: 0 }],
    })
    await run(world)
  })
}

interface Told {
  grant_id?: string
  jti?: string
  sub?: string
  client_id?: string
  until?: number
}

/** Whether an API that keeps what it was told would refuse this token. */
function refuses(told: readonly Told[], token: string): boolean {
  const claims = decodeJwt(token)
  return told.some((one) => {
    if (one.grant_id !== undefined) return one.grant_id === claims['grant_id']
    if (one.jti !== undefined) return one.jti === claims.jti
    const of = (one.sub ?? claims.sub) === claims.sub && (one.client_id ?? claims['client_id']) === claims['client_id']
    return of && claims.iat! <= one.until!
  })
}

describe('what was withdrawn, for APIs that verify tokens alone', () => {
  const endings: [what: string, end: (world: World, tokens: Words) => Promise<unknown>][] = [
    ['a grant is revoked', (world, { refresh_token }) => world.revoke(refresh_token!)],
    ['all of a person is', (world) => world.store.grants.withdraw({ sub: world.mara.sub, client_id: '' })],
    ['everything is', (world) => world.store.grants.withdraw({ sub: '', client_id: '' })],
    ['the client is disabled', (world) => world.store.clients.update({ ...world.client, disabled_at: 1 }, { withdraw: true })],
    ['the client is deleted', (world) => world.store.clients.delete('c1')],
    ['the client loses all without being disabled', (world) => world.store.clients.update(world.client, { withdraw: true })],
    ['the person is disabled', (world) => world.store.users.update({ ...world.mara, disabled_at: 1 }, { end: 'everything' })],
    ['the person ends everything', (world) => world.store.sessions.endAll(world.mara.sub, { withdraw: true })],
    ['the consent is taken back', async (world) => withdraw(siteOf(world), (await consentOf(world))!, 'App', undefined)],
    ['it rests', (world) => restrict(siteOf(world), nameOf(world), paused)],
    [
      'it is narrowed',
      (world) => restrict(siteOf(world), nameOf(world), (found, noted) => narrowed(found, 'invoices.read', undefined, noted)),
    ],
  ]
  for (const [what, end] of endings) {
    it(
      `a token is refused when ${what}, and no other`,
      onApi(async (world) => {
        const tokens = await world.tokens()
        const other = await world.code({}, await world.person(await world.addPerson('other@example.com')))
        const theirs = (await world.redeem(other)).body.access_token
        assert.equal(refuses((await ask(world)).body.withdrawn, tokens['access_token']!), false)
        await end(world, tokens)
        const { status, body } = await ask(world)
        assert.equal(status, 200)
        assert.equal(refuses(body.withdrawn, tokens['access_token']!), true)
        const all = /everything is|client/.test(what)
        assert.equal(refuses(body.withdrawn, theirs), all)
      }),
    )
  }

  it(
    'a token of the client for itself is named by its jti',
    onApi(async (world) => {
      const own = { client_id: 'c1', client_secret: CLIENT_SECRET }
      const { body } = await world.post('/token', { grant_type: 'client_credentials', scope: 'invoices.read', ...own })
      await world.revoke(body.access_token)
      assert.equal(refuses((await ask(world)).body.withdrawn, body.access_token), true)
    }),
  )

  it(
    'what is given anew is not refused, and nothing is told that is older than tokens live',
    onApi(async (world) => {
      world.time.now = Date.now() // by which the store notes when it was decided
      await world.tokens()
      await withdraw(siteOf(world), (await consentOf(world))!, 'App', undefined)
      world.time.now += 5000
      const again = await world.tokens()
      assert.equal(refuses((await ask(world)).body.withdrawn, again['access_token']!), false)
      world.time.now += 12 * MINUTE
      assert.deepEqual((await ask(world, { since: '0' })).body.withdrawn, [])
    }),
  )

  it(
    'who comes again with what they were told misses nothing, in bounded parts',
    onApi(async (world) => {
      const first = await ask(world)
      const people = Array.from({ length: 250 }, (_, i) => `person-${i}`)
      await Promise.all(people.map((sub) => world.store.grants.withdraw({ sub, client_id: '' })))
      const seen: string[] = []
      let cursor: string | undefined
      let parts = 0
      do {
        const { body } = await ask(world, { since: String(first.body.since), ...(cursor !== undefined && { cursor }) })
        assert.ok(body.withdrawn.length <= 200)
        seen.push(...body.withdrawn.map(({ sub }: Told) => sub))
        cursor = body.cursor
        parts += 1
      } while (cursor !== undefined)
      assert.deepEqual(seen.filter((sub) => sub?.startsWith('person-')).sort(), people.sort())
      assert.equal(parts, 2)
      world.time.now += 5000
      const next = await ask(world, { since: String((await ask(world)).body.since) })
      assert.ok(next.body.withdrawn.length > 0, 'what came last is told twice, rather than never')
    }),
  )

  it(
    'nobody is told but the clients that stand for an API here',
    onApi(async (world) => {
      await world.addClient({ client_id: 'public-one', token_endpoint_auth_method: 'none' })
      const own = await world.post('/withdrawn', { client_id: 'c1', client_secret: CLIENT_SECRET })
      assert.deepEqual([own.status, own.body.error], [403, 'unauthorized_client'])
      for (const words of [{ client_secret: 'wrong' }, { client_secret: '' }] as Words[]) {
        const refused = await ask(world, words)
        assert.equal(refused.body.error, 'invalid_client')
      }
      assert.equal((await world.post('/withdrawn', { client_id: 'public-one' })).status, 403)
      assert.equal((await world.post('/withdrawn', {})).status, 401)
      assert.equal((await world.get('/withdrawn')).status, 405)
    }),
  )

  it(
    'a cursor or a moment that is none of ours is refused, and never reaches the database as text',
    onApi(async (world) => {
      for (const cursor of ['', '1', '1.a', "1.a'--.1", '1.a.1;', `1.${'a'.repeat(65)}.1`, '-1.a.1', '1.a.1e9', '{"at":1}']) {
        if (cursor === '') continue
        const { status, body } = await ask(world, { cursor })
        assert.deepEqual([status, body.error], [400, 'invalid_request'], cursor)
      }
      for (const since of ['x', '-1', '1.5', '9'.repeat(12)]) assert.equal((await ask(world, { since })).status, 400, since)
    }),
  )
})

const siteOf = (world: World) => ({ store: world.store, clock: () => world.time.now })
const nameOf = (world: World) => ({ sub: world.mara.sub, client_id: 'c1', client_name: 'App' })
const consentOf = async (world: World) => (await world.store.consents.find(world.mara.sub, 'c1')).consent
