import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createLocalJWKSet, importJWK, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { openKeyRing } from '../../src/core/keys/key-ring.ts'
import { DAY, MINUTE } from '../../src/core/model/clock.ts'
import { OAuthError } from '../../src/core/model/error.ts'
import type { KeyHome } from '../../src/core/model/keys.ts'
import { silentLog } from '../../src/core/model/log.ts'
import { openPkcs11 } from '../../src/signers/pkcs11.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import type { Browser } from '../support/browser.ts'
import { runProgram } from '../support/program.ts'
import { openServer, type TestServer } from '../support/server.ts'
import { openWorld, type World } from '../support/world.ts'
import { missing, moduleProcesses, openSoftHsm, type SoftHsm } from './soft-hsm.ts'

const skip = missing !== undefined && process.env['CI'] !== 'true' ? missing : false
const ring = {
  issuer: 'https://id.example',
  log: silentLog,
  secrets: ['m'.repeat(43)],
  protects: { access_token: 10 * MINUTE, grant: 365 * DAY },
}
const header = (alg: string) => Buffer.from(JSON.stringify({ alg })).toString('base64url')
const input = (alg: string, i = 0) => `${header(alg)}.${Buffer.from(JSON.stringify({ sub: 'u', i })).toString('base64url')}`

describe('keys in a PKCS#11 token', { skip }, () => {
  let hsm: SoftHsm
  before(() => {
    hsm = openSoftHsm()
    Object.assign(process.env, hsm.env)
  })
  after(() => {
    for (const name of Object.keys(hsm.env)) delete process.env[name]
    hsm.close()
  })
  const settings = (more = {}) => ({
    module: hsm.module,
    token: hsm.token,
    pin: hsm.pin,
    sessions: 4,
    timeout: 1000,
    new_keys: true,
    ...more,
  })
  const signer = (more = {}) => ({ type: 'pkcs11' as const, ...settings(more) })

  describe('the home of keys', () => {
    let home: KeyHome
    before(async () => {
      home = await openPkcs11(settings(), silentLog)
    })
    after(() => home.close())

    for (const alg of ['ES256', 'RS256'] as const) {
      it(`RFC 7518 §3: what it signs with ${alg} jose verifies, many at a time; a destroyed key is gone from the token`, async () => {
        const before = hsm.objects()
        const { reference, public_jwk } = await home.make(alg)
        assert.equal(hsm.objects(), before + 2)
        assert.equal('d' in public_jwk, false)
        const key = await importJWK(public_jwk as never, alg)
        const signed = await Promise.all(
          Array.from({ length: 50 }, async (_, i) => `${input(alg, i)}.${await home.sign(reference, alg, input(alg, i))}`),
        )
        for (const [i, jwt] of signed.entries()) assert.equal((await jwtVerify(jwt, key)).payload['i'], i)
        await home.destroy(reference)
        await home.destroy(reference)
        assert.equal(hsm.objects(), before)
        await assert.rejects(home.sign(reference, alg, input(alg)), /no private key/)
      })
    }

    it('two nodes use one token, and a key that one destroys is gone for the other', async () => {
      const other = await openPkcs11(settings(), silentLog)
      const { reference } = await home.make('ES256')
      assert.ok(await other.sign(reference, 'ES256', input('ES256')))
      await home.destroy(reference)
      await assert.rejects(other.sign(reference, 'ES256', input('ES256')))
      await other.close()
    })

    it('a module that crashes is begun anew: those who wait get their signatures', async () => {
      const { reference } = await home.make('ES256')
      await new Promise((resolve) => setTimeout(resolve, 1000)) // it is begun at most once a second
      const [pid] = moduleProcesses()
      const waiting = Array.from({ length: 20 }, () => home.sign(reference, 'ES256', input('ES256')))
      process.kill(pid!, 'SIGKILL')
      assert.equal((await Promise.all(waiting)).length, 20)
      assert.notDeepEqual(moduleProcesses(), [pid])
      await home.destroy(reference)
    })

    it('a module that hangs is temporarily_unavailable in time, for all who wait, and then begun anew', async () => {
      const { reference } = await home.make('ES256')
      const [pid] = moduleProcesses()
      process.kill(pid!, 'SIGSTOP')
      const began = performance.now()
      const refused = await Promise.allSettled(Array.from({ length: 300 }, () => home.sign(reference, 'ES256', input('ES256'))))
      assert.ok(performance.now() - began < 5000)
      for (const one of refused) assert.ok(one.status === 'rejected' && one.reason instanceof OAuthError && one.reason.status === 503)
      assert.ok(await signsAgain(() => home.sign(reference, 'ES256', input('ES256'))))
      assert.equal(moduleProcesses().includes(pid!), false)
      await home.destroy(reference)
    })
  })

  it('a token that is away is 503 before a code is used up; back again, the same code is good', async () => {
    const world: World = await openWorld({ config: { signer: signer() } })
    try {
      const code = await world.code()
      assert.equal((await world.redeem(await world.code())).status, 200)
      hsm.hide()
      for (const pid of moduleProcesses()) process.kill(pid, 'SIGKILL')
      const lost = await world.post('/token', {
        grant_type: 'client_credentials',
        client_id: 'c1',
        client_secret: 'secret-'.padEnd(43, 's'),
      })
      assert.deepEqual([lost.status, lost.body.error, lost.headers.get('retry-after')], [503, 'temporarily_unavailable', '1'])
      assert.equal((await world.redeem(code)).status, 503)
      assert.equal((await world.get('/jwks')).status, 200, 'what needs no signature goes on')
      const readiness = async () => {
        world.time.now += 1000 // what was found is good for a second
        return (await world.get('/readyz')).body
      }
      assert.deepEqual(await readiness(), { status: 'unready', failing: 'signer' })
      hsm.show()
      assert.ok(await signsAgain(async () => assert.deepEqual(await readiness(), { status: 'ok' })), 'looking is enough to come back')
      assert.equal((await world.redeem(code)).status, 200)
    } finally {
      await world.close()
    }
  })

  it('keys of the database go on beside those of the token, and the other way round', async () => {
    const store = await openSqliteStore(':memory:')
    const time = { now: 1_800_000_000_000 }
    const homes = [await openPkcs11(settings(), silentLog), await openPkcs11(settings({ new_keys: false }), silentLog)]
    const open = (home?: KeyHome) => openKeyRing({ ...ring, store: store.keys, clock: () => time.now, home })
    const without = await open()
    const within = await open(homes[0])
    const claims = { iss: ring.issuer, sub: 'u', aud: 'c', iat: time.now / 1000, exp: time.now / 1000 + 9999 }
    const before = await without.signer.sign(claims, 'at+jwt', 'ES256')
    await within.rotate(['sig-ES256'])
    time.now += 10 * MINUTE
    await within.maintain()
    await without.reload()
    const jwt = await within.signer.sign(claims, 'at+jwt', 'ES256')
    for (const keys of [without, within]) for (const one of [before, jwt]) assert.equal((await keys.signer.verify(one, 'at+jwt')).sub, 'u')
    await assert.rejects(async () => without.signer.sign(claims, 'at+jwt', 'ES256'), /temporarily_unavailable/)
    await assert.rejects(open(), /lives in another place/)

    const back = await open(homes[1])
    const objects = hsm.objects()
    await back.destroy(back.list().find(({ use, status }) => use === 'sig-ES256' && status === 'active')!.kid)
    assert.equal(hsm.objects(), objects - 2)
    await without.reload()
    assert.ok(await without.signer.sign(claims, 'at+jwt', 'ES256'), 'the successor is a key of the database')

    hsm.hide()
    for (const pid of moduleProcesses()) process.kill(pid, 'SIGKILL')
    time.now += 91 * DAY
    const active = () => within.list().find(({ use, status }) => use === 'ticket' && status === 'active')!.kid
    const ticket = active()
    for (let i = 0; i < 2; i++) {
      await within.maintain()
      time.now += 2 * MINUTE
    }
    await within.maintain()
    assert.notEqual(active(), ticket, 'a token that is away holds up its own keys only')
    hsm.show()
    for (const home of homes) await home.close()
    await store.close()
  })

  it('of many nodes that rotate at once one makes the key, and the others leave nothing in the token', async () => {
    const store = await openSqliteStore(':memory:')
    const home = await openPkcs11(settings(), silentLog)
    const objects = hsm.objects()
    const rings = await Promise.all(Array.from({ length: 8 }, () => openKeyRing({ ...ring, store: store.keys, clock: Date.now, home })))
    await Promise.all(rings.map((keys) => keys.rotate(['sig-ES256'])))
    assert.equal(hsm.objects(), objects + 2 * 3)
    await home.close()
    await store.close()
  })

  describe('the program', () => {
    let server: TestServer
    let person: Browser
    let discovered: oauth.AuthorizationServer
    const http = { [oauth.allowInsecureRequests]: true }
    before(async () => {
      const { pin: _, timeout: __, ...said } = signer()
      server = await openServer({ env: hsm.env, settings: { signer: said } })
      const issuer = new URL(server.issuer)
      discovered = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...http, algorithm: 'oauth2' }))
      person = await server.person()
    })
    after(() => server.close())

    async function openClient(alg: 'ES256' | 'RS256'): Promise<() => Promise<string>> {
      const redirect_uri = 'https://app.example/cb'
      const metadata = { client_name: alg, redirect_uris: [redirect_uri], id_token_signed_response_alg: alg, scope: 'openid email' }
      const { client_id, client_secret } = server.run('client', 'add', '--metadata', JSON.stringify(metadata))
      const client: oauth.Client = { client_id, id_token_signed_response_alg: alg }
      return async () => {
        const as = { ...discovered } // with no JWKS in its memory
        const code_verifier = oauth.generateRandomCodeVerifier()
        const asked = {
          client_id,
          redirect_uri,
          response_type: 'code',
          scope: 'openid email',
          code_challenge: await oauth.calculatePKCECodeChallenge(code_verifier),
          code_challenge_method: 'S256',
        }
        const url = await server.authorize(person, `${as.authorization_endpoint}?${new URLSearchParams(asked)}`)
        const callback = oauth.validateAuthResponse(as, client, url, oauth.expectNoState)
        const auth = oauth.ClientSecretBasic(client_secret)
        const answer = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirect_uri, code_verifier, http)
        const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { requireIdToken: true })
        await oauth.validateApplicationLevelSignature(as, answer, http)
        const request = new Request('https://api.example', { headers: { authorization: `Bearer ${tokens.access_token}` } })
        await oauth.validateJwtAccessToken(as, request, server.issuer, http)
        const jwks = createLocalJWKSet((await (await fetch(as.jwks_uri!)).json()) as never)
        return (await jwtVerify(tokens.id_token!, jwks, { issuer: server.issuer, audience: client_id })).protectedHeader.kid!
      }
    }

    it('whole flows with ES256 and RS256, a restart, and a destroyed key that is gone from the token at once', async () => {
      const [flow, other] = [await openClient('ES256'), await openClient('RS256')]
      const kid = await flow()
      await other()
      assert.equal(hsm.objects() >= 4, true)
      await server.stop('SIGTERM')
      await server.start()
      assert.equal(await flow(), kid)
      const before = hsm.objects()
      assert.equal(server.run('keys', 'destroy', kid, '--yes').destroyed, true)
      assert.equal(hsm.objects(), before, 'one is gone, its successor is there')
      assert.ok(await signsAgain(async () => assert.notEqual(await flow(), kid)), 'the running server has noticed')
      await other()
    })

    it('a wrong PIN is one sentence at the start', async () => {
      const outcome = await runProgram(server.folder, ['serve'], { env: { ...hsm.env, VOUCHSAFE_PKCS11_PIN: '9999' } })
      assert.equal(outcome.code, 78, outcome.stderr)
      assert.match(outcome.stderr, /^vouchsafe: signer: VOUCHSAFE_PKCS11_PIN is not the PIN of the token vouchsafe tests\.\n$/)
      assert.equal(outcome.stdout, '')
    })
  })

  it('a package that is missing is one sentence', async () => {
    delete process.env['NODE_OPTIONS']
    try {
      await assert.rejects(openPkcs11(settings(), silentLog), {
        message: /^A signer of type pkcs11 needs the package koffi: install it .+\.$/,
      })
    } finally {
      Object.assign(process.env, hsm.env)
    }
  })

  for (const [what, change, sentence] of [
    ['no such module', { module: '/nowhere/module.so' }, /^The PKCS#11 module \/nowhere\/module\.so cannot be loaded: .+$/],
    ['no such token', { token: 'another' }, /^There is no token another in the PKCS#11 module: it has vouchsafe tests\.$/],
  ] as const) {
    it(`${what} is one sentence`, async () => {
      await assert.rejects(openPkcs11(settings(change), silentLog), { message: sentence })
    })
  }
})

/** Tries for a while. */
async function signsAgain(sign: () => Promise<unknown>): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    if (
      await sign().then(
        () => true,
        () => false,
      )
    )
      return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}
