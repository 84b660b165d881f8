import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { timedId } from '../../src/core/crypto/random.ts'
import type { Store } from '../../src/core/model/store.ts'
import { verifyPassword } from '../../src/server/accounts/password.ts'
import { commands } from '../../src/server/cli/commands.ts'
import { run } from '../../src/server/cli/run.ts'
import { openStore } from '../../src/server/store.ts'
import { makeFolder, type Outcome, runProgram } from '../support/program.ts'

const METADATA = { redirect_uris: ['https://app.example/cb'], client_name: 'App' }
const PASSWORD = 'correct horse battery'

// biome-ignore lint/suspicious/noExplicitAny: what a command prints is looked at member by member
type Json = any

interface Shell {
  folder: string
  /** Runs a command in this process, on this folder. */
  (...args: string[]): Promise<Outcome>
  /** The same with something on standard input. */
  feed(input: string, ...args: string[]): Promise<Outcome>
  /** What a command prints as JSON; it must end well. */
  json(...args: string[]): Promise<Json>
  /** Looks at the database itself. */
  look<T>(work: (store: Store) => Promise<T>): Promise<T>
}

function openShell(test: TestContext, env: Record<string, string> = {}): Shell {
  const folder = makeFolder(test)
  async function feed(input: string, ...args: string[]): Promise<Outcome> {
    const outcome: Outcome = { code: null, stdout: '', stderr: '' }
    outcome.code = await run(args, {
      stdout: (text) => void (outcome.stdout += text),
      stderr: (text) => void (outcome.stderr += text),
      stdin: async () => input,
      file: (path) => readFile(resolve(folder, path), 'utf8'),
      env,
      cwd: folder,
    })
    return outcome
  }
  const shell = (...args: string[]) => feed('', ...args)
  async function json(...args: string[]): Promise<Json> {
    const { code, stdout, stderr } = await shell(...args, '--json')
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }
  async function look<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore({ database: `sqlite:${folder}/vouchsafe-data/vouchsafe.db`, secrets: [] }, { secret: false })
    return work(store).finally(() => store.close())
  }
  return Object.assign(shell, { folder, feed, json, look })
}

const addClient = (shell: Shell, more: object = {}) => shell.json('client', 'add', '--metadata', JSON.stringify({ ...METADATA, ...more }))
const addUser = (shell: Shell, email = 'ann@example.com') => shell.json('user', 'add', '--email', email, '--password', PASSWORD)

/** Writes down what the consent page would. */
async function allow(shell: Shell, sub: string, client_id: string): Promise<void> {
  const at = Date.now()
  const decision = { sub, client_id, scope: 'openid email' }
  await shell.look((store) =>
    store.consents.decide(
      { ...decision, scope_at: { '': decision.scope }, redirect_hosts: ['app.example'], granted_at: at, request_id: 'r' },
      { ...decision, receipt_id: timedId(at), at, decision: 'allowed' },
    ),
  )
}

