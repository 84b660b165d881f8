import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { openKeyRing } from '../../src/core/keys/key-ring.ts'
import { DAY, MINUTE } from '../../src/core/model/clock.ts'
import { silentLog } from '../../src/core/model/log.ts'
import type { Store } from '../../src/core/model/store.ts'
import { run } from '../../src/server/cli/run.ts'
import { openStore } from '../../src/server/store.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { aPasskey, aTotp } from '../stores/suite/records.ts'
import { makeFolder } from '../support/program.ts'

async function call(folder: string, input: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', '']
  const io = { stdin: async () => input, file: async () => '', env: {}, cwd: folder }
  const code = await run(args, { ...io, stdout: (text) => void (stdout += text), stderr: (text) => void (stderr += text) })
  return { code, stdout, stderr }
}

async function look<T>(folder: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ database: `sqlite:${folder}/vouchsafe-data/vouchsafe.db`, secrets: [] }, { secret: false })
  return work(store).finally(() => store.close())
}

it('user factors lists what there is, and --reset takes it away, ends the sessions and is written down', async (test: TestContext) => {
  const folder = makeFolder(test)
  const added = await call(folder, 'correct horse battery', 'user', 'add', '--email', 'mara@otter.example', '--password-stdin', '--json')
  const { sub } = JSON.parse(added.stdout)
  const none = await call(folder, '', 'user', 'factors', '--email', 'mara@otter.example', '--reset')
  assert.deepEqual([none.code, none.stdout], [3, ''])
  await look(folder, async (store) => {
    await store.factors.addPasskey(aPasskey({ sub, label: 'Phone\u202E', used_at: 1_790_000_000_000 }))
    await store.factors.setTotp(aTotp({ sub, sealed: 'a-sealed-secret' }))
    await store.factors.setRecoveryCodes(sub, ['hash-1', 'hash-2'])
  })
  const listed = await call(folder, '', 'user', 'factors', 'mara@otter.example')
  assert.match(listed.stdout, /passkey +Phone� +2026-\d\d-\d\dT\S+ +2026-/)
  assert.match(listed.stdout, /totp[\s\S]*recovery codes +2 left/)
  const { stdout } = await call(folder, '', 'user', 'factors', '--sub', sub, '--json')
  assert.deepEqual([JSON.parse(stdout).passkeys.length, JSON.parse(stdout).recovery_codes], [1, 2])
  for (const secret of ['a-sealed-secret', 'hash-1', 'pQECAyYgASFYIA']) assert.ok(!stdout.includes(secret))
  const reset = await call(folder, '', 'user', 'factors', '--email', 'mara@otter.example', '--reset')
  assert.equal(reset.code, 0, reset.stderr)
  await look(folder, async (store) => {
    assert.deepEqual(await store.factors.find(sub), { totp: null, passkeys: [], recovery_codes: 0 })
    const { entries } = await store.audit.list({ limit: 2, sub })
    assert.deepEqual(
      entries.map(({ event, actor, ended, changed }) => [event, actor.type, ended ?? changed?.join()]),
      [
        ['user.changed', 'operator', 'sessions'],
        ['factor.reset', 'operator', 'sessions'],
      ],
    )
    assert.equal(typeof (await store.users.find(sub))?.ended_at, 'number', 'letters from before are over')
  })
})

it('the secrets of apps open after the master secret was changed, and after their key was rotated; for one person only', async () => {
  const store = await openSqliteStore(':memory:')
  let now = 1_800_000_000_000
  const open = (secrets: string[]) =>
    openKeyRing({
      store: store.keys,
      issuer: 'https://id.example',
      clock: () => now,
      log: silentLog,
      secrets,
      protects: { access_token: 10 * MINUTE, grant: 365 * DAY },
    })
  const [OLD, NEW] = ['a'.repeat(43), 'b'.repeat(43)]
  const before = await open([OLD])
  const sealed = before.factors.totp.seal({ sub: 'mara', secret: 'c2VjcmV0' })
  const both = await open([NEW, OLD])
  await both.rewrap()
  await both.rotate(['factor'])
  now += 10 * MINUTE
  await both.maintain()
  now += 3000 * DAY
  const after = await open([NEW])
  await after.maintain()
  assert.deepEqual(after.factors.totp.open(sealed), { sub: 'mara', secret: 'c2VjcmV0' })
  assert.equal(after.factors.step.open(sealed), null)
  assert.equal(after.list().filter(({ use }) => use === 'factor').length, 2)
  await store.close()
})
