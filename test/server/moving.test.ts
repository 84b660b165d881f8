import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it, type TestContext } from 'node:test'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { createApp } from '../../src/server/app.ts'
import { run } from '../../src/server/cli/run.ts'
import { readConfig } from '../../src/server/config.ts'
import { openStore } from '../../src/server/store.ts'
import { loadDump, writeDump } from '../../src/stores/dump.ts'
import { migrate } from '../../src/stores/migrate.ts'
import { openPostgres } from '../../src/stores/postgres.ts'
import { openPostgresStore } from '../../src/stores/postgres-store.ts'
import { FIRST_RELEASE, migrations } from '../../src/stores/schema.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { aUser } from '../stores/suite/records.ts'
import { type Flow, openFlow } from '../support/flow.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { cleanEnvironment, findPorts, makeFolder, type Outcome, PROGRAM, runProgram } from '../support/program.ts'
import { openServer, type TestServer } from '../support/server.ts'

const REDIRECT = 'https://app.example/cb'
const VERIFIER = 'v'.repeat(43)
const CALLS = 1_000

type Words = Record<string, string>
interface Asked {
  path: '/token' | '/introspect' | '/userinfo' | '/revoke'
  form: Words
}

/** One client, and every kind of thing that it may hold: good, spent, called back, and still under way. */
async function useServer(server: TestServer): Promise<Asked[]> {
  const metadata = {
    client_name: 'App',
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_method: 'client_secret_post',
    scope: 'openid email',
  }
  const browser = await server.person()
  const add = (name: string): Words => server.run('client', 'add', '--metadata', JSON.stringify({ ...metadata, client_name: name }))
  const [kept, withdrawn] = [add('Kept'), add('Withdrawn')]
  const own = ({ client_id, client_secret }: Words): Words => ({ client_id: client_id!, client_secret: client_secret! })
  const post = async (path: string, form: Words) =>
    (await fetch(server.issuer + path, { method: 'POST', body: new URLSearchParams(form) })).json() as Promise<Words>
  const code = async (client: Words): Promise<Words> => {
    const asked = { client_id: client['client_id']!, redirect_uri: REDIRECT, response_type: 'code', scope: 'openid email', state: 's' }
    const params = new URLSearchParams({ ...asked, code_challenge: sha256(VERIFIER), code_challenge_method: 'S256' })
    const url = await server.authorize(browser, `${server.issuer}/authorize?${params}`)
    const form = { grant_type: 'authorization_code', code: url.searchParams.get('code')!, code_verifier: VERIFIER, redirect_uri: REDIRECT }
    return { ...own(client), ...form }
  }
  const asked: Asked[] = []
  const token = (form: Words) => asked.push({ path: '/token', form })
  for (let i = 0; i < 24; i++) token(await code(i % 4 === 0 ? withdrawn : kept)) // in flight
  for (let i = 0; i < 60; i++) {
    const client = i % 3 === 0 ? withdrawn : kept
    const form = await code(client)
    const tokens = await post('/token', form)
    const refresh = { ...own(client), grant_type: 'refresh_token', refresh_token: tokens['refresh_token']! }
    if (i % 5 === 1) await post('/token', refresh) // the one that is held is a generation behind
    if (i % 5 === 2)
      await fetch(`${server.issuer}/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ ...own(client), token: tokens['refresh_token']! }),
      })
    asked.push({ path: '/introspect', form: { ...own(client), token: tokens['access_token']! } })
    asked.push({ path: '/userinfo', form: { access_token: tokens['access_token']! } })
    token(refresh)
    token({ ...refresh, ...own(client === kept ? withdrawn : kept) })
    if (i % 2 === 0) token(form) // a code shown again
    if (i % 7 === 3) asked.push({ path: '/revoke', form: { ...own(client), token: tokens['refresh_token']! } })
    if (i % 7 === 4) token({ ...refresh, scope: 'openid' })
  }
  for (let i = 0; i < 4; i++) {
    const form = { ...own(kept), grant_type: 'client_credentials', scope: 'email' }
    const { access_token = '' } = await post('/token', form)
    if (i % 2 === 0)
      await fetch(`${server.issuer}/revoke`, { method: 'POST', body: new URLSearchParams({ ...own(kept), token: access_token }) })
    asked.push({ path: '/introspect', form: { ...own(kept), token: access_token } }, { path: '/token', form })
  }
  server.run('consent', 'revoke', '--sub', server.sub, '--client-id', withdrawn['client_id']!)
  const once = asked.length
  while (asked.length < CALLS) asked.push(asked[asked.length - once]!) // the same again, to what the first has made of it
  return asked
}

/** What one database answers, call after call; what is random in an answer is left out, what it says is not. */
async function answersOf(database: string, secret: string, issuer: string, asked: readonly Asked[], now: number): Promise<object[]> {
  const config = await readConfig({ flags: { database, issuer }, env: { VOUCHSAFE_SECRET: secret } })
  const app = await createApp({ config, store: await openStore(config), clock: () => now })
  const answers: object[] = []
  for (const { path, form } of asked) {
    const { access_token, ...words } = form
    const request =
      path === '/userinfo'
        ? new Request(issuer + path, { headers: { authorization: `Bearer ${access_token}` } })
        : new Request(issuer + path, { method: 'POST', body: new URLSearchParams(words) })
    const response = await app.fetch(request, '127.0.0.1')
    const text = await response.text()
    const body = text.startsWith('{') ? JSON.parse(text) : { text }
    for (const jwt of ['access_token', 'id_token']) if (body[jwt]) body[jwt] = { ...claimsOf(body[jwt]), jti: '', at_hash: '' }
    delete body.reference
    answers.push({ path, status: response.status, body })
  }
  await app.close()
  return answers
}

const claimsOf = (jwt: string): object => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString() || '{}')

/** Runs commands on a database, with a secret, in this process. */
function on(database: string, secret: string | null, folder: string, env: Words = {}) {
  return async (...args: string[]): Promise<Outcome> => {
    const outcome: Outcome = { code: null, stdout: '', stderr: '' }
    outcome.code = await run([...args, '--database', database], {
      stdout: (text) => void (outcome.stdout += text),
      stderr: (text) => void (outcome.stderr += text),
      stdin: async () => '',
      file: async () => '',
      env: { ...env, ...(secret !== null && { VOUCHSAFE_SECRET: secret }) },
      cwd: folder,
    })
    return outcome
  }
}

describe('moving house', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.close())

  it(`SQLite, PostgreSQL and SQLite again answer the same ${CALLS} calls alike, with what was issued before`, async (test) => {
    const server = await openServer()
    test.after(() => server.close())
    const asked = await useServer(server)
    await server.stop('SIGTERM')
    const secret = readFileSync(`${server.database}.secret`, 'utf8').trim()
    const source = `sqlite:${server.database}`
    const target = await postgres.createDatabase()
    const back = `sqlite:${join(server.folder, 'back.db')}`

    const exported = await on(source, null, server.folder)('export', 'house.jsonl', '--json')
    assert.equal(exported.code, 0, exported.stderr)
    assert.equal(statSync(join(server.folder, 'house.jsonl')).mode & 0o777, 0o600)
    const imported = await on(target, secret, server.folder)('import', 'house.jsonl', '--json')
    assert.equal(imported.code, 0, imported.stderr)
    assert.deepEqual(JSON.parse(imported.stdout).counts, JSON.parse(exported.stdout).counts)
    // and back, through a pipe
    const piped = await runProgram(server.folder, ['export', '-', '--database', target])
    assert.equal(piped.code, 0, piped.stderr)
    const again = await runProgram(server.folder, ['import', '--database', back], {
      input: piped.stdout,
      env: { VOUCHSAFE_SECRET: secret },
    })
    assert.equal(again.code, 0, again.stderr)

    const now = Date.now()
    const [answers = [], ...others] = await Promise.all(
      [source, target, back].map((database) => answersOf(database, secret, server.issuer, asked, now)),
    )
    assert.equal(answers.length, CALLS)
    const outcomes = new Set(answers.map((answer) => `${(answer as { path: string }).path} ${(answer as { status: number }).status}`))
    for (const outcome of ['/token 200', '/token 400', '/introspect 200', '/userinfo 200', '/userinfo 401', '/revoke 200'])
      assert.ok(outcomes.has(outcome), `${outcome} is among ${[...outcomes].join(', ')}`)
    for (const other of others) assert.deepEqual(other, answers)
  })

  it('PostgreSQL takes nothing of an export that was altered, that another secret sealed, or where somebody lives', async (test) => {
    const { folder, database, secret } = await makeHouse(test)
    const target = await postgres.createDatabase()
    assert.equal((await on(database, null, folder)('export', 'house')).code, 0)
    const text = readFileSync(join(folder, 'house'), 'utf8')
    writeFileSync(join(folder, 'altered'), text.replace('Mara', 'Sara'))
    const altered = await on(target, secret, folder)('import', 'altered')
    assert.equal(altered.code, 2)
    assert.match(altered.stderr, /what stands between offset \d+ and here was altered \(line \d+, offset \d+\)\. Nothing was imported\./)
    const other = await on(target, 'another-secret-of-enough-length-0123456789abc', folder)('import', 'house')
    assert.equal(other.code, 78)
    assert.match(other.stderr, /No master secret here opens the key/)
    assert.equal((await on(target, secret, folder)('migrate', '--check')).code, 1, 'not even its tables')
    assert.equal((await on(target, secret, folder)('import', 'house')).code, 0)
    const twice = await on(target, secret, folder)('import', 'house')
    assert.equal(twice.code, 4)
    assert.match(twice.stderr, /The database is in use/)
  })

  it('an import that fails in the middle leaves PostgreSQL empty', async (test) => {
    const { folder, database, secret } = await makeHouse(test)
    const target = await postgres.createDatabase()
    const vouchsafe = on(target, secret, folder)
    assert.equal((await vouchsafe('migrate', '--apply')).code, 0)
    assert.equal((await on(database, null, folder)('export', 'house')).code, 0)
    truncateSync(join(folder, 'house'), statSync(join(folder, 'house')).size - 10)
    const sql = await openPostgres({ url: target })
    await assert.rejects(loadDump(sql, createReadStream(join(folder, 'house'))), /it was cut off in this line/)
    await sql.close()
    assert.deepEqual(JSON.parse((await vouchsafe('user', 'list', '--json')).stdout), [])
    assert.deepEqual(JSON.parse((await vouchsafe('keys', 'list', '--json')).stdout), [])
  })

  it('an export of PostgreSQL is one moment, while others write', async () => {
    const url = await postgres.createDatabase()
    const store = await openPostgresStore({ url })
    await store.users.add(aUser())
    const sql = await openPostgres({ url })
    const texts: string[] = []
    const { counts } = await writeDump(sql, Date.now(), async (text) => {
      await store.users.add(aUser({ name: 'Meanwhile' }))
      texts.push(text)
    })
    await sql.close()
    await store.close()
    assert.equal(counts['users'], 1)
    assert.ok(texts.length > 1 && !texts.join('').includes('Meanwhile'))
  })

  it('a frozen house refuses commands too, the doctor says why, and thawed it takes them again', async (test) => {
    const { folder, database } = await makeHouse(test)
    const vouchsafe = on(database, null, folder)
    const add = () => vouchsafe('api-key', 'add', 'mara@example.com')
    assert.deepEqual(JSON.parse((await vouchsafe('freeze', '--json')).stdout), { frozen: true })
    const refused = await add()
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /The database is being moved and takes no changes at this moment\./)
    assert.equal((await vouchsafe('user', 'list')).code, 0)
    assert.match((await vouchsafe('doctor')).stdout, /frozen.*refuses every change.*vouchsafe thaw/s)
    assert.equal((await vouchsafe('thaw')).code, 0)
    assert.equal((await add()).code, 0)
    assert.doesNotMatch((await vouchsafe('doctor')).stdout, /frozen/)
    const missing = await on(`sqlite:${join(folder, 'nothing.db')}`, null, folder)('freeze')
    assert.deepEqual([missing.code, existsSync(join(folder, 'nothing.db'))], [1, false])
  })

  it('what comes cut off through a pipe is refused, and nothing of it stays anywhere', async (test) => {
    const { folder, database, secret } = await makeHouse(test)
    assert.equal((await on(database, null, folder)('export', 'house')).code, 0)
    const text = readFileSync(join(folder, 'house'), 'utf8')
    const spool = makeFolder(test)
    const env = { VOUCHSAFE_SECRET: secret, TMPDIR: spool }
    const args = ['import', '--database', `sqlite:${join(folder, 'new.db')}`]
    const cut = await runProgram(folder, args, { input: text.slice(0, -100), env })
    assert.equal(cut.code, 2)
    assert.match(cut.stderr, /\(line \d+, offset \d+\)\. Nothing was imported\./)
    assert.deepEqual(readdirSync(spool), [])
    assert.equal(existsSync(join(folder, 'new.db')), false)
  })

  it('an export into a disk that is full does not end well', async (test) => {
    const { folder, database } = await makeHouse(test)
    const full = openSync('/dev/full', 'w')
    const child = spawn('node', [PROGRAM, 'export', '--database', database], {
      cwd: folder,
      env: cleanEnvironment(),
      stdio: ['ignore', full, 'ignore'],
    })
    const [code] = await once(child, 'exit')
    closeSync(full)
    assert.equal(code, 1)
  })

  it('backup is for the embedded database', async (test) => {
    const folder = makeFolder(test)
    const { code, stderr } = await on(postgres.url, null, folder)('backup', 'copy')
    assert.equal(code, 1)
    assert.match(stderr, /pg_dump/)
    assert.deepEqual(readdirSync(folder), [])
  })
})

/** A database with a person and keys, as a server that was started once leaves it. */
async function makeHouse(test: TestContext): Promise<{ folder: string; database: string; file: string; secret: string }> {
  const folder = makeFolder(test)
  const file = join(folder, 'house.db')
  const database = `sqlite:${file}`
  const vouchsafe = on(database, null, folder)
  assert.equal((await vouchsafe('user', 'add', '--email', 'mara@example.com', '--password', 'otter-lantern-62', '--name', 'Mara')).code, 0)
  assert.equal((await vouchsafe('keys', 'rotate')).code, 0)
  return { folder, database, file, secret: readFileSync(`${file}.secret`, 'utf8').trim() }
}

describe('backup and restore', () => {
  it('a backup under load opens, is whole, and has all that was acknowledged before it began', async (test) => {
    const server = await openServer()
    test.after(() => server.close())
    const flow: Flow = await openFlow(server)
    const first = await flow.redeem(await flow.code())
    assert.equal(first.status, 200)
    const statuses: number[] = []
    let going = true
    const load = await Promise.all(
      Array.from({ length: 4 }, async () => {
        let token = (await flow.redeem(await flow.code())).body.refresh_token!
        const turn = async () => {
          const { status, body } = await flow.refresh(token)
          statuses.push(status)
          token = body.refresh_token ?? token
        }
        await turn()
        const rest = async () => {
          while (going) await turn()
        }
        return { rest: rest() }
      }),
    )
    // a process of its own, as beside any server
    const { code, stdout, stderr } = await runProgram(server.folder, ['backup', 'copy.db', '--database', `sqlite:${server.database}`])
    going = false
    await Promise.all(load.map(({ rest }) => rest))
    assert.equal(code, 0, stderr)
    assert.match(stdout, /The master secret is not in it/)
    assert.ok(statuses.length > 8 && statuses.every((status) => status === 200))
    const copy = join(server.folder, 'copy.db')
    assert.equal(statSync(copy).mode & 0o777, 0o600)
    assert.equal(readFileSync(copy).includes(readFileSync(`${server.database}.secret`).subarray(0, 43)), false)
    const checked = await on(`sqlite:${server.database}`, null, server.folder)('restore', '--check', 'copy.db', '--json')
    assert.equal(checked.code, 0, checked.stderr)
    const found = JSON.parse(checked.stdout)
    assert.deepEqual([found.ok, found.broken, found.closed], [true, [], []])
    assert.ok(found.counts.grants >= 1 && found.keys >= 6)
    // the answer to whoever had a token before is the same as ever
    const config = await readConfig({
      flags: { database: `sqlite:${copy}`, issuer: server.issuer },
      env: { VOUCHSAFE_SECRET: readFileSync(`${server.database}.secret`, 'utf8').trim() },
    })
    const app = await createApp({ config, store: await openStore(config) })
    const headers = { authorization: `Bearer ${first.body.access_token}` }
    assert.equal((await app.fetch(new Request(`${server.issuer}/userinfo`, { headers }))).status, 200)
    await app.close()
  })

  it('a file that is there is not written over, and what fails leaves none behind', async (test) => {
    const { folder, database } = await makeHouse(test)
    writeFileSync(join(folder, 'precious'), 'precious')
    const before = readdirSync(folder).sort()
    for (const command of ['backup', 'export']) {
      const { code, stderr } = await on(database, null, folder)(command, 'precious')
      assert.equal(code, 4)
      assert.match(stderr, /is there already/)
      assert.equal((await on(database, null, folder)(command, 'nowhere/copy')).code, 1)
      assert.equal((await on(`sqlite:${join(folder, 'none.db')}`, null, folder)(command, 'copy')).code, 1)
    }
    assert.equal(readFileSync(join(folder, 'precious'), 'utf8'), 'precious')
    assert.deepEqual(
      readdirSync(folder)
        .filter((name) => !/-(wal|shm)$/.test(name))
        .sort(),
      before.filter((name) => !/-(wal|shm)$/.test(name)),
    )
  })

  it('restore --check finds damage, another secret, a newer schema, and what is no database', async (test) => {
    const { folder, database } = await makeHouse(test)
    const vouchsafe = on(database, null, folder)
    assert.equal((await vouchsafe('backup', 'whole')).code, 0)
    const whole = readFileSync(join(folder, 'whole'))
    const check = async (name: string, secret: string | null = null) => {
      const { code, stdout, stderr } = await on(database, secret, folder)('restore', '--check', name)
      return { code, said: stdout + stderr }
    }
    assert.deepEqual((await check('whole')).code, 0)
    assert.match((await check('whole')).said, /1 users.*The present master secret opens its keys\./s)
    const other = await check('whole', 'another-secret-of-enough-length-0123456789abc')
    assert.equal(other.code, 1)
    assert.match(other.said, /WRONG {2}The present master secret does not open its key/)
    const damaged = Buffer.from(whole)
    damaged.fill(0xa5, 4096 * 3, 4096 * 5)
    writeFileSync(join(folder, 'damaged'), damaged)
    assert.equal((await check('damaged')).code, 1)
    writeFileSync(join(folder, 'text'), 'It was the best of times.'.repeat(100))
    assert.match((await check('text')).said, /cannot be read as a database/)
    writeFileSync(join(folder, 'newer'), whole)
    const newer = new DatabaseSync(join(folder, 'newer'))
    newer.exec(`insert into migrations (step) values (${migrations('').length + 1})`)
    newer.close()
    assert.match((await check('newer')).said, /written by a newer version/)
    assert.equal((await check('nothing')).code, 3)
    assert.equal((await vouchsafe('restore', 'whole')).code, 2)
  })
})

describe('migrate', () => {
  it('--check tells by its exit code whether steps are missing, and takes none', async (test) => {
    const folder = makeFolder(test)
    const file = join(folder, 'old.db')
    const vouchsafe = on(`sqlite:${file}`, null, folder)
    const none = await vouchsafe('migrate', '--check')
    assert.equal(none.code, 1)
    assert.equal(existsSync(file), false)
    const steps = migrations(' without rowid')
    const sql = await openSqlite(file)
    await migrate(sql, steps.slice(0, 20))
    await sql.close()
    for (let i = 0; i < 2; i++) {
      const { code, stdout } = await vouchsafe('migrate', '--check')
      assert.equal(code, 1)
      assert.match(stdout, new RegExp(`lacks ${steps.length - 20} of the ${steps.length} steps of the schema: 21 to ${steps.length}\\.`))
    }
    assert.equal((await vouchsafe('migrate', '--apply')).code, 0)
    const done = await vouchsafe('migrate', '--check', '--json')
    assert.deepEqual(
      [done.code, JSON.parse(done.stdout)],
      [0, { schema: steps.length, known: steps.length, missing: 0, required: FIRST_RELEASE }],
    )
    for (const wrong of [[], ['--check', '--apply']]) assert.equal((await vouchsafe('migrate', ...wrong)).code, 2)
  })

  it('with VOUCHSAFE_MIGRATE=off nothing but migrate --apply changes the schema: serve refuses and says what to do', async (test) => {
    const folder = makeFolder(test)
    const file = join(folder, 'old.db')
    const sql = await openSqlite(file)
    await migrate(sql, migrations(' without rowid').slice(0, 20))
    await sql.close()
    const vouchsafe = on(`sqlite:${file}`, null, folder, { VOUCHSAFE_MIGRATE: 'off' })
    for (const command of [
      ['serve', '--port', String(await findPorts(1))],
      ['user', 'list'],
      ['export', 'copy'],
    ]) {
      const { code, stdout, stderr } = await vouchsafe(...command)
      assert.deepEqual([code, stdout], [1, ''])
      assert.match(stderr, /lacks \d+ of the \d+ steps of the schema.* Run: vouchsafe migrate --apply/)
    }
    assert.equal((await vouchsafe('migrate', '--apply')).code, 0)
    assert.equal((await vouchsafe('user', 'list')).code, 0)
    const wrong = await on(`sqlite:${file}`, null, folder, { VOUCHSAFE_MIGRATE: 'perhaps' })('user', 'list')
    assert.equal(wrong.code, 78)
  })
})
