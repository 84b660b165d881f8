import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Client } from '../../src/core/model/client.ts'
import { openProgram, type Program, programOf, withDepot } from '../support/depot.ts'
import { type Answer, code_challenge, code_verifier, inWorld, type World } from '../support/world.ts'

const APP = {
  title: 'Ledger',
  kind: 'confidential',
  may: ['invoices.read', 'bank.read'],
  grants: ['authorization_code', 'refresh_token', 'client_credentials'],
  callbacks: ['https://ledger.example/cb'],
}
const PUBLIC = {
  title: 'Phone',
  kind: 'public',
  may: ['invoices.read'],
  grants: ['authorization_code'],
  callbacks: ['com.example.phone:/cb'],
}

/** The record of a new app. */
async function make(program: Program, more: object = {}): Promise<Record<string, string>> {
  const { status, body } = await program.send('POST', '/depot/apps', { ...APP, ...more })
  assert.equal(status, 200, JSON.stringify(body))
  return body.result
}

const inDepot = (run: (world: World) => Promise<void>) => inWorld(withDepot(), run)

describe('clients that people manage', () => {
  it(
    'are made, read, listed, changed and deleted under the words of the dialect',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const made = await program.send('POST', '/depot/apps', { ...APP, logo: null })
      const { key, secret, made: at, ...shown } = made.body.result
      assert.match(key, /^[\w-]{22}\.depot\.example$/)
      assert.match(secret, /^[\w-]{43}$/)
      assert.equal(at, new Date(world.time.now).toISOString())
      assert.deepEqual(shown, { type: 'app', ...APP, pkce: true, logo: null, owner: world.mara.sub, changed: at })
      assert.equal(made.headers.get('cache-control'), 'no-store')

      world.time.now += 60_000
      const read = await program.get(`/depot/apps/${key}`)
      assert.deepEqual([read.status, read.body.result], [200, { ...made.body.result, secret: null }])
      const changed = await program.send('PUT', `/depot/apps/${key}`, { title: 'Ledger 2' })
      assert.equal(changed.status, 200)
      const expected = { ...read.body.result, title: 'Ledger 2', changed: new Date(world.time.now).toISOString() }
      assert.deepEqual(changed.body.result, expected)
      assert.deepEqual((await program.get('/depot/apps')).body.result, [expected])
      const gone = await program.send('DELETE', `/depot/apps/${key}`)
      assert.deepEqual([gone.status, gone.body], [204, ''])
      for (const method of ['GET', 'DELETE']) assert.equal((await program.send(method, `/depot/apps/${key}`)).status, 404)
      assert.equal((await program.send('PUT', `/depot/apps/${key}`, {})).status, 404)
      assert.deepEqual((await program.get('/depot/apps')).body, { result: [], about: { page: 1, per_page: 5, total: 0, pages: 0 } })
    }),
  )

  it(
    'a secret is shown this once, kept as a hash, and good at the token endpoint until the client is deleted',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const { key: client_id = '', secret: client_secret = '' } = await make(program)
      assert.ok(!JSON.stringify(await world.store.clients.find(client_id)).includes(client_secret))
      const form = { grant_type: 'client_credentials', client_id, client_secret, scope: 'invoices.read' }
      assert.equal((await world.post('/depot/token', form)).status, 200)
      assert.equal((await world.post('/token', form)).status, 401)
      const again = await program.send('PUT', `/depot/apps/${client_id}`, { title: 'Still the same secret' })
      assert.equal(again.body.result.secret, null)
      assert.equal((await world.post('/depot/token', form)).status, 200)
      await program.send('DELETE', `/depot/apps/${client_id}`)
      assert.equal((await world.post('/depot/token', form)).status, 401)
    }),
  )

  it(
    'nobody sees or touches those of another, of the deployment, or of another dialect',
    inDepot(async (world) => {
      const mine = await openProgram(world)
      const theirs = await openProgram(world, await world.addPerson('other@otterbakery.example'))
      const { key = '' } = await make(theirs)
      await world.addClient({ client_id: 'deployments', dialect: 'depot' })
      await world.addClient({ client_id: 'elsewhere', owner: world.mara.sub })
      for (const id of [key, 'deployments', 'elsewhere', 'c1', 'nobody']) {
        for (const [method, body] of [['GET'], ['PUT', { title: 'Mine now' }], ['DELETE']] as const) {
          const answer = await mine.send(method, `/depot/apps/${id}`, body)
          assert.deepEqual([answer.status, answer.body.error_description], [404, 'There is no such client.'], `${method} ${id}`)
        }
      }
      assert.deepEqual((await mine.get('/depot/apps')).body.result, [])
      assert.equal((await theirs.get(`/depot/apps/${key}`)).body.result.title, 'Ledger')
    }),
  )

  const refusals: [what: string, body: unknown, status: number, says: RegExp][] = [
    ['no name', { ...APP, title: undefined }, 400, /^The member title is missing\.$/],
    ['a name that is null', { ...APP, title: null }, 400, /^The member title is missing\.$/],
    ['no kind', { ...APP, kind: undefined }, 400, /^The member kind is missing\.$/],
    ['no scopes', { ...APP, may: undefined }, 400, /^The member may is missing\.$/],
    ['no grants', { ...APP, grants: undefined }, 400, /^The member grants is missing\.$/],
    ['nothing at all', undefined, 400, /^The member title is missing\.$/],
    ['a member that nobody knows', { ...APP, colour: 'red' }, 400, /^The member colour is not known here\.$/],
    ['the registry’s name of a member', { ...APP, client_name: 'x' }, 400, /^The member client_name is not known here\.$/],
    ['a member that only we write', { ...APP, owner: 'somebody' }, 400, /^The member owner is not known here\.$/],
    ['a secret of one’s own', { ...APP, secret: 'x'.repeat(43) }, 400, /^The member secret is not known here\.$/],
    ['a name that could not be one', { ...APP, '<b>': 1 }, 400, /^A member is not known here\.$/],
    ['an own __proto__', `{"__proto__":{"kind":"public"},"title":"x"}`, 400, /is not known here\.$/],
    ['a list', [APP], 400, /^The body must be a JSON object\.$/],
    ['what is not JSON', '{', 400, /^The body is not JSON\.$/],
    ['depth without end', '['.repeat(20_000), 400, /^The body is not JSON\.$/],
    ['another kind', { ...APP, kind: 'secretive' }, 422, /^The member kind must be confidential or public\.$/],
    ['an unknown scope', { ...APP, may: ['root'] }, 422, /^The member may holds a scope that is not known here\.$/],
    ['two scopes in one', { ...APP, may: ['openid email'] }, 422, /^The member may must be a list of scopes\.$/],
    ['scopes as one text', { ...APP, may: 'openid' }, 422, /^The member may must be a list/],
    ['a scope that is a number', { ...APP, may: [1] }, 422, /^The member may must be a list of scopes\.$/],
    ['too many scopes', { ...APP, may: Array.from({ length: 101 }, (_, i) => `s${i}`) }, 422, /^The member may must be a list of at most/],
    ['an unknown grant', { ...APP, grants: ['password'] }, 422, /^The member grants must be one of/],
    ['no grant', { ...APP, grants: [] }, 422, /^The member grants must not be empty\.$/],
    ['no callback for the code grant', { ...APP, callbacks: [] }, 422, /^The member callbacks must name at least one address/],
    [
      'a callback without TLS',
      { ...APP, callbacks: ['http://ledger.example/cb'] },
      422,
      /^The member callbacks holds an address that must use https/,
    ],
    ['a callback that runs', { ...APP, callbacks: ['javascript:alert(1)//'] }, 422, /^The member callbacks holds an address that/],
    ['a logo without TLS', { ...APP, logo: 'http://ledger.example/l.png' }, 422, /^The member logo must use https/],
    ['a name that cannot be seen', { ...APP, title: '\u202e' }, 422, /^The member title must not contain/],
    ['PKCE that is neither', { ...APP, pkce: 'yes' }, 422, /^The member pkce must be true or false\.$/],
    ['a public one without PKCE', { ...PUBLIC, pkce: false }, 422, /^The member pkce must not be false/],
    ['a public one for itself', { ...PUBLIC, grants: ['client_credentials'] }, 422, /^The member grants must not hold client_credentials/],
  ]
  it(
    'RFC 7591 §2 are held to the rules of every other way in, by the dialect’s names, and nothing is written',
    inDepot(async (world) => {
      const program = await openProgram(world)
      for (const [what, body, status, says] of refusals) {
        const answer = await program.send('POST', '/depot/apps', body)
        assert.deepEqual(
          [answer.status, says.test(answer.body.error_description)],
          [status, true],
          `${what}: ${JSON.stringify(answer.body)}`,
        )
      }
      assert.equal((await program.get('/depot/apps')).body.about.total, 0)
    }),
  )

  it(
    'a body of another kind, or too large, is refused',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const headers = { authorization: `Bearer ${program.api_key}` }
      const form = await world.post('/depot/apps', { title: 'x' }, headers)
      assert.deepEqual([form.status, form.body.error_description], [400, 'The body must be application/json.'])
      const large = await program.send('POST', '/depot/apps', { ...APP, title: 'x'.repeat(70_000) })
      assert.equal(large.status, 413)
    }),
  )

  it(
    'a public client has no secret, always needs PKCE, and may wait at a private scheme',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const app = await make(program, PUBLIC)
      assert.deepEqual([app['secret'], app['pkce'], app['kind']], [null, true, 'public'])
      const kept = await world.store.clients.find(app['key']!)
      assert.deepEqual([kept?.client_secrets, kept?.token_endpoint_auth_method], [[], 'none'])
    }),
  )

  it(
    'a change takes a link away by null, never the kind, and is checked as a whole',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const { key = '' } = await make(program, { logo: 'https://ledger.example/l.png', pkce: false })
      const put = async (body: object): Promise<Answer> => program.send('PUT', `/depot/apps/${key}`, body)
      assert.deepEqual((await put({ logo: null })).body.result.logo, null)
      for (const [body, status] of [
        [{ kind: 'public' }, 422],
        [{ callbacks: [] }, 422],
        [{ title: null }, 400],
        [{ may: null }, 400],
        [{ unheard: 1 }, 400],
      ] as const) {
        assert.equal((await put(body)).status, status, JSON.stringify(body))
      }
      const { body } = await put({ grants: ['client_credentials'], callbacks: [] })
      assert.deepEqual([body.result.grants, body.result.callbacks, body.result.pkce], [['client_credentials'], [], false])
      assert.deepEqual((await world.store.clients.find(key))?.response_types, [])
      assert.equal((await put({})).status, 200)
    }),
  )

  it(
    'one that looks different to people is not reviewed any more, and they are asked again',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const { key: client_id = '' } = await make(program)
      const client = (await world.store.clients.find(client_id)) as Client
      await world.store.clients.update({ ...client, reviewed: true, default_scope: 'bank.read' })
      const consent = {
        sub: world.mara.sub,
        client_id,
        scope: 'bank.read',
        scope_at: { '': 'bank.read' },
        redirect_hosts: ['app.example'],
        granted_at: 1,
        request_id: 'r',
      }
      const receipt = { receipt_id: 'r1', sub: consent.sub, client_id, at: 1, decision: 'allowed', scope: 'bank.read' } as const
      await world.store.consents.decide(consent, receipt)
      await program.send('PUT', `/depot/apps/${client_id}`, { pkce: false })
      assert.equal((await world.store.clients.find(client_id))?.reviewed, true)
      assert.notEqual((await world.store.consents.find(consent.sub, client_id)).consent, null)
      await program.send('PUT', `/depot/apps/${client_id}`, { title: 'Somebody else' })
      const changed = await world.store.clients.find(client_id)
      assert.deepEqual([changed?.reviewed, changed?.require_pkce, changed?.default_scope], [undefined, false, 'bank.read'])
      assert.equal((await world.store.consents.find(consent.sub, client_id)).consent, null)
    }),
  )

  it(
    'fifty changes at once are made one after the other, or refused; what the deployment has written stays',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const { key = '' } = await make(program)
      const client = (await world.store.clients.find(key)) as Client
      const answers = await Promise.all([
        ...Array.from({ length: 49 }, (_, i) => program.send('PUT', `/depot/apps/${key}`, { title: `Name ${i}` })),
        world.store.clients
          .update({ ...client, disabled_at: 7 })
          .then(() => program.send('PUT', `/depot/apps/${key}`, { title: 'Name 49' })),
      ])
      assert.ok(answers.every(({ status }) => status === 200 || status === 409))
      const kept = await world.store.clients.find(key)
      assert.equal(kept?.disabled_at, 7)
      assert.ok(answers.some(({ status, body }) => status === 200 && body.result.title === kept?.client_name))
    }),
  )

  it(
    'one person has five hundred at most',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const { key = '' } = await make(program)
      const client = (await world.store.clients.find(key)) as Client
      await Promise.all(Array.from({ length: 499 }, (_, i) => world.store.clients.add({ ...client, client_id: `more-${i}` })))
      const full = await program.send('POST', '/depot/apps', APP)
      assert.deepEqual([full.status, full.body.error_description], [422, 'There are 500 clients already: delete one first.'])
      assert.equal((await program.get('/depot/apps')).body.about.total, 500)
      await program.send('DELETE', '/depot/apps/more-1')
      assert.equal((await program.send('POST', '/depot/apps', APP)).status, 200)
    }),
  )
})

