import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Browser, ids, type Visit } from '../support/browser.ts'
import { ISSUER, PASSWORD } from '../support/site.ts'
import { giveApp } from '../support/totp.ts'
import { inWorld, type World } from '../support/world.ts'

const essential = (...values: string[]) => JSON.stringify({ id_token: { acr: { essential: true, values } } })
const wished = (...values: string[]) => JSON.stringify({ id_token: { acr: { values } } })

const begin = async (world: World, browser: Browser, words: Record<string, string>): Promise<Visit> =>
  browser.follow(await browser.get(world.ask(words)), ISSUER)

/** The claims of the ID token at the end of the road that goes on from here. */
async function claimsAt(world: World, browser: Browser, page: Visit): Promise<Record<string, unknown>> {
  let visit = page
  if (ids(visit.html).includes('consent-allow')) visit = await browser.follow(await browser.submit(visit, {}, 'consent-allow'), ISSUER)
  const code = new URL(visit.location).searchParams.get('code')
  assert.ok(code, `the road ends with a code: ${visit.url} ${visit.location}`)
  const { body } = await world.redeem(code)
  return JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString())
}

describe('ways of signing in', () => {
  it(
    'OIDC Discovery §3 are named, the weakest first',
    inWorld({}, async (world) => {
      const { body } = await world.get('/.well-known/openid-configuration')
      assert.deepEqual(body.acr_values_supported, ['1fa', '2fa', 'phr'])
    }),
  )

  for (const [what, words] of [
    ['acr_values', { acr_values: '2fa phr' }],
    ['claims, wished for', { claims: wished('2fa') }],
    ['claims, essential', { claims: essential('2fa') }],
  ] as const) {
    it(
      `OIDC Core §5.5.1.1 step up by ${what}: a session with a password is asked for the code alone, and tells of both`,
      inWorld({}, async (world) => {
        const auth_time = world.time.now - 3_600_000
        const browser = await world.person(world.mara, { auth_time, acr: '1fa' })
        const app = await giveApp(world, world.mara)
        const page = await begin(world, browser, words)
        assert.equal(new URL(page.url).pathname, '/login/factor')
        const after = await browser.follow(await browser.submit(page, { code: app.code() }, 'factor-submit'), ISSUER)
        const claims = await claimsAt(world, browser, after)
        assert.deepEqual([claims['acr'], claims['amr']], ['2fa', ['pwd', 'otp', 'mfa']])
        assert.equal(claims['auth_time'], Math.floor(auth_time / 1000), 'it is no newer than the password')
        const again = await begin(world, browser, { ...words, state: 's2' })
        assert.ok(again.location.includes('code='), 'and is not asked again')
      }),
    )
  }

  it(
    'the step that a session began is over with that session',
    inWorld({}, async (world) => {
      const browser = await world.person(world.mara, { acr: '1fa', auth_time: world.time.now - 1000 })
      const app = await giveApp(world, world.mara)
      const page = await begin(world, browser, { acr_values: '2fa' })
      await world.store.users.update(world.mara, { end: 'sessions' })
      const sent = await browser.submit(page, { code: app.code() }, 'factor-submit')
      assert.equal(new URL(sent.location).pathname, '/login')
    }),
  )

  it(
    'OIDC Core §3.1.2.1 what is only wished for, and the person has not, is passed over',
    inWorld({}, async (world) => {
      const browser = await world.person(world.mara, { acr: '1fa', auth_time: world.time.now - 1000 })
      const page = await begin(world, browser, { acr_values: '2fa' })
      assert.equal(new URL(page.url).pathname, '/consent')
      assert.equal((await claimsAt(world, browser, page))['acr'], '1fa')
    }),
  )

  it(
    'OIDC Core §5.5.1.1 what is essential, and the person has not, is refused once they have signed in',
    inWorld({}, async (world) => {
      const browser = await world.person(world.mara, { acr: '1fa', auth_time: world.time.now - 1000 })
      await giveApp(world, world.mara)
      const page = await begin(world, browser, { claims: essential('phr') })
      assert.equal(new URL(page.url).pathname, '/login')
      const other = await world.addPerson('other@otterbakery.example')
      const sent = await browser.follow(await browser.submit(page, { email: other.email, password: PASSWORD }, 'login-submit'), ISSUER)
      assert.equal(new URL(sent.location).searchParams.get('error'), 'access_denied')
    }),
  )

  it(
    'OIDC Core §5.5.1.1 a stronger way does, and is told by the name that was asked for',
    inWorld({}, async (world) => {
      const browser = await world.person(world.mara, { acr: 'phr', amr: ['pop', 'user', 'mfa'] })
      const page = await begin(world, browser, { claims: essential('2fa') })
      assert.equal((await claimsAt(world, browser, page))['acr'], '2fa')
      const plain = await begin(world, browser, { state: 's2' })
      assert.equal((await claimsAt(world, browser, plain))['acr'], 'phr')
    }),
  )

  it(
    'OIDC Core §3.1.2.6 prompt=none refuses what is essential, and passes over what is wished for and what nobody knows',
    inWorld({}, async (world) => {
      const browser = await world.person(world.mara, { acr: '1fa', auth_time: world.time.now - 1000 })
      await world.authorize(browser, {})
      const ask = async (words: Record<string, string>) => new URL((await begin(world, browser, { prompt: 'none', ...words })).location)
      assert.equal((await ask({ claims: essential('2fa') })).searchParams.get('error'), 'login_required')
      assert.ok((await ask({ acr_values: '2fa' })).searchParams.has('code'))
      assert.ok((await ask({ acr_values: 'urn:nobody:knows' })).searchParams.has('code'))
    }),
  )

  it(
    'that a person has no stronger way is written for their own browser alone',
    inWorld({}, async (world) => {
      const browser = await world.person(world.mara, { acr: '1fa', auth_time: world.time.now - 1000 })
      const login = await browser.get(world.ask({ acr_values: '2fa' }))
      const settled = await browser.get(login.location)
      assert.equal(new URL(settled.location).pathname, '/authorize')
      const victim = await world.person(await world.addPerson('victim@otterbakery.example'), {
        acr: '1fa',
        auth_time: world.time.now - 1000,
      })
      const { sub } = (await world.store.users.findByEmail('victim@otterbakery.example'))!
      await giveApp(world, { ...world.mara, sub })
      const page = await victim.follow(await victim.get(settled.location), ISSUER)
      assert.equal(new URL(page.url).pathname, '/login/factor')
    }),
  )

  it(
    'RFC 8176 §2 a password alone is told as one factor',
    inWorld({}, async (world) => {
      const browser = world.browser()
      const login = await begin(world, browser, {})
      const page = await browser.follow(
        await browser.submit(login, { email: world.mara.email, password: PASSWORD }, 'login-submit'),
        ISSUER,
      )
      const claims = await claimsAt(world, browser, page)
      assert.deepEqual([claims['acr'], claims['amr']], ['1fa', ['pwd']])
    }),
  )
})
