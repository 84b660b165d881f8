import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { LANGUAGES, wordsIn } from '../../src/server/pages/words.ts'
import { type Browser, ids, textOf, type Visit } from '../support/browser.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

/** Every text of the part of a page in which a person decides, without whose account it is. */
function textsOf(html: string): string[] {
  const [, slip = ''] = /<div class="slip">([\s\S]*)<\/main>/.exec(html) ?? []
  const question = slip
    .replace(/<div class="stack-s">\s*<p class="field-label" id="account-label">[\s\S]*?<\/details>\s*<\/div>/, '')
    .replace(/<form class="small muted"[\s\S]*?<\/form>/, '')
    .replace(/<div class="handshake"[\s\S]*?<h1/, '<h1')
    .replaceAll(/<span class="mark[^>]*>.<\/span>/g, '')
    .replaceAll(/<\/?(bdi|b|a|span|time|label|button|strong)\b[^>]*>/g, (tag) => (/^<\/?(span|label|button|strong)/.test(tag) ? '\n' : ''))
  return textOf(question.replaceAll(/<[^>]*>/g, '\n').replaceAll(/\n\s*/g, '|'))
    .split('|')
    .map((text) => text.trim().replace(/^,\s*/, ''))
    .filter((text) => text !== '')
}

const flat = (text: string): string => text.replaceAll(/[\s\u00A0]+/g, '')

/** What is not the same letter by letter in what was drawn again. */
function missingFrom(page: Visit, drawn: Visit): string[] {
  const [, slip = ''] = /<div class="slip" id="receipt-shown"([\s\S]*)<\/main>/.exec(drawn.html) ?? []
  const text = flat(textOf(slip))
  return textsOf(page.html).filter((one) => !text.includes(flat(one)) && !/^Receipt \d{4}$/.test(one))
}

describe('what was shown is drawn again from its receipt, letter for letter', () => {
  let site: TestSite
  before(async () => {
    site = await openSite({
      config: {
        resources: { 'https://api.example/': { name: { en: 'Otter Bakery' } } },
        slots: { consent: { en: 'Questions: [our desk](https://harbourbooks.example/desk).' } },
      },
    })
  })
  after(() => site.close())

  let people = 0
  const RESOURCE = 'https://api.example/'
  const SMALL = 'openid profile invoices.read'

  async function drawnFor(sub: string, browser: Browser): Promise<Visit> {
    const [newest] = await site.store.receipts.list(sub, { limit: 1 })
    return browser.get(`${ISSUER}/account/receipts/${newest!.receipt_id}`)
  }

  async function answer(client: { client_id: string } & Record<string, unknown>, params: Record<string, string>) {
    const { client_id } = await site.addClient(client)
    const person = await site.addPerson(`drawn-${++people}@otterbakery.example`)
    const browser = site.browser()
    const page = await site.signIn(browser, { client_id, ...params }, person.email)
    await browser.submit(page, { scope: ['bank.read', 'profile'] }, 'consent-allow')
    return { person, browser, page, client_id }
  }

  for (const lang of LANGUAGES) {
    it(`${lang}: of an app that was reviewed, with optional scopes, a place and papers`, async () => {
      const { person, browser, page } = await answer({ client_id: `all-${lang}` }, { ui_locales: lang, resource: RESOURCE })
      assert.ok(textsOf(page.html).length > 25, 'there is something to compare')
      assert.deepEqual(missingFrom(page, await drawnFor(person.sub, browser)), [])
    })

    it(`${lang}: of one that nobody looked at, whose answer stays on this computer`, async () => {
      const redirect_uri = 'http://127.0.0.1:7999/cb'
      const client = { client_id: `here-${lang}`, reviewed: false, redirect_uris: [redirect_uri], client_name: '<b>Tally</b> & co' }
      const { person, browser, page } = await answer(client, { ui_locales: lang, redirect_uri })
      assert.ok(ids(page.html).includes('consent-localhost'))
      assert.deepEqual(missingFrom(page, await drawnFor(person.sub, browser)), [])
    })

    it(`${lang}: of the page that shows only the difference`, async () => {
      const { person, browser, client_id } = await answer({ client_id: `again-${lang}` }, { ui_locales: lang, scope: `${SMALL} bank.read` })
      await site.store.clients.update({ ...(await site.store.clients.find(client_id))!, client_name: 'Tallyship' })
      site.time.now += 10 * 86_400_000
      const url = site.authorizeUrl({ client_id, ui_locales: lang, scope: `${SMALL} invoices.send email`, resource: RESOURCE })
      const page = await browser.follow(await browser.get(url), ISSUER)
      assert.ok(ids(page.html).includes('consent-kept'))
      await browser.submit(page, { scope: ['invoices.send'] }, 'consent-allow')
      assert.deepEqual(missingFrom(page, await drawnFor(person.sub, browser)), [])
    })
  }

  it('also when the catalogue of a later release says it otherwise', async () => {
    const { person, browser } = await answer({ client_id: 'later' }, { resource: RESOURCE })
    const before = (await drawnFor(person.sub, browser)).html
    const { consent } = await wordsIn('en')
    const kept = { ...consent }
    const other = (value: unknown) => (typeof value === 'function' ? () => 'Another release' : 'Another release')
    for (const [name, value] of Object.entries(kept)) if (name !== 'levels') Object.assign(consent, { [name]: other(value) })
    Object.assign(consent, { levels: { 1: { title: 'A', note: 'B' }, 2: { title: 'A', note: 'B' }, 3: { title: 'A', note: 'B' } } })
    const later = (await drawnFor(person.sub, browser)).html
    Object.assign(consent, kept)
    assert.equal(later, before)
  })

  it('a sentence that changed between page and answer is shown anew, and nothing is written', async () => {
    const person = await site.addPerson('sentence@otterbakery.example')
    const browser = site.browser()
    const page = await site.signIn(browser, {}, person.email)
    const { consent } = await wordsIn('en')
    const { willNotText } = consent
    Object.assign(consent, { willNotText: 'Nothing at all.' })
    const again = await browser.submit(page, {}, 'consent-allow')
    Object.assign(consent, { willNotText })
    assert.equal(again.status, 200)
    assert.deepEqual(await site.store.receipts.list(person.sub, { limit: 1 }), [])
  })
})
