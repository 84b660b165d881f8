import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import type { BenchReport } from '../../src/server/bench/bench.ts'
import { measure } from '../../src/server/bench/measure.ts'
import { run } from '../../src/server/cli/run.ts'
import { startPostgres } from '../support/postgres.ts'
import { cleanEnvironment, makeFolder, type Outcome, PROGRAM, runProgram } from '../support/program.ts'

const SHORT = ['--seconds', '0.3', '--connections', '4']
const WORKS = ['code_flow', 'refresh', 'client_credentials', 'introspection', 'discovery']

function checkFigures({ works, errors }: BenchReport, names: readonly string[]): void {
  assert.deepEqual(
    works.map(({ work }) => work),
    names,
  )
  assert.equal(errors, 0, JSON.stringify(works))
  for (const { work, units, per_second, p50_ms, p99_ms, cpu_us_per_unit, per_second_per_core, server_busy } of works) {
    for (const figure of [units, per_second, p50_ms, p99_ms, cpu_us_per_unit, per_second_per_core, server_busy])
      assert.ok(figure !== null && figure > 0, `${work}: ${figure}`)
    assert.ok(p50_ms! <= p99_ms!, work)
  }
}

/** A bench that would go on for long, in the middle of its work: its server and its database are there. */
async function startLong(test: TestContext, folder: string): Promise<{ child: ChildProcess; server: number; outcome: Promise<Outcome> }> {
  const child = spawn('node', [PROGRAM, 'bench', '--seconds', '60'], { cwd: folder, env: cleanEnvironment() })
  test.after(() => child.kill('SIGKILL'))
  const said: Outcome = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (part) => (said.stdout += part))
  child.stderr.on('data', (part) => (said.stderr += part))
  const outcome = once(child, 'close').then(([code]) => ({ ...said, code }))
  for (let tries = 0; tries < 1000; tries++) {
    const server = findServer(child.pid!)
    if (server !== undefined && filesOf(folder).some((name) => name.endsWith('-wal'))) return { child, server, outcome }
    await setTimeout(10)
  }
  throw new Error(`The bench does not come to its work: ${said.stderr}`)
}

/** Below the launcher, where there is one. */
function findServer(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  const found = children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('bench-server'))
  return found ?? children.map(findServer).find((server) => server !== undefined)
}

const filesOf = (folder: string): string[] => readdirSync(folder, { recursive: true }) as string[]

