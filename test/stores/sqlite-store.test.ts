import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import { migrate } from '../../src/stores/migrate.ts'
import { migrations } from '../../src/stores/schema.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { aGrant, aKey, aUser, fresh } from './suite/records.ts'

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-'))
after(() => rmSync(folder, { recursive: true }))

const newFile = () => join(folder, `${fresh('db')}.db`)
const mode = (file: string) => (statSync(file).mode & 0o777).toString(8)

describe('the secret file', () => {
  it('is made once, for its owner only, with 256 bits', async () => {
    const file = newFile()
    const store = await openSqliteStore(file)
    await store.close()
    assert.match(store.secret!, /^[\w-]{43}$/)
    assert.equal(readFileSync(`${file}.secret`, 'utf8'), `${store.secret}\n`)
    assert.equal(mode(`${file}.secret`), '600')
    const again = await openSqliteStore(file)
    await again.close()
    assert.equal(again.secret, store.secret)
  })

  it('differs from database to database; in memory it leaves no file', async () => {
    const stores = await Promise.all([openSqliteStore(':memory:'), openSqliteStore(':memory:'), openSqliteStore(newFile())])
    assert.equal(new Set(stores.map((store) => store.secret)).size, 3)
    await Promise.all(stores.map((store) => store.close()))
    assert.equal(existsSync(':memory:.secret'), false)
  })

  it('is found through a symbolic link to the database', async () => {
    const file = newFile()
    const store = await openSqliteStore(file)
    const link = newFile()
    symlinkSync(file, link)
    const linked = await openSqliteStore(link)
    assert.equal(linked.secret, store.secret)
    assert.equal(existsSync(`${link}.secret`), false)
    await linked.users.add(aUser({ sub: 'through-the-link' }))
    assert.notEqual(await store.users.find('through-the-link'), null)
    await linked.close()
    await store.close()
  })

  for (const bits of [0o640, 0o604, 0o602]) {
    it(`is refused with mode ${bits.toString(8)}`, async () => {
      const file = newFile()
      await (await openSqliteStore(file)).close()
      chmodSync(`${file}.secret`, bits)
      await assert.rejects(openSqliteStore(file), /open to others.*chmod 600/)
    })
  }

  for (const text of ['', 'short\n', `${'a'.repeat(42)}!`, `${'a'.repeat(43)}\n${'b'.repeat(43)}`]) {
    it(`is refused where it holds ${JSON.stringify(text.slice(0, 12))}`, async () => {
      const file = newFile()
      writeFileSync(`${file}.secret`, text, { mode: 0o600 })
      await assert.rejects(openSqliteStore(file), /does not hold a secret/)
    })
  }

  it('is not made anew once there are keys; the deployment may bring a secret of its own', async () => {
    const file = newFile()
    const store = await openSqliteStore(file)
    await store.keys.add(aKey())
    await store.close()
    renameSync(`${file}.secret`, `${file}.backup`)
    await assert.rejects(openSqliteStore(file), /has keys, but the secret that opens them is missing.*VOUCHSAFE_SECRET/)
    assert.equal(existsSync(`${file}.secret`), false)
    const own = await openSqliteStore(file, { secret: false })
    assert.equal(own.secret, undefined)
    assert.equal((await own.keys.list()).length, 1)
    await own.close()
  })
})

describe('the database file', () => {
  it('is for its owner only, and so is its log', async () => {
    const file = newFile()
    const store = await openSqliteStore(file)
    await store.users.add(aUser())
    assert.deepEqual([mode(file), mode(`${file}-wal`)], ['600', '600'])
    await store.close()
  })

  it('is refused in one sentence where it cannot be used', async () => {
    const text = newFile()
    writeFileSync(text, 'This is a letter, not a database. '.repeat(100))
    await assert.rejects(openSqliteStore(text), /is not a SQLite database\.$/)
    assert.match(readFileSync(text, 'utf8'), /^This is a letter/)
    await assert.rejects(openSqliteStore(join(folder, 'nowhere', 'x.db')), /The folder .*nowhere does not exist/)
    await assert.rejects(openSqliteStore(folder), /cannot be opened/)
  })

  it('may have a name with characters that mean something elsewhere', async () => {
    const file = join(folder, `it's 100% "odd"?mode=memory#1.db`)
    const store = await openSqliteStore(file)
    await store.users.add(aUser())
    await store.close()
    assert.ok(statSync(file).size > 0)
  })
})

