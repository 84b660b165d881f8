import type { Browser } from 'playwright-core'
import { PASSWORD } from '../support/site.ts'
import type { TwoSites } from '../support/two-sites.ts'
import { byId, pressOn } from './chromium.ts'
import { type FaultsOf, type Tour, type Toured, tour } from './tour.ts'

/** Longer than any page shows, without a place to break; it turns the text around it. */
const HOSTILE = `<b>${'Tallyboat\u202E'.repeat(1000)}`

/**
 * Walks by keyboard through what people see of apps that nobody has looked at, and of names that mean harm: the questions, an answer with
 * nothing switched on, the accounts to choose from, and what stands in the account afterwards. In one language and without scripts.
 */
export const walkStranger = (browser: Browser, sites: TwoSites, lang: string, faultsOf?: FaultsOf): Promise<Toured> =>
  tour(browser, lang, (there) => walk(there, sites, lang), faultsOf)

async function walk({ page, look }: Tour, { books, works }: TwoSites, lang: string): Promise<void> {
  const person = await books.addPerson(`${'eve'.repeat(15)}-${lang}@${'books'.repeat(10)}.example`, 'Eve '.repeat(20).trim())
  const here = `http://127.0.0.1:7999/${lang}`
  await books.addClient({ client_id: `alike-${lang}`, client_name: 'Наrbоur Bооks', reviewed: false, redirect_uris: [here] })
  const there = `${works.config.issuer}/` // some page that answers
  const hostile = { client_id: `hostile-${lang}`, client_name: HOSTILE, reviewed: false, redirect_uris: [there] }
  // with a secret, so that it is asked only for what is otherwise than before
  const client = await books.addClient({ ...hostile, token_endpoint_auth_method: 'client_secret_basic' })
  await page.goto(books.authorizeUrl({ client_id: `alike-${lang}`, redirect_uri: here }))
  await byId(page, 'login-email').fill(person.email)
  await byId(page, 'login-password').fill(PASSWORD)
  await pressOn(page, 'login-submit', 'Enter')
  for (const id of ['consent-alike', 'consent-localhost']) await byId(page, id).waitFor()
  await look('consent, a name like another')
  await pressOn(page, 'account-switch', 'Enter')
  await look('consent, accounts')
  await pressOn(page, 'consent-allow', 'Enter')
  await byId(page, 'consent-error').waitFor()
  await look('consent, nothing on')

  await page.goto(books.authorizeUrl({ client_id: client.client_id, redirect_uri: there }))
  await byId(page, 'consent-allow').waitFor()
  await look('consent, a hostile name')
  await pressOn(page, 'scope-profile', 'Space')
  await pressOn(page, 'consent-allow', 'Enter')
  await page.waitForURL(`${there}**`)
  await books.store.clients.update({ ...client, policy_uri: `https://x.example/${'a'.repeat(480)}` })
  await page.goto(books.authorizeUrl({ client_id: client.client_id, redirect_uri: there, scope: 'openid profile bank.read' }))
  await byId(page, 'consent-kept').waitFor()
  await look('consent again, a hostile name')
  await pressOn(page, 'consent-allow', 'Enter')
  await page.waitForURL(`${there}**`)
  for (const room of ['apps', `apps/hostile-${lang}`, 'receipts']) {
    await page.goto(`${books.config.issuer}/account/${room}`)
    await look(`${room.replace(`-${lang}`, '')}, a hostile name`)
  }
  await page.locator('.timeline > li').getByRole('link').first().press('Enter')
  await byId(page, 'receipt-shown').waitFor()
  await look('a receipt, a hostile name')
}