describe('bench', { concurrency: true }, () => {
  it('says what one process carries with the settings of the deployment, and neither makes nor leaves anything', async (test) => {
    const folder = makeFolder(test)
    const see = (title: string) => ({ title, description: 'Numbers.', level: 2 })
    const config = {
      issuer: 'https://id.example.com/auth',
      database: 'sqlite:data/house.db',
      scopes: { 'a.read': see('See a'), 'b.read': see('See b'), 'c.read': see('See c'), 'd.read': see('See d') },
      resources: { 'https://api.example.com': { name: 'API', access_token_format: 'opaque', access_token_lifetime: 30 } },
      default_resource: 'https://api.example.com',
      lifetime: { session: 60, grant: 60, refresh_token: 60, access_token: 30 },
      dialect_settings: { standard: { introspection: { rate_limit: { requests: 1, seconds: 60 } } } },
      workers: 2,
    }
    writeFileSync(join(folder, 'vouchsafe.config.json'), JSON.stringify(config))
    const { code, stdout, stderr } = await runProgram(folder, ['bench', ...SHORT, '--json'])
    assert.deepEqual([code, stderr], [0, ''])
    const report = JSON.parse(stdout) as BenchReport
    checkFigures(report, WORKS)
    assert.deepEqual([report.dialect, report.database, report.connections, report.seconds], ['standard', 'sqlite', 4, 0.3])
    assert.equal(report.scope, 'openid a.read b.read c.read')
    assert.ok(report.write_ms > 0 && report.users_refreshing_hourly! > 0)
    assert.deepEqual([report.left_out, report.differences], [[], ['serve is set to 2 workers: this is one of them.']])
    assert.deepEqual(filesOf(folder), ['vouchsafe.config.json'])
  })

  it("speaks a dialect of one's own, says what it leaves out, and does not touch the configured database", async (test) => {
    const folder = makeFolder(test)
    const acme = {
      name: 'acme',
      source: { url: 'https://docs.acme.example/oauth', read: '2026-11-21' },
      base: '/acme',
      paths: { authorize: '/acme/authorize', token: '/acme/token' },
      discovery: [],
      aliases: { callback: 'redirect_uri', app: 'client_id' },
      scope_separator: ',',
      redirect_status: 302,
      consent: { remembered: false, asked_again: 'change', longest: 60 },
      pkce: { required: 'always', methods: ['plain'], method_required: false },
      client_auth: ['client_secret_post'],
      body: ['json'],
      refresh_tokens: 'never',
      id_tokens: false,
    }
    writeFileSync(join(folder, 'acme.json'), JSON.stringify(acme))
    const file = join(folder, 'house.db')
    writeFileSync(file, 'This is no database.')
    const before = statSync(file)
    const { code, stdout, stderr } = await runProgram(folder, [
      'bench',
      ...SHORT,
      '--database',
      'sqlite:house.db',
      '--dialects',
      'acme.json',
    ])
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /^One process on SQLite, in a file beside the configured one; dialect acme, scope profile email address\.$/m)
    assert.match(stdout, /^sign-ins +[\d,]+ +[\d.]+ ms +[\d.]+ ms +[\d,]+ µs +(cpu|disk|generator)$/m)
    assert.match(stdout, /^client credentials +[\d,]+ /m)
    assert.match(stdout, /^One process of this machine carries about [\d,]+ sign-ins a second\./m)
    assert.match(stdout, /^A small write that comes alone is on the disk after [\d.]+ ms\.$/m)
    assert.match(stdout, /^The dialect asks for consent each time: /m)
    assert.match(stdout, /^Not measured, refreshes: The dialect acme has no grant_type refresh_token\.$/m)
    assert.match(stdout, /^Not measured, introspections: The dialect acme has no introspection\.$/m)
    assert.match(stdout, /^Not measured, metadata and keys: /m)
    assert.match(stderr, /takes about \d+ seconds/)
    const after = statSync(file)
    assert.deepEqual(
      [readFileSync(file, 'utf8'), after.mtimeMs, after.ino, filesOf(folder).sort()],
      ['This is no database.', before.mtimeMs, before.ino, ['acme.json', 'house.db']],
    )
  })

  it('on PostgreSQL it makes a database and drops it; without the right to it says what to do', async (test) => {
    const postgres = await startPostgres()
    const client = new pg.Client({ connectionString: postgres.url })
    test.after(() => client.end().finally(postgres.close))
    await client.connect()
    const folder = makeFolder(test)
    const measured = await runProgram(folder, ['bench', ...SHORT, '--json'], { env: { VOUCHSAFE_DATABASE: postgres.url } })
    assert.deepEqual([measured.code, measured.stderr], [0, ''])
    const report = JSON.parse(measured.stdout) as BenchReport
    checkFigures(report, WORKS)
    assert.equal(report.database, 'postgres')
    const { rows: databases } = await client.query('select datname from pg_database where not datistemplate')
    const { rows: tables } = await client.query("select 1 from pg_tables where schemaname = 'public'")
    assert.deepEqual([databases, tables], [[{ datname: 'postgres' }], []])

    await client.query('create role keeper login')
    const address = postgres.url.replace('postgres@', 'keeper@')
    const refused = await runProgram(folder, ['bench', '--database', address, '--json'])
    assert.equal(refused.code, 1)
    assert.match(JSON.parse(refused.stderr).error_description, /may make none: .* CREATEDB .* --database\.$/)
    assert.deepEqual(filesOf(folder), [])
  })

  it('SIGINT ends it at once, and nothing is left', async (test) => {
    const folder = makeFolder(test)
    const { child, outcome } = await startLong(test, folder)
    child.kill('SIGINT')
    const { code, stdout, stderr } = await outcome
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /was stopped/)
    assert.deepEqual(filesOf(folder), [])
  })

  it('a server that dies is told of, and nothing is left', async (test) => {
    const folder = makeFolder(test)
    const { server, outcome } = await startLong(test, folder)
    process.kill(server, 'SIGKILL')
    const { code, stderr } = await outcome
    assert.equal(code, 1)
    assert.match(stderr, /The server of the bench ended by itself, by SIGKILL/)
    assert.deepEqual(filesOf(folder), [])
  })

  it('where the one who measures is killed, the server takes its database away and ends', async (test) => {
    const folder = makeFolder(test)
    const { server } = await startLong(test, folder)
    const status = readFileSync(`/proc/${server}/status`, 'utf8')
    process.kill(Number(/^PPid:\s*(\d+)$/m.exec(status)![1]), 'SIGKILL')
    for (let tries = 0; filesOf(folder).length > 0 && tries < 300; tries++) await setTimeout(10)
    assert.deepEqual(filesOf(folder), [])
  })

  it('errors are counted, with the first of them', async (test) => {
    const broken = createServer((_, answer) => answer.writeHead(500, { 'content-length': 4 }).end('oops'))
    broken.listen(0, '127.0.0.1')
    await once(broken, 'listening')
    test.after(() => broken.close())
    const look = async () => ({ cpu_us: 0, loop: { busy: 0, idle: 0 } })
    const { units, errors, first_error, p50_ms } = await measure(
      {
        name: 'discovery',
        waits_for: 'nothing',
        async unit({ connection }) {
          const { status, body } = await connection.ask('GET', '/', '')
          throw new Error(`${status} ${body}`)
        },
      },
      { connections: 2, seconds: 0.1 },
      { port: (broken.address() as AddressInfo).port, look },
      new AbortController().signal,
    )
    assert.ok(errors > 2)
    assert.deepEqual([units, first_error, p50_ms], [0, '500 oops', null])
  })

  for (const [given, sentence] of [
    [['--seconds', '0'], '--seconds must be a number from 0.1 to 60.'],
    [['--seconds', '61'], '--seconds must be a number from 0.1 to 60.'],
    [['--seconds', '1e1'], '--seconds must be a number from 0.1 to 60.'],
    [['--connections', '0'], '--connections must be a whole number from 1 to 256.'],
    [['--connections', '2.5'], '--connections must be a whole number from 1 to 256.'],
    [['--connections', '257'], '--connections must be a whole number from 1 to 256.'],
  ] as const) {
    it(`${given.join(' ')} is refused`, async (test) => {
      const folder = makeFolder(test)
      let said = ''
      const io = {
        stdout: (text: string) => void (said += text),
        stderr: (text: string) => void (said += text),
        stdin: async () => '',
        file: async () => '',
        env: {},
        cwd: folder,
      }
      assert.deepEqual([await run(['bench', ...given], io), said, filesOf(folder)], [2, `vouchsafe: ${sentence}\n`, []])
    })
  }
})
