import assert from 'node:assert/strict'
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import type { OAuthError } from '../../src/core/model/error.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { forgetMoved } from '../../src/stores/sqlite-checkpoint.ts'
import { createGroupCommit } from '../../src/stores/sqlite-commit.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { countCommits } from './commits.ts'
import { aConsent, aGrant, aReceipt, aSession, fresh, NOW } from './suite/records.ts'

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-'))
after(() => rmSync(folder, { recursive: true }))

async function aStore() {
  const file = join(folder, `${fresh('db')}.db`)
  const store = await openSqliteStore(file)
  return { file, store }
}

describe('group commit', () => {
  it('the writes of one turn of the event loop are one commit, those of two turns are two', async () => {
    const { file, store } = await aStore()
    const before = countCommits(file)
    await Promise.all(Array.from({ length: 50 }, () => store.grants.redeem(aGrant(), {})))
    assert.equal(countCommits(file), before + 1)
    await store.grants.redeem(aGrant(), {})
    await store.grants.redeem(aGrant(), {})
    assert.equal(countCommits(file), before + 3)
    await store.close()
  })

  it('a verb is one commit at most, and none where nothing changes', async () => {
    const { file, store } = await aStore()
    const consent = aConsent()
    const session = aSession()
    const grant = aGrant()
    const moves: [string, number, () => Promise<unknown>][] = [
      ['decide', 1, () => store.consents.decide(consent, aReceipt(consent), { withdraw: true })],
      ['open', 1, () => store.sessions.open(session, 'another')],
      ['find consent', 0, () => store.consents.find(consent.sub, consent.client_id)],
      ['redeem', 1, () => store.grants.redeem(grant, {})],
      ['replay', 0, () => store.grants.redeem(grant, {})],
      ['rotate', 1, () => store.grants.rotate(grant.grant_id, 1, NOW, NOW + 1, null)],
      ['rotate again', 0, () => store.grants.rotate(grant.grant_id, 1, NOW, NOW + 1, null)],
      ['withdraw', 1, () => store.consents.withdraw(consent.sub, consent.client_id, aReceipt(consent))],
      ['withdraw again', 0, () => store.consents.withdraw(consent.sub, consent.client_id, aReceipt(consent))],
      ['sweep of nothing', 0, () => store.sweep(NOW, 1000)],
    ]
    for (const [what, commits, move] of moves) {
      const before = countCommits(file)
      await move()
      assert.equal(countCommits(file) - before, commits, what)
    }
    await store.close()
  })

  it('a failed sync of the log ends the process before any promise is kept', () => {
    const program = new URL('./failing-sync.ts', import.meta.url).pathname
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, join(folder, fresh('db'))], { encoding: 'utf8' })
    assert.match(stdout, /^committed\n$/)
    assert.match(stderr, /could not be written to the disk/)
    assert.equal(status, 1)
  })

  it('a log that is long goes into the database and begins anew, while more is written', async () => {
    const sqlite = await openSqlite(join(folder, `${fresh('db')}.db`))
    await sqlite.write('create table texts (text text not null)', [])
    const text = 'x'.repeat(8000)
    let written = 0
    while (written < 240_000_000) {
      await Promise.all(Array.from({ length: 60 }, () => sqlite.write('insert into texts (text) values ($1)', [text])))
      written += 60 * text.length
    }
    const log = statSync(`${sqlite.file}-wal`).size
    assert.ok(log < 100_000_000, `${written} bytes were written, and the log has ${log}`)
    await sqlite.close()
  })

  it('what was moved from the log and may be lost is moved again, for other connections too', async () => {
    const file = join(folder, `${fresh('db')}.db`)
    const [one, other] = [new DatabaseSync(file), new DatabaseSync(file)]
    one.exec('pragma journal_mode = wal; create table texts (text text not null)')
    one.exec("insert into texts select hex(zeroblob(500)) from json_each('[1,2,3,4,5,6,7,8,9]')")
    one.exec('pragma wal_checkpoint(passive)')
    const whole = readFileSync(file)
    const lost = Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096)]) // as if only the first page had reached the disk
    writeFileSync(file, lost)
    other.exec('pragma wal_checkpoint(passive)')
    assert.ok(readFileSync(file).equals(lost), 'all of it counts as moved')
    forgetMoved(file)
    other.exec('pragma wal_checkpoint(passive)')
    assert.ok(readFileSync(file).equals(whole), 'all of it was moved again')
    one.close()
    other.close()
  })

  it('closing waits for what is under way and refuses what comes later; twice is as good as once', async () => {
    const { file, store } = await aStore()
    const grant = aGrant()
    const redeemed = store.grants.redeem(grant, {})
    await Promise.all([store.close(), store.close()])
    assert.equal(await redeemed, 'inserted')
    await assert.rejects(store.grants.redeem(aGrant(), {}), /closed/)
    const again = await openSqliteStore(file)
    assert.deepEqual(await again.grants.find(grant.grant_id), grant)
    await again.close()
  })
})

