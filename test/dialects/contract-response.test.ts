import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Browser, Visit } from '../support/browser.ts'
import type { Words } from '../support/world.ts'
import { alike, inVendor, row, type VendorWorld, type Walk, wordsOf } from './vendors.ts'

const DAY = 86_400_000

/** Every answer on the way from the request to the client's callback, allowing or refusing where asked. */
async function hops(world: VendorWorld, browser: Browser, button: 'consent-allow' | 'consent-deny', words?: Words): Promise<Visit[]> {
  const seen = [await world.begin(browser, words)]
  for (;;) {
    const last = seen.at(-1)!
    if (last.location !== '' && !last.location.startsWith(world.issuer)) return seen
    assert.ok(seen.length < 8, 'the way comes to an end')
    seen.push(last.location === '' ? await browser.submit(last, {}, button) : await browser.get(last.location))
  }
}

/** The same words, whichever of them are asked for anew. */
async function isAsked(world: VendorWorld, browser: Browser, words?: Words): Promise<boolean> {
  const page = await browser.follow(await world.begin(browser, words), world.issuer)
  return page.html.includes('id="consent-allow"')
}

/** A person who is signed in has allowed it once: the second time nobody is asked. */
const remembered: Walk = async (world) => {
  const person = await world.person()
  await world.authorize(person)
  const again = await world.begin(person)
  assert.equal(again.status, world.vendor.status)
  assert.ok(again.location.startsWith('https://app.example/cb?code='))
}

/** What is answered to the person before there is anywhere safe to redirect. */
const pages =
  (unknown_client: number, unknown_redirect: number): Walk =>
  async (world) => {
    const name = world.ask().includes('redirect_url=') ? 'redirect_url' : 'redirect_uri'
    const cases: [Words, number][] = [
      [{ client_id: 'nobody' }, unknown_client],
      [{ client_id: 'nobody', [name]: 'https://evil.example/cb', response_type: '' }, unknown_client],
      [{ [name]: 'https://evil.example/cb' }, unknown_redirect],
      [{ [name]: 'https://app.example/cb/../evil', response_type: 'token' }, unknown_redirect],
      [{ client_id: '' }, 400],
      [{ state: 'x'.repeat(2001) }, 400],
    ]
    for (const [words, status] of cases) {
      const page = await world.begin(await world.person(), words)
      assert.deepEqual([page.status, page.location], [status, ''], JSON.stringify(words).slice(0, 60))
      assert.match(page.headers.get('content-type')!, /^text\/html/)
      assert.equal(page.headers.get('cache-control'), 'no-store')
      assert.match(page.headers.get('x-vouchsafe-reference')!, /./)
      assert.ok(!page.html.includes('evil.example'), 'the address is not shown')
    }
  }

/** What the client is told, and by which status. */
const denial: Walk = async (world) => {
  const seen = await hops(world, await world.person(), 'consent-deny', { state: 's-1' })
  const { error, state, iss, code } = wordsOf(seen.at(-1)!.location)
  assert.deepEqual([error, state, iss, code], ['access_denied', 's-1', world.issuer, undefined])
  assert.equal(seen.at(-1)!.status, world.vendor.status)
}

