import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import type { Store, StoreNotice } from '../../src/core/model/store.ts'
import type { StoredKey } from '../../src/core/model/stored-key.ts'
import { openPostgres } from '../../src/stores/postgres.ts'
import { openPostgresStore } from '../../src/stores/postgres-store.ts'
import type { Sql } from '../../src/stores/sql.ts'
import { makeCertificate, OPENSSL, type TestCertificate } from '../support/certificate.ts'
import { PGBOUNCER, startPgbouncer, type TestPgbouncer } from '../support/pgbouncer.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { openRelay, type Wire } from '../support/wire.ts'
import { soon } from './suite/notices.ts'
import { aClient, aGrant, aUser, fresh } from './suite/records.ts'
import { testStore } from './suite.ts'

/** Four stores with up to ten connections each share these. */
const BEHIND = 4

let postgres: TestPostgres
let url: string
before(async () => {
  postgres = await startPostgres()
  url = await postgres.createDatabase()
})
after(() => postgres.close())

const isUnavailable = { name: 'OAuthError', error: 'temporarily_unavailable', status: 503 }

/** What an administrator does on a connection of their own. */
async function administer(text: string, address = url): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: address })
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}

/** All connections to this database but the one that says so. */
const breaking = (address: () => string) => async () => {
  await administer(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    address(),
  )
}

testStore('postgres', () => openPostgresStore({ url }), { breakConnections: breaking(() => url) })

describe('postgres by way of PgBouncer in transaction mode', () => {
  const skip = PGBOUNCER === null && 'pgbouncer is not installed'
  if (skip) return void it('the whole suite', { skip }, () => undefined)
  let pooler: TestPgbouncer
  let direct: string
  let pooled: string
  before(async () => {
    pooler = await startPgbouncer(postgres.url, BEHIND)
    direct = await postgres.createDatabase()
    pooled = pooler.through(direct)
  })
  after(() => pooler.close())

  testStore('postgres behind a pooler', () => openPostgresStore({ url: pooled }), { breakConnections: breaking(() => direct) })

  it('it is found out: nothing is asked for that a pooler refuses, and nothing is left on its connections', async () => {
    const store = await openPostgresStore({ url: pooled })
    await store.users.find('somebody')
    await store.close()
    const client = new pg.Client({ connectionString: pooled })
    await client.connect()
    for (let i = 0; i < BEHIND * 2; i++) {
      assert.deepEqual((await client.query('select name from pg_prepared_statements')).rows, [])
      assert.equal((await client.query('show statement_timeout')).rows[0].statement_timeout, '0')
    }
    await client.end()
  })

  it('who says that there is no pooler is told what the pooler refuses', async () => {
    await assert.rejects(openPostgresStore({ url: pooled, pooler: false }), /unsupported startup parameter/)
  })
})

describe('postgres with TLS', () => {
  const skip = OPENSSL === null && 'openssl is not installed'
  if (skip) return void it('certificates are checked', { skip }, () => undefined)
  let certificate: TestCertificate
  before(async () => {
    certificate = makeCertificate()
    await administer(`alter system set ssl_cert_file = '${certificate.cert}'`)
    await administer(`alter system set ssl_key_file = '${certificate.key}'`)
    await administer('alter system set ssl = on')
    await administer('select pg_reload_conf()')
  })
  after(() => certificate.remove())

  const isEncrypted = "select bool_and(ssl) as all from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'tls test'"
  const open = (members: object, host = '127.0.0.1') => {
    const address = new URL(url)
    address.hostname = host
    return openPostgresStore({ url: address.href, application_name: 'tls test', ...members })
  }

  it('verify-full takes a server whose certificate is known, and all connections are encrypted', async () => {
    for (const sslmode of ['verify-full', 'require'] as const) {
      const store = await open({ sslmode, sslrootcert: certificate.cert })
      await Promise.all(Array.from({ length: 5 }, () => store.users.find('somebody')))
      assert.equal((await administer(isEncrypted)).rows[0].all, true)
      await store.close()
    }
  })

  it('a certificate that nobody vouches for is refused, and so is one for another name', async () => {
    for (const sslmode of ['verify-full', 'require'] as const) {
      await assert.rejects(open({ sslmode }), /its certificate is its own: name it, or who made it, as sslrootcert\.$/)
      await assert.rejects(
        open({ sslmode, sslrootcert: certificate.cert }, 'localhost'),
        /cannot be used: its certificate is for another name\.$/,
      )
    }
    await (await open({ sslmode: 'verify-ca', sslrootcert: certificate.cert }, 'localhost')).close()
    await (await open({ sslmode: 'no-verify' }, 'localhost')).close()
  })

  it('a file that is not there is named', async () => {
    await assert.rejects(open({ sslmode: 'verify-full', sslrootcert: '/nowhere/ca.pem' }), /the file \/nowhere\/ca\.pem/)
  })
})