describe('client', () => {
  it('RFC 7591 §3.2.1 add prints the response with a secret, of which only the hash is kept', async (test) => {
    const shell = openShell(test)
    const client = await addClient(shell)
    assert.match(client.client_id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.match(client.client_secret, /^[A-Za-z0-9_-]{43}$/)
    assert.equal(client.client_secret_expires_at, 0)
    const kept = await shell.look((store) => store.clients.find(client.client_id))
    assert.deepEqual(
      [kept?.reviewed, kept?.client_secrets.map(({ hash, hint }) => [hash, hint])],
      [true, [[sha256(client.client_secret), client.client_secret.slice(-4)]]],
    )
  })
  it('add prints the response also without --json', async (test) => {
    const { stdout } = await openShell(test)('client', 'add', '--metadata', JSON.stringify(METADATA))
    assert.equal(JSON.parse(stdout).client_name, 'App')
  })
  it('add reads a file and standard input', async (test) => {
    const shell = openShell(test)
    writeFileSync(join(shell.folder, 'client.json'), JSON.stringify(METADATA))
    assert.equal((await shell('client', 'add', '--metadata', '@client.json')).code, 0)
    assert.equal((await shell.feed(JSON.stringify(METADATA), 'client', 'add', '--metadata', '-')).code, 0)
    assert.equal((await shell.json('client', 'list')).length, 2)
  })
  it('a client without a secret gets none', async (test) => {
    const shell = openShell(test)
    const client = await addClient(shell, { token_endpoint_auth_method: 'none' })
    assert.ok(!('client_secret' in client))
    assert.equal((await shell('client', 'secret', 'add', client.client_id)).code, 2)
  })
  it("a client_id of one's own is taken once", async (test) => {
    const shell = openShell(test)
    const add = ['client', 'add', '--metadata', JSON.stringify(METADATA), '--client-id', 'my-app']
    assert.equal((await shell.json(...add)).client_id, 'my-app')
    assert.equal((await shell(...add)).code, 4)
  })
  it('show, list and update never show a secret or its hash', async (test) => {
    const shell = openShell(test)
    const { client_id, client_secret } = await addClient(shell)
    const shown = [
      await shell('client', 'show', client_id),
      await shell('client', 'show', '--client-id', client_id),
      await shell('client', 'list', '--json'),
      await shell('client', 'list'),
    ]
    for (const { code, stdout } of shown) {
      assert.equal(code, 0)
      assert.ok(stdout.includes(client_id) && !stdout.includes(client_secret) && !stdout.includes(sha256(client_secret)))
    }
  })
  it('update lays members over what is there, and checks the whole', async (test) => {
    const shell = openShell(test)
    const { client_id, client_id_issued_at } = await addClient(shell, { logo_uri: 'https://app.example/l.png' })
    const updated = await shell.json(
      'client',
      'update',
      client_id,
      '--metadata',
      '{"client_name":"New","logo_uri":null,"client_id":"other"}',
    )
    assert.deepEqual(
      [
        updated.client_id,
        updated.client_name,
        updated.logo_uri,
        updated.redirect_uris,
        updated.client_id_issued_at,
        updated.client_secrets.length,
      ],
      [client_id, 'New', undefined, METADATA.redirect_uris, client_id_issued_at, 1],
    )
    const { code, stderr } = await shell('client', 'update', client_id, '--metadata', '{"redirect_uris":[]}')
    assert.equal(code, 2)
    assert.match(stderr, /redirect_uris/)
    assert.equal((await shell.json('client', 'show', client_id)).client_name, 'New')
  })
  it('a second secret lives beside the first, and either can be removed', async (test) => {
    const shell = openShell(test)
    const first = await addClient(shell)
    const second = await shell.json('client', 'secret', 'add', first.client_id)
    assert.notEqual(second.client_secret, first.client_secret)
    const kept = async () => (await shell.look((store) => store.clients.find(first.client_id)))?.client_secrets.map(({ hash }) => hash)
    assert.deepEqual(await kept(), [sha256(first.client_secret), sha256(second.client_secret)])
    assert.equal((await shell('client', 'secret', 'remove', first.client_id, '--hint', first.client_secret.slice(-4))).code, 0)
    assert.deepEqual(await kept(), [sha256(second.client_secret)])
    assert.equal((await shell.feed(`${second.client_secret}\n`, 'client', 'secret', 'remove', first.client_id, '--secret-stdin')).code, 0)
    assert.deepEqual(await kept(), [])
    assert.equal((await shell('client', 'secret', 'remove', first.client_id, '--hint', 'gone')).code, 3)
  })
  it('a sixth secret is refused', async (test) => {
    const shell = openShell(test)
    const { client_id } = await addClient(shell)
    for (let i = 0; i < 4; i++) await shell.json('client', 'secret', 'add', client_id)
    assert.equal((await shell('client', 'secret', 'add', client_id)).code, 2)
  })
  for (const verb of ['disable', 'delete']) {
    it(`${verb} ends what people have given`, async (test) => {
      const shell = openShell(test)
      const { client_id } = await addClient(shell)
      const epoch = () => shell.look((store) => store.tokens.epoch(client_id))
      const before = await epoch()
      assert.equal((await shell('client', verb, client_id)).code, 0)
      assert.equal(await epoch(), before + 1)
    })
  }
  it('enable lets a disabled client in again; delete takes it away', async (test) => {
    const shell = openShell(test)
    const { client_id } = await addClient(shell)
    assert.equal(typeof (await shell.json('client', 'disable', client_id)).disabled_at, 'number')
    assert.ok(!('disabled_at' in (await shell.json('client', 'enable', client_id))))
    assert.equal((await shell('client', 'delete', client_id)).code, 0)
    for (const verb of ['show', 'delete', 'disable', 'enable']) assert.equal((await shell('client', verb, client_id)).code, 3, verb)
  })
  it('members that nobody knows are worth a warning, and stay ignored', async (test) => {
    const shell = openShell(test)
    const metadata = { ...METADATA, redirect_urls: [], 'client name': 'B', application_type: 'web' }
    const { code, stdout, stderr } = await shell('client', 'add', '--metadata', JSON.stringify(metadata))
    assert.deepEqual([code, stderr], [0, 'vouchsafe: not known, so passed over: redirect_urls, ?\n'])
    assert.ok(!('redirect_urls' in JSON.parse(stdout)))
    const updated = await shell('client', 'update', JSON.parse(stdout).client_id, '--metadata', '{"jwks":{}}')
    assert.deepEqual([updated.code, updated.stderr], [0, 'vouchsafe: not known, so passed over: jwks\n'])
  })
  it('the table of the list has room for long ids at both their ends, and --json has them whole', async (test) => {
    const shell = openShell(test)
    const [long, forty] = [`${'a'.repeat(60)}.${'b'.repeat(60)}`, 'c'.repeat(40)]
    for (const id of [long, forty])
      assert.equal((await shell('client', 'add', '--client-id', id, '--metadata', JSON.stringify(METADATA))).code, 0)
    const table = (await shell('client', 'list')).stdout
    assert.deepEqual([...table.matchAll(/^[abc]\S*/gm)].flat(), [`${'a'.repeat(27)}…${'b'.repeat(12)}`, forty])
    assert.deepEqual((await shell.json('client', 'list')).map(({ client_id }: Json) => client_id).sort(), [long, forty])
  })
  it('a scope that nobody declared is worth a warning, not a refusal', async (test) => {
    const { code, stderr } = await openShell(test)('client', 'add', '--metadata', JSON.stringify({ ...METADATA, scope: 'openid tea.pour' }))
    assert.equal(code, 0)
    assert.match(stderr, /never granted: tea\.pour/)
  })
})

describe('user', () => {
  it('add prints the person with a sub, and never the password', async (test) => {
    const shell = openShell(test)
    const { code, stdout } = await shell(
      'user',
      'add',
      '--email',
      'Ann@Example.com',
      '--password',
      PASSWORD,
      '--name',
      'Ann',
      '--claims',
      '{"locale":"de"}',
    )
    assert.equal(code, 0)
    const user = JSON.parse(stdout)
    assert.deepEqual([typeof user.sub, user.email, user.name, user.claims], ['string', 'ann@example.com', 'Ann', { locale: 'de' }])
    assert.ok(!stdout.includes(PASSWORD) && !stdout.includes('argon2'))
    assert.equal((await shell('user', 'add', '--email', 'ANN@example.com', '--password', PASSWORD)).code, 4)
  })
  it('OIDC Core §5.1 email_verified is what the operator says, and false unless they say so', async (test) => {
    const shell = openShell(test)
    const flags = ['--password', PASSWORD]
    assert.equal((await shell.json('user', 'add', '--email', 'a@example.com', '--email-verified', ...flags)).email_verified, true)
    assert.ok(!('email_verified' in (await shell.json('user', 'add', '--email', 'b@example.com', ...flags))))
  })
  it('claims cannot hold what the record has, and the refusal names it', async (test) => {
    const shell = openShell(test)
    const claims = JSON.stringify({ sub: '1', email: 'x', email_verified: true, name: 'X', created_at: 1, password: 'x', locale: 'de' })
    const { code, stderr } = await shell('user', 'add', '--email', 'a@example.com', '--password', PASSWORD, '--claims', claims)
    assert.deepEqual([code, await shell.json('user', 'list')], [2, []])
    assert.match(stderr, /cannot hold sub, email, email_verified, name, password, created_at: /)
  })
  it('add reads the password from standard input, without its line end', async (test) => {
    const shell = openShell(test)
    assert.equal((await shell.feed(`${PASSWORD}\n`, 'user', 'add', '--email', 'a@example.com', '--password-stdin')).code, 0)
    const user = await shell.look((store) => store.users.findByEmail('a@example.com'))
    assert.ok(await verifyPassword(PASSWORD, user?.password_hash ?? ''))
  })
  it('password changes it, ends the sessions, and with --revoke the rest', async (test) => {
    const shell = openShell(test)
    const { sub } = await addUser(shell)
    const epoch = () => shell.look(async (store) => (await store.consents.find(sub, 'c')).epoch)
    const openSession = () =>
      shell.look((store) =>
        store.sessions.open({ sid: 's', session_hash: 'h', sub, auth_time: Date.now(), expires_at: Date.now() + 60_000 }),
      )
    const session = () => shell.look((store) => store.sessions.find('h', Date.now()))
    await openSession()
    const before = await epoch()
    assert.equal((await shell.feed('another password', 'user', 'password', 'ann@example.com', '--password-stdin')).code, 0)
    const user = await shell.look((store) => store.users.find(sub))
    assert.deepEqual(
      [await verifyPassword('another password', user?.password_hash ?? ''), await session(), await epoch()],
      [true, null, before],
    )
    assert.equal((await shell('user', 'password', '--sub', sub, '--password', PASSWORD, '--revoke')).code, 0)
    assert.equal(await epoch(), before + 1)
  })
  it('disable shuts out and ends everything; enable lets in again', async (test) => {
    const shell = openShell(test)
    const { sub } = await addUser(shell)
    const epoch = () => shell.look(async (store) => (await store.consents.find(sub, 'c')).epoch)
    const before = await epoch()
    assert.equal(typeof (await shell.json('user', 'disable', sub)).disabled_at, 'number')
    assert.equal(await epoch(), before + 1)
    assert.match((await shell('user', 'list')).stdout, /disabled/)
    assert.ok(!('disabled_at' in (await shell.json('user', 'enable', '--email', 'ann@example.com'))))
  })
  it('ATTACK commands on a client at once: it is disabled, and each secret that was shown is one', async (test) => {
    const shell = openShell(test)
    const { client_id } = await addClient(shell)
    const outcomes = await Promise.all([
      shell('client', 'update', client_id, '--metadata', '{"client_name":"Other"}'),
      ...Array.from({ length: 3 }, () => shell('client', 'secret', 'add', client_id, '--json')),
      shell('client', 'disable', client_id),
    ])
    assert.deepEqual(
      outcomes.map(({ code, stderr }) => [code, stderr]),
      outcomes.map(() => [0, '']),
    )
    const client = (await shell.look((store) => store.clients.find(client_id)))!
    assert.deepEqual([client.client_name, typeof client.disabled_at], ['Other', 'number'])
    const shown = outcomes.slice(1, 4).map(({ stdout }) => sha256(JSON.parse(stdout).client_secret))
    for (const hash of shown) assert.ok(client.client_secrets.some((secret) => secret.hash === hash))
  })
  it('ATTACK two commands at once: neither takes back what the other has done', async (test) => {
    const shell = openShell(test)
    for (let turn = 0; turn < 5; turn++) {
      const { sub } = await addUser(shell, `ann${turn}@example.com`)
      const outcomes = await Promise.all([
        shell.feed('another password', 'user', 'password', sub, '--password-stdin'),
        shell('user', 'disable', sub),
        shell.look(async (store) => {
          const user = (await store.users.find(sub))!
          return { code: (await store.users.update({ ...user, name: 'Ann' }, { replaces: user })) ? 0 : 1, stdout: 'renamed', stderr: '' }
        }),
      ])
      const user = (await shell.look((store) => store.users.find(sub)))!
      assert.deepEqual(
        outcomes.slice(0, 2).map(({ code }) => code),
        [0, 0],
      )
      assert.equal(user.name, outcomes[2]!.code === 0 ? 'Ann' : undefined)
      assert.equal(typeof user.disabled_at, 'number')
      assert.ok(await verifyPassword('another password', user.password_hash!))
    }
  })
  it('delete takes a person away with their apps, and nobody gets their sub again', async (test) => {
    const shell = openShell(test)
    const { sub } = await addUser(shell)
    const metadata = JSON.stringify({ redirect_uris: ['https://app.example/cb'] })
    const { client_id } = await shell.json('client', 'add', '--metadata', metadata)
    const client = (await shell.look((store) => store.clients.find(client_id)))!
    await shell.look((store) => store.clients.add({ ...client, client_id: 'own', owner: sub }))
    assert.deepEqual(await shell.json('user', 'delete', 'ann@example.com'), { sub, email: 'ann@example.com', deleted: true })
    assert.equal(await shell.look((store) => store.users.find(sub)), null)
    assert.deepEqual(
      (await shell.json('client', 'list')).map((one: { client_id: string }) => one.client_id),
      [client_id],
    )
    assert.equal(await shell.look((store) => store.users.add({ sub, email: 'a@b.example', created_at: 1 })), 'taken')
    assert.equal((await shell('user', 'delete', sub)).code, 3)
    const { stdout } = await shell('audit', 'list', '--json')
    assert.match(stdout, /user\.deleted/)
  })
  const refused: [name: string, args: string[], code: number][] = [
    ['no email', ['--password', PASSWORD], 2],
    ['no password', ['--email', 'b@example.com'], 2],
    ['a short password', ['--email', 'b@example.com', '--password', 'short'], 2],
    ['no address', ['--email', 'b', '--password', PASSWORD], 2],
    ['claims that are no JSON', ['--email', 'b@example.com', '--password', PASSWORD, '--claims', '{'], 2],
    ['claims that are no object', ['--email', 'b@example.com', '--password', PASSWORD, '--claims', '[]'], 2],
    ['two passwords', ['--email', 'b@example.com', '--password', PASSWORD, '--password-stdin'], 2],
  ]
  for (const [name, args, code] of refused) {
    it(`add with ${name} is ${code}, and adds nobody`, async (test) => {
      const shell = openShell(test)
      assert.equal((await shell('user', 'add', ...args)).code, code)
      assert.deepEqual(await shell.json('user', 'list'), [])
    })
  }
})

describe('consent', () => {
  it('list shows what a person allowed, revoke takes it back with all that came from it', async (test) => {
    const shell = openShell(test)
    const { client_id } = await addClient(shell)
    const { sub } = await addUser(shell)
    await allow(shell, sub, client_id)
    const [consent] = await shell.json('consent', 'list', '--sub', sub)
    assert.deepEqual([consent.client_id, consent.scope, typeof consent.granted_at], [client_id, 'openid email', 'number'])
    assert.match((await shell('consent', 'list', 'ann@example.com')).stdout, new RegExp(`${client_id} .* openid email`))
    const before = (await shell.look((store) => store.consents.find(sub, client_id))).epoch
    assert.equal((await shell('consent', 'revoke', '--sub', sub, '--client-id', client_id)).code, 0)
    assert.deepEqual(await shell.look((store) => store.consents.find(sub, client_id)), { consent: null, epoch: before + 1 })
    assert.equal((await shell('consent', 'revoke', '--sub', sub, '--client-id', client_id)).code, 3)
  })
  it('a person who is not there is 3', async (test) => {
    assert.equal((await openShell(test)('consent', 'list', '--sub', 'nobody')).code, 3)
  })
})

describe('keys', () => {
  it('there are none before the first start; rotate makes them, and their successors', async (test) => {
    const shell = openShell(test)
    assert.deepEqual(await shell.json('keys', 'list'), [])
    const keys: { use: string; status: string }[] = await shell.json('keys', 'rotate', '--use', 'sig-ES256')
    assert.deepEqual(
      keys
        .filter(({ status }) => status === 'active')
        .map(({ use }) => use)
        .sort(),
      ['client', 'factor', 'mac', 'sig-ES256', 'sig-RS256', 'ticket', 'token'],
    )
    assert.deepEqual(
      keys.filter(({ status }) => status === 'next').map(({ use }) => use),
      ['sig-ES256'],
    )
    assert.equal((await shell.json('keys', 'list')).length, 8)
    assert.ok(!(await shell('keys', 'list', '--json')).stdout.includes('sealed'))
    assert.equal((await shell('keys', 'rotate', '--use', 'tea')).code, 2)
  })
})

describe('the command line', () => {
  const wrong: [name: string, args: string[], code: number, says: RegExp][] = [
    ['nothing', [], 2, /^Usage: vouchsafe COMMAND/],
    ['no command', ['dance'], 2, /no such command/],
    ['half a command', ['client'], 2, /client add, client show/],
    ['an unknown flag', ['client', 'list', '--colour'], 2, /--colour/],
    ['a flag without its value', ['client', 'add', '--metadata'], 2, /metadata/],
    ['a flag given twice', ['client', 'list', '--database', 'sqlite:a', '--database', 'sqlite:b'], 2, /--database is given twice/],
    ['an argument too many', ['client', 'list', 'me'], 2, /argument/],
    ['two subjects', ['client', 'show', 'a', 'b'], 2, /one CLIENT_ID/],
    ['no subject', ['client', 'show'], 2, /one CLIENT_ID/],
    ['no metadata', ['client', 'add'], 2, /--metadata is missing/],
    ['metadata that is no JSON', ['client', 'add', '--metadata', '{'], 2, /not well-formed JSON/],
    ['metadata in a file that is not there', ['client', 'add', '--metadata', '@gone.json'], 2, /There is no file gone\.json\./],
    ['metadata in a folder', ['client', 'add', '--metadata', '@.'], 2, /\. cannot be read/],
    ['a dialect to check that is not there', ['dialect', 'check', 'gone.ts'], 2, /There is no file gone\.ts\./],
    ['a dialect to show that is not there', ['dialect', 'show', 'gone.json'], 2, /There is no file gone\.json\./],
    ['a description that is not there', ['dialect', 'import', 'gone.yml'], 2, /There is no file gone\.yml\./],
    ['metadata that is no object', ['client', 'add', '--metadata', '[]'], 2, /not a JSON object/],
    [
      'a wrong redirect',
      ['client', 'add', '--metadata', '{"redirect_uris":["http://a.example/cb"]}'],
      2,
      /redirect_uris .* must use https/,
    ],
    [
      'a client_id that cannot be one',
      ['client', 'add', '--metadata', JSON.stringify(METADATA), '--client-id', 'a b'],
      2,
      /client_id must be/,
    ],
    ['an unknown dialect', ['client', 'add', '--metadata', JSON.stringify(METADATA), '--dialect', 'klingon'], 2, /dialect must be one of/],
    ['a wrong setting', ['client', 'list', '--database', 'mysql:a'], 78, /--database is not a database/],
    [
      'a PostgreSQL where nothing listens',
      ['client', 'list', '--database', 'postgres://me:secret-word@127.0.0.1:1/a'],
      1,
      /^vouchsafe: PostgreSQL at 127\.0\.0\.1:1 cannot be used: nothing listens there\.\n$/,
    ],
    [
      'a PostgreSQL on a host that is not there',
      ['client', 'list', '--database', 'postgres://me:secret-word@gone.invalid/a'],
      1,
      /^vouchsafe: PostgreSQL at gone\.invalid:5432 cannot be used: the name of the host (is not known|cannot be looked up now)\.\n$/,
    ],
    ['a database that cannot be made', ['client', 'list', '--database', 'sqlite:/dev/null/a.db'], 1, /./],
  ]
  for (const [name, args, code, says] of wrong) {
    it(`${name} is ${code}`, async (test) => {
      const outcome = await openShell(test)(...args)
      assert.deepEqual([outcome.code, outcome.stdout], [code, ''])
      assert.match(outcome.stderr, says)
      assert.doesNotMatch(outcome.stderr, /\n\s+at /, 'no stack')
    })
  }
  it('with --json a refusal is JSON on standard error', async (test) => {
    const { code, stdout, stderr } = await openShell(test)('client', 'show', 'gone', '--json')
    assert.deepEqual([code, stdout, JSON.parse(stderr).error], [3, '', 'not_found'])
  })
  it('every command has a page of help, and takes --database and --json', async (test) => {
    const shell = openShell(test)
    for (const [name, load] of Object.entries(commands)) {
      assert.equal((await load()).name, name)
      const { code, stdout } = await shell(...name.split(' '), '--help')
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`^Usage: vouchsafe ${name}`))
      assert.ok(stdout.includes('--database') && stdout.includes('--json'), name)
    }
  })
  it('the documentation names every command, flag and exit code', async (test) => {
    const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')
    for (const [name, load] of Object.entries(commands)) {
      const { flags } = await load()
      assert.ok(page.includes(`vouchsafe ${name}`), name)
      for (const flag of Object.keys(flags)) assert.ok(page.includes(`--${flag}`), `--${flag} of ${name}`)
    }
    const { stdout } = await openShell(test)('--help')
    for (const [code] of stdout.slice(stdout.indexOf('Exit codes')).matchAll(/\d+/g))
      assert.match(page, new RegExp(`^\\| ${code} \\|`, 'm'))
  })
  it('names of other people cannot steer the terminal', async (test) => {
    const shell = openShell(test)
    const { sub } = await addUser(shell)
    await shell.look(async (store) => {
      const user = await store.users.find(sub)
      return user && store.users.update({ ...user, name: 'Ann\u001b[2J\u202E' })
    })
    assert.doesNotMatch((await shell('user', 'list')).stdout, /\u001b|\u202E/)
  })
  it('a database in a folder that is not there is made, for its owner alone', async (test) => {
    const shell = openShell(test)
    assert.equal((await shell('client', 'list', '--database', 'sqlite:deep/er/a.db')).code, 0)
    assert.equal(statSync(join(shell.folder, 'deep/er/a.db')).mode & 0o077, 0)
    assert.equal(statSync(join(shell.folder, 'deep/er')).mode & 0o077, 0)
  })
})

