import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Client } from '../../src/core/model/client.ts'
import type { User } from '../../src/core/model/user.ts'
import { type Browser, ids, tags, textOf, type Visit } from '../support/browser.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

const SMALL = 'openid profile invoices.read'
const DAY = 86_400_000
let people = 0

describe('consent again', () => {
  let site: TestSite
  before(async () => {
    site = await openSite({ config: { resources: { 'https://api.example/': { name: { en: 'Otter Bakery' } } } } })
  })
  after(() => site.close())

  interface Asked {
    person: User
    browser: Browser
    client: Client
    ask(params?: Record<string, string>): Promise<Visit>
    consent(): Promise<Awaited<ReturnType<TestSite['store']['consents']['find']>>>
    change(fields: Partial<Client>): Promise<void>
  }

  /** Somebody who has allowed an app of their own the small scopes, for 30 days. */
  async function allowed(metadata: Partial<Client> = {}, fields: Record<string, string> = {}): Promise<Asked> {
    const client_id = `app-${++people}`
    const client = await site.addClient({ client_id, ...metadata })
    const person = await site.addPerson(`again-${people}@otterbakery.example`)
    const browser = site.browser()
    const page = await site.signIn(browser, { client_id, scope: SMALL }, person.email)
    assert.equal(
      new URL((await browser.follow(await browser.submit(page, fields, 'consent-allow'), ISSUER)).location).searchParams.has('code'),
      true,
    )
    site.time.now += DAY
    return {
      person,
      browser,
      client,
      ask: async (params) => browser.follow(await browser.get(site.authorizeUrl({ client_id, scope: SMALL, ...params })), ISSUER),
      consent: () => site.store.consents.find(person.sub, client_id),
      change: async (changed) => void (await site.store.clients.update({ ...client, ...changed })),
    }
  }
  const answerOf = async ({ browser }: Asked, visit: Visit, fields: Record<string, string | string[]>, button: string) =>
    new URL((await browser.follow(await browser.submit(visit, fields, button), ISSUER)).location).searchParams
  const newest = async ({ person }: Asked) => (await site.store.receipts.list(person.sub, { limit: 1 }))[0]!
  const isAgain = (visit: Visit) => ids(visit.html).includes('consent-kept')

  it('of one new thing the button is the choice; the rest is folded away, and the end stays', async () => {
    const asked = await allowed()
    const before = await asked.consent()
    const page = await asked.ask({ scope: `${SMALL} invoices.send` })
    assert.match(page.html, /<title>Tallyboat asks for one thing more/)
    assert.match(textOf(page.html), /You allowed Tallyboat on 21 November/)
    assert.match(textOf(page.html), /New, acts in your name Create and send invoices Your customers/)
    assert.match(textOf(page.html), /2 things stay as they are Know who you are See invoices Until 21 December ?\. Receipt 0001/)
    const shown = ids(page.html)
    for (const id of ['consent-title', 'consent-form', 'scope-invoices.send', 'consent-allow', 'consent-deny'])
      assert.ok(shown.includes(id), id)
    assert.ok(!shown.includes('scope-invoices.read') && !shown.includes('duration-once'))
    assert.deepEqual(
      tags(page.html, 'input').filter(({ type }) => type !== 'hidden'),
      [],
    )
    assert.ok(page.html.indexOf('consent-deny"') < page.html.indexOf('consent-allow"'), 'the refusal comes first')
    assert.ok((await answerOf(asked, page, {}, 'consent-allow')).has('code'))
    const { consent, epoch } = await asked.consent()
    assert.equal(consent?.scope, `${SMALL} invoices.send`)
    assert.equal(consent.expires_at, before.consent?.expires_at)
    assert.equal(epoch, before.epoch, 'nothing that was given has ended')
    const { shown: held, seq } = await newest(asked)
    assert.equal(seq, 2)
    assert.deepEqual(
      held?.scopes.map(({ scope, on }) => [scope, on]),
      [['invoices.send', true]],
    )
    assert.deepEqual(held.already, ['Know who you are', 'See invoices'])
    assert.deepEqual(held.difference, { receipt_id: before.consent?.receipt_id, changed: [], gone: [] })
    const drawn = await asked.browser.get(`${ISSUER}/account/receipts/${(await newest(asked)).receipt_id}`)
    assert.match(textOf(drawn.html), /asks for one thing more[\s\S]*Create and send invoices[\s\S]*Allowed[\s\S]*2 things stay as they are/)
  })

  it('"keep as it was" is access_denied to this request, and the older consent stays as it is', async () => {
    const asked = await allowed()
    const before = await asked.consent()
    const page = await asked.ask({ scope: `${SMALL} invoices.send` })
    const answer = await answerOf(asked, page, {}, 'consent-deny')
    assert.deepEqual([answer.get('error'), answer.get('state')], ['access_denied', 'xyz'])
    assert.deepEqual(await asked.consent(), before)
    assert.equal((await newest(asked)).seq, 1)
    assert.ok(new URL((await asked.ask()).location).searchParams.has('code'), 'what was allowed before goes on')
  })

  it('of several new things each has its switch, and what is left off is not asked again', async () => {
    const asked = await allowed()
    const page = await asked.ask({ scope: `${SMALL} bank.read invoices.send` })
    assert.match(page.html, /<title>Tallyboat asks for 2 things more/)
    const switches = tags(page.html, 'input').filter(({ type }) => type === 'checkbox')
    assert.deepEqual(
      switches.map(({ id, checked }) => [id, checked]),
      [
        ['scope-bank.read', undefined],
        ['scope-invoices.send', undefined],
      ],
    )
    const nothing = await asked.browser.submit(page, {}, 'consent-allow')
    assert.equal(nothing.status, 400)
    assert.ok(ids(nothing.html).includes('consent-error') && isAgain(nothing))
    assert.ok((await answerOf(asked, nothing, { scope: ['bank.read'] }, 'consent-allow')).has('code'))
    const { consent } = await asked.consent()
    assert.deepEqual([consent?.scope, consent?.declined], [`${SMALL} bank.read`, 'invoices.send'])
    assert.ok(new URL((await asked.ask({ scope: `${SMALL} bank.read invoices.send` })).location).searchParams.has('code'))
    assert.deepEqual(
      (await newest(asked)).shown?.scopes.map(({ scope, on }) => [scope, on]),
      [
        ['bank.read', true],
        ['invoices.send', false],
      ],
    )
  })

  it('what is not asked for this time is told, and stays allowed', async () => {
    const asked = await allowed()
    const page = await asked.ask({ scope: 'openid profile bank.read' })
    assert.match(textOf(page.html), /Not asked for this time See invoices It stays allowed until you revoke it/)
    await answerOf(asked, page, {}, 'consent-allow')
    assert.deepEqual((await asked.consent()).consent?.scope.split(' ').sort(), ['bank.read', 'invoices.read', 'openid', 'profile'])
    assert.deepEqual((await newest(asked)).shown?.difference?.gone, ['See invoices'])
  })

  const changes: [what: string, fields: Partial<Client>, told: RegExp][] = [
    ['name', { client_name: 'Tallyship' }, /Tallyship has changed[\s\S]*Changed by the app Its name Tallyboat is now Tallyship/],
    ['logo', { logo_uri: 'https://tallyboat.example/new.png' }, /Its picture none is now https:\/\/tallyboat\.example\/new\.png/],
    ['kind', { ai_agent: true }, /Tallyboat ?, an AI agent, has changed[\s\S]*What it is none is now AI agent/],
    ['publisher', { publisher: 'Owner Ltd' }, /Its publisher none is now Owner Ltd/],
    ['site', { client_uri: 'https://owner.example/' }, /Its own site none is now https:\/\/owner\.example\//],
    [
      'policy',
      { policy_uri: 'https://tallyboat.example/new' },
      /Its privacy policy https:\/\/tallyboat\.example\/privacy is now https:\/\/tallyboat\.example\/new/,
    ],
    ['terms', { tos_uri: 'https://tallyboat.example/new' }, /Its terms https:\/\/tallyboat\.example\/terms is now/],
  ]
  for (const [what, fields, told] of changes) {
    it(`an app with another ${what} than was shown is asked about again, and only that is shown`, async () => {
      const asked = await allowed()
      await asked.change(fields)
      const page = await asked.ask()
      assert.ok(isAgain(page), 'it is asked')
      assert.match(textOf(page.html), told)
      const silent = await asked.ask({ prompt: 'none' })
      assert.equal(new URL(silent.location).searchParams.get('error'), 'consent_required')
      assert.ok((await answerOf(asked, page, {}, 'consent-allow')).has('code'))
      assert.ok(new URL((await asked.ask()).location).searchParams.has('code'), 'once')
      assert.equal((await newest(asked)).shown?.difference?.changed.length, 1)
    })
  }

  it('what a person does not see of an app is no reason to ask again, and neither is a consent from before', async () => {
    const asked = await allowed()
    await asked.change({ contacts: ['new@tallyboat.example'], software_version: '2' })
    assert.ok(new URL((await asked.ask()).location).searchParams.has('code'))
    const { identity: _, receipt_id: _receipt, ...old } = (await asked.consent()).consent!
    await site.store.consents.decide(old, {
      receipt_id: `old-${people}`,
      sub: old.sub,
      client_id: old.client_id,
      at: 1,
      decision: 'allowed',
      scope: '',
    })
    await asked.change({ client_name: 'Tallyship' })
    assert.ok(new URL((await asked.ask()).location).searchParams.has('code'))
    assert.ok(isAgain(await asked.ask({ scope: `${SMALL} bank.read` })), 'its scopes are still compared')
  })

  it('another host of the redirect is shown as what it was and what it is', async () => {
    const redirect_uri = 'https://go.tallyboat.example/cb'
    const asked = await allowed({ redirect_uris: ['https://app.tallyboat.example/cb', redirect_uri] })
    const page = await asked.ask({ redirect_uri })
    assert.match(textOf(page.html), /Where your answer is sent app\.tallyboat\.example is now go\.tallyboat\.example/)
    assert.match(page.html, /id="consent-redirect-host"><bdi>go\.tallyboat\.example/)
    await answerOf(asked, page, {}, 'consent-allow')
    assert.deepEqual((await asked.consent()).consent?.redirect_hosts, ['app.tallyboat.example', 'go.tallyboat.example'])
  })

  it('RFC 8252 §8.6: an answer that stays on this computer is said to on the difference too, and a receipt holds what was said', async () => {
    const here = 'http://127.0.0.1/cb'
    const asked = await allowed({
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: ['https://app.tallyboat.example/cb', here],
    })
    const page = await asked.ask({ redirect_uri: 'http://127.0.0.1:7999/cb' })
    assert.ok(isAgain(page))
    assert.ok(ids(page.html).includes('consent-localhost'))
    assert.match(textOf(page.html), /We cannot tell which one/)
    await answerOf(asked, page, {}, 'consent-allow')
    const { shown } = await newest(asked)
    assert.equal(shown?.native, true)
    assert.match(shown.said?.['here_text'] ?? '', /We cannot tell which one/)
  })

  it('RFC 8707 §2: a place that nothing was allowed at is new', async () => {
    const asked = await allowed()
    const page = await asked.ask({ resource: 'https://api.example/' })
    assert.match(textOf(page.html), /New place Where Otter Bakery/)
    await answerOf(asked, page, {}, 'consent-allow')
    assert.equal((await asked.consent()).consent?.scope_at['https://api.example/'], SMALL)
  })

  it('OIDC Core §5.5: new details are one thing, and those allowed before stay', async () => {
    const asked = await allowed()
    const claims = (...names: string[]) => JSON.stringify({ userinfo: Object.fromEntries(names.map((name) => [name, null])) })
    const page = await asked.ask({ claims: claims('email') })
    assert.match(textOf(page.html), /New, about you Know these details about you email/)
    await answerOf(asked, page, {}, 'consent-allow')
    assert.deepEqual((await asked.consent()).consent?.claims, ['email'])
    const second = await asked.ask({ claims: claims('email', 'email_verified') })
    assert.match(textOf(second.html), /Know these details about you email verified/)
    await answerOf(asked, second, {}, 'consent-allow')
    assert.deepEqual((await asked.consent()).consent?.claims, ['email', 'email_verified'])
  })

  it('OIDC Core §3.1.2.1: prompt=consent, a native app and "just this once" are asked in full', async () => {
    const asked = await allowed()
    assert.ok(!isAgain(await asked.ask({ scope: `${SMALL} bank.read`, prompt: 'consent' })))
    const redirect_uri = 'http://127.0.0.1/cb'
    const native = await allowed({ redirect_uris: ['https://app.tallyboat.example/cb', redirect_uri], application_type: 'native' })
    assert.ok(!isAgain(await native.ask({ scope: `${SMALL} bank.read`, redirect_uri: 'http://127.0.0.1:4912/cb' })))
    const once = await allowed({}, { duration: 'once' })
    assert.ok(!isAgain(await once.ask({ scope: `${SMALL} bank.read` })))
  })

  it('an answer counts also where the app was of use while the page was read', async () => {
    const asked = await allowed()
    const page = await asked.ask({ scope: `${SMALL} bank.read` })
    await site.store.consents.use(asked.person.sub, asked.client.client_id, site.time.now + 1, 3)
    assert.ok((await answerOf(asked, page, {}, 'consent-allow')).has('code'))
    assert.equal((await asked.consent()).consent?.scope, `${SMALL} bank.read`)
  })

  it('in a language of the person', async () => {
    const asked = await allowed()
    const page = await asked.ask({ scope: `${SMALL} bank.read`, ui_locales: 'de' })
    assert.match(textOf(page.html), /Tallyboat bittet um eine Sache mehr[\s\S]*Alles beim Alten lassen Änderung erlauben/)
  })

  describe('attacks', () => {
    it('an answer to what was shown of another consent than the one that stands is no answer', async () => {
      const asked = await allowed()
      const page = await asked.ask({ scope: `${SMALL} invoices.send` })
      const { consent } = await asked.consent()
      // narrowed in another window meanwhile: the button would bring back what nobody reads
      const narrowed = { ...consent!, scope: 'openid profile', scope_at: { '': 'openid profile' } }
      const receipt = {
        receipt_id: `n-${people}`,
        sub: narrowed.sub,
        client_id: narrowed.client_id,
        at: 1,
        decision: 'allowed',
        scope: '',
      } as const
      await site.store.consents.decide(narrowed, receipt)
      const again = await asked.browser.submit(page, {}, 'consent-allow')
      assert.equal(again.status, 200)
      assert.match(again.html, /<title>Tallyboat asks for 2 things more/)
      assert.deepEqual((await asked.consent()).consent, narrowed)
    })

    it('taken back meanwhile: the whole is asked, and nothing comes back by itself', async () => {
      const asked = await allowed()
      const page = await asked.ask({ scope: `${SMALL} invoices.send` })
      const apps = await asked.browser.get(`${ISSUER}/account/apps`)
      await asked.browser.submit(apps, {}, `grant-${asked.client.client_id}-revoke-confirm`)
      const again = await asked.browser.submit(page, {}, 'consent-allow')
      assert.ok(again.status === 200 && !isAgain(again))
      assert.equal((await asked.consent()).consent, null)
    })

    it('an app that changes its name between page and answer is shown as what it is now', async () => {
      const asked = await allowed()
      const page = await asked.ask({ scope: `${SMALL} invoices.send` })
      await asked.change({ client_name: 'Your Bank' })
      const again = await asked.browser.submit(page, {}, 'consent-allow')
      assert.match(textOf(again.html), /Changed by the app Its name Tallyboat is now Your Bank/)
      assert.equal((await asked.consent()).consent?.scope, SMALL)
    })

    it('scopes that a form adds are not given, and a duration that a form adds moves no end', async () => {
      const asked = await allowed()
      const before = await asked.consent()
      const page = await asked.ask({ scope: `${SMALL} bank.read` })
      await answerOf(asked, page, { scope: ['bank.read', 'invoices.send', 'admin'], duration: 'revoked' }, 'consent-allow')
      const { consent } = await asked.consent()
      assert.deepEqual([consent?.scope, consent?.expires_at], [`${SMALL} bank.read`, before.consent?.expires_at])
    })

    it('of fifty answers at one moment the consent is one, every one is sent on, and the chain is whole', async () => {
      const asked = await allowed()
      const page = await asked.ask({ scope: `${SMALL} bank.read` })
      const answers = await Promise.all(Array.from({ length: 50 }, () => asked.browser.submit(page, {}, 'consent-allow')))
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303])
      assert.equal((await asked.consent()).consent?.scope, `${SMALL} bank.read`)
      assert.deepEqual((await site.store.receipts.verify({ sub: asked.person.sub })).findings, [])
    })

    it('a form that is sent again, as a restored browser does, brings nothing back: narrowed, ended earlier or revoked meanwhile', async () => {
      const answer = { scope: ['profile', 'invoices.read', 'bank.read'], duration: 'revoked' }
      const params = { scope: `${SMALL} bank.read`, prompt: 'consent' }
      for (const [button, fields] of [
        ['grant-narrow-save', { scope: ['profile', 'invoices.read'] }],
        ['grant-narrow-save', { scope: answer.scope, until: '7d' }],
        ['grant-revoke-confirm', {}],
      ] as const) {
        const asked = await allowed({ reviewed: false }, answer as never)
        const form = await asked.ask(params)
        assert.ok((await answerOf(asked, form, answer, 'consent-allow')).has('code'))
        const app = await asked.browser.get(`${ISSUER}/account/apps/${asked.client.client_id}`)
        await asked.browser.submit(app, { ...fields } as never, button)
        const after = (await asked.consent()).consent
        const again = await asked.browser.follow(await asked.browser.submit(form, answer, 'consent-allow'), ISSUER)
        assert.equal(ids(again.html).includes('consent-form'), !('until' in fields), 'what is no longer allowed is asked anew')
        assert.deepEqual((await asked.consent()).consent, after, button)
      }
    })

    it('an end that is to stay is none where the consent ends while it is answered', async () => {
      const asked = await allowed()
      const { request_id, scope, expires_at } = (await asked.consent()).consent!
      const form = await asked.ask({ scope: `${SMALL} bank.read` })
      const ticket = tags(form.html, 'input').find(({ name }) => name === 'ticket')!['value']!
      const cookie = [...asked.browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const { interactions } = site.app.server
      const interaction = await interactions.open({ header: (name: string) => (name === 'cookie' ? cookie : undefined) } as never, ticket)
      const { now } = site.time
      try {
        site.time.now = expires_at!
        const given = { sub: asked.person.sub, scope: `${SMALL} bank.read`, duration: 'as_before', upon: { request_id, scope } } as const
        assert.equal(await interactions.allow(interaction!, given), false)
        assert.equal((await asked.consent()).consent?.scope, SMALL)
      } finally {
        site.time.now = now
      }
    })

    it('what was allowed in another window meanwhile was not on the page, and no receipt says that it was', async () => {
      const asked = await allowed()
      const form = await asked.ask({ scope: 'openid profile bank.read', prompt: 'consent' })
      const other = await asked.ask({ scope: `${SMALL} invoices.send` })
      await answerOf(asked, other, {}, 'consent-allow')
      const again = await asked.browser.submit(form, { scope: ['bank.read'] }, 'consent-allow')
      assert.equal(again.status, 200)
      assert.match(textOf(again.html), /Create and send invoices/)
      await answerOf(asked, again, { scope: ['bank.read'] }, 'consent-allow')
      assert.deepEqual((await newest(asked)).shown?.already, ['See invoices', 'Create and send invoices'])
    })

    it('a name with markup or turned text stays one harmless line', async () => {
      const asked = await allowed()
      await asked.change({ client_name: '<img src=x>\u202Eevil\u200B' })
      const page = await asked.ask()
      assert.ok(!page.html.includes('<img') && !/[\u202E\u200B]/.test(page.html))
      assert.match(textOf(page.html), /is now <img src=x>evil/)
    })
  })
})
