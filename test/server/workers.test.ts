import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { after, before, describe, it, type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type LogEvent, silentLog } from '../../src/core/model/log.ts'
import { ConfigError, readConfig } from '../../src/server/config.ts'
import { type Family, family } from '../../src/server/exposition.ts'
import { readWorkers } from '../../src/server/settings.ts'
import { fromFailure, toFailure } from '../../src/server/worker-messages.ts'
import { createTotals } from '../../src/server/worker-metrics.ts'
import { startWorkers } from '../../src/server/workers.ts'
import { openFlow } from '../support/flow.ts'
import { findPorts, makeFolder } from '../support/program.ts'
import { openServer, type TestServer } from '../support/server.ts'

const WORKERS = 2
/** So many connections that all of them at one worker would be a wonder. */
const CONNECTIONS = 24

const childrenOf = (pid: number): number[] => {
  const children = `/proc/${pid}/task/${pid}/children`
  return existsSync(children) ? readFileSync(children, 'utf8').split(' ').filter(Boolean).map(Number) : []
}
const commandOf = (pid: number): string => (existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '')
/** The process that was started, which has the others. */
const findPrimary = (): number => childrenOf(process.pid).find((pid) => commandOf(pid).includes('--workers'))!

/** Five times the second that is promised, unless said. */
async function until(holds: () => boolean | Promise<boolean>, what: string, most = 5_000): Promise<void> {
  const since = performance.now()
  while (!(await holds())) {
    assert.ok(performance.now() - since < most, what)
    await setTimeout(10)
  }
}

interface Answer {
  status: number
  body: string
}

/** One connection that is kept, so that it stays with one worker. */
function openConnection(server: TestServer): { ask(path: string, form?: Record<string, string>): Promise<Answer>; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    ask: (path, form) =>
      new Promise((resolve, reject) => {
        const sent = request(`${server.issuer}${path}`, {
          agent,
          method: form ? 'POST' : 'GET',
          timeout: 5_000,
          headers: form ? { 'content-type': 'application/x-www-form-urlencoded' } : {},
        })
        sent.on('response', (answer) => {
          let body = ''
          answer.on('data', (part) => (body += part))
          answer.on('end', () => resolve({ status: answer.statusCode!, body }))
        })
        sent.on('timeout', () => sent.destroy(new Error('No answer, and no end.')))
        sent.on('error', reject)
        sent.end(form && new URLSearchParams(form).toString())
      }),
    close: () => agent.destroy(),
  }
}

/** A token request whose body is still missing: a worker is in the middle of it. */
async function beginRequest(server: TestServer): Promise<() => Promise<string>> {
  const socket = connect(Number(new URL(server.issuer).port), '127.0.0.1')
  let heard = ''
  socket.on('data', (part) => (heard += part))
  const form = 'content-type: application/x-www-form-urlencoded\r\ncontent-length: 29\r\n'
  socket.write(`POST /token HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n${form}\r\n`)
  await once(socket, 'data')
  return async () => {
    socket.write('grant_type=client_credentials')
    await once(socket, 'close')
    return heard
  }
}

