import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openServer } from '../support/server.ts'

/** Milliseconds. A command ends within it too, and a test allows for a busy machine. */
const WITHIN = 5 * 1000

it('a destroyed key is refused by every running process on the file within a second, and all use its successor', async () => {
  const server = await openServer({ processes: 2 })
  try {
    const { client_id, client_secret } = server.run(
      'client',
      'add',
      '--metadata',
      JSON.stringify({ client_name: 'App', grant_types: ['client_credentials'], scope: 'email' }),
    )
    const ports = Array.from({ length: 2 }, (_, i) => Number(new URL(server.issuer).port) + i)
    const post = async (port: number, path: string, form: Record<string, string>) => {
      const body = new URLSearchParams({ client_id, client_secret, ...form })
      const authorization = `Basic ${btoa(`${client_id}:${client_secret}`)}`
      body.delete('client_secret')
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { authorization }, body })
      return (await response.json()) as Record<string, string>
    }
    const issue = async (port: number) => (await post(port, '/token', { grant_type: 'client_credentials' }))['access_token']!
    const isActive = async (port: number, token: string) => (await post(port, '/introspect', { token }))['active'] as unknown as boolean
    const kidOf = (jwt: string): string => JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString()).kid

    const token = await issue(ports[0]!)
    for (const port of ports) assert.equal(await isActive(port, token), true)
    const kid = kidOf(token)
    const { destroyed } = server.run('keys', 'destroy', '--kid', kid, '--yes')
    assert.equal(destroyed, true)
    const began = performance.now()
    for (const port of ports) {
      while (await isActive(port, token)) {
        assert.ok(performance.now() - began < WITHIN, 'it is still accepted')
        await pause(20)
      }
    }
    const next = await Promise.all(ports.map(issue))
    assert.equal(new Set(next.map(kidOf)).size, 1)
    assert.notEqual(kidOf(next[0]!), kid)
    for (const port of ports) for (const one of next) assert.equal(await isActive(port, one), true)
  } finally {
    await server.close()
  }
})
