import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { type App, createApp } from '../../src/server/app.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { PASSWORD } from '../support/site.ts'
import { CLIENT_SECRET, code_verifier, inWorld, REDIRECT, type Words, type World } from '../support/world.ts'

const SECOND = 1000

/** Another node on the same database, whose clock differs from that of the world. */
interface Node {
  app: App
  /** What its clock says. */
  now(): number
  post(path: string, form: Words): Promise<{ status: number; body: Words }>
  /** The same browser at this node. */
  browser(from: Browser): Browser
}

async function openNode(world: World, skew: number): Promise<Node> {
  const now = () => world.time.now + skew
  const app = await createApp({ config: world.config, store: world.store, clock: now })
  return {
    app,
    now,
    post: async (path, form) => {
      const body = new URLSearchParams({ client_id: 'c1', client_secret: CLIENT_SECRET, ...form })
      const response = await app.fetch(new Request(world.issuer + path, { method: 'POST', body }), '203.0.113.7')
      return { status: response.status, body: (await response.json()) as Words }
    },
    browser: ({ jar }) => {
      const browser = openBrowser((request) => app.fetch(request, '203.0.113.7'))
      for (const [name, value] of jar) browser.jar.set(name, value)
      return browser
    },
  }
}

/** The code of a whole authorization at this node. */
async function codeOf(world: World, node: Node): Promise<string> {
  const [browser, { origin }] = [node.browser(await world.person()), new URL(world.issuer)]
  let page = await browser.follow(await browser.get(world.ask({ nonce: 'n' })), origin)
  if (page.html.includes('id="consent-allow"')) page = await browser.follow(await browser.submit(page, {}, 'consent-allow'), origin)
  return new URL(page.location).searchParams.get('code')!
}

const redeem = (node: Node, code: string) =>
  node.post('/token', { grant_type: 'authorization_code', code, code_verifier, redirect_uri: REDIRECT })
const refresh = (node: Node, refresh_token: string) => node.post('/token', { grant_type: 'refresh_token', refresh_token })

describe('nodes whose clocks differ by 5 s', () => {
  for (const [what, skew] of [
    ['ahead', 5 * SECOND],
    ['behind', -5 * SECOND],
  ] as const) {
    it(
      `a code from one is redeemed at another that is ${what}, and the tokens are good at both and for whoever verifies them`,
      inWorld({}, async (world) => {
        const [here, there] = [await openNode(world, 0), await openNode(world, skew)]
        for (const [one, other] of [
          [here, there],
          [there, here],
        ] as const) {
          const { status, body } = await redeem(other, await codeOf(world, one))
          assert.equal(status, 200)
          const jwks = createLocalJWKSet((await (await one.app.fetch(new Request(`${world.issuer}/jwks`))).json()) as never)
          for (const token of [body['id_token']!, body['access_token']!])
            await jwtVerify(token, jwks, { issuer: world.issuer, currentDate: new Date(one.now()) })
          for (const node of [one, other]) {
            const asked = new Request(`${world.issuer}/userinfo`, { headers: { authorization: `Bearer ${body['access_token']}` } })
            assert.equal((await node.app.fetch(asked)).status, 200)
            assert.equal((await node.post('/introspect', { token: body['access_token']! })).body['active'], true)
          }
          const next = await refresh(one, body['refresh_token']!)
          assert.equal(next.status, 200)
          const retried = await refresh(other, body['refresh_token']!)
          assert.equal(retried.body['refresh_token'], next.body['refresh_token'], 'a retry elsewhere gets the same successor')
          assert.equal((await refresh(other, next.body['refresh_token']!)).status, 200)
        }
      }),
    )

    it(
      `a code ends after its lifetime by the clock of whoever redeems it, ${what} or not, and never twice`,
      inWorld({}, async (world) => {
        const there = await openNode(world, skew)
        const here = await openNode(world, 0)
        const [early, late] = [await codeOf(world, here), await codeOf(world, here)]
        world.time.now += 60 * SECOND - skew - 1
        assert.equal((await redeem(there, early)).status, 200)
        world.time.now += 1
        assert.deepEqual((await redeem(there, late)).body['error'], 'invalid_grant')
        assert.equal((await redeem(there, early)).body['error'], 'invalid_grant')
      }),
    )

    it(
      `OIDC Core §3.1.2.1 prompt=login and max_age are met by one sign-in at a node that is ${what}, and the road does not run in a circle`,
      inWorld({}, async (world) => {
        const there = await openNode(world, skew)
        for (const words of [{ prompt: 'login' }, { max_age: '0' }] as Words[]) {
          const here = await world.person(world.mara, { auth_time: world.time.now - 60 * SECOND })
          const begun = await here.get(world.ask(words))
          const elsewhere = there.browser(here)
          const form = await elsewhere.get(new URL(begun.location, world.issuer).href)
          const signed = await elsewhere.submit(form, { email: world.mara.email, password: PASSWORD }, 'login-submit')
          for (const [name, value] of elsewhere.jar) here.jar.set(name, value)
          const page = await here.get(new URL(signed.location, world.issuer).href)
          const shown = await here.follow(page, new URL(world.issuer).origin)
          assert.ok(shown.html.includes('id="consent-allow"') || shown.location.startsWith(REDIRECT), shown.url)
          await world.store.consents.withdraw(world.mara.sub, 'c1', receiptOf(world))
        }
      }),
    )
  }

  it(
    'what is revoked at one node is over at the other, whichever clock is ahead',
    inWorld({}, async (world) => {
      for (const skew of [5 * SECOND, -5 * SECOND]) {
        const there = await openNode(world, skew)
        const { access_token, refresh_token } = await world.tokens()
        await there.post('/revoke', { token: refresh_token! })
        assert.equal((await world.userinfo(access_token!)).status, 401)
        assert.equal((await world.refresh(refresh_token!)).body.error, 'invalid_grant')
        assert.equal((await there.post('/introspect', { token: access_token! })).body['active'], false)
      }
    }),
  )
})

function receiptOf(world: World) {
  return { receipt_id: crypto.randomUUID(), sub: world.mara.sub, client_id: 'c1', at: world.time.now } as never
}