describe('serve --workers', () => {
  let server: TestServer
  let watched: string

  before(async () => {
    const port = await findPorts(1)
    watched = `http://127.0.0.1:${port}`
    server = await openServer({ args: ['--workers', String(WORKERS), '--metrics-port', String(port)], env: { VOUCHSAFE_LOG: 'silent' } })
    // each request on a connection of its own, to any of the workers
    server.send = (sent) => {
      sent.headers.set('connection', 'close')
      return fetch(sent)
    }
  })
  after(() => server.close())

  const metrics = async (): Promise<Map<string, number>> => {
    const text = await (await fetch(`${watched}/metrics`)).text()
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
  }
  const openAll = async () => {
    const connections = Array.from({ length: CONNECTIONS }, () => openConnection(server))
    for (const { ask } of connections) assert.equal((await ask('/readyz')).status, 200)
    return connections
  }

  it('one process serves nothing, and as many as were asked for do', () => {
    assert.equal(childrenOf(findPrimary()).filter((pid) => commandOf(pid).includes('worker')).length, WORKERS)
  })
  it('a code, a refresh token and an access token are good at any worker', async () => {
    const flow = await openFlow(server)
    for (let i = 0; i < 4; i++) {
      const { body } = await flow.redeem(await flow.code())
      const { status, body: next } = await flow.refresh(body.refresh_token!)
      assert.equal(status, 200)
      for (const token of [body.access_token!, next.access_token!, next.access_token!]) assert.equal(await flow.userinfo(token), 200)
      assert.equal((await flow.refresh(next.refresh_token!)).status, 200)
    }
  })
  it('the metrics are those of all workers: what is counted is summed, what each has is told for each', async () => {
    const name = 'vouchsafe_http_requests_total{endpoint="jwks",dialect="standard",method="GET",status="2xx"}'
    const earlier = (await metrics()).get(name) ?? 0
    await Promise.all(
      Array.from({ length: CONNECTIONS }, () => server.send(new Request(`${server.issuer}/jwks`)).then((one) => one.text())),
    )
    const now = await metrics()
    assert.equal(now.get(name)! - earlier, CONNECTIONS)
    assert.deepEqual(
      [1, 2].map((worker) => now.get(`vouchsafe_ready{worker="${worker}"}`)),
      [1, 1],
    )
    assert.deepEqual([now.get('vouchsafe_workers{state="answering"}'), now.get('vouchsafe_keys{use="mac",status="active"}')], [WORKERS, 1])
    const text = await (await fetch(`${watched}/metrics`)).text()
    const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, one]) => one!).filter((one) => one.includes('worker'))
    const described = readFileSync('docs/operating.md', 'utf8')
    for (const one of told) assert.ok(described.includes(`\`${one}\``), one)
    assert.equal(told.length, 2)
  })
  it('a client that another process disables is refused by every worker within a second', async () => {
    const metadata = JSON.stringify({
      grant_types: ['client_credentials'],
      scope: 'email',
      token_endpoint_auth_method: 'client_secret_post',
    })
    const { client_id, client_secret } = server.run('client', 'add', '--metadata', metadata)
    const form = { grant_type: 'client_credentials', client_id, client_secret }
    const connections = await openAll()
    for (const { ask } of connections) assert.equal((await ask('/token', form)).status, 200)
    server.run('client', 'disable', client_id)
    const refused = async () => (await Promise.all(connections.map(({ ask }) => ask('/token', form)))).every(({ status }) => status === 401)
    await until(refused, 'a worker still lets it in')
    for (const { close } of connections) close()
  })
  it('a killed worker ends its own connections and no others, and gets a successor', async () => {
    const connections = await openAll()
    const [victim] = childrenOf(findPrimary())
    const earlier = await metrics()
    const requests = [...earlier].filter(([name]) => /^vouchsafe_(http_requests|store_writes)_total/.test(name))
    process.kill(victim!, 'SIGKILL')
    const ends = await Promise.allSettled(connections.map(({ ask }) => ask('/readyz')))
    const cut = ends.filter((end) => end.status === 'rejected')
    assert.ok(cut.length > 0 && cut.length < CONNECTIONS, `both had connections: ${cut.length} of ${CONNECTIONS} were cut`)
    for (const end of cut) assert.match(String((end.reason as NodeJS.ErrnoException).code), /^ECONN(RESET|REFUSED)$|^EPIPE$/)
    await until(async () => (await metrics()).get('vouchsafe_workers{state="answering"}') === WORKERS, 'no successor', 20_000)
    const later = await metrics()
    assert.equal(later.get('vouchsafe_worker_restarts_total'), 1)
    for (const [name, value] of requests) assert.ok(later.get(name)! >= value, `${name} fell from ${value} to ${later.get(name)}`)
    assert.ok(!childrenOf(findPrimary()).includes(victim!))
    for (const { ask, close } of connections) {
      assert.equal((await ask('/readyz')).status, 200)
      close()
    }
  })
  it('SIGTERM cuts nothing that is under way at any worker, and the metrics port tells of it to the end', async () => {
    const under_way = await Promise.all(Array.from({ length: CONNECTIONS }, () => beginRequest(server)))
    const primary = findPrimary()
    const stopped = server.stop('SIGTERM')
    await until(async () => (await fetch(`${watched}/readyz`)).status === 503, 'not draining')
    await until(() => isClosed(server), 'the port is still open')
    assert.equal((await fetch(`${watched}/healthz`)).status, 200)
    for (const finish of under_way) assert.match(await finish(), /\r\nHTTP\/1\.1 401 [\s\S]*connection: close/i)
    await stopped
    assert.ok(!existsSync(`/proc/${primary}`))
  })
  it('kill -9 of the process that started them ends all workers within a second', async () => {
    await server.start()
    const workers = childrenOf(findPrimary())
    assert.equal(workers.length, WORKERS)
    await server.stop('SIGKILL')
    await until(() => workers.every((pid) => !commandOf(pid).includes('worker')), 'a worker outlived the process that started it')
    assert.ok(await isClosed(server))
  })
})