describe('postgres: limits', () => {
  async function withStore(members: object, run: (store: Store, address: string) => Promise<void>): Promise<void> {
    const address = await postgres.createDatabase()
    const store = await openPostgresStore({ url: address, ...members })
    try {
      await run(store, address)
    } finally {
      await store.close()
    }
  }

  /** A transaction that keeps a row of somebody for itself until it is told to go. */
  async function holding(address: string, text: string): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: address })
    await client.connect()
    await client.query('begin')
    await client.query(text)
    return () => client.end()
  }

  it('a statement that takes longer than statement_timeout is ended, and answered 503', async () => {
    await withStore({ statement_timeout: 1 }, async (store, address) => {
      const user = aUser()
      await store.users.add(user)
      const release = await holding(address, 'select 1 from users for update')
      const began = performance.now()
      await assert.rejects(store.users.update({ ...user, name: 'Another' }), isUnavailable)
      assert.ok(performance.now() - began < 5_000)
      await release()
      assert.equal(await store.users.update({ ...user, name: 'Another' }), true)
    })
  })

  it('what shares a connection with a statement that is ended is done all the same, or told as 503', async () => {
    await withStore({ statement_timeout: 1 }, async (store, address) => {
      const grants = Array.from({ length: 4 }, () => aGrant())
      for (const grant of grants) await store.grants.redeem(grant, {})
      const fresh = await openPostgresStore({ url: address, statement_timeout: 1 }) // whose connections know no statement yet
      const release = await holding(address, 'lock table grants in access exclusive mode')
      const reads = grants.map(({ grant_id }) => fresh.grants.find(grant_id))
      const writes = grants.map((grant) => fresh.grants.rotate(grant.grant_id, 1, 1, grant.expires_at, null))
      const outcomes = Promise.allSettled([...reads, ...writes])
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      await release()
      for (const outcome of await outcomes) if (outcome.status === 'rejected') assert.equal(outcome.reason.status, 503, outcome.reason)
      assert.deepEqual(
        (await Promise.all(reads.map((read) => read.catch(() => null)))).filter((read) => read === null),
        [],
        'reads are repeated',
      )
      await fresh.close()
    })
  })

  it('a statement behind two slow ones of its turn is done when its turn comes', async () => {
    await withStore({ statement_timeout: 1 }, async (store, address) => {
      const [grant, slow] = [aGrant(), aGrant()]
      for (const one of [grant, slow]) await store.grants.redeem(one, {})
      const release = await holding(address, `select 1 from grants where grant_id = '${slow.grant_id}' for update`)
      const stuck = [1, 2, 3].map(() =>
        store.grants.rotate(slow.grant_id, 1, 1, slow.expires_at, null).catch((cause: { status?: number }) => cause.status),
      )
      const rotated = store.grants.rotate(grant.grant_id, 1, 1, grant.expires_at, null)
      assert.equal((await rotated)?.generation, 2)
      assert.deepEqual(await Promise.all(stuck), [503, 503, 503])
      await release()
    })
  })

  it('who waits longer than connect_timeout for a connection is answered 503, and who comes to a full queue at once', async () => {
    await withStore({ connections: 1, connect_timeout: 2 }, async (store, address) => {
      const grant = aGrant()
      await store.grants.redeem(grant, {})
      const release = await holding(address, 'select 1 from grants for update')
      const held = store.grants.rotate(grant.grant_id, 1, 1, grant.expires_at, null)
      const began = performance.now()
      const waiting = Array.from({ length: 500 }, () => store.grants.find(grant.grant_id))
      const refused = assert.rejects(Promise.all(waiting), isUnavailable)
      await assert.rejects(store.grants.find(grant.grant_id), isUnavailable)
      assert.ok(performance.now() - began < 1_800, 'at once')
      await refused
      await Promise.allSettled(waiting)
      assert.ok(performance.now() - began < 6_000, 'no longer than it may')
      await release()
      assert.equal((await held)?.generation, 2)
    })
  })

  it('a copy that may lag behind is asked for lists that are only looked at, and for nothing else', async () => {
    await withStore({}, async (copy, replica) => {
      await withStore({ replica }, async (store) => {
        const [here, there] = [aClient({ owner: 'mara' }), aClient({ owner: 'mara' })]
        await store.clients.add(here)
        await copy.clients.add(there)
        const page = { after: '', limit: 10 }
        assert.deepEqual(await store.clients.list(page), [here])
        assert.deepEqual(await store.clients.listOwned('mara', page), [here])
        assert.deepEqual(await store.clients.list({ ...page, may_lag: true }), [there])
        assert.deepEqual(await store.clients.listOwned('mara', { ...page, may_lag: true }), [there])
        assert.deepEqual(await store.clients.find(here.client_id), here)
        assert.equal(await store.clients.find(there.client_id), null)
        for (const list of [store.users.list, store.apiKeys.list, store.initialAccessTokens.list])
          assert.deepEqual(await list({ ...page, may_lag: true }), [])
      })
    })
  })

  it('a copy that does not answer is done without', async () => {
    await withStore({ replica: 'postgres://postgres@127.0.0.1:9/nowhere' }, async (store) => {
      const user = aUser({ name: fresh('name') })
      await store.users.add(user)
      assert.deepEqual(await store.users.list({ after: '', limit: 10, may_lag: true }), [user])
    })
  })
})