describe('lists', () => {
  it(
    'are told in pages, oldest first, each with all four counters',
    inDepot(async (world) => {
      const program = await openProgram(world)
      for (let i = 0; i < 12; i++) {
        world.time.now += 1000
        await make(program, { title: `App ${i}` })
      }
      const cases: [query: string, first: number, last: number, about: object][] = [
        ['', 0, 5, { page: 1, per_page: 5, total: 12, pages: 3 }],
        ['?page=3', 10, 12, { page: 3, per_page: 5, total: 12, pages: 3 }],
        ['?page=2&per_page=10', 10, 12, { page: 2, per_page: 10, total: 12, pages: 2 }],
        ['?page=4', 12, 12, { page: 4, per_page: 5, total: 12, pages: 3 }],
        ['?page=1000000&per_page=1&other=words', 12, 12, { page: 1_000_000, per_page: 1, total: 12, pages: 12 }],
      ]
      for (const [query, first, last, about] of cases) {
        const { body } = await program.get(`/depot/apps${query}`)
        const titles = Array.from({ length: last - first }, (_, i) => `App ${first + i}`)
        assert.deepEqual([body.result.map((app: { title: string }) => app.title), body.about], [titles, about], query)
      }
      for (const [query, name] of [
        ['page=0', 'page'],
        ['page=-1', 'page'],
        ['page=x', 'page'],
        ['page=1.5', 'page'],
        ['page=1000001', 'page'],
        ['page=99999999999999999999', 'page'],
        ['page=', 'page'],
        ['per_page=0', 'per_page'],
        ['per_page=11', 'per_page'],
      ] as const) {
        for (const path of ['/depot/apps', '/depot/permissions']) {
          const { status, body } = await program.get(`${path}?${query}`)
          assert.deepEqual([status, body.error_description.startsWith(`The parameter ${name} must be`)], [400, true], query)
        }
      }
      assert.equal((await program.get('/depot/apps?page=1&page=2')).status, 400)
      assert.equal((await program.get('/depot/apps?page=%zz')).status, 400)
    }),
  )

  it(
    'are narrowed by filters, all of which must fit',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const ledger = await make(program)
      world.time.now += 1
      const phone = await make(program, PUBLIC)
      await world.store.clients.update({ ...((await world.store.clients.find(phone['key']!)) as Client), reviewed: true })
      const [one, other] = ['Ledger', 'Phone']
      const cases: [query: string, titles: (string | undefined)[]][] = [
        ['kind=public', [other]],
        ['kind=confidential', [one]],
        ['title=Ledger', [one]],
        ['title=ledger', []],
        ['title_has=edg', [one]],
        ['title_has=PHO', [other]],
        ['title_has=%25', []],
        ['checked=true', [other]],
        ['checked=false', [one]],
        ['grant=client_credentials', [one]],
        ['grant=authorization_code', [one, other]],
        [`key=${ledger['key']}`, [one]],
        ['key=nobody', []],
        ['kind=public&grant=client_credentials', []],
      ]
      for (const [query, titles] of cases) {
        const { body } = await program.get(`/depot/apps?${query}`)
        assert.deepEqual([body.result.map((app: { title: string }) => app.title), body.about.total], [titles, titles.length], query)
      }
      for (const query of ['kind=both', 'checked=maybe']) {
        const { status, body } = await program.get(`/depot/apps?${query}`)
        assert.deepEqual([status, /^The parameter (kind|checked) must be /.test(body.error_description)], [400, true], query)
      }
    }),
  )
})

