import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import type { Store } from '../../src/core/model/store.ts'
import { checkDump, type Dump, loadDump, NotEmptyError, writeDump } from '../../src/stores/dump.ts'
import { DumpError } from '../../src/stores/dump-lines.ts'
import { migrate } from '../../src/stores/migrate.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { LEFT_BEHIND, TABLES } from '../../src/stores/tables.ts'
import { aClient, aConsent, aGrant, aKey, anIdentity, aPasskey, aReceipt, aSession, aTotp, aUser, NOW, TEXTS } from './suite/records.ts'

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-dump-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${++files}.db`)

/** Something in every table, and enough grants for several pages. */
async function fill(store: Store): Promise<void> {
  for (const name of TEXTS) await store.users.add(aUser({ name }))
  const gone = aUser()
  await store.users.add(gone)
  await store.users.delete(gone.sub)
  const user = aUser({ email: `o'hara"@example.com` })
  await store.users.add(user)
  await store.clients.add(aClient({ owner: user.sub }))
  const sealed = aClient({ sealed: true } as object)
  await store.clients.add(sealed)
  await store.clients.delete(sealed.client_id)
  await store.sessions.open(aSession({ sub: user.sub }))
  await store.identities.add(anIdentity({ sub: user.sub }))
  await store.factors.addPasskey(aPasskey({ sub: user.sub }))
  await store.factors.setTotp(aTotp({ sub: user.sub }))
  await store.factors.setRecoveryCodes(user.sub, ['hash'])
  await store.apiKeys.add({ key_hash: 'h', key_id: 'k', sub: user.sub, created_at: NOW } as Parameters<Store['apiKeys']['add']>[0])
  await store.initialAccessTokens.add({ token_hash: 'h', token_id: 't', expires_at: NOW, created_at: NOW } as Parameters<
    Store['initialAccessTokens']['add']
  >[0])
  await store.keys.add(aKey())
  await store.once.spend('jti', NOW)
  await store.codes.park('code', 'sealed', NOW)
  await store.tokens.revoke('jti', NOW)
  await store.throttles.count(1, 1000, NOW)
  await store.grants.withdraw({ sub: '', client_id: '' })
  await store.grants.withdraw({ sub: user.sub, client_id: '' })
  const consent = aConsent({ sub: user.sub, client_id: 'c' })
  await store.consents.decide(consent, aReceipt(consent))
  await Promise.all(Array.from({ length: 1_200 }, () => store.grants.redeem(aGrant({ epoch: 1 }), {})))
}

async function dumpOf(file: string): Promise<{ text: Buffer; dump: Dump }> {
  const sql = await openSqlite(file)
  const texts: string[] = []
  const dump = await writeDump(sql, NOW, async (text) => void texts.push(text))
  await sql.close()
  return { text: Buffer.from(texts.join('')), dump }
}

/** In blocks of a size that no line has. */
async function* source(text: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += 10_007) yield text.subarray(at, at + 10_007)
}

async function load(file: string, text: Buffer): Promise<Dump> {
  const sql = await openSqlite(file)
  try {
    await migrate(sql)
    return await loadDump(sql, source(text))
  } finally {
    await sql.close()
  }
}

let made: Promise<{ text: Buffer; dump: Dump }> | undefined
/** The same export for all that only read it. */
function anExport() {
  made ??= (async () => {
    const file = newFile()
    const store = await openSqliteStore(file, { secret: false })
    await fill(store)
    await store.close()
    return dumpOf(file)
  })()
  return made
}

describe('export and import', () => {
  it('every table and every column of the schema is moved, or named among what stays behind', async () => {
    const file = newFile()
    await (await openSqliteStore(file, { secret: false })).close()
    const database = new DatabaseSync(file)
    const names = database.prepare("select name from sqlite_schema where type = 'table' order by name").all()
    const columns = (table: string) =>
      database
        .prepare('select name from pragma_table_info(?)')
        .all(table)
        .map((row) => row['name'] as string)
        .sort()
    assert.deepEqual(
      names.map((row) => row['name']),
      [...TABLES.map(({ name }) => name), ...LEFT_BEHIND].sort(),
    )
    for (const table of TABLES) assert.deepEqual([...table.columns].sort(), columns(table.name), table.name)
    database.close()
  })

  it('what is imported is exported again to the same byte, whatever the texts', async () => {
    const { text, dump } = await anExport()
    const empty = TABLES.map(({ name }) => name).filter((name) => !dump.counts[name])
    assert.deepEqual(empty, [], 'there is something of everything')
    const file = newFile()
    assert.deepEqual(await load(file, text), dump)
    assert.ok(text.equals((await dumpOf(file)).text))
    assert.equal(text.toString().split('\n').at(-2), JSON.stringify({ end: dump.digest, counts: dump.counts }))
  })

  it('no export of an export differs from it: its last line tells the SHA-256 of all before', async () => {
    const { text, dump } = await anExport()
    const last = text.lastIndexOf(10, text.length - 2) + 1
    assert.equal(createHash('sha256').update(text.subarray(0, last)).digest('hex'), dump.digest)
  })

  it('an export is one moment of a database that is being written', async () => {
    const file = newFile()
    const store = await openSqliteStore(file, { secret: false })
    for (let i = 0; i < 20; i++) await store.grants.redeem(aGrant({ client_id: 'before' }), {})
    const sql = await openSqlite(file)
    const texts: string[] = []
    const { counts } = await writeDump(sql, NOW, async (text) => {
      // all of it is acknowledged before the next table is read
      await Promise.all([store.grants.redeem(aGrant({ client_id: 'meanwhile' }), {}), store.users.add(aUser())])
      texts.push(text)
    })
    await sql.close()
    await store.close()
    assert.equal(counts['grants'], 20)
    assert.equal(counts['users'], 0)
    assert.ok(texts.length > 2 && !texts.join('').includes('meanwhile'))
  })

  it('a database in use takes no import; keys that it made for itself are replaced', async () => {
    const { text, dump } = await anExport()
    const used = newFile()
    const store = await openSqliteStore(used, { secret: false })
    await store.users.add(aUser())
    await assert.rejects(load(used, text), NotEmptyError)
    assert.equal((await store.users.list({ after: '', limit: 10 })).length, 1)
    await store.close()
    const started = newFile()
    const fresh = await openSqliteStore(started, { secret: false })
    await fresh.keys.add(aKey())
    await fresh.close()
    await load(started, text)
    assert.equal((await dumpOf(started)).dump.digest, dump.digest)
  })

  it('a database of an older schema is not exported', async () => {
    const sql = await openSqlite(newFile())
    await assert.rejects(
      writeDump(sql, NOW, async () => undefined),
      /lacks \d+ of the \d+ steps of the schema\. Run: vouchsafe migrate --apply/,
    )
    await sql.close()
  })
})