describe('postgres: the statements of one turn', () => {
  const insert = 'insert into notes (id, text) values ($1, $2) returning id'
  const read = 'select id, text, size from notes where id = $1'

  async function withNotes(run: (sql: Sql, address: string) => Promise<void>): Promise<void> {
    const address = await postgres.createDatabase()
    await administer('create table notes (id text primary key, text text, size bigint)', address)
    const sql = await openPostgres({ url: address })
    try {
      await run(sql, address)
    } finally {
      await sql.close()
    }
  }

  it('share a transaction, and each gets its own answer', async () => {
    await withNotes(async (sql, address) => {
      const before = sql.work!()
      const ids = Array.from({ length: 250 }, (_, i) => `note ${i}`)
      const written = await Promise.all(ids.map((id) => sql.write(insert, [id, `text of ${id}`])))
      assert.deepEqual(
        written.map(([row]) => row!['id']),
        ids,
      )
      const after = sql.work!()
      assert.equal(after.writes - before.writes, 250)
      assert.equal(after.commits - before.commits, 3, 'a transaction has a hundred at most')
      const { rows } = await administer('select count(distinct xmin::text)::int as transactions from notes', address)
      assert.equal(rows[0].transactions, 3)
      const found = await Promise.all([...ids, 'none'].map((id) => sql.all(read, [id])))
      assert.deepEqual(
        found.map(([row]) => row?.['text']),
        [...ids.map((id) => `text of ${id}`), undefined],
      )
      assert.equal(await sql.change('update notes set size = $1', [7]), 250)
    })
  })

  it('one that fails takes no other along, and what was parsed with it is parsed anew', async () => {
    await withNotes(async (sql) => {
      await sql.write(insert, ['taken', 'first'])
      for (const wrong of [
        { text: insert, values: ['taken', 'second'], code: '23505' },
        { text: 'select nothing_like_it from notes where id = $1', values: ['taken'], code: '42703' },
        { text: 'update notes set size = $1', values: ['no number'], code: '22P02' },
      ]) {
        const outcomes = await Promise.allSettled([
          sql.write(insert, [`before ${wrong.code}`, null]),
          sql.write(wrong.text, wrong.values),
          sql.write(`${insert}, text as text_of_${wrong.code}`, [`after ${wrong.code}`, 'kept']),
        ])
        assert.deepEqual(
          outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : outcome.value[0]!['id'])),
          [`before ${wrong.code}`, wrong.code, `after ${wrong.code}`],
        )
      }
      assert.equal((await sql.all('select id from notes', [])).length, 7)
    })
  })

  it('of two that insert the same key one fails, and is not done twice', async () => {
    await withNotes(async (sql) => {
      const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => sql.write(insert, ['one', String(i)])))
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
      assert.equal((await sql.all('select id from notes', [])).length, 1)
    })
  })

  it('lock in the same order on all nodes: none waits for another in a circle', async () => {
    await withNotes(async (sql, address) => {
      const ids = Array.from({ length: 40 }, (_, i) => `note ${i}`)
      for (const id of ids) await sql.write(insert, [id, 'text'])
      const other = await openPostgres({ url: address })
      const raise = 'update notes set size = coalesce(size, 0) + 1 where id = $1'
      for (let round = 0; round < 20; round++)
        await Promise.all([...ids.map((id) => sql.write(raise, [id])), ...ids.toReversed().map((id) => other.write(raise, [id]))])
      await other.close()
      assert.deepEqual(await sql.all('select distinct size from notes', []), [{ size: 40 }])
      const { rows } = await administer('select deadlocks::int from pg_stat_database where datname = current_database()', address)
      assert.equal(rows[0].deadlocks, 0)
    })
  })

  it('carry nothing, numbers, and long and foreign texts as they are', async () => {
    await withNotes(async (sql) => {
      const texts = ['', null, 'it\'s \\ "$1"', '😀'.repeat(3_000), 'é'.repeat(50_000), 'x'.repeat(2_000_000), '\u{10ffff}\u0001']
      await Promise.all(texts.map((text, i) => sql.write(insert, [String(i), text])))
      const sizes = [0, -1, 2 ** 53 - 1, -(2 ** 53) + 1, null]
      await Promise.all(sizes.map((size, i) => sql.write('update notes set size = $2 where id = $1', [String(i), size])))
      const rows = await Promise.all(texts.map((_, i) => sql.all(read, [String(i)])))
      assert.deepEqual(
        rows.map(([row]) => row),
        texts.map((text, i) => ({ id: String(i), text, size: sizes[i] ?? null })),
      )
    })
  })
})