/** Lets the person allow an app, where they have not yet; what redeems the code. */
async function allow(world: World, program: Program, app: Record<string, string>): Promise<Record<string, string>> {
  const browser = await world.person()
  const words = {
    client_id: app['key']!,
    redirect_uri: APP.callbacks[0]!,
    response_type: 'code',
    scope: 'invoices.read',
    state: 's',
    code_challenge,
    code_challenge_method: 'S256',
  }
  const asked = await browser.get(`${world.issuer}/depot/auth?${new URLSearchParams(words)}`)
  const slip = new URL(asked.location).searchParams.get('slip')
  const answered = slip === null ? asked.location : (await program.send('POST', '/depot/decision', { slip, yes: true })).body.go_to
  const code = new URL(answered).searchParams.get('code')!
  return { client_id: app['key']!, client_secret: app['secret']!, code, code_verifier, redirect_uri: APP.callbacks[0]! }
}

describe('grants that people manage', () => {
  it(
    'are what this person has allowed to clients of this dialect, under names that stay',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const app = await make(program)
      await allow(world, program, app)
      await world.code() // of a client of another dialect
      const { body } = await program.get('/depot/permissions')
      const [grant] = body.result
      assert.match(grant.id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      const since = new Date(world.time.now).toISOString()
      const expected = { type: 'permission', id: grant.id, app: app['key'], may: ['invoices.read'], since, used: null }
      assert.deepEqual(body, { result: [expected], about: { page: 1, per_page: 5, total: 1, pages: 1 } })
      assert.deepEqual((await program.get(`/depot/allowed/${grant.id}`)).body, { result: expected })
      await world.app.server.keys.rotate(['mac'])
      world.time.now += 120_000
      await world.app.maintain()
      assert.equal((await program.get(`/depot/permissions/${grant.id}`)).status, 200)
    }),
  )

  it(
    'RFC 7009 §2.1 deleting one answers with what it was, and ends tokens and codes under way',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const app = await make(program)
      const redeemed = await world.post('/depot/token', { grant_type: 'authorization_code', ...(await allow(world, program, app)) })
      const under_way = await allow(world, program, app)
      const [grant] = (await program.get('/depot/permissions')).body.result
      const deleted = await program.send('DELETE', `/depot/permissions/${grant.id}`)
      assert.deepEqual([deleted.status, deleted.body], [200, { result: grant }])
      const late = await world.post('/depot/token', { grant_type: 'authorization_code', ...under_way })
      assert.deepEqual([late.status, late.body.error], [400, 'invalid_grant'])
      const { client_id, client_secret } = under_way as { client_id: string; client_secret: string }
      const form = { grant_type: 'refresh_token', refresh_token: redeemed.body.refresh_token, client_id, client_secret }
      assert.equal((await world.post('/depot/token', form)).status, 400)
      for (const method of ['GET', 'DELETE']) assert.equal((await program.send(method, `/depot/permissions/${grant.id}`)).status, 404)
      assert.equal((await program.get('/depot/permissions')).body.about.total, 0)
    }),
  )

  it(
    'of somebody else, of another dialect or unheard of are not there',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const other = await openProgram(world, await world.addPerson('other@otterbakery.example'))
      await allow(world, program, await make(other))
      const [grant] = (await program.get('/depot/permissions')).body.result
      for (const id of [grant.id, 'c1', '../c1', '%00', 'x'.repeat(5000)]) {
        for (const method of ['GET', 'DELETE']) {
          assert.equal((await other.send(method, `/depot/permissions/${encodeURIComponent(id)}`)).status, 404, `${method} ${id}`)
        }
      }
      assert.equal((await program.get(`/depot/permissions/${grant.id}`)).status, 200)
    }),
  )

  it(
    'are gone when their time is over',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const { key: client_id = '' } = await make(program)
      const consent = {
        sub: world.mara.sub,
        client_id,
        scope: 'bank.read',
        scope_at: { '': 'bank.read' },
        redirect_hosts: ['app.example'],
        granted_at: 1,
        request_id: 'r',
        expires_at: world.time.now + 1000,
      }
      const receipt = { receipt_id: 'r1', sub: consent.sub, client_id, at: 1, decision: 'allowed', scope: 'bank.read' } as const
      await world.store.consents.decide(consent, receipt)
      assert.equal((await program.get('/depot/permissions')).body.about.total, 1)
      world.time.now += 1000
      assert.equal((await program.get('/depot/permissions')).body.about.total, 0)
    }),
  )
})

