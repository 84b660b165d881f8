import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { completeDialect } from '../../src/core/model/dialect.ts'
import { depot, openProgram, programOf, withDepot } from '../support/depot.ts'
import { type Answer, CLIENT_SECRET, inWorld, type Words, type World } from '../support/world.ts'

const inDepot = (run: (world: World) => Promise<void>) => inWorld(withDepot({ client: { dialect: 'depot' } }), run)
const own = { client_id: 'c1', client_secret: CLIENT_SECRET }
const bearer = (key: string): Words => ({ authorization: `Bearer ${key}` })

/** A token of a client for itself. */
async function tokenOf(world: World, credentials: Words): Promise<string> {
  const { status, body } = await world.post('/depot/token', { grant_type: 'client_credentials', scope: 'invoices.read', ...credentials })
  assert.equal(status, 200, JSON.stringify(body))
  return body.access_token
}

describe('API keys', () => {
  it(
    'are 256 bits behind a prefix, in unreserved characters, of which only a hash is kept',
    inDepot(async (world) => {
      const { api_key, key_id } = await openProgram(world)
      assert.match(api_key, /^vsk_[\w-]{43}$/)
      const kept = await world.store.apiKeys.find(sha256(api_key))
      assert.deepEqual(kept, {
        key_id,
        key_hash: sha256(api_key),
        sub: world.mara.sub,
        hint: api_key.slice(-4),
        created_at: world.time.now,
      })
    }),
  )

  it(
    'are worth nothing once revoked, nor while their person is disabled',
    inDepot(async (world) => {
      const [one, two] = [await openProgram(world), await openProgram(world)]
      const status = async (program: { get(path: string): Promise<Answer> }) => (await program.get('/depot/apps')).status
      assert.deepEqual([await status(one), await status(two)], [200, 200])
      await world.store.apiKeys.revoke(one.key_id)
      assert.deepEqual([await status(one), await status(two)], [401, 200])
      await world.store.users.update({ ...world.mara, disabled_at: 1 }, { end: 'everything' })
      assert.equal(await status(two), 401)
      await world.store.users.update(world.mara)
      assert.equal(await status(two), 200)
    }),
  )

  it(
    'RFC 6750 §2.1 are read as a whole, in one place only',
    inDepot(async (world) => {
      const { api_key } = await openProgram(world)
      const forms: [Words, number][] = [
        [{ authorization: `bearer ${api_key}` }, 200],
        [{ authorization: `BEARER   ${api_key}` }, 200],
        [{ authorization: `Bearer ${api_key}x` }, 401],
        [{ authorization: `Bearer ${api_key.slice(0, -1)}` }, 401],
        [{ authorization: `Bearer ${api_key.toUpperCase()}` }, 401],
        [{ authorization: `Bearer ${api_key} ${api_key}` }, 401],
        [{ authorization: `Bearer ${sha256(api_key)}` }, 401],
        [{ authorization: `Token ${api_key}` }, 401],
        [{ authorization: api_key }, 401],
        [{ authorization: `Basic ${btoa(`${api_key}:`)}` }, 401],
        [{ 'x-api-key': api_key }, 401],
        [{ cookie: `api_key=${api_key}` }, 401],
      ]
      for (const [headers, status] of forms) assert.equal((await world.get('/depot/apps', headers)).status, status, JSON.stringify(headers))
      assert.equal((await world.get(`/depot/apps?access_token=${api_key}&api_key=${api_key}`)).status, 401)
    }),
  )

  it(
    'open no session and no userinfo, and in the way of authorize and token nobody looks at them',
    inDepot(async (world) => {
      const { api_key } = await openProgram(world)
      assert.equal((await world.get('/userinfo', bearer(api_key))).status, 401)
      const page = await world.get('/account/apps', bearer(api_key))
      assert.equal(page.status, 303)
      for (const header of [bearer(api_key), bearer('vsk_wrong')]) {
        const sent = await world.get(`/depot/auth?${new URL(world.ask()).searchParams}`, header)
        assert.equal(new URL(sent.headers.get('location')!).pathname, '/login')
        const answer = await world.post('/depot/token', { grant_type: 'client_credentials', ...own }, header)
        assert.equal(answer.status, 200)
      }
      assert.equal((await world.post('/depot/token', { grant_type: 'client_credentials' }, bearer(api_key))).status, 401)
    }),
  )
})

