import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ids, tags, textOf } from '../support/browser.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

const DAY = 86_400_000
let people = 0

describe('a deployment that lets people choose from a year and less, and ends everything after 90 days', () => {
  let site: TestSite
  before(async () => {
    site = await openSite({ config: { consent: { durations: ['once', '30d', '1y'], longest: 90 * 86_400 } } })
    await site.addClient({ client_id: 'brief', consent_durations: ['once'] })
  })
  after(() => site.close())

  const begin = async (client_id = 'tallyboat') => {
    const person = await site.addPerson(`long-${++people}@otterbakery.example`)
    const browser = site.browser()
    return { person, browser, page: await site.signIn(browser, { client_id, scope: 'openid profile' }, person.email) }
  }
  const endOf = async (sub: string, client_id = 'tallyboat') => (await site.store.consents.find(sub, client_id)).consent?.expires_at

  it('offers those, the longer ones cut, and proposes 30 days', async () => {
    const { page } = await begin()
    const radios = tags(page.html, 'input').filter(({ type }) => type === 'radio')
    assert.deepEqual(
      radios.map(({ id, checked }) => [id, checked !== undefined]),
      [
        ['duration-once', false],
        ['duration-30d', true],
        ['duration-1y', false],
      ],
    )
    assert.match(textOf(page.html), /A year until 19 February 2027/)
  })

  it('what is chosen ends by the limit, and the receipt says when', async () => {
    const { person, browser, page } = await begin()
    await browser.submit(page, { duration: '1y' }, 'consent-allow')
    assert.equal(await endOf(person.sub), site.time.now + 90 * DAY)
    const [receipt] = await site.store.receipts.list(person.sub, { limit: 1 })
    assert.deepEqual([receipt?.shown?.duration, receipt?.expires_at], ['A year', site.time.now + 90 * DAY])
  })

  it('a duration that is not offered is refused, whoever sends it', async () => {
    const { person, browser, page } = await begin()
    for (const duration of ['revoked', '', 'constructor', '90d']) {
      const answer = await browser.submit(page, { duration }, 'consent-allow')
      assert.equal(answer.status, 400, duration)
    }
    assert.equal(await endOf(person.sub), undefined)
  })

  it('a client’s own list narrows it', async () => {
    const { person, browser, page } = await begin('brief')
    assert.deepEqual(
      ids(page.html).filter((id) => id.startsWith('duration-')),
      ['duration-once'],
    )
    assert.equal((await browser.submit(page, { duration: '30d' }, 'consent-allow')).status, 400)
    await browser.submit(page, {}, 'consent-allow')
    assert.equal(await endOf(person.sub, 'brief'), site.time.now + DAY / 24)
  })

  it('what a host or an API writes without an end is held to it', async () => {
    const { person, page } = await begin()
    const browser = site.browser()
    const own = await site.signIn(browser, { scope: 'openid profile' }, person.email)
    assert.ok(own.html.includes('consent-form') && page.html.includes('consent-form'))
    const ticket = tags(own.html, 'input').find(({ name }) => name === 'ticket')!['value']!
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const http = { header: (name: string) => (name === 'cookie' ? cookie : undefined) } as never
    const interaction = await site.app.server.interactions.open(http, ticket)
    assert.ok(await site.app.server.interactions.allow(interaction!, { sub: person.sub, scope: 'openid profile' }))
    assert.equal(await endOf(person.sub), site.time.now + 90 * DAY)
  })

  it('a consent without an end from before ends by the limit when it is changed', async () => {
    const { person, browser, page } = await begin()
    await browser.submit(page, {}, 'consent-allow')
    const { expires_at: _, ...endless } = (await site.store.consents.find(person.sub, 'tallyboat')).consent!
    const receipt = { receipt_id: `e-${people}`, sub: person.sub, client_id: 'tallyboat', at: 1, decision: 'allowed', scope: '' } as const
    await site.store.consents.decide(endless, receipt)
    const again = await browser.follow(await browser.get(site.authorizeUrl({ scope: 'openid profile bank.read' })), ISSUER)
    assert.ok(ids(again.html).includes('consent-kept'))
    assert.match(textOf(again.html), /Until 19 February 2027/, 'the page says so')
    await browser.submit(again, {}, 'consent-allow')
    assert.equal(await endOf(person.sub), site.time.now + 90 * DAY)
  })

  it('what is to stay as it was lasts no longer than what is offered by now: an older choice lengthens nothing new', async () => {
    const client = await site.addClient({ client_id: 'shortened' })
    const { person, browser, page } = await begin('shortened')
    await browser.submit(page, { duration: '1y' }, 'consent-allow')
    await site.store.clients.update({ ...client, consent_durations: ['30d'] })
    const query = { client_id: 'shortened', scope: 'openid profile bank.read' }
    const again = await browser.follow(await browser.get(site.authorizeUrl(query)), ISSUER)
    assert.match(textOf(again.html), /Until 21 December/)
    await browser.submit(again, {}, 'consent-allow')
    assert.equal(await endOf(person.sub, 'shortened'), site.time.now + 30 * DAY)
  })
})
