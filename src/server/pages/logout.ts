import type { Client } from '../../core/model/client.ts'
import { MINUTE } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { LogoutRequest } from '../../core/model/logout.ts'
import { hostOf } from '../../core/model/redirect-uri.ts'
import { leavePending } from '../accounts/pending-link.ts'
import { endSession, findAnySession, findBeginner, findPerson, isMacOf, type Person } from '../accounts/sessions.ts'
import { endOthers, findOthers } from '../accounts/several.ts'
import { readPost, readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page, seeOther, withCookies } from './layout.ts'
import type { Site } from './site.ts'
import { bdi, clientName, formTarget, initials, linkTo } from './text.ts'
import { wear } from './theme.ts'

/** Asks before anybody is signed out: an app, or a link, must not do it alone. @spec OIDC RP-Initiated Logout §2 */
export async function showLogout(site: Site, http: HttpRequest): Promise<Reply> {
  const ticket = readQuery(http).get('ticket')
  const asked = ticket === '' ? null : await site.interactions.openLogout(http, ticket)
  const person = (await findPerson(site, http)) ?? (await findBeginner(site, http))
  if (!person) return asked ? leave(site, asked.request) : seeOther(`${site.base}/logout/done`)
  if (!asked) {
    // Without a ticket, or with another browser's: the person is asked in their own name, and nobody is told
    const own = site.interactions.beginLogout(http)
    return seeOther(withQuery(`${site.base}/logout/confirm`, { ticket: own.ticket }), own.headers)
  }
  const others = (await findOthers(site, http, person)).length
  return logoutPage(site, ticket, asked.request, asked.client, person, others)
}

/** Ends the session in the database first, then in the browser, then goes where the app asked to. */
export async function submitLogout(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const asked = await site.interactions.openLogout(http, fields.get('ticket'))
  if (!asked) return seeOther(`${site.base}/logout/confirm`)
  const decision = fields.get('decision')
  if (decision === 'stay') return seeOther(linkTo(site.product.home) ?? `${site.base}/account/apps`)
  if (decision !== 'logout' && decision !== 'all')
    throw new OAuthError('invalid_request', 'The field decision must be logout, all or stay.')
  const session = await findAnySession(site, http)
  const cookies = session ? [await endSession(site, session)] : []
  if (decision === 'all') cookies.push(await endOthers(site, http))
  const next = site.host_login?.logout === undefined ? leave(site, asked.request) : leaveHost(site, site.host_login.logout, asked.request)
  return withCookies(next, ...cookies, ...leavePending(site, http), site.interactions.renew(null).cookie)
}

/** How long the product may take: an address of ours that leads elsewhere shall not do so for ever. */
const PATIENCE = 30 * MINUTE

/** To the product, where the person is signed out too; from there the browser comes back by way of our last page. */
function leaveHost(site: Site, logout: string, { post_logout_redirect_uri, state }: LogoutRequest): Reply {
  const done = `${site.issuer}/logout/done`
  const to = post_logout_redirect_uri && withQuery(post_logout_redirect_uri, { state })
  const until = String(site.clock() + PATIENCE)
  const return_to = to ? withQuery(done, { to, until, mac: site.keys.mac('logout', `${until} ${to}`) }) : done
  return seeOther(withQuery(logout, { return_to }))
}

/** Says that it is done, or leads on to where an app asked to: only an address that we have just looked at carries our MAC. */
export async function signedOut(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = readQuery(http)
  const to = fields.get('to')
  const until = fields.get('until')
  if (to !== '' && isMacOf(site, 'logout', `${until} ${to}`, fields.get('mac')) && Number(until) > site.clock()) return seeOther(to)
  return page(site, {
    title: site.words.logout.doneTitle,
    main: html`<div class="width-s stack-l">
<div class="slip">
  <div class="slip-body stack" role="status">
    <span class="mark mark-l mark-person mark-round">${icon('check')}</span>
    <h1 id="logout-done">${site.words.logout.done}</h1>
    <p class="muted">${site.words.logout.doneText}</p>
    <a class="button button-wide" href="${site.base}/login">${site.words.logout.again}</a>
  </div>
</div>
</div>`,
  })
}

/** To the address that the app has registered for this, or to our own last page. @spec OIDC RP-Initiated Logout §3 */
function leave(site: Site, { post_logout_redirect_uri, state }: LogoutRequest): Reply {
  return seeOther(post_logout_redirect_uri === undefined ? `${site.base}/logout/done` : withQuery(post_logout_redirect_uri, { state }))
}

function logoutPage(plain: Site, ticket: string, request: LogoutRequest, client: Client | null, { user }: Person, others: number): Reply {
  const site = wear(plain, client)
  const email = bdi(user.email)
  const { post_logout_redirect_uri } = request
  return page(site, {
    title: site.words.logout.title,
    form_action: formTarget(post_logout_redirect_uri),
    main: html`<div class="width-s stack-l">
<div class="slip">
  <form method="post" action="${site.base}/logout/confirm">
  <input type="hidden" name="ticket" value="${ticket}">
  <div class="slip-body stack">
    <span class="mark mark-l mark-person mark-round" aria-hidden="true">${initials(user)}</span>
    <h1>${site.words.logout.heading(site.product.name)}</h1>
    <p class="muted">${client ? site.words.logout.asked(bdi(clientName(client)), email) : site.words.logout.you(email)}</p>
  </div>
  <div class="slip-tear"></div>
  <div class="slip-foot stack">
    ${post_logout_redirect_uri !== undefined && afterwards(site, post_logout_redirect_uri)}
    <div class="answers">
      <button type="submit" class="button" id="logout-cancel" name="decision" value="stay">${site.words.logout.stay}</button>
      <button type="submit" class="button button-primary" id="logout-confirm" name="decision" value="logout">${site.words.logout.confirm}</button>
    </div>
    ${others > 0 && signOutOfAll(site, others)}
  </div>
  </form>
</div>
</div>`,
  })
}

/** The other accounts of this browser stay, unless the person wants them to end too. */
function signOutOfAll(site: Site, others: number): Html {
  const { all, allText } = site.words.accounts.accounts
  return html`<p class="small muted">${allText(others)}</p>
    <button type="submit" class="button button-wide" id="logout-all" name="decision" value="all">${all}</button>`
}

function afterwards(site: Site, uri: string): Html {
  return html`<p class="next">${site.words.logout.afterwards(hostOf(uri))}</p>`
}
