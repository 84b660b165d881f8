import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { cookieName } from '../../src/core/model/http.ts'
import { type App, createApp } from '../../src/server/app.ts'
import { readConfig } from '../../src/server/config.ts'
import { openStore } from '../../src/server/store.ts'
import { readStanding, stepsKnown } from '../../src/stores/migrate.ts'
import { FIRST_RELEASE } from '../../src/stores/schema.ts'
import { firstRelease, makeFirstRelease, openBare } from '../support/first-release.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'

const { issuer, secret, held } = firstRelease
const scope = { title: { en: 'See invoices' }, level: 2 as const }
const client = { client_id: 'c1', client_secret: held.client_secret }

let postgres: TestPostgres
const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-first-'))
before(async () => {
  postgres = await startPostgres()
})
after(async () => {
  await postgres.close()
  rmSync(folder, { recursive: true })
})

for (const [backend, newDatabase] of [
  ['SQLite', async () => join(folder, 'first.db')],
  ['PostgreSQL', () => postgres.createDatabase()],
] as const) {
  describe(`what the first release wrote, on ${backend}`, () => {
    let app: App
    let database: string
    let now = firstRelease.now

    before(async () => {
      database = await newDatabase()
      await makeFirstRelease(database)
      const flags = { issuer, database: database.startsWith('postgres') ? database : `sqlite:${database}` }
      const config = { ...(await readConfig({ flags, cwd: folder })) }
      Object.assign(config.scopes, { 'invoices.read': scope, 'bank.read': scope, 'invoices.send': scope })
      const store = { ...(await openStore({ database: flags.database, secrets: [secret] })), secret }
      app = await createApp({ config, store, clock: () => now })
    })
    after(() => app.close())

    async function post(path: string, form: Record<string, string>) {
      const response = await app.fetch(new Request(issuer + path, { method: 'POST', body: new URLSearchParams(form) }), '203.0.113.7')
      // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
      return { status: response.status, body: (await response.json()) as any }
    }
    const refresh = (refresh_token: string | undefined, by: object = client) =>
      post('/token', { ...by, grant_type: 'refresh_token', refresh_token: refresh_token! })
    const redeem = (code: string, by: object = client) =>
      post('/token', {
        ...by,
        grant_type: 'authorization_code',
        code,
        code_verifier: held.code_verifier,
        redirect_uri: 'https://app.example/cb',
      })

    it('is brought up to date, and asks nothing more of older servers', async () => {
      assert.equal(firstRelease.steps.length, FIRST_RELEASE)
      const sql = await openBare(database)
      assert.deepEqual(await readStanding(sql.all), { done: stepsKnown(), required: FIRST_RELEASE })
      await sql.close()
    })

    it('codes that were under way are redeemed, in the address and parked; one that was used is not', async () => {
      const { status, body } = await redeem(held.code)
      assert.equal(status, 200)
      assert.equal(JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString()).nonce, 'n-1')
      assert.equal((await redeem(held.parked_code, { ...client, client_id: held.parked_client })).status, 200)
      assert.equal((await redeem(held.used_code)).body.error, 'invalid_grant')
    })

    it('refresh tokens go on; what was revoked or withdrawn stays so', async () => {
      for (const one of [held.good, held.rotated, held.narrowed]) assert.equal((await refresh(one['refresh_token'])).status, 200)
      assert.equal((await refresh(held.opaque['refresh_token'], { ...client, client_id: 'opaque' })).status, 200)
      for (const one of [held.revoked, held.withdrawn]) assert.equal((await refresh(one['refresh_token'])).body.error, 'invalid_grant')
    })

    it('access tokens are good until their end, signed, opaque and of a client itself', async () => {
      const userinfo = (token: string) =>
        app.fetch(new Request(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } }), '203.0.113.7')
      assert.equal((await userinfo(held.good['access_token']!)).status, 200)
      assert.equal((await userinfo(held.revoked['access_token']!)).status, 401)
      const active = async (token: string | undefined, by: object) => (await post('/introspect', { ...by, token: token! })).body.active
      assert.equal(await active(held.opaque['access_token'], { ...client, client_id: 'opaque' }), true)
      assert.equal(await active(held.itself['access_token'], client), true)
      assert.equal(await active(held.itself_revoked['access_token'], client), false)
    })

    it('a session is signed in still, and what was allowed is not asked again', async () => {
      const asked = {
        client_id: 'c1',
        redirect_uri: 'https://app.example/cb',
        response_type: 'code',
        scope: 'openid invoices.read',
        state: 's',
      }
      const challenge = { code_challenge: sha256(held.code_verifier), code_challenge_method: 'S256' }
      const headers = { cookie: `${cookieName(issuer, 'session')}=${held.session}` }
      const url = `${issuer}/authorize?${new URLSearchParams({ ...asked, ...challenge })}`
      const { status, headers: answered } = await app.fetch(new Request(url, { headers }), '203.0.113.7')
      assert.equal(status, 303)
      const code = new URL(answered.get('location')!).searchParams.get('code')
      assert.equal((await redeem(code!)).status, 200)
    })

    it('every record is read: clients, people, receipts, keys of programs, tokens that register, names that were spent', async () => {
      const { store } = app.server
      const [mara, otto] = await store.users.list({ after: '', limit: 10 })
      assert.deepEqual([mara, otto].map((user) => user!.email).sort(), ['mara@otterbakery.example', 'otto@otterbakery.example'])
      const disabled = await store.users.findByEmail('otto@otterbakery.example')
      assert.deepEqual(disabled!.claims, { locale: 'de', address: { locality: 'Zürich' } })
      assert.equal(typeof disabled!.disabled_at, 'number')
      const names = (await store.clients.list({ after: '', limit: 10 })).map(({ client_name }) => client_name)
      assert.deepEqual(names.sort(), ['App', 'Long', 'Opaque', 'Owned', 'Tallyboat'])
      assert.equal(await store.clients.isGone('gone'), true)
      const program = await store.apiKeys.find(sha256(held.api_key))
      assert.equal(program!.label, 'Books')
      assert.equal((await store.clients.listOwned(program!.sub, { after: '', limit: 10 })).length, 1)
      assert.equal((await store.initialAccessTokens.find(sha256(held.initial_access_token), now))!.uses, 3)
      assert.equal(await store.once.spend('consent-token', now + 1), false)
      assert.equal((await store.consents.list(program!.sub, { after: '', limit: 10 })).length, 3)
      const old = await store.receipts.list(program!.sub, { limit: 10 })
      assert.ok(old.length >= 3 && old.every(({ seq, hash, at }) => seq === undefined && hash === undefined && at > 0))
      const { findings, unchained } = await store.receipts.verify({ audit: true })
      assert.deepEqual([findings, unchained >= old.length], [[], true], 'nothing vouches for them, and nothing is wrong with them')
    })

    it('and what is over goes when its time has come', async () => {
      now += 400 * 86_400_000
      let gone = 0
      for (let step = await app.server.store.sweep(now, 100); step > 0; step = await app.server.store.sweep(now, 100)) gone += step
      assert.ok(gone > 15, `${gone} rows went`)
    })
  })
}