describe('introspection by API key', () => {
  const introspect = (world: World, form: Words, headers: Words = {}) => world.post('/depot/introspect', form, headers)

  it(
    'RFC 7662 §2 tells of the tokens of one’s own clients, and of no others',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const app = { title: 'Ledger', kind: 'confidential', may: ['invoices.read'], grants: ['client_credentials'] }
      const { key: client_id, secret: client_secret } = (await program.send('POST', '/depot/apps', app)).body.result
      const token = await tokenOf(world, { client_id, client_secret })
      const { status, body } = await introspect(world, { token }, bearer(program.api_key))
      assert.deepEqual([status, body.active, body.client_id, body.scope], [200, true, client_id, 'invoices.read'])
      const other = await openProgram(world, await world.addPerson('other@otterbakery.example'))
      assert.deepEqual((await introspect(world, { token }, bearer(other.api_key))).body, { active: false })
      const deployments = await tokenOf(world, own)
      for (const foreign of [deployments, program.api_key, 'garbage']) {
        assert.deepEqual((await introspect(world, { token: foreign }, bearer(program.api_key))).body, { active: false })
      }
    }),
  )

  it(
    'a client that authenticates is one, whatever key comes along',
    inDepot(async (world) => {
      const token = await tokenOf(world, own)
      for (const key of [(await openProgram(world)).api_key, `vsk_${'x'.repeat(43)}`]) {
        assert.equal((await introspect(world, { token, ...own }, bearer(key))).body.active, true)
      }
      const wrong = await introspect(world, { token, ...own, client_secret: 'wrong' }, bearer((await openProgram(world)).api_key))
      assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_client'])
    }),
  )

  it(
    'a wrong key, and a client of another dialect, are refused each in their own words',
    inDepot(async (world) => {
      const wrong = await introspect(world, { token: 'x' }, bearer(`vsk_${'x'.repeat(43)}`))
      assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_token'])
      assert.match(
        wrong.headers.get('www-authenticate')!,
        /^Bearer realm="oauth", error="invalid_token", error_description="The API key is not valid\."$/,
      )
      const nobody = await introspect(world, { token: 'x' })
      assert.deepEqual([nobody.status, nobody.body.error], [401, 'invalid_client'])
      assert.match(nobody.headers.get('www-authenticate')!, /^Basic /)
      const { api_key } = await openProgram(world)
      assert.equal(
        (await world.post('/introspect', { token: 'x' }, bearer(api_key))).body.error,
        'invalid_client',
        'only where the dialect says so',
      )
      const missing = await introspect(world, {}, bearer(api_key))
      assert.deepEqual([missing.status, missing.body.error_description], [400, 'The parameter token is missing.'])
    }),
  )

  it(
    'RFC 6585 §4 each caller has so many in so long; then 429, and when to come back',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const second = await openProgram(world)
      const other = await openProgram(world, await world.addPerson('other@otterbakery.example'))
      const ask = (headers: Words, form: Words = {}) => introspect(world, { token: 'x', ...form }, headers)
      for (let i = 0; i < 5; i++) assert.equal((await ask(bearer(program.api_key))).status, 200)
      world.time.now += 20_000
      const answer = await ask(bearer(program.api_key))
      assert.deepEqual([answer.status, answer.body.error, answer.headers.get('retry-after')], [429, 'temporarily_unavailable', '40'])
      assert.equal((await ask(bearer(second.api_key))).status, 429, 'another key of the same person counts with it')
      assert.equal((await ask(bearer(other.api_key))).status, 200)
      assert.equal((await ask({}, own)).status, 200)
      world.time.now += 40_000
      assert.equal((await ask(bearer(program.api_key))).status, 200)
    }),
  )

  it(
    'of many at once no more are let through than there may be',
    inDepot(async (world) => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => introspect(world, { token: 'x', ...own })))
      assert.equal(answers.filter(({ status }) => status === 200).length, 5)
      assert.equal(answers.filter(({ status }) => status === 429).length, 25)
    }),
  )

  it(
    'without a limit in the dialect there is none',
    inWorld(
      withDepot({
        client: { dialect: 'depot' },
        config: {
          dialects: ['depot'],
          own_dialects: [completeDialect({ ...depot, introspection: { callers: ['client'], members: ['active'] } })],
        },
      }),
      async (world) => {
        const token = await tokenOf(world, own)
        for (let i = 0; i < 12; i++) assert.deepEqual((await introspect(world, { token, ...own })).body, { active: true })
        const { api_key } = await openProgram(world)
        assert.equal((await introspect(world, { token }, bearer(api_key))).status, 401)
        assert.equal((await programOf(world, api_key).get('/depot/apps')).status, 200)
      },
    ),
  )
})
