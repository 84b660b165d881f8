import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findPorts, makeFolder, PROGRAM, runProgram, startProgram } from '../support/program.ts'

const METADATA = JSON.stringify({ grant_types: ['client_credentials'], scope: 'email' })

/** Starts the server through the part of the launcher that an old Node takes, on this Node. */
const LAUNCH = `
import { launch } from ${JSON.stringify(new URL('../../bin/with-node.mjs', import.meta.url).href)}
launch(process.execPath, ${JSON.stringify(fileURLToPath(new URL('../../src/server/cli/main.ts', import.meta.url)))}, process.argv.slice(1))`

const discovery = async (issuer: string) =>
  (await fetch(`${issuer}/.well-known/openid-configuration`)).json() as Promise<Record<string, unknown>>
const basic = ({ client_id, client_secret }: { client_id: string; client_secret: string }) =>
  `Basic ${btoa(`${client_id}:${client_secret}`)}`

async function readStatus(url: string): Promise<[number, unknown]> {
  const answer = await fetch(url)
  return [answer.status, await answer.json()]
}

async function askForToken(issuer: string, authorization: string): Promise<number> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  await answer.arrayBuffer()
  return answer.status
}

/** A token request whose body is still missing: the server is in the middle of it. */
async function beginRequest(port: number): Promise<{ finish(): Promise<string> }> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  let heard = ''
  socket.on('data', (part) => (heard += part))
  socket.write(
    'POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\nexpect: 100-continue\r\ncontent-length: 29\r\n\r\n',
  )
  await once(socket, 'data') // 100: the request has reached the server
  return {
    async finish() {
      heard = ''
      socket.write('grant_type=client_credentials')
      await once(socket, 'close')
      return heard
    },
  }
}

describe('serve', () => {
  it('is ready when it prints the issuer, and promises what it serves', async (test) => {
    const port = await findPorts(1)
    const { line } = await startProgram(test, makeFolder(test), ['node', PROGRAM, 'serve', '--port', String(port)])
    assert.equal(line, `http://localhost:${port}`)
    const document = await discovery(line)
    assert.deepEqual([document['issuer'], document['token_endpoint']], [line, `${line}/token`])
  })
  it('the address in its answers is the configured one, whatever the request says', async (test) => {
    const port = await findPorts(1)
    const issuer = 'https://id.example.com/tenant'
    await startProgram(test, makeFolder(test), ['node', PROGRAM, 'serve', '--port', String(port), '--issuer', issuer])
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', forwarded: 'host=evil.example' }
    const answer = await fetch(`http://127.0.0.1:${port}/tenant/.well-known/openid-configuration`, { headers })
    const text = await answer.text()
    assert.equal(JSON.parse(text).issuer, issuer)
    assert.doesNotMatch(text, /evil|127\.0\.0\.1/)
  })
  it('SIGTERM lets a request under way come to its end, and ends with 0', async (test) => {
    const port = await findPorts(1)
    const { child } = await startProgram(test, makeFolder(test), ['node', PROGRAM, 'serve', '--port', String(port)])
    const { finish } = await beginRequest(port)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    while (await isOpen(port)) await setTimeout(10)
    const heard = await finish()
    assert.match(heard, /^HTTP\/1\.1 401 /)
    assert.match(heard, /\r\nconnection: close\r\n/i)
    assert.deepEqual(await ended, [0, null])
  })
  it('while it drains its metrics port says so, and that port closes last', async (test) => {
    const port = await findPorts(2)
    const watched = `http://127.0.0.1:${port + 1}`
    const flags = ['--port', String(port), '--metrics-port', String(port + 1)]
    const { child } = await startProgram(test, makeFolder(test), ['node', PROGRAM, 'serve', ...flags])
    assert.deepEqual(await readStatus(`${watched}/readyz`), [200, { status: 'ok' }])
    const { finish } = await beginRequest(port)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    while (await isOpen(port)) await setTimeout(10)
    assert.deepEqual(await readStatus(`${watched}/readyz`), [503, { status: 'unready', failing: 'draining' }])
    assert.deepEqual(await readStatus(`${watched}/healthz`), [200, { status: 'ok' }])
    assert.match(await finish(), /^HTTP\/1\.1 401 /)
    assert.deepEqual(await ended, [0, null])
  })
  it('a metrics port that is taken is said in a sentence, and the main port is not left open', async (test) => {
    const folder = makeFolder(test)
    const port = await findPorts(2)
    await startProgram(test, folder, ['node', PROGRAM, 'serve', '--port', String(port)])
    const flags = ['--port', String(port + 1), '--metrics-port', String(port)]
    const { code, stderr } = await runProgram(folder, ['serve', ...flags], { env: { VOUCHSAFE_LOG: 'silent' } })
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`^vouchsafe: Port ${port} is in use: .* --metrics-port\\.`))
    assert.equal(await isOpen(port + 1), false)
  })
  it('a port that is taken is said in a sentence, and is 1', async (test) => {
    const folder = makeFolder(test)
    const port = String(await findPorts(1))
    await startProgram(test, folder, ['node', PROGRAM, 'serve', '--port', port])
    const { code, stdout, stderr } = await runProgram(folder, ['serve', '--port', port], { env: { VOUCHSAFE_LOG: 'silent' } })
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, new RegExp(`^vouchsafe: Port ${port} is in use: `))
  })
  it('a wrong setting is 78 before a port opens, and each is named', async (test) => {
    const { code, stdout, stderr } = await runProgram(makeFolder(test), ['serve', '--issuer', 'http://id.example.com', '--host', '!'])
    assert.deepEqual([code, stdout, stderr.trimEnd().split('\n').length], [78, '', 2])
  })
  it('a client that another process adds, disables and enables is in, out and in within a second', async (test) => {
    const folder = makeFolder(test)
    const { line: issuer } = await startProgram(test, folder, ['node', PROGRAM, 'serve', '--port', String(await findPorts(1))])
    const added = await runProgram(folder, ['client', 'add', '--metadata', METADATA])
    const client = JSON.parse(added.stdout)
    const within = async (status: number) => {
      const since = performance.now()
      // five times the second that is promised
      while ((await askForToken(issuer, basic(client))) !== status) assert.ok(performance.now() - since < 5_000, `not ${status} in time`)
    }
    await within(200)
    await runProgram(folder, ['client', 'disable', client.client_id])
    await within(401)
    await runProgram(folder, ['client', 'enable', client.client_id])
    await within(200)
  })
  it('doctor finds nothing wrong with a server that runs', async (test) => {
    const folder = makeFolder(test)
    const port = String(await findPorts(1))
    await startProgram(test, folder, ['node', PROGRAM, 'serve', '--port', port])
    const { code, stdout } = await runProgram(folder, ['doctor', '--port', port, '--json'])
    const findings: { check: string; ok: boolean; found: string }[] = JSON.parse(stdout)
    assert.deepEqual(
      findings.filter(({ ok }) => !ok),
      [],
    )
    assert.equal(code, 0)
    for (const check of ['issuer', 'reachable', 'discovery', 'cookies', 'proxy', 'forwarded', 'clock', 'database', 'keys']) {
      assert.ok(
        findings.some((finding) => finding.check === check),
        check,
      )
    }
  })
  it('doctor finds that the server there runs with another configuration', async (test) => {
    const folder = makeFolder(test)
    const port = String(await findPorts(1))
    await startProgram(test, folder, ['node', PROGRAM, 'serve', '--port', port])
    const { code, stdout } = await runProgram(folder, ['doctor', '--issuer', `http://127.0.0.1:${port}`])
    assert.equal(code, 1)
    assert.match(stdout, /WRONG {2}discovery .*another issuer/)
  })
})

