import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAuthorizationServer } from '../../src/core/authorization-server.ts'
import type { Client } from '../../src/core/model/client.ts'
import { completeDialect, type Dialect } from '../../src/core/model/dialect.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import type { Browser } from '../support/browser.ts'
import { depot, openProgram, type Program, withDepot } from '../support/depot.ts'
import { CLIENT_SECRET, code_challenge, code_verifier, inWorld, type Words, type World } from '../support/world.ts'

const SHAPE: Partial<Client> = { dialect: 'depot', client_name: 'Shelf', logo_uri: 'https://shelf.example/l.png', reviewed: false }
const inDepot = (run: (world: World) => Promise<void>) => inWorld(withDepot({ client: SHAPE }), run)

/** Where a browser is sent that asks for an authorization. */
async function ask(world: World, browser: Browser, words: Words = {}): Promise<URL> {
  const all = {
    client_id: 'c1',
    redirect_uri: world.client.redirect_uris[0]!,
    response_type: 'code',
    scope: 'openid invoices.read',
    state: 's1',
    code_challenge,
    code_challenge_method: 'S256',
    ...words,
  }
  const visit = await browser.get(
    `${world.issuer}/depot/auth?${new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ''))}`,
  )
  assert.equal(visit.status, 302)
  return new URL(visit.location)
}

/** The consent token of a new request by a signed-in person. */
async function slipOf(world: World, browser?: Browser, words?: Words): Promise<string> {
  const slip = (await ask(world, browser ?? (await world.person()), words)).searchParams.get('slip')
  assert.ok(slip)
  return slip
}

const decide = (program: Program, slip: unknown, yes: unknown = true) => program.send('POST', '/depot/decision', { slip, yes })
const look = (program: Program, slip: string) => program.get(`/depot/waiting/${encodeURIComponent(slip)}`)
const redeem = (world: World, go_to: string) =>
  world.post('/depot/token', {
    grant_type: 'authorization_code',
    client_id: 'c1',
    client_secret: CLIENT_SECRET,
    code_verifier,
    redirect_uri: world.client.redirect_uris[0]!,
    code: new URL(go_to).searchParams.get('code') ?? '',
  })

