import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { dialects } from '../../src/dialects/index.ts'
import { walks } from '../../src/dialects/walks/index.ts'
import { type Started, startVouchsafe } from '../browser/start.ts'
import { type Browser, ids, openBrowser, textOf, type Visit } from '../support/browser.ts'
import { findPorts, makeFolder, PROGRAM, startProgram } from '../support/program.ts'

let started: Started

before(async () => {
  started = await startVouchsafe()
})
after(() => started?.close())

const openPerson = (): Browser => openBrowser((request) => fetch(request))

/** Presses the button of a dialect in the demo app, and stands where the issuer asks something. */
async function setOut(browser: Browser, dialect: string): Promise<Visit> {
  const sent = await browser.submit(await browser.get(started.app), {}, `demo-connect-${dialect}`)
  return browser.follow(sent, started.issuer)
}

async function signIn(browser: Browser, page: Visit): Promise<Visit> {
  const fields = { email: started.email, password: started.password }
  return browser.follow(await browser.submit(page, fields, 'login-submit'), started.issuer)
}

/** Decides at the consent page, and stands in the app again. */
async function decide(browser: Browser, page: Visit, button: 'consent-allow' | 'consent-deny'): Promise<Visit> {
  const answered = await browser.follow(await browser.submit(page, {}, button), started.issuer)
  assert.equal(new URL(answered.location).origin, started.app, `sent on from ${answered.url} with ${answered.status}`)
  return browser.follow(await browser.get(answered.location), started.app)
}

/** What each dialect's last answer must show. */
const ENDS: Readonly<Record<string, RegExp[]>> = {
  talque: [/expires \d{13}/, /email mara@demo\.example/, /companyName Otter Bakery/, /ctime \d{13}/],
  worksmart: [/scope null/, /expires_in 3600/, /The tokens are refreshed/],
  'screening-eagle': [/id_token eyJ/, /The token is revoked from server to server .* Answer 200/],
  telnyx: [/expires_in 1800/, /The token is introspected .* active true/],
}

describe('the demo goes the way of each dialect', () => {
  it('every dialect but the standard has a walk, and every walk an end to look for', () => {
    const others = dialects.map(({ name }) => name).filter((name) => name !== 'standard')
    assert.deepEqual(walks.map(({ dialect }) => dialect).sort(), [...others].sort())
    assert.deepEqual(Object.keys(ENDS).sort(), [...others].sort())
  })

  for (const [dialect, signs] of Object.entries(ENDS)) {
    it(`RFC 6749 §4.1.2.1 ${dialect}: a denial comes back as one`, async () => {
      const browser = openPerson()
      const back = await decide(browser, await signIn(browser, await setOut(browser, dialect)), 'consent-deny')
      assert.ok(ids(back.html).includes('demo-denied'), textOf(back.html))
    })

    it(`${dialect}: sign-in, consent, and everything that its pages tell`, async () => {
      const browser = openPerson()
      const page = await signIn(browser, await setOut(browser, dialect))
      assert.match(page.html, /id="consent-allow"/)
      const back = await decide(browser, page, 'consent-allow')
      const text = textOf(back.html)
      assert.ok(ids(back.html).includes(`demo-connected-${dialect}`), text)
      assert.equal(new URL(back.url).search, '', 'the answer is gone from the address')
      for (const sign of signs) assert.match(text, sign)
      assert.doesNotMatch(text, /access_token [\w.-]{15}/, 'what could be used is cut short')
      assert.doesNotMatch(text, /client_secret [\w-]{15}/)
      assert.doesNotMatch(text, /\btoken [\w.-]{15}/)
      assert.match(back.html, /<a href="#demo-wire">.*<section [^>]*id="demo-wire"/s, 'what is told to be below can be gone to')
    })
  }

  it('RFC 9700 §4.4.2 an answer for one dialect is not taken at the address of another', async () => {
    const browser = openPerson()
    const sent = await browser.submit(await browser.get(started.app), {}, 'demo-connect-talque')
    const state = new URL(sent.location).searchParams.get('state')!
    const answer = new URLSearchParams({ code: 'c', state, iss: started.issuer })
    assert.equal((await browser.get(`${started.app}/callback/telnyx?${answer}`)).status, 400)
    assert.equal((await browser.get(`${started.app}/callback?${answer}`)).status, 400)
  })

  for (const [name, change] of [
    ['RFC 6749 §10.12 with another state', { state: 'other' }],
    ['RFC 9207 §2.4 of another issuer', { iss: 'https://elsewhere.example' }],
  ] as const) {
    it(`${name}, an answer in a dialect is not used`, async () => {
      const browser = openPerson()
      const sent = await browser.submit(await browser.get(started.app), {}, 'demo-connect-talque')
      const state = new URL(sent.location).searchParams.get('state')!
      const answer = new URLSearchParams({ code: 'c', state, iss: started.issuer, ...change })
      const back = await browser.follow(await browser.get(`${started.app}/callback/talque?${answer}`), started.app)
      assert.ok(ids(back.html).includes('demo-error'))
      assert.doesNotMatch(textOf(back.html), /from server to server/, 'nothing was sent with the code')
    })
  }

  it('begins nothing for a form of another site', async () => {
    const forged = await openPerson().post(`${started.app}/connect/talque`, {}, { 'sec-fetch-site': 'cross-site' })
    assert.equal(forged.location, `${started.app}/`)
  })

  it('has no way into a dialect that is not there', async () => {
    assert.equal((await openPerson().post(`${started.app}/connect/klingon`, {})).status, 404)
  })
})

describe('vouchsafe start', () => {
  it('has a way into those dialects that are on, also when it starts again', async (test) => {
    const folder = makeFolder(test)
    for (const on of ['standard,talque,worksmart', 'standard,talque']) {
      const port = await findPorts(3)
      const { child } = await startProgram(test, folder, ['node', PROGRAM, 'start', '--port', String(port), '--dialects', on])
      const page = await openPerson().get(`http://localhost:${port + 1}/`)
      const ways = ids(page.html).filter((id) => id.startsWith('demo-connect-'))
      assert.deepEqual(
        ways,
        on
          .split(',')
          .slice(1)
          .map((name) => `demo-connect-${name}`),
      )
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  })

  it('without the demo has on what is asked for, and nothing else', async (test) => {
    const port = await findPorts(1)
    await startProgram(test, makeFolder(test), ['node', PROGRAM, 'start', '--no-demo', '--port', String(port)])
    const [lax, strict] = [`http://localhost:${port}/oauth2/authorization`, `http://localhost:${port}/authorize`]
    assert.deepEqual([(await fetch(lax)).status, (await fetch(strict)).status], [404, 400])
  })

  it('without the standard there is no demo, whose app speaks nothing else', async (test) => {
    const port = await findPorts(2)
    const { output } = await startProgram(test, makeFolder(test), [
      'node',
      PROGRAM,
      'start',
      '--dialects',
      'talque',
      '--port',
      String(port),
    ])
    assert.equal(output(), `http://localhost:${port}\n`)
  })
})
