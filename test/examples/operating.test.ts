import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { type Config, readConfig } from '../../src/server/config.ts'
import { makeFolder } from '../support/program.ts'

const SECRET = 'q3Xz0mY7v1Kc9RbTfWpLhAaJdSgUeNiOxZ5t2E8uBwQ'
const read = (file: string): string => readFileSync(join('examples', file), 'utf8')

/** An environment as an example sets it; where it leads to a file of the machine, that is left out. */
function settings(text: string, pattern: RegExp): Record<string, string> {
  const given = [...text.matchAll(pattern)].map(([, name = '', value = '']): [string, string] => [name, value])
  return Object.fromEntries(given.filter(([name]) => name !== 'VOUCHSAFE_CONFIG'))
}

describe('examples of operation', () => {
  it('the unit of systemd sets what the server knows', async (test) => {
    const env = settings(read('systemd/vouchsafe.service'), /^Environment=(\w+)=(.*)$/gm)
    const config = await readConfig({ cwd: makeFolder(test), env: { ...env, VOUCHSAFE_SECRET: SECRET } })
    assert.deepEqual([config.database, config.metrics?.port], ['sqlite:/var/lib/vouchsafe/vouchsafe.db', 9464])
  })
  it('the image sets what the server knows, and its database lies on its volume', async (test) => {
    const text = read('container/Containerfile')
    const env = settings(text, /(VOUCHSAFE_\w+)=(\S+?)(?: \\)?$/gm)
    const config = await readConfig({ cwd: makeFolder(test), env })
    const volume = /^VOLUME (.+)$/m.exec(text)?.[1]
    assert.deepEqual([config.host, config.port, config.database], ['0.0.0.0', 4000, `sqlite:${volume}/vouchsafe.db`])
  })
  it('the nodes of Kubernetes get what the server knows, and are asked where it answers', async (test) => {
    const documents = parseAllDocuments(read('kubernetes/vouchsafe.yaml')).map((document) => {
      assert.deepEqual(document.errors, [])
      return document.toJS()
    })
    const byKind = new Map(documents.map((document) => [document.kind, document]))
    const [container] = byKind.get('Deployment').spec.template.spec.containers
    const folder = makeFolder(test)
    for (const [name, text] of Object.entries<string>(byKind.get('ConfigMap').data)) writeFileSync(join(folder, name), text)
    const secrets: Record<string, string> = { VOUCHSAFE_SECRET: SECRET, VOUCHSAFE_DATABASE: 'postgres://u:p@postgres:5432/vouchsafe' }
    const given: { name: string; value?: string }[] = container.env
    const env = Object.fromEntries(
      given.filter(({ name }) => name !== 'VOUCHSAFE_CONFIG').map(({ name, value }) => [name, value ?? secrets[name]]),
    )
    const config: Config = await readConfig({ cwd: folder, env })
    const ports = container.ports.map((port: { containerPort: number }) => port.containerPort)
    assert.deepEqual([config.port, config.metrics?.port], ports)
    assert.deepEqual([config.issuer, config.secrets, config.metrics?.host], ['https://id.example.com', [SECRET], '0.0.0.0'])
    const paths = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => container[probe].httpGet.path)
    assert.deepEqual(paths, ['/healthz', '/healthz', '/readyz'])
  })
  it('the PostgreSQL for a try is one whole file', () => {
    for (const text of read('kubernetes/postgres.yaml').split('\n---\n')) assert.ok(['StatefulSet', 'Service'].includes(parse(text).kind))
  })
})