describe('postgres: an answer that is lost', () => {
  /** A store whose connections can be cut, and one that goes another way. */
  async function onWire(
    run: (store: Store, direct: Store, wire: Wire, address: string) => Promise<void>,
    members: object = {},
  ): Promise<void> {
    const address = await postgres.createDatabase()
    const { hostname, port } = new URL(address)
    const wire = await openRelay({ host: hostname, port: Number(port) })
    const cuttable = new URL(address)
    cuttable.host = `${wire.host}:${wire.port}`
    const direct = await openPostgresStore({ url: address })
    const store = await openPostgresStore({ url: cuttable.href, ...members })
    try {
      await run(store, direct, wire, address)
    } finally {
      wire.heal()
      await Promise.all([store.close(), direct.close()])
      await wire.close()
    }
  }

  it('of a write that may have been done: nothing is repeated, and the caller is told 503', async () => {
    await onWire(async (store, direct, wire) => {
      const grant = aGrant()
      await store.grants.redeem(grant, {})
      wire.cut('deaf')
      const refused = assert.rejects(store.grants.rotate(grant.grant_id, 1, 1, grant.expires_at, null), isUnavailable)
      await soon('rotated', async () => (await direct.grants.find(grant.grant_id))?.generation === 2)
      wire.cut('reset')
      wire.heal()
      await refused
      assert.equal((await store.grants.find(grant.grant_id))?.generation, 2)
    })
  })

  it('of a server that has fallen silent: whoever shares a transaction with it is told 503 in time, and all goes on when it speaks again', async () => {
    await onWire(
      async (store, _direct, wire) => {
        const [one, other] = [aGrant(), aGrant()]
        for (const grant of [one, other]) await store.grants.redeem(grant, {})
        wire.cut('drop')
        const began = performance.now()
        const refused = [one, other].map((grant) =>
          assert.rejects(store.grants.rotate(grant.grant_id, 1, 1, grant.expires_at, null), isUnavailable),
        )
        await Promise.all(refused)
        assert.ok(performance.now() - began < 5_000)
        wire.heal()
        await soon('there again', async () => (await store.grants.find(one.grant_id).catch(() => null))?.grant_id === one.grant_id)
      },
      { statement_timeout: 1 },
    )
  })

  it('of a batch whose commit was not sent: it is done once, on another connection', async () => {
    await onWire(async (_store, _direct, wire, address) => {
      const cuttable = new URL(address)
      cuttable.host = `${wire.host}:${wire.port}`
      const sql = await openPostgres({ url: cuttable.href })
      await sql.write('create table counted (n bigint not null)', [])
      await sql.write('insert into counted values (1)', [])
      wire.cut('deaf')
      const counting = { text: 'update counted set n = n + 1', values: [], must: true }
      const done = sql.batch([counting, counting])
      const open = "select 1 from pg_stat_activity where datname = current_database() and state = 'idle in transaction'"
      await soon('waiting for the commit', async () => (await administer(open, address)).rows.length === 1)
      wire.cut('reset')
      wire.heal()
      assert.equal(await done, true)
      assert.deepEqual(await sql.all('select n from counted', []), [{ n: 3 }])
      await sql.close()
    })
  })
})

