import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { OAuthError } from '../../src/core/model/error.ts'
import type { Store } from '../../src/core/model/store.ts'
import { writeDump } from '../../src/stores/dump.ts'
import { freeze, isFrozen, thaw } from '../../src/stores/freeze.ts'
import { openPostgresStore } from '../../src/stores/postgres-store.ts'
import type { Sql } from '../../src/stores/sql.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { openBare } from '../support/first-release.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { aClient, aConsent, aGrant, aKey, aReceipt, aSession, aUser, fresh, NOW } from './suite/records.ts'

let postgres: TestPostgres
const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-freeze-'))
before(async () => {
  postgres = await startPostgres()
})
after(async () => {
  await postgres.close()
  rmSync(folder, { recursive: true })
})

const OPERATOR = { type: 'operator', id: 'ada' } as const

const refused = (cause: unknown) =>
  cause instanceof OAuthError && cause.status === 503 && cause.error === 'temporarily_unavailable' && cause.headers['retry-after'] === '10'

for (const [backend, newDatabase, openStore] of [
  ['SQLite', async () => join(folder, 'house.db'), (file: string) => openSqliteStore(file, { secret: false })],
  ['PostgreSQL', () => postgres.createDatabase(), (url: string) => openPostgresStore({ url })],
] as const) {
  describe(`a frozen house, on ${backend}`, () => {
    let store: Store
    let database: string
    const [client, user, grant, session, key, consent] = [aClient(), aUser(), aGrant(), aSession(), aKey(), aConsent()]

    before(async () => {
      database = await newDatabase()
      store = await openStore(database)
      await store.clients.add(client)
      await store.users.add(user)
      await store.grants.redeem(grant, {})
      await store.sessions.open(session)
      await store.keys.add(key)
      await store.consents.decide(consent, aReceipt(consent))
    })
    after(() => store.close())

    async function withDatabase<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
      const sql = await openBare(database)
      const outcome = await work(sql)
      await sql.close()
      return outcome
    }

    it('refuses every change at once, to servers that nobody told, with a time to come back', async () => {
      assert.equal(await withDatabase(isFrozen), false)
      assert.equal(await withDatabase((sql) => freeze(sql, OPERATOR, () => NOW + 7)), true)
      assert.equal(await withDatabase((sql) => freeze(sql, OPERATOR)), false)
      assert.equal(await withDatabase(isFrozen), true)
      const other = aConsent()
      const moves: Record<string, () => Promise<unknown>> = {
        'clients.add': () => store.clients.add(aClient()),
        'clients.update': () => store.clients.update(client, { withdraw: true }),
        'clients.delete': () => store.clients.delete(client.client_id),
        'consents.decide': () => store.consents.decide(other, aReceipt(other)),
        'consents.withdraw': () => store.consents.withdraw(consent.sub, consent.client_id, aReceipt(consent)),
        'grants.redeem': () => store.grants.redeem(aGrant(), {}),
        'grants.rotate': () => store.grants.rotate(grant.grant_id, 1, NOW, NOW + 1, null),
        'grants.revoke': () => store.grants.revoke(grant.grant_id, NOW),
        'grants.withdraw': () => store.grants.withdraw({ sub: user.sub, client_id: '' }),
        'tokens.revoke': () => store.tokens.revoke(fresh('jti'), NOW),
        'codes.park': () => store.codes.park(fresh('code'), 'sealed', NOW),
        'once.spend': () => store.once.spend(fresh('once'), NOW),
        'users.add': () => store.users.add(aUser()),
        'users.update': () => store.users.update(user, { end: 'everything' }),
        'sessions.open': () => store.sessions.open(aSession(), session.session_hash),
        'sessions.end': () => store.sessions.end(session.session_hash),
        'keys.add': () => store.keys.add(aKey({ use: 'token' })),
        'keys.rewrap': () => store.keys.rewrap(key.kid, 'anew'),
        'keys.delete': () => store.keys.delete(key.kid),
      }
      for (const [name, move] of Object.entries(moves)) await assert.rejects(move(), refused, name)
      await assert.rejects(store.sweep(NOW * 2, 1_000), refused)
    })

    it('says in the audit log who froze it and when: the last entry of all, once, and the chains are whole', async () => {
      const { entries } = await store.audit.list({ limit: 1000 })
      const frozen = entries.filter(({ event }) => event === 'database.frozen')
      assert.deepEqual(
        frozen.map(({ actor, at }) => [actor, at]),
        [[OPERATOR, NOW + 7]],
      )
      const { findings } = await store.audit.verify()
      assert.deepEqual(findings, [])
      const dumped: string[] = []
      await withDatabase((sql) => writeDump(sql, NOW, async (text) => void dumped.push(text)))
      assert.ok(dumped.join('').includes('database.frozen'), 'it moves along')
    })

    it('answers what only reads, and goes on counting attempts', async () => {
      assert.deepEqual(await store.clients.find(client.client_id), client)
      assert.deepEqual(await store.users.find(user.sub), user)
      assert.deepEqual(await store.grants.find(grant.grant_id), grant)
      assert.deepEqual(await store.sessions.find(session.session_hash, NOW), session)
      assert.deepEqual((await store.consents.find(consent.sub, consent.client_id)).consent, consent)
      assert.deepEqual(await store.keys.list(), [key])
      assert.equal((await store.throttles.count(1, 1_000, NOW)).count, 1)
    })

    it('a server that starts on it finds a house like any other', async () => {
      const another = await openStore(database)
      assert.deepEqual(await another.grants.find(grant.grant_id), grant)
      await assert.rejects(another.users.add(aUser()), refused)
      await another.close()
    })

    it('takes changes again once it was thawed', async () => {
      assert.equal(await withDatabase((sql) => thaw(sql, OPERATOR)), true)
      assert.equal(await withDatabase((sql) => thaw(sql, OPERATOR)), false)
      const { entries } = await store.audit.list({ limit: 1000 })
      const thawed = entries.filter(({ event }) => event === 'database.thawed')
      assert.deepEqual(
        thawed.map(({ actor }) => actor),
        [OPERATOR],
      )
      assert.deepEqual((await store.audit.verify()).findings, [])
      assert.equal((await store.grants.rotate(grant.grant_id, 1, NOW, NOW + 1, null))?.generation, 2)
      assert.equal(await store.users.add(aUser()), 'added')
      await store.sessions.end(session.session_hash)
      assert.equal(await store.sessions.find(session.session_hash, NOW), null)
    })

    it('what is under way when it freezes is kept and found, or refused: nothing in between', async () => {
      const grants = Array.from({ length: 200 }, () => aGrant())
      const writing = Promise.allSettled(grants.map((one) => store.grants.redeem(one, {})))
      await withDatabase((sql) => freeze(sql))
      const outcomes = await writing
      for (const [i, outcome] of outcomes.entries()) {
        const found = await store.grants.find(grants[i]!.grant_id)
        assert.equal(found !== null, outcome.status === 'fulfilled')
        if (outcome.status === 'rejected') assert.ok(refused(outcome.reason), String(outcome.reason))
      }
      await withDatabase((sql) => thaw(sql))
      assert.deepEqual((await store.audit.verify()).findings, [])
    })

    it('ATTACK an entry that says who froze it cannot be altered or taken away unnoticed', async () => {
      for (const text of [
        "update audit set record = replace(record, 'ada', 'eve') where event = 'database.thawed'",
        "delete from audit where event = 'database.thawed'",
      ]) {
        await withDatabase((sql) => sql.write(text, []))
        assert.notDeepEqual((await store.audit.verify()).findings, [], text)
      }
    })
  })
}
