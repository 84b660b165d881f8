import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Words } from '../support/world.ts'
import { code_challenge, code_verifier } from '../support/world.ts'
import { alike, inVendor, row, type VendorWorld, type Walk, wordsOf } from './vendors.ts'

const OTHER = 'https://app.example/other'

/** A request with these words is answered to the callback, with a code. */
const allowed =
  (words: Words, callback = 'https://app.example/cb'): Walk =>
  async (world) => {
    const url = await world.authorize(await world.person(), words)
    assert.ok(url.href.startsWith(`${callback}?code=`), url.href)
  }

/** A request with these words is answered to the callback, with this error. */
const refused =
  (words: Words, error = 'invalid_request', callback = 'https://app.example/cb'): Walk =>
  async (world) => {
    const sent = await world.begin(await world.person(), words)
    assert.equal(sent.status, world.vendor.status)
    assert.ok(sent.location.startsWith(`${callback}?`), sent.location)
    const { code, error: told, error_description } = wordsOf(sent.location)
    assert.deepEqual([code, told], [undefined, error])
    const [missing] = Object.entries(words).find(([, value]) => value === '') ?? []
    if (missing !== undefined) assert.equal(error_description, `The parameter ${missing} is missing.`)
  }

/** A request with these words is answered to the person, and to nobody else. */
const shown =
  (words: Words, status: number): Walk =>
  async (world) => {
    const page = await world.begin(await world.person(), words)
    assert.deepEqual([page.status, page.location], [status, ''])
    assert.match(page.headers.get('content-type')!, /^text\/html/)
  }

/** The challenge that was sent is kept: only its verifier redeems the code. */
const challengeKept =
  (words: Words): Walk =>
  async (world) => {
    const wrong = await world.redeem(await world.code(words), { code_verifier: 'w'.repeat(43) })
    assert.deepEqual([wrong.status, wrong.body.error], [400, 'invalid_grant'])
    assert.equal((await world.redeem(await world.code(words), { code_verifier: '' })).status, 400)
    assert.equal((await world.redeem(await world.code(words), { code_verifier })).status, 200)
  }

const S256 = { code_challenge, code_challenge_method: 'S256' }
const plain = { code_challenge: code_verifier, code_challenge_method: 'plain' }
const without_method = { code_challenge: code_verifier, code_challenge_method: '' }
const open = { token_endpoint_auth_method: 'none', client_secrets: [] }

/** Each of these walks, one after the other. */
const all =
  (...walks: Walk[]): Walk =>
  async (world) => {
    for (const walk of walks) await walk(world)
  }

/** Where the alias and the standard's word are both sent. */
async function bothNames(world: VendorWorld, redirect_uri: string): Promise<Words> {
  const sent = await world.begin(await world.person(), { redirect_url: 'https://app.example/cb', redirect_uri })
  return { status: String(sent.status), location: sent.location }
}

