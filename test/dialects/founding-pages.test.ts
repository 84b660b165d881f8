import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Config } from '../../src/server/config.ts'
import { CLIENT_SECRET, code_challenge, code_verifier, type Door, type Words } from '../support/world.ts'
import { basic, inVendor, type VendorName, type Walk, wordsOf } from './vendors.ts'

// The sample requests of the pages from which the dialects were written, parameter by parameter, with everything on at once.

const dialects: Config['dialects'] = ['standard', 'talque', 'worksmart', 'screening-eagle', 'telnyx']

/** Through both doors. */
function sample(name: VendorName, says: string, walk: Walk, client = {}): void {
  for (const door of ['fetch', 'node'] as const satisfies readonly Door[])
    it(`${name}: ${says} (${door})`, inVendor(name, walk, { door, client, config: { dialects } }))
}

describe('the founding pages’ own samples', () => {
  sample('talque', 'the five parameters of the table, to the callback with code and state', async (world) => {
    const query = `scope=EMAIL%20PROFILE&response_type=code&client_id=${world.client_id}&redirect_url=https%3A%2F%2Fapp.example%2Fcb&state=n0t-to-be-guessed`
    world.ask = () => `${world.issuer}/oauth2/authorization?${query}`
    const person = await world.person()
    const { code, state } = wordsOf(await world.authorize(person))
    assert.equal(state, 'n0t-to-be-guessed')
    const form = { grant_type: 'authorization_code', code: code!, client_id: world.client_id, client_secret: CLIENT_SECRET }
    const { status, body } = await world.post('/oauth2/access-token', form)
    assert.deepEqual([status, Object.keys(body).sort()], [200, ['access_token', 'expires']])
    const info = await world.post('/oauth2/info', '', { authorization: `Bearer ${body.access_token}` })
    assert.equal(info.body.email, world.mara.email)
    const at_once = await person.get(world.ask())
    assert.deepEqual([at_once.status, wordsOf(at_once.location)['state']], [308, 'n0t-to-be-guessed'])
  })

  sample('worksmart', 'the curl of the page, to the client’s own callback', async (world) => {
    const query = `client_id=ibl90vqe9ll5198ss53v1b1knpk4fhacv4y7uzpa.worksmart.net&response_type=code&state=aozcah`
    world.ask = () => `${world.issuer}/api/v1/oauth2/authorize?${query}`
    const url = await world.authorize(await world.person())
    assert.deepEqual([url.origin + url.pathname, wordsOf(url)['state']], ['https://app.example/cb', 'aozcah'])
    const { client_id } = world
    const form = { client_id, client_secret: CLIENT_SECRET, grant_type: 'authorization_code', code: wordsOf(url)['code']! }
    const { status, body } = await world.post('/api/v1/oauth2/token', form)
    assert.deepEqual([status, Object.keys(body).sort()], [200, ['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type']])
    assert.deepEqual([body.expires_in, body.token_type, body.scope], [3600, 'Bearer', null])
    const own = await world.post('/api/v1/oauth2/token', 'grant_type=client_credentials', basic(client_id))
    assert.deepEqual([own.body.expires_in, own.body.token_type, own.body.scope, own.body.refresh_token], [3600, 'Bearer', null, undefined])
  })

  sample('screening-eagle', 'all seven parameters, with the session’s cookie', async (world) => {
    const words: Words = {
      redirect_uri: 'https://app.example/cb',
      response_type: 'code',
      client_id: world.client_id,
      scope: 'openid email profile inspect',
      state: 'opaque',
      code_challenge,
      code_challenge_method: 'S256',
    }
    const at = (left_out?: string) =>
      `${world.issuer}/api/id/v1/auth/authorize?${new URLSearchParams(Object.entries(words).filter(([name]) => name !== left_out))}`
    world.ask = () => at()
    const person = await world.person()
    await world.authorize(person)
    const sent = await person.get(at())
    assert.equal(sent.status, 302)
    const { code, state } = wordsOf(sent.location)
    assert.equal(state, 'opaque')
    for (const name of Object.keys(words)) {
      const without = await person.get(at(name))
      const to_client = name !== 'client_id' && name !== 'redirect_uri'
      assert.equal(without.status, to_client ? 302 : 400, name)
      if (to_client)
        assert.deepEqual([wordsOf(without.location)['error'], wordsOf(without.location)['code']], ['invalid_request', undefined])
    }
    const form = { grant_type: 'authorization_code', code: code!, redirect_uri: words['redirect_uri']!, code_verifier }
    const { status, body } = await world.post('/api/id/v1/auth/token', form, basic(world.client_id))
    assert.deepEqual([status, body.scope, body.token_type], [200, 'openid email profile inspect', 'Bearer'])
  })

  const callback = { redirect_uris: ['https://example.com'] }
  sample(
    'telnyx',
    'retrieveAuthorize on the wire: the page with 200, then the callback',
    async (world) => {
      const { client_id } = world
      const wire = `client_id=${client_id}&redirect_uri=https%3A%2F%2Fexample.com&response_type=code`
      world.ask = () => `${world.issuer}/v2/oauth/authorize?${wire}`
      const program = { accept: 'text/html', authorization: 'Bearer KEY0123', 'accept-language': '*', 'sec-fetch-mode': 'cors' }
      const first = await world.begin(world.browser(), {}, program)
      assert.deepEqual([first.status, first.headers.get('content-type')], [200, 'text/html; charset=utf-8'])
      const url = await world.authorize(await world.person())
      assert.equal(url.origin, 'https://example.com')
      const words = { grant_type: 'authorization_code', code: wordsOf(url)['code']!, client_id, client_secret: CLIENT_SECRET }
      const { status, body } = await world.post(
        '/v2/oauth/token',
        { ...words, redirect_uri: 'https://example.com' },
        { authorization: 'Bearer KEY0123' },
      )
      assert.deepEqual([status, body.token_type, body.expires_in], [200, 'Bearer', 1800])
    },
    callback,
  )

  sample(
    'telnyx',
    'the optional parameters of the page: scope admin, state, a challenge by either method',
    async (world) => {
      for (const challenge of [
        { code_challenge: code_verifier, code_challenge_method: 'plain' },
        { code_challenge, code_challenge_method: 'S256' },
      ]) {
        const url = await world.authorize(await world.person(), {
          redirect_uri: 'https://example.com',
          scope: 'admin',
          state: 's',
          ...challenge,
        })
        assert.equal(wordsOf(url)['state'], 's')
        const redeemed = await world.redeem(wordsOf(url)['code']!, { redirect_uri: 'https://example.com', code_verifier })
        assert.deepEqual([redeemed.status, redeemed.body.scope], [200, 'admin'])
      }
    },
    callback,
  )

  sample(
    'telnyx',
    '400, 404 and 422 are pages',
    async (world) => {
      for (const [words, status] of [
        [{ redirect_uri: '' }, 400],
        [{ client_id: 'client_id' }, 404],
        [{ redirect_uri: 'https://example.com/other' }, 422],
      ] as const) {
        const page = await world.begin(world.browser(), words, { accept: 'text/html' })
        assert.deepEqual([page.status, page.location], [status, ''])
        assert.match(page.headers.get('content-type')!, /^text\/html/)
      }
    },
    callback,
  )

  sample(
    'telnyx',
    'the built-in client credentials of the SDK: Basic with the raw pair, and nothing else in the body',
    async (world) => {
      const headers = { authorization: basic(world.client_id)['authorization']! }
      const { status, body } = await world.post('/v2/oauth/token', 'grant_type=client_credentials', headers)
      assert.deepEqual([status, body.expires_in, body.scope, body.refresh_token], [200, 1800, 'admin', undefined])
    },
    callback,
  )
})
