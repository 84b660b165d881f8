import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, it, type TestContext } from 'node:test'
import { type Browser, openBrowser } from '../support/browser.ts'
import { openDoor } from '../support/door.ts'
import { type Flow, openFlow } from '../support/flow.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { cleanEnvironment, findPorts, makeFolder, PROGRAM, runProgram } from '../support/program.ts'
import type { TestServer } from '../support/server.ts'

const EMAIL = 'mara@otterbakery.example'
const PASSWORD = 'otter-lantern-62'
/** Milliseconds after which somebody who was told to come back does. */
const PAUSE = 50

let postgres: TestPostgres
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.close())

/** A server as a process of its own, behind a door that somebody else keeps. */
async function serve(test: TestContext, folder: string, issuer: string, database: string, secret: string): Promise<number> {
  const port = await findPorts(1)
  const args = [PROGRAM, 'serve', '--port', String(port), '--issuer', issuer, '--database', database]
  const env = cleanEnvironment({ VOUCHSAFE_LOG: 'silent', ...(secret !== '' && { VOUCHSAFE_SECRET: secret }) })
  const child: ChildProcess = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  test.after(() => child.kill('SIGKILL'))
  await once(child.stdout!, 'data')
  return port
}

interface Seen {
  /** Refresh tokens that were acknowledged last, and codes that were redeemed. */
  held: string[]
  used: string[]
  refusals: number
}

/** Goes through flows; told to come back, it does, with the very same request. */
async function work(flow: Flow, seen: Seen, going: () => boolean): Promise<void> {
  const insist = async (move: () => ReturnType<Flow['redeem']>): Promise<string> => {
    for (;;) {
      const { status, body } = await move()
      if (status === 200) return body.refresh_token!
      assert.deepEqual([status, body.error], [503, 'temporarily_unavailable'])
      seen.refusals++
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
    }
  }
  while (going()) {
    const code = await flow.code() // a remembered consent writes nothing: frozen or not
    let newest = await insist(() => flow.redeem(code))
    for (let i = 0; i < 3; i++) newest = await insist(() => flow.refresh(newest))
    seen.held.push(newest)
    seen.used.push(code)
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
}

it('SQLite to PostgreSQL under load: reads go on, changes wait for some seconds, and nothing that was acknowledged is lost', {
  timeout: 120_000,
}, async (test) => {
  const folder = makeFolder(test)
  const door = await openDoor()
  test.after(() => door.close())
  const issuer = `http://127.0.0.1:${door.port}`
  const from = `sqlite:${join(folder, 'house.db')}`
  const to = await postgres.createDatabase()
  const program = async (database: string, ...args: string[]) => {
    const outcome = await runProgram(folder, [...args, '--database', database, '--json'], {
      env: secret ? { VOUCHSAFE_SECRET: secret } : {},
    })
    assert.equal(outcome.code, 0, outcome.stderr)
    return JSON.parse(outcome.stdout)
  }
  let secret = ''
  await program(from, 'user', 'add', '--email', EMAIL, '--password', PASSWORD, '--name', 'Mara')
  door.lead(await serve(test, folder, issuer, from, ''))
  secret = readFileSync(join(folder, 'house.db.secret'), 'utf8').trim()
  const client = await program(from, 'client', 'add', '--metadata', JSON.stringify(APP))
  const browser = openBrowser((request) => fetch(request))
  await signIn(browser, issuer, 303)
  const flow = await openFlow(houseOf(issuer, browser, client))
  const readable = await flow.redeem(await flow.code())
  const early = (await flow.redeem(await flow.code())).body.refresh_token!

  const itself = { client_id: client.client_id, client_secret: client.client_secret }
  let going = true
  const seen: Seen = { held: [], used: [], refusals: 0 }
  const load = Array.from({ length: 4 }, () => work(flow, seen, () => going))
  const failures: string[] = []
  const reads = (async () => {
    while (going) {
      if ((await flow.userinfo(readable.body.access_token!)) !== 200) failures.push('userinfo')
      for (const path of ['/jwks', '/.well-known/openid-configuration', '/readyz'])
        if ((await fetch(issuer + path)).status !== 200) failures.push(path)
      const body = new URLSearchParams({ ...itself, grant_type: 'client_credentials' })
      if ((await fetch(`${issuer}/token`, { method: 'POST', body })).status !== 200) failures.push('client_credentials')
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
    }
  })()
  const began = performance.now()
  const counts = (await program(from, 'export', 'house.jsonl', '--freeze')).counts
  // a person who wants to sign in just now is told, on a page
  const page = await signIn(
    openBrowser((request) => fetch(request)),
    issuer,
    503,
  )
  assert.match(page.html, /We are moving to another machine/)
  assert.ok(page.headers.get('retry-after'))
  const refused = await runProgram(folder, ['client', 'add', '--metadata', JSON.stringify(APP), '--database', from])
  assert.deepEqual([refused.code, /being moved/.test(refused.stderr)], [1, true])
  const inFlight = await flow.code()
  assert.deepEqual((await program(to, 'import', 'house.jsonl')).counts, counts)
  const next = await serve(test, folder, issuer, to, secret)
  assert.ok(seen.refusals > 0, 'changes were refused meanwhile')
  door.lead(next)
  test.diagnostic(`no changes for ${Math.round(performance.now() - began)} ms`)
  assert.equal((await flow.redeem(inFlight)).status, 200, 'a code of the old house is good in the new one')
  await new Promise((resolve) => setTimeout(resolve, 500))
  going = false
  await Promise.all([...load, reads])

  assert.deepEqual(failures, [])
  assert.ok(seen.held.length > 4, `${seen.held.length} flows`)
  for (const token of [early, ...seen.held]) assert.equal((await flow.refresh(token)).status, 200, 'an acknowledged token was lost')
  for (const code of seen.used.slice(0, 20)) assert.equal((await flow.redeem(code)).body.error, 'invalid_grant', 'a code was good twice')
  assert.equal((await fetch(`${issuer}/`, { headers: { cookie: cookiesOf(browser) } })).status, 200)
  assert.ok(await flow.code(), 'the session is good still')
})

const APP = {
  client_name: 'App',
  redirect_uris: ['https://app.example/cb'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  token_endpoint_auth_method: 'client_secret_post',
  id_token_signed_response_alg: 'ES256',
  scope: 'openid email',
}

async function signIn(browser: Browser, issuer: string, status: number) {
  const page = await browser.submit(await browser.get(`${issuer}/login`), { email: EMAIL, password: PASSWORD }, 'login-submit')
  assert.equal(page.status, status)
  return page
}

const cookiesOf = (browser: Browser): string => [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')

/** What flows need to know of a house, whoever keeps it. */
function houseOf(issuer: string, browser: Browser, client: unknown): TestServer {
  const authorize: TestServer['authorize'] = async (by, url, consent = {}) => {
    let page = await by.follow(await by.get(url), issuer)
    if (page.html.includes('id="consent-allow"')) page = await by.follow(await by.submit(page, consent, 'consent-allow'), issuer)
    if (page.location === '') throw new Error(`The road ends at ${page.url} with ${page.status}.`)
    return new URL(page.location)
  }
  return {
    issuer,
    authorize,
    run: () => client,
    person: async () => browser,
    send: (request: Request) => fetch(request),
  } as Partial<TestServer> as TestServer
}
