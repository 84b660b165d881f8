import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ReceiptFile } from '../../src/core/model/receipt.ts'
import type { User } from '../../src/core/model/user.ts'
import { readReceiptFile, verifyFile } from '../../src/server/receipts.ts'
import { type Browser, ids, textOf, type Visit } from '../support/browser.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

const ROOM = `${ISSUER}/account/receipts`
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

describe('receipts', () => {
  let site: TestSite
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  /** Somebody who has allowed what they were shown: their browser, and the page that they answered. */
  async function decided(email: string, fields: Record<string, string | string[]> = {}, params: Record<string, string> = {}) {
    const person = await site.addPerson(email)
    const browser = site.browser()
    const page = await site.signIn(browser, params, person.email)
    await browser.submit(page, fields, 'consent-allow')
    return { person, browser, page }
  }
  const newest = async ({ sub }: User) => (await site.store.receipts.list(sub, { limit: 1 }))[0]!
  const fileOf = async (browser: Browser, path: string): Promise<ReceiptFile> => {
    const file = readReceiptFile((await browser.get(`${ROOM}/${path}`)).html)
    assert.ok(file)
    return file
  }

  it('hold what stood on the page, letter for letter, and what of it was chosen', async () => {
    const { person, page } = await decided('shown@otterbakery.example', { scope: ['bank.read'], duration: '30d' })
    const { shown, through, expires_at, scope } = await newest(person)
    assert.ok(shown)
    assert.deepEqual([through, expires_at, scope], ['page', site.time.now + 30 * 86_400_000, 'openid profile invoices.read bank.read'])
    assert.deepEqual(
      shown.scopes.map((one) => [one.scope, one.required, one.on]),
      [
        ['profile', true, true],
        ['invoices.read', true, true],
        ['bank.read', false, true],
        ['invoices.send', false, false],
      ],
    )
    const read = textOf(page.html)
    const words = [shown.redirect_host, shown.duration, shown.client.name, ...shown.scopes.flatMap(({ title, text }) => [title, text])]
    for (const word of words) assert.ok(read.includes(word!), word)
    assert.equal(read.match(/See |Know|Create and/g)?.length, shown.scopes.length, 'and nothing was on the page that is not in it')
    assert.deepEqual(shown.client, {
      name: 'Tallyboat',
      reviewed: true,
      looks: shown.client.looks,
      policy_uri: 'https://tallyboat.example/privacy',
      tos_uri: 'https://tallyboat.example/terms',
    })
  })

  it('are in the language of the page, whatever the browser says when it answers', async () => {
    const person = await site.addPerson('sprache@otterbakery.example')
    const browser = site.browser()
    const page = await site.signIn(browser, { ui_locales: 'de' }, person.email)
    await browser.submit(page, {}, 'consent-allow')
    const { shown, receipt_id } = await newest(person)
    assert.equal(shown?.language, 'de')
    assert.ok(textOf(page.html).includes(shown.duration!))
    const drawn = await browser.get(`${ROOM}/${receipt_id}`)
    assert.match(drawn.html, /<html lang="en"[\s\S]*id="receipt-shown" lang="de" dir="ltr"/)
    assert.match(textOf(drawn.html), /Tallyboat bittet darum, Ihr Konto/)
  })

  it('name the family of the browser, and nothing else of it', async () => {
    const person = await site.addPerson('device@otterbakery.example')
    const browser = site.browser()
    const page = await site.signIn(browser, {}, person.email)
    const own = { post: browser.post }
    browser.post = (url, fields) => own.post(url, fields, { 'sec-fetch-site': 'same-origin', 'user-agent': FIREFOX })
    await browser.submit(page, {}, 'consent-allow')
    const receipt = await newest(person)
    assert.equal(receipt.shown?.device, 'Firefox, Linux')
    assert.ok(!JSON.stringify(receipt).includes('203.0.113.7'), 'no address')
  })

  it('a text that changed between page and answer is shown anew, and nothing is written', async () => {
    const person = await site.addPerson('changed@otterbakery.example')
    const browser = site.browser()
    const page = await site.signIn(browser, {}, person.email)
    const definition = site.config.scopes['invoices.read']!
    const kept = { ...definition }
    Object.assign(definition, { title: { en: 'See and keep invoices' } })
    const again = await browser.submit(page, {}, 'consent-allow')
    assert.equal(again.status, 200)
    assert.match(textOf(again.html), /See and keep invoices/)
    assert.deepEqual(await site.store.receipts.list(person.sub, { limit: 1 }), [])
    await browser.submit(again, {}, 'consent-allow')
    assert.match(JSON.stringify((await newest(person)).shown), /See and keep invoices/)
    Object.assign(definition, kept)
  })

  it('stand in a room of the account, the newest first, each with its page and its file', async () => {
    const { person, browser } = await decided('room@otterbakery.example', {}, { ui_locales: 'en' })
    const apps = await browser.get(`${ISSUER}/account/apps`)
    assert.match(apps.html, /href="\/account\/receipts"/)
    await browser.submit(apps, { client_id: 'tallyboat' }, 'grant-tallyboat-revoke-confirm')
    const room = await browser.get(ROOM)
    assert.equal(room.status, 200)
    assert.match(
      textOf(room.html),
      /You ended what Tallyboat was allowed[\s\S]*Receipt 0002[\s\S]*You allowed Tallyboat[\s\S]*Receipt 0001/,
    )
    assert.match(textOf(room.html), /They fit together 2 receipts/)
    assert.ok(ids(room.html).includes('receipts-download'))
    const [ended, allowed] = await site.store.receipts.list(person.sub, { limit: 5 })
    const page = await browser.get(`${ROOM}/${allowed!.receipt_id}`)
    for (const id of ['receipt-title', 'receipt-download', 'receipt-shown', 'receipt-facts']) assert.ok(ids(page.html).includes(id), id)
    assert.equal(new Set(ids(page.html)).size, ids(page.html).length, 'each id once')
    assert.match(textOf(page.html), /21 November 2026, 20:00:00 UTC/)
    assert.match(textOf(page.html), /See bank movements[\s\S]*Left off/)
    assert.doesNotMatch(page.html, /<input|<button/, 'nothing in it can be pressed')
    assert.match(textOf((await browser.get(`${ROOM}/${ended!.receipt_id}`)).html), /Nothing was shown for this one/)
  })

  it('are drawn from themselves alone: a receipt stays as it was when app and texts are gone', async () => {
    await site.addClient({ client_id: 'gone', client_name: 'Gone <b>' })
    const { person, browser } = await decided('gone@otterbakery.example', {}, { client_id: 'gone' })
    const path = `${ROOM}/${(await newest(person)).receipt_id}`
    const before = (await browser.get(path)).html
    await site.store.clients.delete('gone')
    const definition = site.config.scopes['invoices.read']!
    const kept = { ...definition }
    Object.assign(definition, { title: { en: 'Something else' }, description: { en: 'Altogether' }, level: 3 })
    assert.equal((await browser.get(path)).html, before)
    Object.assign(definition, kept)
    assert.match(before, /Gone &lt;b&gt;/)
  })

  it('are downloaded one by one or all together, and such a file verifies itself', async () => {
    const { person, browser } = await decided('files@otterbakery.example')
    await browser.submit(await browser.get(`${ISSUER}/account/apps`), {}, 'grant-tallyboat-revoke-confirm')
    const answer = await browser.get(`${ROOM}/all.json`)
    assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="receipts.json"')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    const all = await fileOf(browser, 'all.json')
    assert.deepEqual(all.receipts, await site.store.receipts.list(person.sub, { limit: 10 }))
    const findings = async (file: ReceiptFile) => (await verifyFile(file, site.store)).findings.map(({ seq, how }) => `${seq} ${how}`)
    assert.deepEqual(await findings(all), [])
    assert.deepEqual(await findings(await fileOf(browser, `${all.receipts[1]!.receipt_id}.json`)), [])
    const altered = structuredClone(all)
    altered.receipts[1]!.shown!.scopes[0]!.title = 'See nothing'
    assert.deepEqual(await findings(altered), ['1 altered'])
    assert.deepEqual(await findings({ ...all, receipts: all.receipts.slice(1) }), ['2 cut_off'])
    assert.deepEqual(await findings({ ...all, receipts: [] }), ['1 cut_off'])
    for (const text of ['', '{}', '[]', 'null', JSON.stringify({ ...all, receipts: [null] }), JSON.stringify({ ...all, sub: 'x' })])
      assert.equal(readReceiptFile(text), null, text.slice(0, 20))
  })

  it('what is erased is said to be, and the chain still fits', async () => {
    const { person, browser } = await decided('erased@otterbakery.example')
    assert.equal(await site.store.receipts.erase(person.sub), 1)
    const { receipt_id } = await newest(person)
    assert.match(textOf((await browser.get(`${ROOM}/${receipt_id}`)).html), /What was shown is no longer kept/)
    assert.match(textOf((await browser.get(ROOM)).html), /They fit together/)
    assert.deepEqual((await verifyFile(await fileOf(browser, 'all.json'), site.store)).findings, [])
  })

  it('are told in parts of twenty', async () => {
    const { person, browser } = await decided('many@otterbakery.example')
    const { consent } = await site.store.consents.find(person.sub, 'tallyboat')
    for (let i = 0; i < 25; i++) {
      const receipt = { receipt_id: `many-${i}`, sub: person.sub, client_id: 'tallyboat', at: 1, decision: 'allowed', scope: '' } as const
      await site.store.consents.decide(consent!, receipt)
    }
    const names = (visit: Visit) => ids(visit.html).filter((id) => /^receipt-[m0]/.test(id))
    const first = await browser.get(ROOM)
    const [, older = ''] = /href="([^"]*)" id="receipts-older"/.exec(first.html) ?? []
    const second = await browser.get(new URL(older, ISSUER).href)
    assert.deepEqual([names(first).length, names(second).length], [20, 6])
    assert.equal(new Set([...names(first), ...names(second)]).size, 26)
    assert.ok(!ids(second.html).includes('receipts-older'))
  })

  it('who has none yet is told what comes here', async () => {
    const person = await site.addPerson('none@otterbakery.example')
    const browser = site.browser()
    await site.signIn(browser, {}, person.email)
    assert.match(textOf((await browser.get(ROOM)).html), /No receipt yet/)
  })

  describe('attacks', () => {
    it('nobody sees those of another, as page or as file, and who is not signed in is sent to sign in', async () => {
      const { person } = await decided('victim@otterbakery.example')
      const { receipt_id } = await newest(person)
      const { browser: other } = await decided('eve@otterbakery.example')
      for (const path of [receipt_id, `${receipt_id}.json`, `${receipt_id}%2e`, '..', '%00', 'x'.repeat(5000)])
        assert.equal((await other.get(`${ROOM}/${path}`.replace('/..', '/...'))).status, 404, path.slice(0, 30))
      assert.ok(!(await other.get(`${ROOM}/all.json`)).html.includes(receipt_id))
      assert.ok(!(await other.get(`${ROOM}?after=${receipt_id}`)).html.includes(receipt_id))
      for (const path of ['', `/${receipt_id}`, '/all.json']) {
        const visit = await site.browser().get(ROOM + path)
        assert.deepEqual([visit.status, new URL(visit.location).pathname], [303, '/login'])
      }
    })

    it('what somebody has written into a record is shown as text or not at all, never as markup', async () => {
      const { person, browser } = await decided('written@otterbakery.example')
      const { consent } = await site.store.consents.find(person.sub, 'tallyboat')
      const evil = '<script>alert(1)</script>'
      const shapes = [
        { language: 'xx', title: evil, client: { name: evil }, redirect_host: evil, scopes: [{ scope: 's', title: evil, text: evil }] },
        { language: 'en', title: {}, client: null, scopes: 'x' },
        { language: '__proto__', title: '', client: { name: '' }, redirect_host: '', scopes: [], difference: { changed: [null], gone: 1 } },
        'text',
        [],
      ]
      for (const [i, shown] of shapes.entries()) {
        const receipt = {
          receipt_id: `w${i}`,
          sub: person.sub,
          client_id: evil,
          at: 1,
          decision: evil,
          scope: evil,
          client_name: evil,
          shown,
        }
        await site.store.consents.decide(consent!, receipt as never)
        const visit = await browser.get(`${ROOM}/w${i}`)
        assert.equal(visit.status, 200, `${i}`)
        assert.ok(!visit.html.includes('<script'), `${i}`)
      }
      assert.ok(!(await browser.get(ROOM)).html.includes('<script'))
    })

    it('more than a receipt can hold is asked of nobody', async () => {
      const person = await site.addPerson('long@otterbakery.example')
      const definition = site.config.scopes['bank.read']!
      const kept = { ...definition }
      Object.assign(definition, { description: { en: 'x'.repeat(60_000) } })
      const visit = await site.signIn(site.browser(), {}, person.email)
      Object.assign(definition, kept)
      assert.equal(visit.status, 400)
    })
  })
})
