import { hasOwnPassword } from '../accounts/directory.ts'
import type { Person } from '../accounts/sessions.ts'
import { formSeal } from './account.ts'
import { field } from './field.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { lacksFactor } from './proof.ts'
import { againNotice } from './recent.ts'
import { newPasswordFields } from './reset.ts'
import type { Told } from './section.ts'
import type { Site } from './site.ts'

/** Whether there is a password to change: not of whoever signs in otherwise, nor where one of ours is no way in. */
export async function hasPassword(site: Site, { user }: Person): Promise<boolean> {
  return !site.host_login && (await hasOwnPassword(site, user))
}

/** The password, of a person who has one. */
export async function passwordSection(site: Site, person: Person, { done, problem }: Told): Promise<Html | null> {
  if (!(await hasPassword(site, person))) return null
  const { title, text, current, submit, changed, changedText } = site.words.accounts.password
  const own = problem?.section === 'password' ? problem : undefined
  const wrong = (name: string) => (own?.field === name ? own.text : undefined)
  return html`${done === 'password' && html`<div class="notice notice-good" role="status" id="notice">${icon('check')}<div><strong>${changed}</strong>${changedText}</div></div>`}
    <section class="card" aria-labelledby="password-title">
      <div class="card-head"><div><h2 id="password-title">${title}</h2><p class="muted small">${text}</p></div></div>
      ${
        (await lacksFactor(site, person))
          ? html`<div class="card-body">${againNotice(site, 'security')}</div>`
          : html`<form class="card-body stack" method="post" action="${site.base}/account/password">
        ${formSeal(site, person)}
        ${field({ id: 'password-current', name: 'current', label: current, type: 'password', autocomplete: 'current-password', error: wrong('current') })}
        ${newPasswordFields(site, wrong('password'), own?.ticked)}
        <p><button type="submit" class="button button-primary" id="password-submit">${submit}</button></p>
      </form>`
      }
    </section>`
}