describe('the launcher', () => {
  const launch = (port: number) => [process.execPath, '--input-type=module', '--eval', LAUNCH, '--', 'serve', '--port', String(port)]

  it('killed by -9 takes the server with it within a second', async (test) => {
    const port = await findPorts(1)
    const { child } = await startProgram(test, makeFolder(test), launch(port))
    assert.ok(await isOpen(port))
    const since = performance.now()
    child.kill('SIGKILL')
    while (await isOpen(port)) {
      assert.ok(performance.now() - since < 5_000, 'the server outlived its launcher')
      await setTimeout(10)
    }
  })
  it('passes SIGTERM on, and the exit code back', async (test) => {
    const { child } = await startProgram(test, makeFolder(test), launch(await findPorts(1)))
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
  })
  it('passes a refusal back', async (test) => {
    const port = await findPorts(1)
    await startProgram(test, makeFolder(test), launch(port))
    await assert.rejects(startProgram(test, makeFolder(test), launch(port)), /ended with 1 .*is in use/s)
  })
})

describe('start', () => {
  it('brings the demo up on the two ports above, makes its person anew each time, and ends all three', async (test) => {
    const folder = makeFolder(test)
    const port = await findPorts(3)
    const passwords: string[] = []
    for (let turn = 0; turn < 2; turn++) {
      const { child, line, output } = await startProgram(test, folder, ['node', PROGRAM, 'start', '--port', String(port)])
      assert.equal(line, `http://localhost:${port}`)
      while (!output().includes('sign in')) await once(child.stdout!, 'data')
      assert.match(output(), new RegExp(`demo app +http://localhost:${port + 1}\n +demo API +http://localhost:${port + 2}\n`))
      passwords.push(/sign in +\S+@\S+ +(\S+)/.exec(output())?.[1] ?? '')
      for (const other of [port + 1, port + 2]) assert.ok((await fetch(`http://localhost:${other}/`)).status < 500)
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      assert.deepEqual(await ended, [0, null])
      for (const other of [port, port + 1, port + 2]) assert.equal(await isOpen(other), false)
    }
    assert.ok(passwords[0] && passwords[1] && passwords[0] !== passwords[1])
  })
  const without: [name: string, args: string[], prepare: string[]][] = [
    ['--no-demo', ['--no-demo'], []],
    ['an issuer that is not this computer', ['--issuer', 'https://id.example.com'], []],
    ['a database with somebody in it', [], ['user', 'add', '--email', 'a@example.com', '--password', 'correct horse']],
  ]
  for (const [name, args, prepare] of without) {
    it(`leaves the demo out with ${name}`, async (test) => {
      const folder = makeFolder(test)
      const port = await findPorts(3)
      if (prepare.length > 0) assert.equal((await runProgram(folder, prepare)).code, 0)
      const { child, output } = await startProgram(test, folder, ['node', PROGRAM, 'start', '--port', String(port), ...args])
      assert.equal(await isOpen(port + 1), false)
      child.kill('SIGTERM')
      await once(child, 'exit')
      assert.doesNotMatch(output(), /demo/)
      const { stdout } = await runProgram(folder, ['client', 'list', '--json'])
      assert.deepEqual(JSON.parse(stdout), [])
    })
  }
})

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return new Promise((resolve) => {
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(false))
  }).then((open) => {
    socket.destroy()
    return open === true
  })
}
