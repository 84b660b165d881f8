import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { findPorts, makeFolder, PROGRAM, runProgram, startProgram } from '../support/program.ts'

type Json = Record<string, string>

/** A folder with a configuration in which clients of the standard dialect may register by this policy. */
async function configured(test: TestContext, policy: string) {
  const folder = makeFolder(test)
  const port = await findPorts(1)
  const issuer = `http://127.0.0.1:${port}`
  const config = { issuer, port, dialect_settings: { standard: { registration: { policy } } } }
  writeFileSync(join(folder, 'vouchsafe.config.json'), JSON.stringify(config))
  const run = (...args: string[]) => runProgram(folder, args)
  async function json(...args: string[]): Promise<Json> {
    const { code, stdout, stderr } = await run(...args, '--json')
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }
  async function serve(): Promise<string> {
    await startProgram(test, folder, [process.execPath, PROGRAM, 'serve'])
    return issuer
  }
  return { run, json, serve }
}

async function register(issuer: string, token?: string): Promise<{ status: number; body: Json }> {
  const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  const metadata = { client_name: 'Quill', grant_types: ['client_credentials'] }
  const response = await fetch(`${issuer}/register`, { method: 'POST', headers, body: JSON.stringify(metadata) })
  return { status: response.status, body: (await response.json()) as Json }
}

const introspect = async (issuer: string, { client_id, client_secret }: Json): Promise<number> =>
  (
    await fetch(`${issuer}/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` },
      body: new URLSearchParams({ token: 'x' }),
    })
  ).status

describe('registration and the command line', () => {
  it('a token that was made beside a running server registers clients there, until it is revoked', async (test) => {
    const { run, json, serve } = await configured(test, 'initial_access_token')
    const issuer = await serve()
    assert.equal((await register(issuer)).status, 401)
    const made = await json('registration', 'token', 'add', '--uses', '3', '--days', '2', '--note', 'for the build')
    assert.match(made['initial_access_token']!, /^[\w-]{43}$/)
    assert.equal(Number(made['expires_at']) - Number(made['created_at']), 2 * 86_400)
    const { status, body } = await register(issuer, made['initial_access_token'])
    assert.equal(status, 201)
    assert.equal((await json('client', 'show', body['client_id']!))['client_name'], 'Quill')
    const listed = (await run('registration', 'token', 'list', '--json')).stdout
    assert.deepEqual(
      JSON.parse(listed).map(({ uses, note, dialect }: Json) => [uses, note, dialect]),
      [[2, 'for the build', 'standard']],
    )
    assert.ok(!listed.includes(made['initial_access_token']!) && !listed.includes('hash'))
    await json('registration', 'token', 'revoke', made['token_id']!)
    assert.equal((await register(issuer, made['initial_access_token'])).status, 401)
    assert.equal((await run('registration', 'token', 'revoke', made['token_id']!)).code, 3)
  })

  it('what is wrong with a new token is said, and where it would be good for nothing, too', async (test) => {
    const { run } = await configured(test, 'closed')
    for (const wrong of [
      ['--uses', '0'],
      ['--uses', 'x'],
      ['--days', '99999'],
      ['--dialect', 'unheard-of'],
      ['--note', 'n'.repeat(201)],
    ])
      assert.equal((await run('registration', 'token', 'add', ...wrong)).code, 2, wrong.join(' '))
    const { code, stderr } = await run('registration', 'token', 'add', '--uses', 'unlimited')
    assert.equal(code, 0)
    assert.match(stderr, /the registration policy of standard is closed/)
  })

  it('a client that registered itself is shown, disabled and deleted before it was ever used', async (test) => {
    const { run, json, serve } = await configured(test, 'open')
    const issuer = await serve()
    const clients = [(await register(issuer)).body, (await register(issuer)).body]
    const [disabled, deleted] = clients as [Json, Json]
    assert.deepEqual(JSON.parse((await run('client', 'list', '--json')).stdout), [])
    assert.equal((await json('client', 'show', disabled['client_id']!))['client_name'], 'Quill')
    for (const client of clients) assert.equal(await introspect(issuer, client), 200)
    await json('client', 'disable', disabled['client_id']!)
    await json('client', 'delete', deleted['client_id']!)
    for (const client of clients) assert.equal(await introspect(issuer, client), 401)
    assert.equal((await run('client', 'show', deleted['client_id']!)).code, 3)
    await json('client', 'enable', disabled['client_id']!)
    const since = performance.now()
    while ((await introspect(issuer, disabled)) !== 200)
      assert.ok(performance.now() - since < 2000, 'it is let in again within a second or two')
  })
})