describe('migrations', () => {
  it('a database is opened again with all that it held, and no step is made twice', async () => {
    const file = newFile()
    const store = await openSqliteStore(file)
    const grant = aGrant()
    await store.grants.redeem(grant, {})
    await store.close()
    const again = await openSqliteStore(file)
    assert.deepEqual(await again.grants.find(grant.grant_id), grant)
    await again.close()
  })

  it('a database of every earlier step arrives at the same schema as a new one', async () => {
    const steps = migrations(' without rowid')
    const schemaOf = (file: string) => {
      const database = new DatabaseSync(file)
      const schema = database.prepare('select name, sql from sqlite_schema order by name').all()
      database.close()
      return schema
    }
    const today = newFile()
    await (await openSqliteStore(today)).close()
    assert.ok(schemaOf(today).length > steps.length)
    for (let known = 0; known < steps.length; known++) {
      const old = newFile()
      const sql = await openSqlite(old)
      await migrate(sql, steps.slice(0, known))
      await sql.close()
      await (await openSqliteStore(old)).close()
      assert.deepEqual(schemaOf(old), schemaOf(today))
    }
  })

  it('a database of a newer version is refused, and not touched', async () => {
    const file = newFile()
    await (await openSqliteStore(file)).close()
    const known = migrations('').length
    const newer = new DatabaseSync(file)
    newer.exec(`insert into migrations (step) values (${known + 1})`)
    newer.close()
    await assert.rejects(
      openSqliteStore(file),
      new RegExp(`newer version of Vouchsafe: its schema is ${known + 1}, this version knows ${known}\\. Install`),
    )
  })
})

describe('reads that share a turn', () => {
  it('see what was written and acknowledged before, by us and by another process', async () => {
    const file = newFile()
    const [one, other] = [await openSqliteStore(file), await openSqliteStore(file)]
    for (let round = 0; round < 50; round++) {
      const sub = `reader-${round}`
      const before = Promise.all([one.users.find(sub), other.users.find(sub)]) // begins what they share in this turn
      const added = one.users.add(aUser({ sub }))
      assert.deepEqual(await before, [null, null])
      assert.equal(await added, 'added')
      assert.deepEqual(
        (await Promise.all([one.users.find(sub), other.users.find(sub), one.users.find(sub)])).map((user) => user?.sub),
        [sub, sub, sub],
      )
    }
    await Promise.all([one.close(), other.close()])
  })

  it('give way to a write of the same turn, and leave nothing open behind them', async () => {
    const file = newFile()
    const store = await openSqliteStore(file)
    const work = Array.from({ length: 100 }, (_, i) =>
      i % 2 ? store.users.find('nobody') : store.users.add(aUser({ sub: `writer-${i}` })),
    )
    await Promise.all(work)
    void store.users.find('nobody')
    await new Promise(setImmediate)
    const database = new DatabaseSync(file)
    const { busy } = database.prepare('pragma wal_checkpoint(truncate)').get() as { busy: number }
    assert.equal(busy, 0, 'a read that nobody ended would hold it up')
    database.close()
    await store.close()
  })

  it('begun in the turn in which the store is closed end with it', async () => {
    const store = await openSqliteStore(newFile())
    const [found] = await Promise.all([store.users.find('nobody'), store.close()])
    assert.equal(found, null)
    await assert.rejects(store.users.find('nobody'))
  })
})

describe('space', () => {
  it('a grant takes at most 300 bytes, and a thousand refreshes take none', async () => {
    const file = newFile()
    const store = await openSqliteStore(file)
    const uuid = () => crypto.randomUUID()
    const size = () => {
      const database = new DatabaseSync(file, { readOnly: true })
      const { pages } = database.prepare("select count(*) as pages from dbstat where name = 'grants'").get() as { pages: number }
      database.close()
      return pages * 4096
    }
    const scope = 'openid profile invoices:read offline_access'
    const grants = Array.from({ length: 5000 }, (_, i) =>
      aGrant({ grant_id: `mfgvj${String(i).padStart(4, '0')}${uuid().slice(0, 16)}`, client_id: uuid(), sub: uuid(), sid: uuid(), scope }),
    )
    for (const grant of grants) void store.grants.redeem(grant, {})
    await store.grants.find('')
    await store.grants.withdraw({ sub: 'nobody', client_id: '' })
    assert.ok(size() / grants.length < 300, `${size() / grants.length} bytes a grant`)
    const { grant_id, ends_at } = grants[2500]!
    const rotate = (generation: number) => store.grants.rotate(grant_id, generation, ends_at - 20, ends_at - 10, null)
    await store.grants.rotate(grant_id, 1, grants[0]!.expires_at - 1, ends_at - 10, null)
    const before = size()
    for (let generation = 2; generation < 1000; generation++) assert.equal((await rotate(generation))?.generation, generation + 1)
    assert.equal(size(), before)
    await store.close()
  })
})