describe('an export that is not whole', () => {
  /** What the reading before an import says. */
  async function refusal(text: Buffer): Promise<DumpError> {
    const refused = await checkDump(source(text)).then(
      () => assert.fail('it was taken'),
      (cause: unknown) => cause,
    )
    assert.ok(refused instanceof DumpError, String(refused))
    return refused
  }

  async function nothingImported(text: Buffer): Promise<void> {
    const file = newFile()
    await assert.rejects(load(file, text))
    const { counts } = (await dumpOf(file)).dump
    assert.deepEqual(
      Object.values(counts).filter((count) => count > 0),
      [],
    )
  }

  const random = (below: number) => Math.floor(Math.random() * below)

  it('cut off anywhere it is refused, with where it ends', async () => {
    const { text } = await anExport()
    const lines = text.toString('latin1').split('\n')
    const ends = lines.slice(0, 20).map((_, i) => lines.slice(0, i + 1).join('\n').length + 1)
    for (const length of [0, 1, text.length - 1, ...ends, ...Array.from({ length: 60 }, () => random(text.length))]) {
      const part = text.subarray(0, length)
      const { offset, message } = await refusal(part)
      assert.equal(offset, part.lastIndexOf(10) + 1, message)
    }
    for (const length of [ends[5]!, text.length - 1, random(text.length)]) await nothingImported(text.subarray(0, length))
  })

  it('with one bit altered anywhere it is refused, at or after the place and near it', async () => {
    const { text } = await anExport()
    for (let i = 0; i < 200; i++) {
      const at = random(text.length)
      const altered = Buffer.from(text)
      altered[at]! ^= 1 << random(7)
      const { offset, line, message } = await refusal(altered)
      const begins = text.lastIndexOf(10, at - 1) + 1
      assert.ok(offset >= Math.min(begins, at), `${at}: ${message}`)
      // the line that tells the sum of the place, or something before it, has noticed
      const sum = text.indexOf('\n{"sum"', at)
      if (sum >= 0) assert.ok(offset <= text.indexOf(10, sum + 1) + 1, `${at}: ${message}`)
      assert.ok(line >= 1 && message.endsWith('Nothing was imported.'))
      if (i < 3) await nothingImported(altered)
    }
  })

  it('with lines swapped, doubled or taken away it is refused', async () => {
    const lines = (await anExport()).text.toString().split('\n')
    const write = (changed: string[]) => Buffer.from(changed.join('\n'))
    for (let i = 0; i < 20; i++) {
      const at = 1 + random(lines.length - 4)
      const [one, other] = [lines[at]!, lines[at + 1]!]
      const changes = [lines.toSpliced(at, 2, other, one), lines.toSpliced(at, 0, one), lines.toSpliced(at, 1)]
      for (const changed of changes) await refusal(write(changed))
      if (i === 0) for (const changed of changes) await nothingImported(write(changed))
    }
    await refusal(write([...lines.slice(0, -1), lines[5]!, '']))
  })

  it('of another format, another schema or other columns it is refused at its first line', async () => {
    const { text } = await anExport()
    const [first = '', ...others] = text.toString().split('\n')
    const header = JSON.parse(first)
    const changes: [object, RegExp][] = [
      [{ format: 2 }, /its format is 2, and this version reads 1 \(line 1, offset 0\)/],
      [{ schema: header.schema + 1 }, /its schema is \d+, and that of this version \d+/],
      [{ schema: header.schema - 1 }, /use the same version for export and import/],
      [{ tables: { ...header.tables, users: ['sub'] } }, /its tables have other columns/],
      [{ vouchsafe: 'something' }, /this is not a line of an export \(line 1, offset 0\)/],
    ]
    for (const [change, sentence] of changes) {
      const changed = Buffer.from([JSON.stringify({ ...header, ...change }), ...others].join('\n'))
      assert.match((await refusal(changed)).message, sentence)
      await nothingImported(changed)
    }
  })
})
