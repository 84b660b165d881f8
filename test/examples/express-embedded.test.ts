import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import express from 'express'
import { createProduct } from '../../examples/express-embedded/product.ts'
import type { Store } from '../../src/index.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { type Browser, openBrowser } from '../support/browser.ts'

const MARA = { id: 'u-7', email: 'mara@product.example', name: 'Mara', password: 'otter-lantern-62' }
const CALLBACK = 'https://app.example/callback'

let folder: string
let store: Store
let door: Server
let issuer: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vouchsafe-express-'))
  store = await openSqliteStore(join(folder, 'oauth.db'))
  const front = express()
  door = front.listen(0, '127.0.0.1')
  await once(door, 'listening')
  issuer = `http://127.0.0.1:${(door.address() as AddressInfo).port}`
  front.use(await createProduct(issuer, store, [MARA]))
  await store.clients.add({
    client_id: 'app',
    client_name: 'An <app>',
    client_secrets: [],
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    scope: 'openid profile email',
    application_type: 'web',
    id_token_signed_response_alg: 'ES256',
    dialect: 'standard',
    created_at: Date.now(),
  })
})
after(async () => {
  door?.close()
  await store?.close()
  await rm(folder, { recursive: true, force: true })
})

const authorizeUrl = (more: Record<string, string> = {}) =>
  `${issuer}/authorize?${new URLSearchParams({
    client_id: 'app',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid profile email',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...more,
  })}`

const open = (): Browser => openBrowser((request) => fetch(request))
const credentials = { email: MARA.email, password: MARA.password }

it('who is signed in to the product goes straight to consent, and the app learns who it is', async () => {
  const browser = open()
  await browser.submit(await browser.get(`${issuer}/sign-in`), credentials)
  const consent = await browser.follow(await browser.get(authorizeUrl({ prompt: 'consent' })), issuer)
  assert.ok(consent.html.includes('An &lt;app&gt; asks for'), consent.url)
  const done = await browser.follow(await browser.submit(consent, { decision: 'allow' }), issuer)
  const code = new URL(done.location).searchParams.get('code') ?? ''
  const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 §B
  const given = { grant_type: 'authorization_code', code, client_id: 'app', redirect_uri: CALLBACK, code_verifier }
  const token = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(given) })
  const { access_token } = (await token.json()) as { access_token: string }
  const userinfo = await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
  const { sub, email, name } = (await userinfo.json()) as Record<string, unknown>
  assert.deepEqual({ sub, email, name }, { sub: MARA.id, email: MARA.email, name: MARA.name })
})

it('who is not signed in signs in there, and goes on; a ticket of another browser begins anew', async () => {
  const browser = open()
  const signIn = await browser.follow(await browser.get(authorizeUrl({ prompt: 'consent' })), issuer)
  assert.ok(signIn.url.startsWith(`${issuer}/sign-in?ticket=`))
  const other = open()
  const begun = await other.follow(await other.get(authorizeUrl()), issuer)
  const foreign = await browser.submit(begun, credentials)
  assert.ok(foreign.location.startsWith(`${issuer}/authorize?ticket=`))
  const consent = await browser.follow(await browser.submit(signIn, credentials), issuer)
  assert.ok(consent.html.includes('An &lt;app&gt;'), consent.url)
  const denied = await browser.follow(await browser.submit(consent, { decision: 'deny' }), issuer)
  assert.equal(new URL(denied.location).searchParams.get('error'), 'access_denied')
})

it('what is not the product’s is the server’s, errors too', async () => {
  const metadata = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
  assert.equal(((await metadata.json()) as { issuer: string }).issuer, issuer)
  assert.equal((await fetch(`${issuer}/consent?ticket=forged`)).status, 400)
  assert.equal((await fetch(`${issuer}/token`, { method: 'POST', body: 'x'.repeat(70_000) })).status >= 400, true)
})