describe('the authorization request, rows 1 to 13', () => {
  row(1, {
    talque: ['GET /oauth2/authorization', onlyAt('/oauth2/authorization')],
    worksmart: ['GET /api/v1/oauth2/authorize', onlyAt('/api/v1/oauth2/authorize')],
    'screening-eagle': ['GET /api/id/v1/auth/authorize', onlyAt('/api/id/v1/auth/authorize')],
    telnyx: ['GET /v2/oauth/authorize', onlyAt('/v2/oauth/authorize')],
  })

  row(2, {
    talque: [
      'redirect_url, or redirect_uri as the text of the page has it',
      all(allowed({}), allowed({ redirect_url: '', redirect_uri: 'https://app.example/cb' })),
    ],
    worksmart: ['redirect_uri', allowed({ redirect_uri: 'https://app.example/cb' })],
    'screening-eagle': ['redirect_uri', allowed({})],
    telnyx: ['redirect_uri', allowed({})],
  })

  row(3, {
    talque: ['a redirect is required', shown({ redirect_url: '' }, 400)],
    worksmart: ['without a redirect the first that is registered is meant', allowed({})],
    'screening-eagle': ['a redirect is required', shown({ redirect_uri: '' }, 400)],
    telnyx: ['a redirect is required', shown({ redirect_uri: '' }, 400)],
  })

  const second = { redirect_uris: ['https://app.example/cb', OTHER] }
  row(4, {
    talque: ['one of several registered redirects', allowed({ redirect_url: OTHER }, OTHER)],
    worksmart: [
      'the default callback is the first; another that is registered may be named, none else',
      all(allowed({}), allowed({ redirect_uri: OTHER }, OTHER), shown({ redirect_uri: `${OTHER}/x` }, 400)),
    ],
    'screening-eagle': [
      'it must be one that is registered',
      all(allowed({ redirect_uri: OTHER }, OTHER), shown({ redirect_uri: `${OTHER}/x` }, 400)),
      { client: second },
    ],
    telnyx: ['any of the list', allowed({ redirect_uri: OTHER }, OTHER), { client: second }],
  })

  row(5, {
    talque: ['scope may be left out: the client’s default', granted({ scope: '' }, 'EMAIL'), { client: { default_scope: 'EMAIL' } }],
    worksmart: [
      'there is no scope parameter: the registered scopes, whatever is sent',
      all(granted({}, 'invoices.read'), granted({ scope: 'admin nonsense' }, 'invoices.read')),
    ],
    'screening-eagle': ['scope is required', refused({ scope: '' })],
    telnyx: ['scope may be left out', granted({ scope: '' }, 'admin')],
  })

  row(6, {
    talque: ['state is advised, not required', allowed({ state: '' })],
    worksmart: ['state is required, of any length', all(refused({ state: '' }), stateComesBack('a'))],
    'screening-eagle': ['state is required', refused({ state: '' })],
    telnyx: ['state may be left out', allowed({ state: '' })],
  })

  row(7, {
    talque: ['PKCE is not asked for, and kept where it is sent', all(allowed({}), challengeKept(S256))],
    worksmart: ['PKCE is not asked for, and kept where it is sent', all(allowed({}), challengeKept(S256))],
    'screening-eagle': ['a challenge is required of every client', refused({ code_challenge: '' }), { client: { require_pkce: false } }],
    telnyx: ['a challenge is optional', all(allowed({}), challengeKept(S256))],
  })

  it(
    'row 7, telnyx: require_pkce of a client asks for a challenge',
    inVendor(
      'telnyx',
      async (world) => {
        await refused({ state: 's' })(world)
        await allowed(S256)(world)
      },
      { client: { require_pkce: true } },
    ),
  )

  for (const name of ['talque', 'worksmart', 'telnyx'] as const)
    it(`row 7, ${name}: a client without a secret needs a challenge all the same`, inVendor(name, refused({}), { client: open }))

  row(8, {
    talque: ['S256 is the only method', all(challengeKept(S256), refused(plain))],
    worksmart: ['S256 is the only method', all(challengeKept(S256), refused(plain))],
    'screening-eagle': ['S256 is the only method', all(challengeKept(S256), refused(plain))],
    telnyx: ['S256 and plain are methods', all(challengeKept(S256), challengeKept(plain))],
  })

  row(9, {
    talque: ['a challenge without a method is refused', refused(without_method)],
    worksmart: ['a challenge without a method is refused', refused(without_method)],
    'screening-eagle': ['a challenge without a method is refused', refused({ code_challenge_method: '' })],
    telnyx: ['a challenge without a method is plain', challengeKept(without_method)],
  })

  row(
    10,
    alike('response_type is code, nothing else', async (world) => {
      await allowed({})(world)
      await refused({ response_type: 'token' }, 'unsupported_response_type')(world)
      await refused({ response_type: '' })(world)
    }),
  )

  row(
    11,
    alike('parameters that nobody knows are passed over, an unknown resource among them', async (world) => {
      const words = { resource: 'https://api.telnyx.com/v2/mcp', audience: 'x', utm_source: 'mail' }
      const code = await world.code(words)
      assert.equal((await world.redeem(code, { resource: words.resource, audience: 'x' })).status, 200)
    }),
  )

  row(12, {
    talque: ['the person signs in on a page', signsInFirst()],
    worksmart: ['the person signs in on a page', signsInFirst()],
    'screening-eagle': ['the session’s cookie says who it is, and without it the person signs in', all(signsInFirst(), cookieWillDo)],
    telnyx: ['the person signs in; a Bearer header means nothing here', all(signsInFirst(), bearerIgnored)],
  })

  row(13, {
    talque: ['a parameter sent twice is refused, and so are two names that disagree', twice],
    worksmart: ['a parameter sent twice is refused', twice],
    'screening-eagle': ['a parameter sent twice is refused', twice],
    telnyx: ['a parameter sent twice is refused', twice],
  })

  it(
    'contradiction 1, talque: both names of the redirect must agree',
    inVendor('talque', async (world) => {
      const same = await bothNames(world, 'https://app.example/cb')
      assert.deepEqual([same['status'], new URL(same['location']!).pathname], ['308', '/consent'])
      assert.deepEqual(await bothNames(world, OTHER), { status: '400', location: '' })
    }),
  )

  it(
    'contradiction 3, screening-eagle: the challenge is required of clients with a secret too',
    inVendor(
      'screening-eagle',
      all(refused({ code_challenge: '' }), refused({ code_challenge: '', code_challenge_method: '' }), refused(plain)),
    ),
  )
})

