import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { after, before, it } from 'node:test'
import { SignJWT } from 'jose'
import ts from 'typescript'
import { readHostLogin } from '../../src/server/host-login.ts'
import { ids } from '../support/browser.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

const PRODUCT = 'https://product.example'
const SECRET = 'of-the-product-itself'
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ENV: Record<string, string> = {
  PRODUCT_ORIGIN: PRODUCT,
  VOUCHSAFE_ISSUER: ISSUER,
  PRODUCT_SESSION_SECRET: SECRET,
  VOUCHSAFE_HANDOVER_KEY: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
}
const before_env = { ...process.env }

let site: TestSite
before(async () => {
  Object.assign(process.env, ENV)
  const public_key = keys.publicKey.export({ type: 'spki', format: 'pem' })
  site = await openSite({
    config: { host_login: readHostLogin({ login: `${PRODUCT}/vouchsafe/login`, issuer: PRODUCT, public_key }, ISSUER, '') },
  })
})
after(async () => {
  await site.close()
  for (const name of Object.keys(ENV)) {
    if (before_env[name] === undefined) delete process.env[name]
    else process.env[name] = before_env[name]
  }
})

/** The cookie of somebody who signed in to the product so many seconds ago. */
async function cookieOf(id: string, age: number): Promise<string> {
  const person = { id, email: `${id}@product.example`, name: 'Ida', auth_time: Math.floor(Date.now() / 1000) - age }
  return `product-session=${await new SignJWT(person).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET))}`
}

it('its route handlers sign a person in: Vouchsafe takes their hand-over', async () => {
  const { GET } = await import('../../examples/nextjs-host/app/vouchsafe/login/route.ts')
  site.time.now = Date.now()
  const browser = site.browser()
  const asked = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
  const answer = await GET(new Request(asked.location, { headers: { cookie: await cookieOf('n-1', 60) } }))
  assert.equal(answer.status, 303)
  const page = await browser.follow(await browser.get(answer.headers.get('location')!), ISSUER)
  assert.ok(ids(page.html).includes('consent-allow'), page.url)
  assert.equal((await site.store.users.find('n-1'))?.name, 'Ida')

  const { POST } = await import('../../examples/nextjs-host/app/sign-out/route.ts')
  const { fetch: real } = globalThis
  globalThis.fetch = (url, init) => site.app.fetch(new Request(url as string, init)) // the way to the server that a product has
  try {
    const headers = { cookie: await cookieOf('n-1', 60), 'sec-fetch-site': 'same-origin' }
    assert.equal((await POST(new Request(`${PRODUCT}/sign-out`, { method: 'POST', headers }))).status, 303)
  } finally {
    globalThis.fetch = real
  }
  assert.ok((await browser.get(`${ISSUER}/account/apps`)).location.startsWith(`${ISSUER}/login`))
})

it('its sign-in is asked for where nobody is there, and anew for prompt=login; its sign-out leads nowhere else', async () => {
  const { GET } = await import('../../examples/nextjs-host/app/vouchsafe/login/route.ts')
  const url = `${PRODUCT}/vouchsafe/login?state=s&nonce=n`
  const locationOf = async (request: Request) => (await GET(request)).headers.get('location') ?? ''
  assert.ok((await locationOf(new Request(url))).startsWith(`${PRODUCT}/sign-in?next=`))
  const old = new Request(`${url}&prompt=login`, { headers: { cookie: await cookieOf('n-2', 60) } })
  assert.ok((await locationOf(old)).startsWith(`${PRODUCT}/sign-in?next=`))
  const logout = await import('../../examples/nextjs-host/app/vouchsafe/logout/route.ts')
  for (const [return_to, location] of [
    [`${ISSUER}/logout/done`, `${ISSUER}/logout/done`],
    ['https://evil.example/', `${PRODUCT}/`],
    [`${ISSUER}.evil.example/`, `${PRODUCT}/`],
  ]) {
    const reply = await logout.GET(new Request(`${PRODUCT}/vouchsafe/logout?${new URLSearchParams({ return_to: return_to! })}`))
    assert.equal(reply.headers.get('location'), location)
  }
})

it('its pages are well-formed', () => {
  for (const name of ['layout.tsx', 'page.tsx']) {
    const fileName = `examples/nextjs-host/app/${name}`
    const { diagnostics } = ts.transpileModule(readFileSync(fileName, 'utf8'), {
      fileName,
      reportDiagnostics: true,
      compilerOptions: { jsx: ts.JsxEmit.ReactJSX },
    })
    assert.deepEqual(
      diagnostics?.map(({ messageText }) => messageText),
      [],
    )
  }
})