describe('a decision through an API', () => {
  it(
    'is asked for on the page of the first party, told in the dialect’s words, and ends with a code at the callback',
    inDepot(async (world) => {
      const browser = await world.person()
      const page = await ask(world, browser)
      assert.equal(page.href.split('&')[0], 'https://shop.example/decide?from=depot')
      const slip = page.searchParams.get('slip')!
      const program = await openProgram(world)
      const shown = await look(program, slip)
      assert.deepEqual(shown.body, {
        result: {
          app: 'c1',
          title: 'Shelf',
          may: [
            { word: 'openid', label: 'Recognise you', text: 'A number that stands for you, and nothing else.' },
            {
              word: 'invoices.read',
              label: 'See invoices',
              text: 'Numbers, dates, amounts and customers. Not the attached files.',
            },
          ],
          logo: 'https://shelf.example/l.png',
          callback: world.client.redirect_uris[0],
          checked: false,
        },
      })
      assert.equal(shown.headers.get('cache-control'), 'no-store')
      const { status, body } = await decide(program, slip)
      assert.equal(status, 200)
      const callback = new URL(body.go_to)
      assert.deepEqual(Object.keys(body), ['go_to'])
      assert.deepEqual([callback.searchParams.get('state'), callback.searchParams.get('iss')], ['s1', world.issuer])
      const tokens = await redeem(world, body.go_to)
      assert.deepEqual([tokens.status, tokens.body.scope], [200, 'openid invoices.read'])
      assert.ok((await ask(world, browser)).searchParams.get('code'), 'from now on it is remembered')
    }),
  )

  it(
    'RFC 6749 §4.1.2.1 a refusal goes to the callback with state and iss, and nothing is allowed',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const { status, body } = await decide(program, await slipOf(world), false)
      const { searchParams } = new URL(body.go_to)
      assert.deepEqual(
        [status, searchParams.get('error'), searchParams.get('state'), searchParams.get('iss'), searchParams.get('code')],
        [200, 'access_denied', 's1', world.issuer, null],
      )
      assert.equal((await world.store.consents.find(world.mara.sub, 'c1')).consent, null)
    }),
  )

  it(
    'leaves the consent that the page leaves',
    inDepot(async (world) => {
      await world.addClient({ ...world.client, client_id: 'by-page', dialect: 'standard' })
      await world.authorize(await world.person(), { client_id: 'by-page' }, { duration: 'revoked', scope: 'invoices.read' })
      await decide(await openProgram(world), await slipOf(world))
      const [page, api] = await Promise.all(['by-page', 'c1'].map((id) => world.store.consents.find(world.mara.sub, id)))
      const { client_id: _1, request_id: _2, receipt_id: page_receipt, ...from_page } = page!.consent!
      const { client_id: _3, request_id: _4, receipt_id: api_receipt, ...from_api } = api!.consent!
      assert.deepEqual(from_api, from_page)
      const receipts = [page_receipt, api_receipt].map((id) => world.store.receipts.find(world.mara.sub, id!))
      const [shown, told] = await Promise.all(receipts)
      assert.deepEqual([shown?.through, told?.through], ['page', 'api'], 'each receipt says how')
      assert.deepEqual(
        told?.shown?.scopes.map(({ scope, on }) => [scope, on]),
        [
          ['openid', true],
          ['invoices.read', true],
        ],
      )
    }),
  )

  it(
    'of fifty at the same moment one is made, and the slip is used',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const slip = await slipOf(world)
      const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => decide(program, slip, i % 2 === 0)))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      assert.equal(answers.filter(({ status }) => status === 422).length, 49)
      assert.equal((await decide(program, slip)).status, 422)
    }),
  )

  it(
    'belongs to the one who sat at the browser: with a key of somebody else nothing is told',
    inDepot(async (world) => {
      const other = await openProgram(world, await world.addPerson('other@otterbakery.example'))
      const slip = await slipOf(world)
      const says = 'The slip is unknown, used or over.'
      for (const answer of [await look(other, slip), await decide(other, slip), await decide(other, slip, false)]) {
        assert.deepEqual([answer.status, answer.body.error, answer.body.error_description], [422, 'invalid_request', says])
      }
      assert.equal((await decide(await openProgram(world), slip)).status, 200, 'and the slip is still good')
    }),
  )

  it(
    'ends after ten minutes',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const slip = await slipOf(world)
      world.time.now += 600_000 - 1
      assert.equal((await look(program, slip)).status, 200)
      world.time.now += 1
      assert.equal((await look(program, slip)).status, 422)
      assert.equal((await decide(program, slip)).status, 422)
    }),
  )

  it(
    'is not made with anything that was changed, cut, made longer, or sealed for something else',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const slip = await slipOf(world)
      const stranger = world.browser()
      const login = await stranger.get(
        `${world.issuer}/depot/auth?${new URLSearchParams({ client_id: 'c1', redirect_uri: 'https://app.example/cb', response_type: 'code', scope: 'openid', code_challenge, code_challenge_method: 'S256' })}`,
      )
      const ticket = new URL(login.location).searchParams.get('ticket')!
      const flipped = slip.slice(0, 40) + (slip[40] === 'A' ? 'B' : 'A') + slip.slice(41)
      for (const bad of [slip.slice(0, -1), `${slip}A`, flipped, ticket, 'x', '.', 'x'.repeat(20_000), 'tok/en .1']) {
        assert.equal((await decide(program, bad)).status, 422, bad.slice(0, 20))
        if (bad !== '.' && bad.length < 8000) assert.equal((await look(program, bad)).status, 422, bad.slice(0, 20))
      }
      for (const [body, says] of [
        [{ slip }, 'The member yes must be true or false.'],
        [{ slip, yes: 'true' }, 'The member yes must be true or false.'],
        [{ yes: true }, 'The member slip must be text.'],
        [{ slip: [slip], yes: true }, 'The member slip must be text.'],
        [undefined, 'The member slip must be text.'],
      ] as const) {
        const answer = await program.send('POST', '/depot/decision', body)
        assert.deepEqual([answer.status, answer.body.error_description], [400, says])
      }
      assert.equal((await decide(program, slip)).status, 200, 'none of it has used the slip up')
      const visit = await (await world.person()).get(`${world.issuer}/depot/auth?ticket=${slip}`)
      assert.equal(visit.status, 400, 'and it is no ticket')
    }),
  )

  it(
    'writes nothing until it is made',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const browser = await world.person()
      const slips = await Promise.all(Array.from({ length: 20 }, () => slipOf(world, browser)))
      for (const slip of slips) assert.equal((await look(program, slip)).status, 200)
      assert.equal((await world.store.consents.find(world.mara.sub, 'c1')).consent, null)
      world.time.now += 86_400_000
      assert.equal(await world.store.sweep(world.time.now, 1000), 1, 'nothing but the session is there to be swept away')
    }),
  )

  it(
    'is not made for a client that was disabled, deleted or has another callback now',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const ends: ((slip: string) => Promise<unknown>)[] = [
        () => world.store.clients.update({ ...world.client, redirect_uris: ['https://elsewhere.example/cb'] }),
        () => world.store.clients.update({ ...world.client, disabled_at: 1 }),
        () => world.store.clients.delete('c1'),
      ]
      for (const end of ends) {
        await world.store.clients.update(world.client)
        const slip = await slipOf(world)
        await end(slip)
        assert.equal((await look(program, slip)).status, 422)
        assert.equal((await decide(program, slip)).status, 422)
      }
    }),
  )

  it(
    'a rule that is broken meanwhile is told to the client',
    inDepot(async (world) => {
      const slip = await slipOf(world)
      await world.store.clients.update({ ...world.client, response_types: [] })
      const { status, body } = await decide(await openProgram(world), slip)
      assert.deepEqual([status, new URL(body.go_to).searchParams.get('error')], [200, 'unauthorized_client'])
      assert.equal((await world.store.consents.find(world.mara.sub, 'c1')).consent, null)
    }),
  )

  it(
    'an app that has changed its looks since the token was made is not what was shown',
    inDepot(async (world) => {
      const slip = await slipOf(world)
      await world.store.clients.update({ ...world.client, client_name: 'Weather' })
      const { status } = await decide(await openProgram(world), slip)
      assert.ok(status >= 400 && status < 500, String(status))
      assert.equal((await world.store.consents.find(world.mara.sub, 'c1')).consent, null)
    }),
  )

  it(
    'the code is good for nothing once the person has signed out, or has withdrawn',
    inDepot(async (world) => {
      const program = await openProgram(world)
      const browser = await world.person()
      const { body } = await decide(program, await slipOf(world, browser))
      const page = await browser.follow(await browser.get(`${world.issuer}/logout`), world.issuer)
      await browser.submit(page, {}, 'logout-confirm')
      assert.equal((await redeem(world, body.go_to)).body.error, 'invalid_grant')
    }),
  )

  it(
    'claims asked for one by one are not shown, so they are not allowed',
    inDepot(async (world) => {
      const words = { claims: JSON.stringify({ userinfo: { email: { essential: true } } }) }
      const { body } = await decide(await openProgram(world), await slipOf(world, undefined, words))
      assert.equal((await redeem(world, body.go_to)).status, 200)
      const { consent } = await world.store.consents.find(world.mara.sub, 'c1')
      assert.deepEqual([consent?.claims, consent?.declined_claims], [undefined, ['email']])
    }),
  )

  it(
    'OIDC Core §3.1.2.1 prompt=none is answered, never sent to a page; prompt=consent asks again',
    inDepot(async (world) => {
      const browser = await world.person()
      const none = await ask(world, browser, { prompt: 'none' })
      assert.equal(none.searchParams.get('error'), 'consent_required')
      const program = await openProgram(world)
      await decide(program, await slipOf(world, browser))
      world.time.now += 1
      const again = await slipOf(world, browser, { prompt: 'consent' })
      assert.equal((await decide(program, again)).status, 200)
    }),
  )

  it(
    'a native app without a secret gets its code for this very request, and is asked again next time',
    inDepot(async (world) => {
      const native = { token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/cb'], client_secrets: [] }
      await world.addClient({ ...world.client, ...native, client_id: 'native' })
      const words = { client_id: 'native', redirect_uri: 'http://127.0.0.1:4242/cb' }
      const browser = await world.person()
      const { body } = await decide(await openProgram(world), await slipOf(world, browser, words))
      assert.ok(new URL(body.go_to).searchParams.get('code'))
      assert.equal(new URL(body.go_to).port, '4242')
      await slipOf(world, browser, words)
    }),
  )

  it(
    'who is not signed in signs in first, and is then sent to the page',
    inDepot(async (world) => {
      const browser = world.browser()
      const login = await browser.follow(await browser.get((await ask(world, browser)).href), world.issuer)
      const done = await browser.submit(login, { email: world.mara.email, password: 'otter-lantern-62' }, 'login-submit')
      const sent = await browser.follow(done, world.issuer)
      const slip = new URL(sent.location).searchParams.get('slip')!
      assert.equal((await decide(await openProgram(world), slip)).status, 200)
    }),
  )
})

