import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, it } from 'node:test'
import { openSite, PASSWORD, type TestSite } from '../support/site.ts'

let site: TestSite
before(async () => {
  site = await openSite()
})
after(() => site.close())

const REDIRECT = 'https://app.tallyboat.example/cb'

async function post(path: string, fields: Record<string, string>) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await site.app.fetch(
    new Request(site.config.issuer + path, { method: 'POST', headers, body: new URLSearchParams(fields) }),
  )
  return { status: response.status, text: await response.text() }
}

it('no password, ticket, code, verifier, cookie or token is ever written to the log, when all goes well and when it does not', async () => {
  const browser = site.browser()
  const code_verifier = randomBytes(32).toString('base64url')
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
  const params = { code_challenge, state: 'a-state-of-the-app' }
  const wrong = 'not-her-password'
  await browser.submit(
    await browser.follow(await browser.get(site.authorizeUrl(params)), site.config.issuer),
    { email: site.mara.email, password: wrong },
    'login-submit',
  )
  const consent = await site.signIn(browser, params)
  const ticket = new URL(consent.url).searchParams.get('ticket') ?? ''
  const end = await browser.follow(await browser.submit(consent, {}, 'consent-allow'), site.config.issuer)
  const code = new URL(end.location).searchParams.get('code') ?? ''
  const redeem = { grant_type: 'authorization_code', client_id: 'tallyboat', redirect_uri: REDIRECT, code, code_verifier }
  const answer = await post('/token', redeem)
  assert.equal(answer.status, 200, answer.text)
  const { access_token, refresh_token } = JSON.parse(answer.text)
  assert.equal((await post('/token', redeem)).status, 400, 'a replay')
  const refused = await post('/token', { grant_type: 'refresh_token', client_id: 'tallyboat', refresh_token })
  assert.equal(refused.status, 400, 'the replay has ended the grant')
  await post('/token', {
    grant_type: 'authorization_code',
    client_id: 'tallyboat',
    redirect_uri: REDIRECT,
    code: `${code}x`,
    code_verifier,
  })
  await post('/revoke', { token: access_token, client_id: 'nobody' })

  const log = JSON.stringify(site.events, (_, value) => (value instanceof Error ? `${value.stack} ${JSON.stringify(value)}` : value))
  assert.ok(site.events.length > 0, 'something was logged')
  const secrets = {
    password: PASSWORD,
    wrong,
    ticket,
    code,
    code_verifier,
    access_token,
    refresh_token,
    ...Object.fromEntries(browser.jar),
  }
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(secret.length >= 12, `there is a ${name}`)
    assert.ok(!log.includes(secret), `the ${name} is in the log`)
  }
})