describe('doctor', () => {
  it('without a server says what to do, and is 1', async (test) => {
    const shell = openShell(test)
    const { code, stdout } = await shell('doctor', '--issuer', 'http://127.0.0.1:9', '--json')
    assert.equal(code, 1)
    const findings: { check: string; ok: boolean; fix?: string }[] = JSON.parse(stdout)
    assert.deepEqual(
      findings.filter(({ ok }) => !ok).map(({ check }) => check),
      ['reachable'],
    )
    assert.ok(
      findings.every(({ ok, fix }) => ok || fix),
      'each thing that is wrong has its fix',
    )
  })
  it('behind TLS a proxy must be listed', async (test) => {
    const { stdout } = await openShell(test)('doctor', '--issuer', 'https://127.0.0.1:9')
    assert.match(stdout, /WRONG {2}proxy .*\n +→ .*--trusted-proxies/)
  })
  it('names a damaged database', async (test) => {
    const shell = openShell(test)
    writeFileSync(join(shell.folder, 'a.db'), 'this is no database, however long one looks at it'.repeat(100))
    const { code, stdout } = await shell('doctor', '--database', 'sqlite:a.db', '--issuer', 'http://127.0.0.1:9')
    assert.equal(code, 1)
    assert.match(stdout, /WRONG {2}database/)
  })
  it('names a secret that does not open the keys', async (test) => {
    const shell = openShell(test)
    await shell.json('keys', 'rotate', '--use', 'mac')
    const file = join(shell.folder, 'vouchsafe-data/vouchsafe.db.secret')
    writeFileSync(file, `${'A'.repeat(42)}E\n`)
    const { code, stdout } = await shell('doctor', '--issuer', 'http://127.0.0.1:9')
    assert.equal(code, 1)
    assert.match(stdout, /WRONG {2}database/)
  })
  it('lists every wrong setting', async (test) => {
    const { code, stdout } = await openShell(test, { VOUCHSAFE_LOG: 'loud' })('doctor', '--port', '0')
    assert.equal(code, 1)
    assert.equal(stdout.match(/^WRONG {2}configuration/gm)?.length, 2)
  })
})

