import type { User } from '../../src/core/model/user.ts'
import type { Browser, Visit } from './browser.ts'
import { ISSUER, PASSWORD, type TestSite } from './site.ts'
import { type App, giveApp } from './totp.ts'

/** Where a password is not enough. */
export interface Halfway {
  /** Somebody new, who has no second factor. */
  newPerson(): Promise<User>
  /** Sends their password, for a request with these parameters or for the room security, and stands at the next page. */
  passwordShown(browser: Browser, user: User, params?: Record<string, string>, password?: string): Promise<Visit>
  /** A person with an app, and a browser that stands at the question for its code. */
  halfway(params?: Record<string, string>): Promise<{ user: User; app: App; browser: Browser; page: Visit }>
}

export function walkHalfway(site: TestSite): Halfway {
  let people = 0
  const newPerson = () => site.addPerson(`person-${++people}@otterbakery.example`)
  const passwordShown: Halfway['passwordShown'] = async (browser, user, params, password = PASSWORD) => {
    const login = await browser.follow(await browser.get(params ? site.authorizeUrl(params) : `${ISSUER}/login?next=security`), ISSUER)
    return browser.follow(await browser.submit(login, { email: user.email, password }, 'login-submit'), ISSUER)
  }
  return {
    newPerson,
    passwordShown,
    halfway: async (params) => {
      const user = await newPerson()
      const app = await giveApp(site, user)
      const browser = site.browser()
      return { user, app, browser, page: await passwordShown(browser, user, params) }
    },
  }
}