describe('the authorization response, rows 14 to 23', () => {
  row(14, {
    talque: ['the browser is redirected to the authorization screen', redirectedToConsent(308)],
    worksmart: ['the browser is redirected to a page of its own', redirectedToConsent(302)],
    'screening-eagle': ['the server’s own pages, whatever a program asks for', notForPrograms],
    telnyx: ['sign-in and consent stand on the authorize address itself, with status 200', embedded],
  })

  row(15, {
    talque: ['answers to a GET are 308, those to a POST 303, none is kept', statuses],
    worksmart: ['answers to a GET are 302, those to a POST 303, none is kept', statuses],
    'screening-eagle': ['answers to a GET are 302, those to a POST 303, none is kept', statuses],
    telnyx: ['answers to a GET are 302, those to a POST 303, none is kept', statuses],
  })

  row(16, alike('a remembered grant bypasses the consent', remembered))

  row(17, {
    talque: [
      'any change of scopes is asked again: more of them, or fewer',
      async (world) => {
        const person = await world.person()
        await world.authorize(person, { scope: 'EMAIL' })
        assert.equal(await isAsked(world, person, { scope: 'EMAIL' }), false)
        assert.equal(await isAsked(world, person, { scope: 'EMAIL PROFILE' }), true)
        await world.authorize(person, { scope: 'EMAIL PROFILE' })
        assert.equal(await isAsked(world, person, { scope: 'PROFILE EMAIL' }), false, 'their order is no change')
        assert.equal(await isAsked(world, person, { scope: 'EMAIL' }), true)
      },
    ],
    worksmart: [
      'there is no scope to change; what the registration gains is asked',
      async (world) => {
        const person = await world.person()
        await world.authorize(person)
        assert.equal(await isAsked(world, person, { scope: 'invoices.send' }), false)
        await world.store.clients.update({ ...world.client, scope: 'invoices.read invoices.send' })
        world.time.now += 2_000
        assert.equal(await isAsked(world, person), true)
      },
    ],
    'screening-eagle': ['what goes beyond the grant is asked again', growth('openid email', 'openid email inspect')],
    telnyx: [
      'what goes beyond the grant is asked again',
      growth('admin', 'admin invoices.read'),
      { client: { scope: 'admin invoices.read' } },
    ],
  })

  row(18, alike('a grant ends by its time, and by the person’s own will', endsBothWays))

  row(19, {
    talque: ['code and state, and iss besides', answerHolds(['code', 'state', 'iss'])],
    worksmart: ['code and state, and iss besides', answerHolds(['code', 'state', 'iss'])],
    'screening-eagle': ['code and state in the query, and iss besides', answerHolds(['code', 'state', 'iss'])],
    telnyx: ['code, and state where it was sent, and iss besides', answerHolds(['code', 'iss'])],
  })

  row(20, {
    talque: ['errors before a trusted redirect are a page with 400', pages(400, 400)],
    worksmart: ['errors before a trusted redirect are a page with 400', pages(400, 400)],
    'screening-eagle': ['errors before a trusted redirect are a page with 400', pages(400, 400)],
    telnyx: ['errors before a trusted redirect are a page: 404 for the client, 422 for the redirect, else 400', pages(404, 422)],
  })

  row(21, alike('errors after that go to the callback', denial))

  const long = (number: number) => `https://api-${number}.example/${'p'.repeat(40)}`
  const resources = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((number) => [long(number), { name: { en: 'An API' } }]))
  row(
    22,
    alike(
      'a code has at most 1000 characters, however much it stands for',
      async (world) => {
        const ask = `${world.ask({ nonce: 'n'.repeat(256) })}&${Object.keys(resources)
          .map((each) => `resource=${encodeURIComponent(each)}`)
          .join('&')}`
        const person = await world.person()
        const page = await person.follow(await person.get(ask), world.issuer)
        const url = new URL((await person.follow(await person.submit(page, {}, 'consent-allow'), world.issuer)).location)
        const code = url.searchParams.get('code')!
        assert.ok(code.length <= 1000, `${code.length}`)
        assert.equal((await world.redeem(code)).status, 200)
        const usual = await world.code()
        assert.ok(usual.length <= 512, `${usual.length}`)
      },
      { config: { resources } },
    ),
  )

  row(
    23,
    alike('a code lives a minute', async (world) => {
      const [code, late] = [await world.code(), await world.code()]
      world.time.now += 59_000
      assert.equal((await world.redeem(code)).status, 200)
      world.time.now += 1_000
      const refused = await world.redeem(late)
      assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_grant'])
    }),
  )

  it(
    'contradiction 2, talque: 308 towards the screen and the callback, 200 for the screen itself',
    inVendor('talque', async (world) => {
      const seen = await hops(world, await world.person(), 'consent-allow')
      assert.deepEqual(
        seen.map(({ status, url }) => [status, new URL(url).pathname]),
        [
          [308, '/oauth2/authorization'],
          [200, '/consent'],
          [303, '/consent'],
          [308, '/oauth2/authorization'],
        ],
      )
    }),
  )
})

function redirectedToConsent(status: number): Walk {
  return async (world) => {
    const person = await world.person()
    const sent = await world.begin(person)
    assert.deepEqual([sent.status, new URL(sent.location).pathname], [status, '/consent'])
    const screen = await person.get(sent.location)
    assert.equal(screen.status, 200)
    assert.ok(screen.html.includes('id="consent-allow"'))
    const stranger = await world.begin(world.browser())
    assert.deepEqual([stranger.status, new URL(stranger.location).pathname], [status, '/login'])
  }
}