it(
  'no slip, key, secret or code is written to the log, when all goes well and when it does not',
  inDepot(async (world) => {
    const [program, other] = [await openProgram(world), await openProgram(world, await world.addPerson('other@otterbakery.example'))]
    const app = { title: 'Shelf', kind: 'confidential', may: ['bank.read'], grants: ['client_credentials'] }
    const { secret } = (await program.send('POST', '/depot/apps', app)).body.result
    const slip = await slipOf(world)
    for (const stranger of [other, { ...other, api_key: 'x' }]) {
      await look(stranger, slip)
      await decide(stranger, slip)
    }
    await look(program, `${slip}x`)
    const { body } = await decide(program, slip)
    await decide(program, slip)
    await world.get(`/depot/waiting/${slip}`, { authorization: `Bearer ${program.api_key}x` })
    const log = JSON.stringify(world.events)
    assert.ok(log.includes('/depot/waiting/…'))
    const code = new URL(body.go_to).searchParams.get('code')!
    for (const [name, text] of Object.entries({ slip, secret, code, key: program.api_key, other: other.api_key })) {
      assert.ok(text.length > 40 && !log.includes(text), name)
    }
  }),
)

describe('a dialect', () => {
  const open = async (more: Partial<Dialect>) => {
    const store = await openSqliteStore(':memory:')
    const pages = { login: '/login', consent: '/consent', error: () => ({ status: 400, headers: {}, body: '' }) }
    const dialects = [completeDialect({ ...depot, ...more })]
    return createAuthorizationServer({ issuer: 'https://id.example', store, session: async () => null, pages, dialects })
  }

  it('with paths to manage things, or a page of a first party, must say what things are called there', async () => {
    await assert.rejects(open({ management: null }), /depot has consents, so it needs management too/)
    const { authorize, token } = depot.paths
    await assert.rejects(open({ management: null, paths: { authorize, token } }), /depot has consent_page, so it needs management too/)
    await open({ management: null, paths: { authorize, token }, consent_page: null })
  })

  it(
    'without such a page asks on ours',
    inWorld(
      withDepot({ client: SHAPE, config: { dialects: ['depot'], own_dialects: [completeDialect({ ...depot, consent_page: null })] } }),
      async (world) => {
        const page = await ask(world, await world.person())
        assert.equal(page.pathname, '/consent')
      },
    ),
  )

  it(
    'says with what status a slip that is over, and a value against the rules, are refused',
    inWorld(
      withDepot({
        config: {
          dialects: ['depot'],
          own_dialects: [completeDialect({ ...depot, management: { ...depot.management!, invalid_status: 400 } })],
        },
      }),
      async (world) => {
        const program = await openProgram(world)
        assert.equal((await decide(program, 'x')).status, 400)
        const app = { title: 'Shelf', kind: 'neither', may: [], grants: ['client_credentials'] }
        const { status, body } = await program.send('POST', '/depot/apps', app)
        assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'])
      },
    ),
  )

  it(
    'says how long its slips live',
    inWorld(
      withDepot({
        client: SHAPE,
        config: { dialects: ['depot'], own_dialects: [completeDialect({ ...depot, lifetime: { consent_token: 30 } })] },
      }),
      async (world) => {
        const program = await openProgram(world)
        const slip = await slipOf(world)
        world.time.now += 29_999
        assert.equal((await look(program, slip)).status, 200)
        world.time.now += 1
        assert.equal((await look(program, slip)).status, 422)
      },
    ),
  )
})
