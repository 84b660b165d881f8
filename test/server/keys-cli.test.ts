import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { KEY_USES, type StoredKey } from '../../src/core/model/stored-key.ts'
import { run } from '../../src/server/cli/run.ts'
import { openStore } from '../../src/server/store.ts'
import { makeFolder, type Outcome } from '../support/program.ts'

const [OLD, NEW, OTHER] = ['old', 'new', 'other'].map((name) => `${name}-abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEF`)

function openShell(test: TestContext) {
  const folder = makeFolder(test)
  const shell = async (secret: string, ...args: string[]): Promise<Outcome> => {
    const outcome: Outcome = { code: null, stdout: '', stderr: '' }
    outcome.code = await run(args, {
      stdout: (text) => void (outcome.stdout += text),
      stderr: (text) => void (outcome.stderr += text),
      stdin: async () => '',
      file: async () => '',
      env: { VOUCHSAFE_SECRET: secret },
      cwd: folder,
    })
    return outcome
  }
  const keys = async (): Promise<(StoredKey & { created_at: number })[]> => JSON.parse((await shell('', 'keys', 'list', '--json')).stdout)
  return { folder, shell, keys }
}

describe('keys rewrap', () => {
  it('seals all keys under the first of two secrets, says how many, and nothing is left for the second', async (test) => {
    const { shell } = openShell(test)
    assert.equal((await shell(OLD!, 'keys', 'rotate', '--use', 'mac')).code, 0)
    const first = await shell(`${NEW},${OLD}`, 'keys', 'rewrap')
    assert.deepEqual([first.code, first.stdout], [0, 'Sealed 8 keys anew; all of them are under the first secret now.\n'])
    const second = await shell(`${NEW},${OLD}`, 'keys', 'rewrap', '--json')
    assert.deepEqual(JSON.parse(second.stdout), { rewrapped: [], left: [] })
    assert.equal((await shell(NEW!, 'keys', 'rotate', '--use', 'token')).code, 0)
    const gone = await shell(OLD!, 'keys', 'rotate', '--use', 'ticket')
    assert.equal(gone.code, 1)
    assert.match(gone.stderr, /The master secret does not open the key/)
  })

  it('names the keys that none of the secrets opens, and asks for a secret where there is none', async (test) => {
    const { shell, keys } = openShell(test)
    await shell(OLD!, 'keys', 'rotate', '--use', 'mac')
    const left = await shell(`${NEW},${OTHER}`, 'keys', 'rewrap')
    assert.equal(left.code, 1)
    for (const { kid } of await keys()) assert.ok(left.stderr.includes(kid))
    assert.equal((await shell('', 'keys', 'rewrap')).code, 2)
  })
})

describe('keys destroy', () => {
  it('says what would end, for each use, and does nothing without --yes', async (test) => {
    const { shell, keys } = openShell(test)
    await shell(OLD!, 'keys', 'rotate', '--use', 'mac')
    const before = await keys()
    for (const use of KEY_USES) {
      const { kid } = before.find((key) => key.use === use)!
      const outcome = await shell(OLD!, 'keys', 'destroy', kid)
      assert.equal(outcome.code, 2)
      assert.match(outcome.stderr, /^vouchsafe: If .{4} is destroyed, .+\. To do it, say --yes\.\n$/)
    }
    assert.deepEqual(await keys(), before)
    assert.equal((await shell(OLD!, 'keys', 'destroy', 'none', '--yes')).code, 3)
    assert.equal((await shell(OLD!, 'keys', 'destroy')).code, 2)
  })

  it('takes the key away for good, with a successor in its place, and writes down who did it', async (test) => {
    const { folder, shell, keys } = openShell(test)
    await shell(OLD!, 'keys', 'rotate', '--use', 'mac')
    const { kid } = (await keys()).find(({ use }) => use === 'ticket')!
    const { code, stdout } = await shell(OLD!, 'keys', 'destroy', '--kid', kid, '--yes', '--json')
    assert.deepEqual([code, JSON.parse(stdout)], [0, { kid, use: 'ticket', status: 'active', destroyed: true }])
    const after = (await keys()).filter(({ use }) => use === 'ticket')
    assert.deepEqual(
      after.map((key) => [key.kid === kid, key.status]),
      [[false, 'active']],
    )
    const store = await openStore({ database: `sqlite:${folder}/vouchsafe-data/vouchsafe.db`, secrets: [] }, { secret: false })
    const { entries } = await store.audit.list({ limit: 10 })
    const entry = entries.find(({ event }) => event === 'key.destroyed')
    assert.deepEqual([entry?.actor.type, entry?.kid], ['operator', kid])
    await store.close()
  })
})

describe('the setting signer', () => {
  for (const [what, signer, pin, sentence] of [
    ['another type', { type: 'cloud' }, '1234', 'needs type to be pkcs11.'],
    ['no module', { type: 'pkcs11', token: 't' }, '1234', 'needs module: '],
    ['no token', { type: 'pkcs11', module: 'm.so' }, '1234', 'needs token: '],
    ['a label that is too long', { type: 'pkcs11', module: 'm.so', token: 't'.repeat(33) }, '1234', 'needs token: '],
    ['no PIN', { type: 'pkcs11', module: 'm.so', token: 't' }, '', 'needs the PIN of its token: set VOUCHSAFE_PKCS11_PIN.'],
    ['no sessions', { type: 'pkcs11', module: 'm.so', token: 't', sessions: 0 }, '1234', 'needs sessions to be'],
    ['a timeout in words', { type: 'pkcs11', module: 'm.so', token: 't', timeout: '2s' }, '1234', 'needs timeout to be'],
    ['a PIN that would stand in the file', { type: 'pkcs11', module: 'm.so', token: 't', pin: '1234' }, '1234', 'has a member pin'],
  ] as const) {
    it(`with ${what} is refused with what to change`, async (test) => {
      const folder = makeFolder(test)
      writeFileSync(`${folder}/vouchsafe.config.json`, JSON.stringify({ signer }))
      const { readConfig } = await import('../../src/server/config.ts')
      await assert.rejects(readConfig({ env: { VOUCHSAFE_PKCS11_PIN: pin }, cwd: folder }), (error: Error) => {
        assert.ok(error.message.includes(`signer in vouchsafe.config.json ${sentence}`), error.message)
        assert.ok(!error.message.includes('1234'))
        return true
      })
    })
  }
})
