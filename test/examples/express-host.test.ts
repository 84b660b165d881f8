import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, it } from 'node:test'
import express from 'express'
import { createProduct } from '../../examples/express-host/product.ts'
import { type Browser, openBrowser, textOf, type Visit } from '../support/browser.ts'
import { openServer, type TestServer } from '../support/server.ts'

const SECRET = randomBytes(32).toString('base64')
const MARA = { id: 'u-7', email: 'mara@product.example', name: 'Mara of the product', password: 'otter-lantern-62' }
const CALLBACK = 'https://app.example/callback'

let door: Server
let product: string
let server: TestServer

before(async () => {
  const front = express()
  door = front.listen(0, '127.0.0.1')
  await once(door, 'listening')
  product = `http://127.0.0.1:${(door.address() as AddressInfo).port}`
  const host_login = { login: `${product}/vouchsafe/login`, logout: `${product}/vouchsafe/logout`, issuer: product }
  server = await openServer({ settings: { host_login }, env: { VOUCHSAFE_HOST_LOGIN_SECRET: SECRET } })
  front.use(createProduct({ origin: product, vouchsafe: server.issuer, secret: SECRET, people: [MARA] }))
  const metadata = {
    client_name: 'App',
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
    post_logout_redirect_uris: ['https://app.example/bye'],
  }
  client_id = server.run('client', 'add', '--metadata', JSON.stringify(metadata)).client_id
})
after(async () => {
  await server?.close()
  door?.close()
})
let client_id = ''

const authorizeUrl = (more: Record<string, string> = {}) =>
  `${server.issuer}/authorize?${new URLSearchParams({
    client_id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...more,
  })}`

/** Follows redirects of both; every address that was seen. */
async function walk(browser: Browser, visit: Visit): Promise<{ page: Visit; seen: string[] }> {
  const seen = [visit.url]
  let page = visit
  while (page.location.startsWith(product) || page.location.startsWith(server.issuer)) {
    assert.ok(seen.length < 20, 'the redirects come to an end')
    page = await browser.get(page.location)
    seen.push(page.url)
  }
  return { page, seen }
}

async function signInAtProduct(browser: Browser, page: Visit): Promise<Visit> {
  return browser.submit(page, { email: MARA.email, password: MARA.password })
}

it('who is signed in to the product never sees a sign-in page of ours, and the app learns who it is', async () => {
  const browser = openBrowser((request) => fetch(request))
  await signInAtProduct(browser, await browser.get(`${product}/sign-in`))
  const { page, seen } = await walk(browser, await browser.get(authorizeUrl({ prompt: 'consent' })))
  assert.ok(page.html.includes('id="consent-allow"'), `the road ends at ${page.url}: ${textOf(page.html).slice(0, 300)}`)
  assert.ok(textOf(page.html).includes(MARA.name))
  assert.equal(seen.filter((url) => url.startsWith(`${product}/vouchsafe/login`)).length, 1)
  const done = await walk(browser, await browser.submit(page, { scope: ['openid', 'profile', 'email'] }, 'consent-allow'))
  assert.ok(done.page.location.startsWith(`${CALLBACK}?code=`), done.page.location)
  const code = new URL(done.page.location).searchParams.get('code') ?? ''
  const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 §B
  const given = { grant_type: 'authorization_code', code, client_id, redirect_uri: CALLBACK, code_verifier }
  const token = await fetch(`${server.issuer}/token`, { method: 'POST', body: new URLSearchParams(given) })
  const { access_token } = (await token.json()) as { access_token: string }
  const userinfo = await fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
  const { sub, email, email_verified, name } = (await userinfo.json()) as Record<string, unknown>
  assert.deepEqual({ sub, email, email_verified, name }, { sub: MARA.id, email: MARA.email, email_verified: true, name: MARA.name })
})

it('who is not signed in signs in at the product; prompt=login asks there anew', async () => {
  const browser = openBrowser((request) => fetch(request))
  const first = await walk(browser, await browser.get(authorizeUrl({ prompt: 'consent' })))
  assert.ok(first.page.url.startsWith(`${product}/sign-in`), first.page.url)
  const second = await walk(browser, await signInAtProduct(browser, first.page))
  assert.ok(second.page.html.includes('id="consent-allow"'), textOf(second.page.html))
  await new Promise((resolve) => setTimeout(resolve, 1_100)) // NumericDate has whole seconds
  const anew = await walk(browser, await browser.get(authorizeUrl({ prompt: 'login consent' })))
  assert.ok(anew.page.url.startsWith(`${product}/sign-in`), anew.page.url)
  const last = await walk(browser, await signInAtProduct(browser, anew.page))
  assert.ok(last.page.html.includes('id="consent-allow"'), last.page.url)
})

it('signing out here signs out of the product, and comes back to where the app asked', async () => {
  const browser = openBrowser((request) => fetch(request))
  await signInAtProduct(browser, await browser.get(`${product}/sign-in`))
  assert.ok((await walk(browser, await browser.get(`${server.issuer}/account/apps`))).page.url.endsWith('/account/apps'))
  const bye = new URLSearchParams({ client_id, post_logout_redirect_uri: 'https://app.example/bye', state: 's' })
  const asked = await walk(browser, await browser.get(`${server.issuer}/logout?${bye}`))
  const { page, seen } = await walk(browser, await browser.submit(asked.page, {}, 'logout-confirm'))
  assert.equal(page.location, 'https://app.example/bye?state=s')
  assert.ok(seen.some((url) => url.startsWith(`${product}/vouchsafe/logout`)))
  const again = await walk(browser, await browser.get(`${server.issuer}/account/apps`))
  assert.ok(again.page.url.startsWith(`${product}/sign-in`), again.page.url)
})

it('OIDC Back-Channel §2.7 signing out of the product ends the session here', async () => {
  const browser = openBrowser((request) => fetch(request))
  await signInAtProduct(browser, await browser.get(`${product}/sign-in`))
  await walk(browser, await browser.get(`${server.issuer}/account/apps`))
  const home = await browser.get(`${product}/`)
  await browser.submit(home, {})
  const again = await walk(browser, await browser.get(`${server.issuer}/account/apps`))
  assert.ok(again.page.url.startsWith(`${product}/sign-in`), again.page.url)
})