describe('what a key opens', () => {
  const calls: [method: string, path: string][] = [
    ['GET', '/depot/apps'],
    ['POST', '/depot/apps'],
    ['GET', '/depot/apps/x'],
    ['PUT', '/depot/apps/x'],
    ['DELETE', '/depot/apps/x'],
    ['GET', '/depot/permissions'],
    ['GET', '/depot/allowed'],
    ['GET', '/depot/permissions/x'],
    ['DELETE', '/depot/permissions/x'],
    ['GET', '/depot/waiting/x'],
    ['POST', '/depot/decision'],
  ]
  it(
    'RFC 6750 §3 nothing without one: a challenge, and not a word about what is there',
    inDepot(async (world) => {
      const { access_token = '' } = await world.tokens()
      for (const key of ['', 'vsk_', `vsk_${'x'.repeat(43)}`, access_token]) {
        for (const [method, path] of calls) {
          const body = method === 'POST' || method === 'PUT' ? APP : undefined
          const answer = await programOf(world, key).send(method, path, body)
          assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_token'], `${method} ${path}`)
          // where nothing was shown, nothing is said
          const said = key === '' ? /^Bearer realm="oauth"$/ : /^Bearer realm="oauth", error="invalid_token", error_description="[^"]+"$/
          assert.match(answer.headers.get('www-authenticate')!, said)
        }
      }
    }),
  )

  it(
    'other methods are told which there are',
    inDepot(async (world) => {
      const program = await openProgram(world)
      for (const [method, path, allow] of [
        ['PATCH', '/depot/apps', 'GET, POST'],
        ['POST', '/depot/apps/x', 'GET, PUT, DELETE'],
        ['POST', '/depot/permissions', 'GET'],
        ['GET', '/depot/decision', 'POST'],
      ] as const) {
        const answer = await program.send(method, path)
        assert.deepEqual([answer.status, answer.headers.get('allow')], [405, allow])
      }
    }),
  )
})