async function notForPrograms(world: VendorWorld): Promise<void> {
  await redirectedToConsent(302)(world)
  for (const accept of ['application/json', '*/*']) {
    const sent = await world.begin(await world.person(), {}, { accept, 'x-requested-with': 'XMLHttpRequest' })
    assert.deepEqual([sent.status, new URL(sent.location).pathname, sent.html], [302, '/consent', ''])
    const page = await world.begin(await world.person(), { client_id: 'nobody' }, { accept })
    assert.match(page.headers.get('content-type')!, /^text\/html/)
  }
}

async function embedded(world: VendorWorld): Promise<void> {
  const browser = world.browser()
  const sign_in = await world.begin(browser)
  assert.deepEqual([sign_in.status, sign_in.location], [200, ''])
  assert.match(sign_in.headers.get('content-type')!, /^text\/html/)
  assert.equal(sign_in.headers.get('cache-control'), 'no-store')
  assert.ok(sign_in.html.includes('id="login-email"'))
  assert.ok(sign_in.cookies.some((line) => /^__Host-vouchsafe-browser=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/.test(line)))
  const consent = await world.begin(await world.person())
  assert.deepEqual([consent.status, consent.location], [200, ''])
  assert.ok(consent.html.includes('id="consent-allow"'))
}

/** The whole way in one browser: what answers a GET, and what answers a POST. */
async function statuses(world: VendorWorld): Promise<void> {
  const person = await world.person()
  const seen = await hops(world, person, 'consent-allow')
  const form = seen.findIndex(({ location }) => location === '') + 1
  for (const [index, { status, headers, location }] of seen.entries()) {
    if (location !== '') assert.equal(status, index === form ? 303 : world.vendor.status)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
  }
  const url = new URL(world.ask())
  const posted = await person.post(url.origin + url.pathname, Object.fromEntries(url.searchParams), { 'sec-fetch-site': 'cross-site' })
  assert.deepEqual([posted.status, posted.headers.get('cache-control'), posted.cookies], [303, 'no-store', []])
  assert.equal(new URL(posted.location).pathname, url.pathname)
  const bad = await person.post(url.origin + url.pathname, { ...Object.fromEntries(url.searchParams), response_type: 'x' })
  assert.deepEqual([bad.status, wordsOf(bad.location)['error']], [303, 'unsupported_response_type'])
  const refused = await world.begin(person, { response_type: 'x' })
  assert.deepEqual([refused.status, refused.headers.get('cache-control')], [world.vendor.status, 'no-store'])
  const head = await world.send(new Request(world.ask(), { method: 'HEAD' }))
  assert.ok(head.status === world.vendor.status || head.status === 200)
  assert.equal(head.headers.get('cache-control'), 'no-store')
}

function growth(less: string, more: string): Walk {
  return async (world) => {
    const person = await world.person()
    await world.authorize(person, { scope: less })
    assert.equal(await isAsked(world, person, { scope: less }), false)
    assert.equal(await isAsked(world, person, { scope: more }), true)
    await world.authorize(person, { scope: more })
    assert.equal(await isAsked(world, person, { scope: less }), false)
  }
}

async function endsBothWays(world: VendorWorld): Promise<void> {
  const for_30_days = await world.decide(await world.person(), 'consent-allow', {}, { duration: '30d' })
  assert.equal((await world.redeem(for_30_days.searchParams.get('code')!)).status, 200)
  world.time.now += 30 * DAY - 1000
  assert.equal(await isAsked(world, await world.person()), false)
  world.time.now += 1000
  const person = await world.person()
  assert.equal(await isAsked(world, person), true)
  const code = (await world.authorize(person)).searchParams.get('code')!
  const apps = await person.get(`${world.issuer}/account/apps`)
  const [, revoke] = /id="(grant-[^"]*-revoke-confirm)"/.exec(apps.html) ?? []
  assert.equal((await person.submit(apps, {}, revoke)).status, 303)
  const late = await world.redeem(code)
  assert.deepEqual([late.status, late.body.error], [400, 'invalid_grant'], 'a code under way ends too')
  assert.equal(await isAsked(world, person), true)
}

function answerHolds(names: readonly string[]): Walk {
  return async (world) => {
    const url = await world.authorize(await world.person())
    assert.deepEqual([...url.searchParams.keys()], names)
    assert.equal(url.searchParams.get('state'), new URL(world.ask()).searchParams.get('state'))
    assert.equal(url.searchParams.get('iss'), world.issuer)
    assert.equal(url.hash, '')
    const stated = await world.authorize(await world.person(), { state: 'a b+c%20&d=e' })
    assert.equal(stated.searchParams.get('state'), 'a b+c%20&d=e')
  }
}