/** The endpoint is there, and the standard's own is not. */
function onlyAt(path: string): Walk {
  return async (world) => {
    assert.equal(new URL(world.ask()).pathname, path)
    await allowed({})(world)
    assert.equal((await world.get(`/authorize${new URL(world.ask()).search}`)).status, 404)
    const put = await world.send(new Request(world.ask(), { method: 'PUT', body: '' }))
    assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, POST'])
  }
}

function granted(words: Words, scope: string): Walk {
  return async (world) => {
    const person = await world.person()
    await world.authorize(person, words)
    const { consent } = await world.store.consents.find(world.mara.sub, world.client_id)
    assert.equal(consent?.scope, scope)
  }
}

function stateComesBack(state: string): Walk {
  return async (world) => {
    const url = await world.authorize(await world.person(), { state })
    assert.equal(wordsOf(url)['state'], state)
  }
}

function signsInFirst(): Walk {
  return async (world) => {
    const browser = world.browser()
    const page = await browser.follow(await world.begin(browser), new URL(world.issuer).origin)
    assert.ok(page.html.includes('id="login-email"'))
  }
}

async function cookieWillDo(world: VendorWorld): Promise<void> {
  const person = await world.person()
  await world.authorize(person)
  const again = await world.begin(person)
  assert.equal(again.status, 302)
  assert.ok(again.location.startsWith('https://app.example/cb?code='))
}

async function bearerIgnored(world: VendorWorld): Promise<void> {
  const person = await world.person()
  await world.authorize(person)
  for (const authorization of ['Bearer KEY0123', 'Bearer ', `Bearer ${'x'.repeat(3000)}`]) {
    const sent = await world.begin(person, {}, { authorization, accept: 'text/html' })
    assert.ok(sent.location.startsWith('https://app.example/cb?code='), authorization.slice(0, 20))
    const stranger = await world.begin(world.browser(), {}, { authorization })
    assert.deepEqual([stranger.status, stranger.location], [200, ''])
  }
}

async function twice(world: VendorWorld): Promise<void> {
  for (const name of new URL(world.ask()).searchParams.keys()) {
    const value = new URL(world.ask()).searchParams.get(name)!
    const page = await (await world.person()).get(`${world.ask()}&${name}=${encodeURIComponent(value)}`)
    assert.deepEqual([page.status, page.location], [400, ''], name)
  }
}