describe('postgres: notices', () => {
  const key = (): StoredKey => ({ kid: fresh('kid'), use: 'mac', status: 'retired', sealed: 's', created_at: 1, retired_at: 1 })

  async function onTwoNodes(members: object, run: (one: Store, other: Store, told: StoreNotice[], address: string) => Promise<void>) {
    const address = await postgres.createDatabase()
    const stores = await Promise.all([1, 2].map(() => openPostgresStore({ url: address, ...members })))
    const told: StoreNotice[] = []
    try {
      stores[1]!.watch!((notice) => told.push(notice))
      await run(stores[0]!, stores[1]!, told, address)
    } finally {
      await Promise.all(stores.map((store) => store.close()))
    }
  }

  /** Process numbers of those who listen. */
  const listening = async (address: string): Promise<number[]> => {
    const text = "select pid from pg_stat_activity where datname = current_database() and query = 'listen vouchsafe'"
    return (await administer(text, address)).rows.map(({ pid }) => pid)
  }

  it('a change tells which client it was, at its commit; what came to nothing tells nothing', async () => {
    await onTwoNodes({}, async (one, _other, told, address) => {
      await soon('listening', async () => (await listening(address)).length === 1)
      await soon('told what may have been missed', () => told.length > 0)
      const client = aClient()
      await one.clients.add(client)
      told.length = 0
      assert.equal(await one.clients.update({ ...client, client_name: 'B' }, { replaces: { ...client, client_name: 'C' } }), false)
      await one.clients.update({ ...client, client_name: 'B' })
      await soon('told', () => told.length > 0)
      assert.deepEqual(told, [{ clients: client.client_id }])
    })
  })

  it('a connection that is lost is made again, and then everything counts as changed; meanwhile keys are looked for', async () => {
    await onTwoNodes({}, async (one, _other, told, address) => {
      await soon('listening', async () => (await listening(address)).length === 1)
      const [pid] = await listening(address)
      await soon('told what may have been missed', () => told.length > 0)
      told.length = 0
      await administer(`select pg_terminate_backend(${pid})`, address)
      await one.keys.add(key())
      await soon('told of keys', () => told.some(({ keys }) => keys))
      await soon('listening again', async () => (await listening(address)).length === 1)
      assert.notDeepEqual(await listening(address), [pid])
      await soon('everything counts as changed', () => told.some(({ clients }) => clients === ''))
      told.length = 0
      await one.keys.add(key())
      await soon('told of keys again', () => told.some(({ keys }) => keys))
    })
  })

  it('where nothing can be listened to, keys are looked for', async () => {
    await onTwoNodes({ pooler: true }, async (one, _other, told, address) => {
      await soon('looked once', () => told.length > 0)
      told.length = 0
      const made = key()
      for (const write of [() => one.keys.add(made), () => one.keys.rewrap(made.kid, 'anew'), () => one.keys.delete(made.kid)]) {
        await write()
        await soon('told of keys', () => told.splice(0).some(({ keys }) => keys))
      }
      assert.deepEqual(await listening(address), [])
    })
  })

  it('who does not watch has no connection for it', async () => {
    const address = await postgres.createDatabase()
    const store = await openPostgresStore({ url: address })
    await store.users.find('somebody')
    assert.deepEqual(await listening(address), [])
    await store.close()
  })
})

it('postgres: a database that cannot be used is named by host and port, with the reason, and never with the password', async () => {
  const gone = new URL(url)
  gone.pathname = '/gone'
  gone.password = 'secret-word'
  await assert.rejects(openPostgresStore({ url: gone.href }), {
    message: `PostgreSQL at ${gone.host} cannot be used: it has no database of this name.`,
  })
})
