import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { OAuthError } from '../../src/core/model/error.ts'
import type { HttpRequest, Reply } from '../../src/core/model/http.ts'
import type { Log, LogEvent } from '../../src/core/model/log.ts'
import { createLog, LOG_LEVELS } from '../../src/server/log.ts'
import { type DoorOptions, listen, readProxies } from '../../src/server/node.ts'

const reply = (body: string, headers: Reply['headers'] = {}): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/plain', ...headers },
  body,
})

/** A door that answers with what it was told, and refusals with their status. */
async function echo(http: HttpRequest): Promise<Reply> {
  try {
    const body = http.method === 'POST' ? await http.text() : ''
    return reply(JSON.stringify({ method: http.method, path: http.path, query: http.query, address: http.address, body }))
  } catch (cause) {
    const error = OAuthError.from(cause)
    return { status: error.status, headers: {}, body: error.error_description }
  }
}

async function open(
  test: TestContext,
  handle = echo,
  options: Partial<DoorOptions> = {},
): Promise<{ port: number; close(patience?: number): Promise<void> }> {
  const server = await listen(handle, { port: 0, ...options })
  test.after(() => server.close(0))
  return server
}

/** Sends bytes as they are, and gives back all that comes until the server hangs up. */
async function speak(port: number, ...parts: (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  let heard = ''
  socket.on('data', (part) => (heard += part))
  for (const part of parts) socket.write(part)
  await once(socket, 'close')
  return heard
}

const get = (path: string, ...headers: string[]) =>
  `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`
const post = (body: string | Buffer, ...headers: string[]) =>
  Buffer.concat([
    Buffer.from(
      `POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers.map((line) => `${line}\r\n`).join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n`,
    ),
    Buffer.from(body),
  ])
const statusOf = (heard: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1])
const bodyOf = (heard: string) => heard.slice(heard.indexOf('\r\n\r\n') + 4)

describe('what an endpoint reads', () => {
  it('path and query as they came, undecoded', async (test) => {
    const { port } = await open(test)
    const { method, path, query, address } = JSON.parse(bodyOf(await speak(port, get('/a%2Fb?x=%20&y=a+b?c'))))
    assert.deepEqual({ method, path, query, address }, { method: 'GET', path: '/a%2Fb', query: 'x=%20&y=a+b?c', address: '127.0.0.1' })
  })
  it('a body in UTF-8', async (test) => {
    const { port } = await open(test)
    assert.equal(JSON.parse(bodyOf(await speak(port, post('a=ü€😀')))).body, 'a=ü€😀')
  })
  it('a body in chunks, read twice', async (test) => {
    const { port } = await open(test, async (http) => reply((await http.text()) + (await http.text())))
    assert.equal(
      bodyOf(
        await speak(
          port,
          'POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n',
          '1\r\nc\r\n0\r\n\r\n',
        ),
      ),
      'abcabc',
    )
  })
  it('of several headers of one name the first, whatever its case', async (test) => {
    const { port } = await open(test, async (http) => reply(`${http.header('x-one')} ${http.header('x-two')}`))
    assert.equal(bodyOf(await speak(port, get('/', 'X-ONE: a', 'x-one: b'))), 'a undefined')
  })
})

describe('what a host sends', () => {
  it('each cookie on a line of its own', async (test) => {
    const { port } = await open(test, async () => reply('', { 'set-cookie': ['a=1', 'b=2'] }))
    assert.deepEqual((await speak(port, get('/'))).match(/^set-cookie: .*$/gim), ['set-cookie: a=1', 'set-cookie: b=2'])
  })
  it('the length in bytes, not in characters', async (test) => {
    const { port } = await open(test, async () => reply('ü€😀'))
    const heard = await speak(port, get('/'))
    assert.match(heard, /\r\ncontent-length: 9\r\n/i)
    assert.ok(heard.endsWith('ü€😀'))
  })
  it('RFC 9110 §9.3.2 no body to HEAD', async (test) => {
    const { port } = await open(test, async () => reply('body'))
    const heard = await speak(port, get('/').replace('GET', 'HEAD'))
    assert.equal(statusOf(heard), 200)
    assert.equal(bodyOf(heard), '')
  })
  it('RFC 9110 §8.6 no length with 204', async (test) => {
    const { port } = await open(test, async () => ({ status: 204, headers: {}, body: '' }))
    assert.doesNotMatch(await speak(port, get('/')), /content-length/i)
  })
  it('a line break in a header value is our fault, and splits nothing', async (test) => {
    const { port } = await open(test, async () => reply('', { location: 'https://a.example/\r\nset-cookie: evil=1' }))
    const heard = await speak(port, get('/'))
    assert.equal(statusOf(heard), 500)
    assert.doesNotMatch(heard, /evil/)
  })
})

