import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AuditEntry } from '../../src/core/model/audit.ts'
import { standard } from '../../src/core/model/dialect.ts'
import { addInitialAccessToken } from '../../src/server/accounts/initial-access-tokens.ts'
import { openProgram, withDepot } from '../support/depot.ts'
import { type Answer, CLIENT_SECRET, inWorld, REDIRECT, type Words, type World } from '../support/world.ts'

/** What the audit log has come to hold while this was done, the oldest first: who, what, about whom. */
async function entriesOf(world: World, act: () => Promise<unknown>): Promise<AuditEntry[]> {
  const before = new Set((await world.store.audit.list({ limit: 1000 })).entries.map(({ hash }) => hash))
  await act()
  const { entries } = await world.store.audit.list({ limit: 1000 })
  return entries.filter(({ hash }) => !before.has(hash)).reverse()
}

const told = (entries: readonly AuditEntry[]) =>
  entries.map(({ event, actor, sub, client_id, reason }) => ({ event, actor, sub, client_id, ...(reason && { reason }) }))

describe('the audit log names', () => {
  it(
    'the person who consents and takes it back, with the receipts; and nothing for what is issued upon it',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const [sub, client_id, actor] = [world.mara.sub, 'c1', { type: 'user', id: world.mara.sub }]
      const entries = await entriesOf(world, async () => {
        const { body } = await world.redeem(await world.code({}, browser))
        await world.refresh(body.refresh_token)
        await world.redeem(await world.code({}, browser))
        await browser.submit(await browser.get(`${world.issuer}/account/apps`), {}, 'grant-c1-revoke-confirm')
      })
      assert.deepEqual(told(entries), [
        { event: 'consent.given', actor, sub, client_id },
        { event: 'consent.withdrawn', actor, sub, client_id },
      ])
      assert.equal(new Set(entries.map(({ receipt_id }) => receipt_id)).size, 2)
      assert.equal(entries[0]!.scope, 'openid invoices.read')
      const logged = world.events.filter(({ event }) => event === 'audit').slice(-2)
      assert.deepEqual(
        logged,
        entries.map(({ event, chain, seq, hash }) => ({ event: 'audit', decision: event, chain, seq, hash })),
      )
    }),
  )

  it(
    'RFC 7009 §2.1 the client that revokes, once, whichever token it shows and however often',
    inWorld({}, async (world) => {
      const { access_token, refresh_token } = await world.tokens()
      const entries = await entriesOf(world, async () => {
        for (const token of [refresh_token, access_token, refresh_token, 'nonsense']) await world.revoke(token!)
      })
      const actor = { type: 'client', id: 'c1' }
      assert.deepEqual(told(entries), [{ event: 'grant.revoked', actor, sub: world.mara.sub, client_id: 'c1' }])
      const own = (await world.post('/token', own1({ grant_type: 'client_credentials' }))).body.access_token
      const more = await entriesOf(world, async () => {
        for (let i = 0; i < 3; i++) await world.revoke(own)
      })
      assert.deepEqual(told(more), [{ event: 'token.revoked', actor, sub: undefined, client_id: 'c1' }])
    }),
  )

  it(
    'RFC 6749 §4.1.2, §6 the code or refresh token whose replay ended a grant, once',
    inWorld({}, async (world) => {
      const entries = await entriesOf(world, async () => {
        const code = await world.code()
        for (let i = 0; i < 4; i++) await world.redeem(code)
        const { refresh_token } = await world.tokens()
        const next = (await world.refresh(refresh_token!)).body.refresh_token
        await world.refresh(next)
        await Promise.all(Array.from({ length: 20 }, () => world.refresh(refresh_token!)))
      })
      const about = { actor: { type: 'client', id: 'c1' }, sub: world.mara.sub, client_id: 'c1' }
      assert.deepEqual(
        told(entries).filter(({ event }) => event !== 'consent.given'),
        [
          { event: 'grant.revoked', ...about, reason: 'code_replayed' },
          { event: 'grant.revoked', ...about, reason: 'refresh_token_replayed' },
        ],
      )
    }),
  )

  it(
    'the person whose program decides, and the key that it showed',
    inWorld(withDepot(), async (world) => {
      const program = await openProgram(world)
      const app = { title: 'Ledger', kind: 'confidential', may: ['invoices.read'], grants: ['client_credentials'], callbacks: [] }
      let client_id: string | undefined
      const entries = await entriesOf(world, async () => {
        client_id = (await program.send('POST', '/depot/apps', app)).body.result.key
        await program.send('PUT', `/depot/apps/${client_id}`, { title: 'Ledger 2' })
        await program.send('PUT', `/depot/apps/${client_id}`, { title: 'Ledger 2' })
        await program.send('DELETE', `/depot/apps/${client_id}`)
      })
      const [key] = await world.store.apiKeys.list({ after: '', limit: 1 })
      const actor = { type: 'user', id: world.mara.sub, via: key?.key_id }
      assert.deepEqual(
        told(entries),
        ['client.added', 'client.changed', 'client.deleted'].map((event) => ({ event, actor, sub: undefined, client_id })),
      )
      assert.equal(entries[0]!.owner, world.mara.sub)
      assert.deepEqual(entries[1]!.changed, ['client_name'])
    }),
  )

  it(
    'RFC 7591 §3 the client that an initial access token registers, and the token',
    inDialect('initial_access_token', async (world) => {
      const clock = () => world.time.now
      const { token, initial_access_token } = await addInitialAccessToken(world.store, { dialect: 'standard', lasts: 1000 }, clock)
      let client_id = ''
      const entries = await entriesOf(world, async () => {
        client_id = (await register(world, initial_access_token)).body.client_id
      })
      assert.deepEqual(told(entries), [
        { event: 'client.added', actor: { type: 'client', id: client_id, via: token.token_id }, sub: undefined, client_id },
      ])
    }),
  )
})