describe('another process on the same file', { timeout: 30_000 }, () => {
  /** A process in the middle of a write; what it returns lets it commit, and waits for its end. */
  async function holdLock(file: string): Promise<() => Promise<unknown>> {
    const child = fork(new URL('./lock-holder.ts', import.meta.url).pathname, [file])
    const ended = once(child, 'exit')
    await once(child, 'message')
    return () => {
      child.send('let go')
      return ended
    }
  }

  it('a long log begins anew although others read for a whole turn of theirs each time', async (test) => {
    const sqlite = await openSqlite(join(folder, `${fresh('db')}.db`))
    await sqlite.write('create table texts (text text not null)', [])
    const readers = [1, 2].map(() => fork(new URL('./turn-reader.ts', import.meta.url).pathname, [sqlite.file!]))
    test.after(() => {
      for (const reader of readers) reader.kill('SIGKILL')
    })
    await Promise.all(readers.map((reader) => once(reader, 'message')))
    const text = 'x'.repeat(8000)
    let written = 0
    let log = 0
    const isAnew = () => written > 80_000_000 && log < 0.75 * written
    // where the machine is busy the two leave fewer gaps, and the waits become long enough later
    for (const until = performance.now() + 20_000; performance.now() < until && !isAnew(); written += 60 * text.length) {
      await Promise.all(Array.from({ length: 60 }, () => sqlite.write('insert into texts (text) values ($1)', [text])))
      await new Promise((resolve) => setTimeout(resolve, 12))
      log = statSync(`${sqlite.file}-wal`).size
    }
    assert.ok(isAnew(), `${written} bytes were written, and the log has ${log}`)
    await sqlite.close()
  })

  it('a write waits while another process writes, and the event loop goes on', async () => {
    const { file, store } = await aStore()
    const letGo = await holdLock(file)
    let done = false
    const grants = Array.from({ length: 20 }, () => aGrant())
    const redeemed = Promise.all(grants.map((grant) => store.grants.redeem(grant, {}))).finally(() => {
      done = true
    })
    let longest = 0
    let turns = 0
    for (const since = performance.now(); performance.now() - since < 300; turns++) {
      const start = performance.now()
      await new Promise(setImmediate)
      assert.equal(await store.grants.find(grants[0]!.grant_id), null)
      longest = Math.max(longest, performance.now() - start)
    }
    assert.equal(done, false)
    assert.ok(turns > 100, `only ${turns} turns of the event loop in 300 ms`)
    assert.ok(longest < 250, `one turn took ${longest} ms`)
    await letGo()
    assert.deepEqual(new Set(await redeemed), new Set(['inserted']))
    await store.close()
  })

  it('whoever waits for too long is told to try again later, and what comes after that is written', async () => {
    const { file, store } = await aStore()
    const letGo = await holdLock(file)
    const database = new DatabaseSync(file)
    const commits = createGroupCommit(database, file, { patience: 60 })
    const grow = () => commits.add(() => database.exec('delete from users'))
    await assert.rejects(grow(), (cause: OAuthError) => cause.status === 503 && cause.headers['retry-after'] === '1')
    await letGo()
    await grow()
    assert.equal(await store.users.find('from-another-process'), null)
    await commits.close()
    database.close()
    await store.close()
  })

  it('what the other has written is seen at once', async () => {
    const { file, store } = await aStore()
    const letGo = await holdLock(file)
    await letGo()
    assert.equal((await store.users.find('from-another-process'))?.email, 'other@example.com')
    await store.close()
  })

  it('several processes open a new database at once, and share its secret', async () => {
    const file = join(folder, 'new.db')
    const opener = new URL('./opener.ts', import.meta.url).pathname
    const children = Array.from({ length: 4 }, () => fork(opener, [file]))
    const secrets = await Promise.all(
      children.map(async (child) => {
        const [[secret]] = await Promise.all([once(child, 'message'), once(child, 'exit')])
        return secret
      }),
    )
    assert.equal(new Set(secrets).size, 1)
    const store = await openSqliteStore(file)
    assert.equal(store.secret, secrets[0])
    assert.equal((await store.users.list({ after: '', limit: 10 })).length, 4)
    await store.close()
  })
})
