import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { createProduct } from '../../examples/embed.ts'
import type { Session, Store } from '../../src/index.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'

const ISSUER = 'https://id.example.com'
const REDIRECT = 'https://app.example.com/callback'

let folder: string
let store: Store
let product: Awaited<ReturnType<typeof createProduct>>

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vouchsafe-embed-'))
  store = await openSqliteStore(join(folder, 'oauth.db'))
  const mara: Session = { sid: 's1', sub: 'mara', auth_time: Date.now() }
  product = await createProduct(ISSUER, store, async (http) => (http.header('cookie')?.includes('product=mara') ? mara : null))
  await store.clients.add({
    client_id: 'app',
    client_name: 'An <app>',
    client_secrets: [],
    redirect_uris: [REDIRECT],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    scope: 'openid profile',
    application_type: 'web',
    id_token_signed_response_alg: 'RS256',
    dialect: 'standard',
    created_at: Date.now(),
  })
})
after(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const code_verifier = randomBytes(32).toString('base64url')

/** A browser in which Mara is signed in to the product, standing at the consent page. */
async function openConsent(more: Record<string, string> = {}) {
  let cookies = 'product=mara'
  const browse = async (url: string, fields?: Record<string, string>) => {
    const headers = {
      cookie: cookies,
      ...(fields && { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' }),
    }
    const response = await product.fetch(
      new Request(url, { method: fields ? 'POST' : 'GET', headers, body: fields ? new URLSearchParams(fields) : null }),
    )
    for (const line of response.headers.getSetCookie()) cookies += `; ${line.split(';')[0]}`
    return { status: response.status, location: new URL(response.headers.get('location') ?? url, url).href, text: await response.text() }
  }
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
  const asked = {
    client_id: 'app',
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid profile',
    state: 's',
    code_challenge,
    code_challenge_method: 'S256',
    ...more,
  }
  const { location } = await browse(`${ISSUER}/authorize?${new URLSearchParams(asked)}`)
  const ticket = new URL(location).searchParams.get('ticket') ?? ''
  return { browse, location, ticket, page: await browse(location) }
}

it('a product with a consent page of its own gives an app its tokens', async () => {
  const { browse, page, ticket } = await openConsent()
  assert.equal(page.status, 200)
  assert.ok(page.text.includes('An &#60;app&#62;'), 'the name of the app is text')
  const back = await browse(`${ISSUER}/consent`, { ticket, decision: 'allow' })
  const answer = new URL((await browse(back.location)).location)
  assert.equal(answer.origin + answer.pathname, REDIRECT)
  assert.equal(answer.searchParams.get('iss'), ISSUER)
  const code = answer.searchParams.get('code') ?? ''
  const token = await browse(`${ISSUER}/token`, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    client_id: 'app',
    code_verifier,
  })
  assert.equal(token.status, 200, token.text)
  assert.deepEqual(Object.keys(JSON.parse(token.text)).includes('id_token'), true)
})

it('RFC 6749 §4.1.2.1 a denial on the page of the product is access_denied', async () => {
  const { browse, ticket } = await openConsent({ prompt: 'consent' })
  const back = await browse(`${ISSUER}/consent`, { ticket, decision: 'deny' })
  assert.equal(new URL((await browse(back.location)).location).searchParams.get('error'), 'access_denied')
})

it('a ticket that was not sealed here is told to the person, not thrown', async () => {
  const { browse } = await openConsent({ prompt: 'consent' })
  assert.equal((await browse(`${ISSUER}/consent?ticket=forged`)).status, 400)
})