describe('api-key', () => {
  it('add shows a key this once, of which only the hash is kept; list and revoke know it by its name', async (test) => {
    const shell = openShell(test)
    const ann = await addUser(shell)
    const { api_key, ...shown } = await shell.json('api-key', 'add', 'Ann@example.com', '--label', 'Backup')
    assert.match(api_key, /^vsk_[\w-]{43}$/)
    assert.deepEqual(Object.keys(shown), ['key_id', 'sub', 'label', 'hint', 'created_at'])
    assert.deepEqual([shown.sub, shown.label, shown.hint], [ann.sub, 'Backup', api_key.slice(-4)])
    const kept = await shell.look((store) => store.apiKeys.find(sha256(api_key)))
    assert.equal(kept?.key_id, shown.key_id)
    assert.deepEqual(await shell.json('api-key', 'list'), [shown])
    const table = await shell('api-key', 'list')
    assert.match(table.stdout, /^KEY_ID +SUB +LABEL +HINT +MADE\n/)
    assert.ok(!table.stdout.includes(api_key) && !table.stdout.includes(sha256(api_key)))
    assert.deepEqual(await shell.json('api-key', 'revoke', shown.key_id), { key_id: shown.key_id, revoked: true })
    assert.equal(await shell.look((store) => store.apiKeys.find(sha256(api_key))), null)
    assert.equal((await shell('api-key', 'revoke', shown.key_id)).code, 3)
  })
  it('list shows those of one person where one is named', async (test) => {
    const shell = openShell(test)
    const [ann, bob] = [await addUser(shell), await addUser(shell, 'bob@example.com')]
    for (const { sub } of [ann, bob, bob]) await shell.json('api-key', 'add', '--sub', sub)
    assert.equal((await shell.json('api-key', 'list')).length, 3)
    const bobs = await shell.json('api-key', 'list', '--email', 'bob@example.com')
    assert.deepEqual(
      bobs.map(({ sub }: Json) => sub),
      [bob.sub, bob.sub],
    )
  })
  it('add and revoke say what is wrong', async (test) => {
    const shell = openShell(test)
    await addUser(shell)
    for (const [args, code] of [
      [['add'], 2],
      [['add', 'nobody'], 3],
      [['add', 'ann@example.com', '--sub', 'x'], 2],
      [['add', 'ann@example.com', '--label', ' '], 2],
      [['add', 'ann@example.com', '--label', 'x'.repeat(101)], 2],
      [['revoke'], 2],
      [['revoke', 'one', 'two'], 2],
      [['revoke', 'none'], 3],
    ] as const) {
      assert.equal((await shell('api-key', ...args)).code, code, args.join(' '))
    }
    assert.deepEqual(await shell.json('api-key', 'list'), [])
  })
})