describe('bad input gets a clear answer', () => {
  const cases: [name: string, bytes: string | Buffer, status: number][] = [
    ['RFC 9112 §3.2 a target in absolute form', get('http://x/token'), 400],
    ['RFC 9112 §3.2 a target in asterisk form', get('*').replace('GET', 'OPTIONS'), 400],
    ['RFC 9112 §3.2 CONNECT', 'CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n', 405],
    ['a target with a fragment', get('/#a'), 400],
    ['a target with bytes outside ASCII', get('/ü'), 400],
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['RFC 9112 §3.2 no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['RFC 9112 §6.1 two framings', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd', 400],
    ['RFC 9112 §5.1 a space before the colon', get('/', 'x-a : b'), 400],
    ['RFC 9112 §5.2 a folded header', get('/', 'x-a: b', ' c'), 400],
    ['NUL in a header', get('/', 'x-a: b\0c'), 400],
    ['headers of 17 KiB', get('/', `x-a: ${'a'.repeat(17 * 1024)}`), 431],
    ['RFC 9110 §10.1.1 an expectation that nobody knows', get('/', 'expect: tea'), 417],
    ['a body of 64 KiB and one byte', post('a'.repeat(64 * 1024 + 1)), 413],
    ['a body of 64 KiB', post('a'.repeat(64 * 1024)), 200],
    ['a declared body of 4 GiB', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4294967296\r\n\r\n', 413],
    ['a body that is not UTF-8', post(Buffer.from([0x61, 0xff])), 400],
    ['a body with an overlong slash', post(Buffer.from([0xc0, 0xaf])), 400],
    ['a body with half a surrogate pair', post(Buffer.from([0xed, 0xa0, 0x80])), 400],
  ]
  for (const [name, bytes, status] of cases) {
    it(`${name}: ${status}`, async (test) => {
      const { port } = await open(test)
      const heard = await speak(port, bytes)
      assert.equal(statusOf(heard), status, heard.slice(0, 200))
      assert.doesNotMatch(heard, /node:|\.ts:\d|at /)
    })
  }
  it('a chunked body without end is cut off', async (test) => {
    const { port } = await open(test)
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`
    const heard = await speak(
      port,
      'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n',
      ...Array.from({ length: 40 }, () => chunk),
    )
    assert.equal(statusOf(heard), 413)
  })
  for (const [name, bytes, wait] of [
    ['a whole body, before anybody reads it', post('a=b'), 50],
    ['a whole body, at once', post('a=b'), 0],
    ['half a body', post('a=b').subarray(0, -1), 50],
    ['half a body, while somebody waits for it', post('a=b').subarray(0, -1), 0],
  ] as const) {
    it(`who leaves after ${name} keeps nobody waiting`, async (test) => {
      const outcomes: string[] = []
      let begun = 0
      const { port, close } = await open(test, async (http) => {
        begun += 1
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
        outcomes.push(await http.text().catch((cause: OAuthError) => String(cause.status)))
        return reply('')
      })
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(bytes, () => socket.resetAndDestroy())
      await once(socket, 'close')
      for (let look = 0; look < 200 && (begun === 0 || outcomes.length < begun); look++)
        await new Promise((resolve) => setTimeout(resolve, 10))
      assert.equal(begun, 1)
      assert.match(outcomes.join(), /^(a=b|408)$/)
      await close()
    })
  }

  it('who has gone at once is not worked on without an address', async (test) => {
    const addresses: string[] = []
    const { port, close } = await open(test, async (http) => {
      addresses.push(http.address)
      return reply('')
    })
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => undefined)
        socket.write(post('a=b'), () => socket.resetAndDestroy())
        await once(socket, 'close')
      }),
    )
    assert.equal(statusOf(await speak(port, get('/'))), 200)
    assert.deepEqual(new Set(addresses), new Set(['127.0.0.1']))
    await close()
  })

  it('many at once, each gets its own answer', async (test) => {
    const { port } = await open(test)
    const heard = await Promise.all(Array.from({ length: 200 }, (_, i) => speak(port, i % 2 ? post(`b${i}`) : get(`/p${i}`))))
    for (const [i, text] of heard.entries()) {
      const { path, body } = JSON.parse(bodyOf(text)) as { path: string; body: string }
      assert.equal(i % 2 ? body : path, i % 2 ? `b${i}` : `/p${i}`)
    }
  })

  it('RFC 9110 §7.8 an upgrade is not made: the request is answered as it is', async (test) => {
    const { port } = await open(test)
    assert.equal(
      statusOf(await speak(port, get('/', 'upgrade: websocket').replace('connection: close', 'connection: upgrade, close'))),
      200,
    )
  })
  for (const method of ['POST', 'GET']) {
    it(`ATTACK what is left of the body of a ${method} that nobody read is not taken for a request`, async (test) => {
      const seen: string[] = []
      const { port } = await open(test, async (http) => {
        seen.push(http.path)
        return reply('')
      })
      const inner = 'GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n'
      const socket = connect(port, '127.0.0.1')
      socket.write(`${method} /first HTTP/1.1\r\nhost: x\r\ncontent-length: ${inner.length + 10}\r\n\r\n`)
      socket.once('data', () => socket.write(inner))
      socket.on('error', () => undefined)
      await once(socket, 'close')
      assert.deepEqual(seen, ['/first'])
    })
  }
})

describe('whoever trickles is cut', () => {
  const limits = { headers_time: 150, request_time: 300, checking_interval: 20 }
  const cases: [name: string, bytes: string][] = [
    ['nothing', ''],
    ['half a header', 'GET / HTTP/1.1\r\nhost: x\r\nx-a'],
    ['half a body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\na=b'],
    ['half a chunk', 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'],
  ]
  for (const [name, bytes] of cases) {
    it(`${name}: 408 and the end of the connection`, async (test) => {
      const { port } = await open(test, echo, { limits })
      const since = performance.now()
      const heard = await speak(port, bytes)
      assert.equal(statusOf(heard), 408)
      assert.ok(performance.now() - since < 5_000)
    })
  }
  it('a header a moment does not buy more time', async (test) => {
    const { port } = await open(test, echo, { limits })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n')
    const drip = setInterval(() => socket.write('x: y\r\n'), 20)
    const since = performance.now()
    await once(socket, 'close')
    clearInterval(drip)
    assert.ok(performance.now() - since < 5_000)
  })
})

describe('the address of who asks', () => {
  const cases: [name: string, proxies: string[], forwarded: string[], address: string][] = [
    ['nobody is trusted', [], ['203.0.113.9'], '127.0.0.1'],
    ['another is trusted', ['10.0.0.0/8'], ['203.0.113.9'], '127.0.0.1'],
    ['the peer is trusted', ['127.0.0.0/8'], ['203.0.113.9'], '203.0.113.9'],
    ['nothing is forwarded', ['127.0.0.1'], [], '127.0.0.1'],
    ['what a visitor wrote in front does not count', ['127.0.0.1'], ['1.1.1.1, 203.0.113.9'], '203.0.113.9'],
    ['two proxies', ['127.0.0.1', '10.0.0.0/8'], ['203.0.113.9, 10.1.2.3'], '203.0.113.9'],
    ['two headers are one list', ['127.0.0.1', '10.0.0.0/8'], ['203.0.113.9', '10.1.2.3'], '203.0.113.9'],
    ['all are trusted', ['0.0.0.0/0'], ['203.0.113.9, 10.1.2.3'], '203.0.113.9'],
    ['a port behind the address', ['127.0.0.1'], ['203.0.113.9:4711'], '203.0.113.9'],
    ['IPv6 in brackets', ['127.0.0.1'], ['[2001:db8::1]:443'], '2001:db8::1'],
    ['IPv4 in IPv6', ['127.0.0.1', '10.0.0.0/8'], ['203.0.113.9, ::ffff:10.1.2.3'], '203.0.113.9'],
    ['no address', ['127.0.0.1'], ['203.0.113.9, unknown'], '127.0.0.1'],
    ['empty', ['127.0.0.1'], [''], '127.0.0.1'],
  ]
  for (const [name, trusted_proxies, forwarded, address] of cases) {
    it(`${name}: ${address}`, async (test) => {
      const { port } = await open(test, echo, { trusted_proxies })
      const heard = await speak(port, get('/', ...forwarded.map((value) => `x-forwarded-for: ${value}`)))
      assert.equal(JSON.parse(bodyOf(heard)).address, address)
    })
  }
  for (const text of ['', 'proxy', '10.0.0.0/33', '::1/129', '10.0.0.0/', '10.0.0.0/08', '10.0.0.0/8/8', '300.0.0.1']) {
    it(`${JSON.stringify(text)} is no range`, () => assert.throws(() => readProxies([text])))
  }
})

it('an exception is 500 with a reference that is in the log, and no stack', async (test) => {
  const events: LogEvent[] = []
  const note = (event: LogEvent) => void events.push(event)
  const log: Log = { info: note, warn: note, error: note }
  const { port } = await open(test, async () => Promise.reject(new Error('the database is on fire')), { log })
  const heard = await speak(port, get('/'))
  const { error, reference } = JSON.parse(bodyOf(heard))
  assert.equal(statusOf(heard), 500)
  assert.equal(error, 'server_error')
  assert.match(heard, new RegExp(`x-vouchsafe-reference: ${reference}`, 'i'))
  assert.doesNotMatch(heard, /fire|\.ts/)
  assert.deepEqual(
    events.map((event) => [event.event, event['reference']]),
    [['http.failed', reference]],
  )
})

describe('closing', () => {
  it('answers what is under way as the last of its connection, ends the idle ones, and lets nobody in', async (test) => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const { promise: answer, resolve: release } = Promise.withResolvers<Reply>()
    const { port, close } = await open(test, (http) => {
      if (http.path === '/idle') return Promise.resolve(reply('idle'))
      ask()
      return answer
    })
    const idle = connect(port, '127.0.0.1')
    idle.write('GET /idle HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(idle, 'data')
    const busy = speak(port, 'GET /busy HTTP/1.1\r\nhost: x\r\n\r\n')
    await asked
    const closed = close()
    await once(idle, 'close')
    await assert.rejects(new Promise((resolve, reject) => request({ port }).on('error', reject).on('response', resolve).end()), {
      code: 'ECONNREFUSED',
    })
    release(reply('done'))
    const heard = await busy
    assert.equal(bodyOf(heard), 'done')
    assert.match(heard, /\r\nconnection: close\r\n/i)
    await closed
  })
  it('cuts what does not end in time', async (test) => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const { port, close } = await open(test, () => {
      ask()
      return new Promise(() => undefined)
    })
    const busy = speak(port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await asked
    await close(50)
    assert.equal(await busy, '')
  })
  it('a port that is taken is an error', async (test) => {
    const { port } = await open(test)
    await assert.rejects(listen(echo, { port }), { code: 'EADDRINUSE' })
  })
})

describe('the log', () => {
  const written = (event: LogEvent): string => {
    let line = ''
    createLog('info', { write: (text) => void (line += text) }).info(event)
    return line
  }
  it('is one line of JSON an event, whatever stands in it', () => {
    const line = written({ event: 'a', path: '/x\r\n{"event":"forged"}\u001b[31m\u0085\u2028' })
    assert.equal(line.trimEnd().split('\n').length, 1)
    assert.doesNotMatch(line, /[\r\u001b]/)
    assert.equal(JSON.parse(line).event, 'a')
  })
  it('tells what its level lets through, each line with its own level', () => {
    const told = LOG_LEVELS.map((level) => {
      const levels: string[] = []
      const log = createLog(level, { write: (line) => void levels.push(JSON.parse(line).level) })
      for (const at of ['info', 'warn', 'error'] as const) log[at]({ event: 'a' })
      return [level, levels.join(' ')]
    })
    assert.deepEqual(Object.fromEntries(told), { silent: '', error: 'error', warn: 'warn error', info: 'info warn error' })
  })
  it('loads what writes it with its first line, or soon after the start: in trouble it may be too late', () => {
    const text = `import { createRequire } from 'node:module'
      import { setTimeout } from 'node:timers/promises'
      import { createLog } from '${new URL('../../src/server/log.ts', import.meta.url)}'
      const { cache } = createRequire(import.meta.url)
      const isLoaded = () => Object.keys(cache).some((path) => path.includes('/pino/'))
      const log = createLog('error', { write: () => undefined })
      log.info({ event: 'a' })
      const loaded = [isLoaded()]
      if (process.argv[1] === 'line') log.error({ event: 'a' })
      else await setTimeout(2_000)
      console.log(...loaded, isLoaded())`
    const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', text]
    for (const when of ['line', 'soon'])
      assert.equal(execFileSync(process.execPath, [...flags, when], { encoding: 'utf8' }), 'false true\n', when)
  })
  for (const field of [
    'client_secret',
    'password',
    'access_token',
    'code',
    'code_verifier',
    'cookie',
    'authorization',
    'client_assertion',
    'ticket',
    'private_jwk',
    'secrets',
  ]) {
    it(`removes ${field}`, () => assert.doesNotMatch(written({ event: 'a', [field]: 'hunter2' }), /hunter2/))
  }
  it('keeps the id of a credential', () => assert.match(written({ event: 'a', token_id: 'token-1' }), /token-1/))
  it('removes credentials from addresses in messages, causes and stacks', () => {
    const cause = new Error('GET https://a.example/cb?code=hunter2&state=hunter2&x=1 failed')
    const line = written({ event: 'a', error: new Error('no', { cause }), list: ['?refresh_token=hunter2'] })
    assert.doesNotMatch(line, /hunter2/)
    assert.match(line, /x=1/)
  })
  it('keeps what an error says, and its code', () => {
    const { error } = JSON.parse(written({ event: 'a', error: Object.assign(new Error('no'), { code: 'ENOENT', token: 'hunter2' }) }))
    assert.deepEqual([error.type, error.message, error.code, error.token], ['Error', 'no', 'ENOENT', undefined])
  })
})
