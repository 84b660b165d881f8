import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { deletePerson, listOwnApps } from '../accounts/deletion.ts'
import { exportPerson } from '../accounts/export.ts'
import { leavePending } from '../accounts/pending-link.ts'
import { dropSession, type Person } from '../accounts/sessions.ts'
import { normalEmail } from '../accounts/users.ts'
import { accountPage, enter, enterByForm, formSeal, isReply, roomPath } from './account.ts'
import { field } from './field.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'
import { seeOther, withCookies } from './layout.ts'
import { writeLetter } from './letters.ts'
import { askAgain } from './recent.ts'
import type { Site } from './site.ts'
import { slip } from './slip.ts'
import { bdi, clientName } from './text.ts'

/** Says what ends with an account, and asks for its email to be typed. Only somebody who has signed in a moment ago comes here. */
export async function showLeave(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'profile')
  if (isReply(person)) return person
  return (await askAgain(site, person, 'profile')) ?? leavePage(site, person)
}

async function leavePage(site: Site, person: Person, error?: string): Promise<Reply> {
  const { leave } = site.words.accounts
  const own = await listOwnApps(site, person.user.sub)
  return accountPage(site, {
    room: 'profile',
    title: leave.title,
    status: error === undefined ? 200 : 400,
    main: html`<div class="slip">
  <form method="post" action="${site.base}/account/delete">
  <div class="slip-body stack">
    ${formSeal(site, person)}
    <h1>${leave.title}</h1>
    <div class="notice notice-danger">${icon('alert')}<div>${leave.text(bdi(person.user.email))}</div></div>
    <p>${leave.ends}</p>
    <p>${leave.receipts}</p>
    ${own.length > 0 && html`<p>${leave.apps(own.length)} ${own.map((client, i) => html`${i > 0 && ', '}${bdi(clientName(client))}`)}</p>`}
    ${field({ id: 'delete-email', name: 'email', label: leave.confirm, type: 'email', autocomplete: 'off', error, longest: 254 })}
  </div>
  <div class="slip-tear"></div>
  <div class="slip-foot"><div class="answers">
    <a class="button" href="${roomPath(site, 'profile')}" id="delete-stay">${leave.stay}</a>
    <button type="submit" class="button button-danger" id="delete-submit">${leave.submit}</button>
  </div></div>
  </form>
</div>`,
  })
}

/** Deletes the account of whoever typed its email. */
export async function submitLeave(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'profile')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  const away = await askAgain(site, person, 'profile')
  if (away) return away
  const { user } = person
  if (normalEmail(fields.get('email')) !== user.email) return leavePage(site, person, site.words.accounts.leave.wrong)
  await deletePerson(site.store, user.sub, { type: 'user', id: user.sub })
  const letter = writeLetter(site, user.email, 'deleted')
  site.outbox?.post(async () => letter)
  site.log.info({ event: 'user.deleted', sub: user.sub })
  return withCookies(
    seeOther(`${site.base}/account/deleted`),
    dropSession(site),
    ...leavePending(site, http),
    site.interactions.renew(null).cookie,
  )
}

/** Says that it is done, to somebody whom nobody knows any more. */
export async function showLeft(site: Site): Promise<Reply> {
  const { gone, goneText } = site.words.accounts.leave
  return slip(site, { id: 'delete-done', title: gone, text: goneText, icon: 'check' })
}

/** All that is kept about the person, as a file. */
export async function sendExport(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'profile')
  if (isReply(entered)) return entered
  const { person } = entered
  const away = await askAgain(site, person, 'profile')
  if (away) return away
  return {
    status: 200,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename="account.json"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: `${JSON.stringify(await exportPerson(site, person.user), null, 2)}\n`,
  }
}