it('a worker that stands still is counted as silent, and is ended for a successor', async (test) => {
  const port = await findPorts(2)
  const flags = { workers: '2', port: String(port), 'metrics-port': String(port + 1), database: 'sqlite:vouchsafe.db' }
  const config = await readConfig({ flags, cwd: makeFolder(test) })
  const events: LogEvent[] = []
  const note = (event: LogEvent) => void events.push(event)
  const looks = { every: 300, patience: 600 }
  const workers = await startWorkers({ ...config, log: 'silent' }, { log: { info: note, warn: note, error: note }, looks })
  try {
    const [victim] = childrenOf(process.pid).filter((pid) => commandOf(pid).includes('worker'))
    const tell = async () => (await fetch(`http://127.0.0.1:${port + 1}/metrics`)).text()
    process.kill(victim!, 'SIGSTOP')
    const text = await tell()
    assert.match(text, /^vouchsafe_workers\{state="silent"\} 1$/m)
    assert.equal([...text.matchAll(/^vouchsafe_ready\{worker="\d"\} 1$/gm)].length, 1)
    await until(() => events.some(({ event, pid }) => event === 'worker.silent' && pid === victim), 'it may stand still')
    await until(async () => (await tell()).includes('vouchsafe_workers{state="answering"} 2'), 'no successor', 20_000)
    assert.ok(events.some(({ event, pid, signal }) => event === 'worker.ended' && pid === victim && signal === 'SIGKILL'))
  } finally {
    await workers.stop(0)
  }
})

describe('workers that cannot start', () => {
  const configure = async (test: TestContext, settings: object) => {
    const folder = makeFolder(test)
    writeFileSync(`${folder}/vouchsafe.config.json`, JSON.stringify({ workers: 2, port: await findPorts(1), ...settings }))
    return readConfig({ cwd: folder })
  }

  it('a port that is taken is refused: sharing it with a stranger would hide that', async (test) => {
    const taken = createServer()
    taken.listen({ port: 0, host: '127.0.0.1', reusePort: true })
    await once(taken, 'listening')
    test.after(() => taken.close())
    const { port } = taken.address() as AddressInfo
    await assert.rejects(startWorkers(await configure(test, { port }), { log: silentLog }), { code: 'EADDRINUSE', port })
  })
  it('what each of them finds wrong is said once, and none of them stays', async (test) => {
    const dialect_settings = { telnyx: { base: '', paths: { token: '/login' } } }
    const config = await configure(test, { issuer: 'https://id.example.com', dialects: ['standard', 'telnyx'], dialect_settings })
    await assert.rejects(
      startWorkers({ ...config, log: 'silent' }, { log: silentLog }),
      /^Error: The dialect telnyx has token at \/login, where/,
    )
    assert.deepEqual(
      childrenOf(process.pid).filter((pid) => commandOf(pid).includes('worker')),
      [],
    )
  })
  it('an error is told here as it would have been there', () => {
    const wrong = fromFailure(structuredClone(toFailure(new ConfigError(['a', 'b']))))
    assert.ok(wrong instanceof ConfigError)
    assert.deepEqual(wrong.problems, ['a', 'b'])
    const port = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port: 1, stack: 'x' })
    assert.deepEqual(toFailure(fromFailure(toFailure(port))), { message: 'listen EADDRINUSE', code: 'EADDRINUSE', port: 1 })
  })
})