describe('nobody who is not let in can fill the audit log', () => {
  it(
    'by requests that are refused, with codes and tokens that are wrong, over or somebody else’s',
    inWorld({}, async (world) => {
      const code = await world.code()
      const { access_token, refresh_token } = (await world.redeem(await world.code())).body
      await world.revoke(refresh_token)
      await world.redeem(code)
      await world.redeem(code)
      const stranger = { client_id: 'nobody', client_secret: 'x' }
      const entries = await entriesOf(world, async () => {
        for (let i = 0; i < 20; i++) {
          await world.redeem(code)
          await world.redeem(code, stranger)
          await world.redeem(`${code}x`)
          await world.refresh(refresh_token)
          await world.refresh(refresh_token, stranger)
          await world.revoke(refresh_token)
          await world.post('/revoke', { token: access_token, ...stranger })
          await world.post('/revoke', { token: access_token, client_id: 'tallyboat' })
          await world.get('/userinfo', { authorization: 'Bearer x' })
          await world.browser().get(world.ask({ state: `s${i}` }))
        }
      })
      assert.deepEqual(entries, [])
    }),
  )

  it(
    'by registering itself, by a first token each, and by giving back what is its own',
    inDialect('open', async (world) => {
      const client: Words = (await register(world)).body
      assert.deepEqual(
        await entriesOf(world, async () => {
          for (let i = 0; i < 10; i++) await register(world, undefined, `203.0.113.${i}`)
        }),
        [],
      )
      const entries = await entriesOf(world, async () => {
        for (let i = 0; i < 10; i++) {
          const { body } = await world.post('/token', { grant_type: 'client_credentials' }, basic(client))
          assert.equal((await world.post('/revoke', { token: body.access_token }, basic(client))).status, 200)
          assert.equal((await world.post('/introspect', { token: body.access_token }, basic(client))).body.active, false)
        }
      })
      const { client_id } = client
      assert.deepEqual(told(entries), [{ event: 'client.added', actor: { type: 'client', id: client_id }, sub: undefined, client_id }])
    }),
  )

  it(
    'by changing its own registration again and again: that is counted',
    inDialect('open', async (world) => {
      const client: Words = (await register(world)).body
      await world.post('/token', { grant_type: 'client_credentials' }, basic(client))
      const statuses: number[] = []
      const entries = await entriesOf(world, async () => {
        for (let i = 0; i < 25; i++) statuses.push(await change(world, client, `Quill ${i}`))
      })
      assert.deepEqual(statuses, [...Array(20).fill(200), ...Array(5).fill(429)])
      assert.equal(entries.length, 20)
      world.time.now += 3_600_000
      assert.equal(await change(world, client, 'Quill'), 200)
    }),
  )
})

const own1 = (words: Words): Words => ({ client_id: 'c1', client_secret: CLIENT_SECRET, ...words })
const basic = ({ client_id, client_secret }: Words) => ({
  authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
})

function inDialect(policy: 'open' | 'initial_access_token', run: (world: World) => Promise<void>) {
  const dialect = { ...standard, registration: { ...standard.registration, policy } }
  return inWorld({ config: { dialects: ['standard'], own_dialects: [dialect] } }, run)
}

const METADATA = { client_name: 'Quill', redirect_uris: [REDIRECT], grant_types: ['authorization_code', 'client_credentials'] }

async function register(world: World, token?: string, address = '203.0.113.7'): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  const request = new Request(`${world.issuer}/register`, { method: 'POST', headers, body: JSON.stringify(METADATA) })
  const response = await world.app.fetch(request, address)
  assert.equal(response.status, 201)
  return { status: response.status, headers: response.headers, body: await response.json() }
}

async function change(world: World, { client_id, registration_client_uri, registration_access_token }: Words, client_name: string) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${registration_access_token}` }
  const body = JSON.stringify({ ...METADATA, client_id, client_name })
  return (await world.app.fetch(new Request(registration_client_uri!, { method: 'PUT', headers, body }), '203.0.113.7')).status
}