describe('audit', () => {
  it('every command that decides names the operator, and what was decided, without a secret', async (test) => {
    const shell = openShell(test)
    const { client_id, client_secret } = await addClient(shell)
    const { sub } = await addUser(shell)
    await shell.json('client', 'update', client_id, '--metadata', '{"client_name":"Other"}', '--revoke')
    const second = (await shell.json('client', 'secret', 'add', client_id)).client_secret
    await shell.json('client', 'secret', 'remove', client_id, '--hint', second.slice(-4))
    await shell.json('client', 'disable', client_id)
    await shell.json('client', 'enable', client_id)
    await shell.look((store) =>
      store.consents.decide(
        { sub, client_id, scope: 'openid', scope_at: {}, redirect_hosts: [], granted_at: 1, request_id: 'r' },
        { receipt_id: 'r1', sub, client_id, at: 1, decision: 'allowed', scope: 'openid' },
        { by: { type: 'user', id: sub } },
      ),
    )
    await shell.json('consent', 'revoke', sub, '--client-id', client_id)
    await shell.json('client', 'delete', client_id)
    await shell.feed('another long word', 'user', 'password', sub, '--password-stdin')
    await shell.json('user', 'disable', sub)
    await shell.json('user', 'enable', sub)
    const { key_id, api_key } = await shell.json('api-key', 'add', sub)
    await shell.json('api-key', 'revoke', key_id)
    const { token_id, initial_access_token } = await shell.json('registration', 'token', 'add', '--note', 'for the fair')
    await shell.json('registration', 'token', 'revoke', token_id)
    await shell.json('freeze')
    await shell.json('thaw')
    assert.equal((await shell('export', 'house.jsonl', '--freeze')).code, 0)

    const entries: Json[] = (await shell.json('audit', 'list')).reverse()
    const operator = `operator ${userInfo().username}`
    assert.deepEqual(
      entries.map(({ event, actor, changed = [] }) => [`${actor.type} ${actor.id}`, event, ...changed].join(' ')),
      [
        `${operator} client.added`,
        `${operator} user.added`,
        `${operator} client.changed client_name`,
        `${operator} client.changed client_secrets`,
        `${operator} client.changed client_secrets`,
        `${operator} client.disabled disabled_at`,
        `${operator} client.enabled disabled_at`,
        `user ${sub} consent.given`,
        `${operator} consent.withdrawn`,
        `${operator} client.deleted`,
        `${operator} user.changed password`,
        `${operator} user.disabled disabled_at ended_at`,
        `${operator} user.enabled disabled_at ended_at`,
        `${operator} api_key.added`,
        `${operator} api_key.revoked`,
        `${operator} initial_access_token.added`,
        `${operator} initial_access_token.revoked`,
        `${operator} database.frozen`,
        `${operator} database.thawed`,
        `${operator} database.frozen`,
      ],
    )
    const text = JSON.stringify(entries)
    for (const secret of [client_secret, second, api_key, initial_access_token, 'another long word']) {
      assert.ok(!text.includes(secret) && !text.includes(sha256(secret)))
    }
    assert.ok(!text.includes('argon2'))
  })
  it('list shows what is about one person or one client, since a day, and no more than was asked for', async (test) => {
    const shell = openShell(test)
    const [one, other] = [await addClient(shell), await addClient(shell)]
    const { sub } = await addUser(shell)
    await shell.json('client', 'disable', one.client_id)
    const list = async (...args: string[]) => (await shell.json('audit', 'list', ...args)).map(({ event }: Json) => event)
    assert.deepEqual(await list(), ['client.disabled', 'user.added', 'client.added', 'client.added'])
    assert.deepEqual(await list('--client-id', one.client_id), ['client.disabled', 'client.added'])
    assert.deepEqual(await list('--client-id', other.client_id), ['client.added'])
    assert.deepEqual(await list('--sub', sub), ['user.added'])
    assert.deepEqual(await list('--limit', '1'), ['client.disabled'])
    assert.deepEqual(await list('--since', '2999-01-01'), [])
    assert.equal((await list('--since', '2020-01-01T00:00Z')).length, 4)
    const { stdout } = await shell('audit', 'list', '--limit', '1')
    assert.match(
      stdout,
      new RegExp(
        `^AT +EVENT +BY +SUB +CLIENT_ID +DETAILS\n\\S+Z +client.disabled +operator .+ +- +${one.client_id} +changed=disabled_at withdrawn=true\n$`,
      ),
    )
    for (const args of [
      ['--limit', '0'],
      ['--limit', '10001'],
      ['--since', 'yesterday'],
    ]) {
      assert.equal((await shell('audit', 'list', ...args)).code, 2, args.join(' '))
    }
  })
  it('verify reads it all, holds it against the heads of earlier, and names what was altered or cut off', async (test) => {
    const shell = openShell(test)
    assert.match((await shell('audit', 'verify')).stdout, /^0 entries in 0 chains/)
    const [{ client_id }] = [await addClient(shell), await addUser(shell)]
    const heads = await shell('audit', 'heads')
    writeFileSync(join(shell.folder, 'heads.json'), heads.stdout)
    await shell.json('client', 'disable', client_id)
    assert.deepEqual(await shell.json('audit', 'verify', '--against', 'heads.json'), {
      ok: true,
      chains: 3,
      entries: 3,
      findings: [],
      more: false,
    })

    const database = new DatabaseSync(join(shell.folder, 'vouchsafe-data/vouchsafe.db'))
    const [first, second, third] = JSON.parse((await shell('audit', 'heads')).stdout) as [Json, Json, Json]
    database.prepare('delete from audit where chain = ?').run(third.chain)
    database.prepare('delete from audit_chains where chain = ?').run(third.chain)
    assert.equal((await shell('audit', 'verify', '--against', 'heads.json')).code, 0, 'nobody has noted the last one')
    database.prepare("update audit set sub = 'eve' where chain = ?").run(second.chain)
    database.prepare('delete from audit where chain = ?').run(first.chain)
    database.prepare('delete from audit_chains where chain = ?').run(first.chain)
    database.close()
    assert.deepEqual(await shell('audit', 'verify', '--against', 'heads.json'), {
      code: 1,
      stderr: '',
      stdout: [
        `WRONG  Chain ${second.chain}, entry 1: is not what was written.`,
        `WRONG  Chain ${first.chain}, entry 1: is missing, and so is all that came after it.`,
        '',
      ].join('\n'),
    })
    writeFileSync(join(shell.folder, 'heads.json'), '[{"chain":1}]')
    assert.equal((await shell('audit', 'verify', '--against', 'heads.json')).code, 2)
    assert.equal((await shell('audit', 'verify', '--against', 'gone.json')).code, 2)
  })
})

describe('the real program', () => {
  it('adds a client and a person from a script, in a database of its own, and warns of nothing', async (test) => {
    const folder = makeFolder(test)
    const database = ['--database', 'sqlite:own.db']
    const client = await runProgram(folder, ['client', 'add', ...database, '--metadata', '-'], { input: JSON.stringify(METADATA) })
    assert.deepEqual([client.code, client.stderr], [0, ''])
    const user = await runProgram(folder, ['user', 'add', ...database, '--email', 'ann@example.com', '--password-stdin', '--json'], {
      input: PASSWORD,
    })
    assert.deepEqual([user.code, user.stderr, JSON.parse(user.stdout).email], [0, '', 'ann@example.com'])
    const shown = await runProgram(folder, ['client', 'show', ...database, JSON.parse(client.stdout).client_id])
    assert.equal(JSON.parse(shown.stdout).client_name, 'App')
  })
  it('ends with the code of what went wrong', async (test) => {
    const folder = makeFolder(test)
    assert.equal((await runProgram(folder, ['client', 'show', 'gone'])).code, 3)
    assert.equal((await runProgram(folder, ['client', 'list'], { env: { VOUCHSAFE_SECRET: 'weak' } })).code, 78)
  })
})