describe('the number of workers', () => {
  const cases: [given: unknown, platform: string, outcome: number | RegExp][] = [
    ['3', 'linux', 3],
    [4, 'freebsd', 4],
    ['auto', 'win32', 1],
    ['1', 'darwin', 1],
    ['2', 'darwin', /only Linux and FreeBSD/],
    ['0', 'linux', /is no number of workers/],
    ['257', 'linux', /is no number of workers/],
    ['2.5', 'linux', /is no number of workers/],
    [true, 'linux', /is no number of workers/],
  ]
  for (const [given, platform, outcome] of cases) {
    it(`${given} on ${platform}`, () => {
      if (typeof outcome === 'number') assert.equal(readWorkers(given, platform), outcome)
      else assert.throws(() => readWorkers(given, platform), outcome)
    })
  }
  it('auto is one for each core', () => {
    assert.equal(readWorkers('auto', 'linux'), availableParallelism())
  })
})

it('a database in memory is one process’s own, and no two can share it', async (test) => {
  const flags = { workers: '2', database: 'sqlite::memory:' }
  await assert.rejects(readConfig({ flags, cwd: makeFolder(test) }), /--workers is more than 1, and a database in memory/)
})

describe('the metrics of several workers', () => {
  const told = (requests: number, lag: number, bytes: number): Family[] => [
    family('requests_total', 'counter', 'x', [{ labels: { method: 'GET' }, value: requests }]),
    family('lag', 'gauge', 'x', [{ value: lag }]),
    family('bytes', 'gauge', 'x', [{ value: bytes }], 'most'),
  ]
  const shown = (families: readonly Family[]) =>
    Object.fromEntries(
      families.flatMap(({ name, samples }) => samples.map(({ labels, value }) => [`${name}${labels?.['worker'] ?? ''}`, value])),
    )

  it('counters are summed, gauges stay with their worker, and what all share is told once', () => {
    const totals = createTotals()
    totals.hear({ worker: 1, families: told(10, 1, 500) })
    totals.hear({ worker: 2, families: told(5, 2, 600) })
    assert.deepEqual(shown(totals.read(new Set([1, 2]))), { requests_total: 15, lag1: 1, lag2: 2, bytes: 600 })
  })
  it('a worker that is silent keeps its counts, and its gauges are left out', () => {
    const totals = createTotals()
    totals.hear({ worker: 1, families: told(10, 1, 500) })
    totals.hear({ worker: 2, families: told(5, 2, 600) })
    assert.deepEqual(shown(totals.read(new Set([1]))), { requests_total: 15, lag1: 1, bytes: 500 })
  })
  it('what a worker had counted stays when it ends, once, and its successor begins anew', () => {
    const totals = createTotals()
    totals.hear({ worker: 1, families: told(10, 1, 500) })
    totals.hear({ worker: 2, families: told(5, 2, 600) })
    totals.end(2)
    totals.end(2)
    totals.hear({ worker: 2, families: told(1, 3, 600) })
    totals.end(2)
    totals.hear({ worker: 2, families: told(2, 3, 600) })
    assert.deepEqual(shown(totals.read(new Set([1, 2]))), { requests_total: 18, lag1: 1, lag2: 3, bytes: 600 })
  })
})

/** Whether nobody listens any more. */
async function isClosed(server: TestServer): Promise<boolean> {
  const socket = connect(Number(new URL(server.issuer).port), '127.0.0.1')
  const closed = await Promise.race([once(socket, 'connect').then(() => false), once(socket, 'error').then(() => true)]).catch(() => true)
  socket.destroy()
  return closed
}
