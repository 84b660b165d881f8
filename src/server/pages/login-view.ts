import { isNativeRedirect } from '../../core/model/client.ts'
import type { Milliseconds } from '../../core/model/clock.ts'
import type { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hostOf } from '../../core/model/redirect-uri.ts'
import { arePasskeysPossible } from '../accounts/passkeys.ts'
import type { openPending } from '../accounts/pending-link.ts'
import type { Person } from '../accounts/sessions.ts'
import type { RoomName } from './account.ts'
import { minutesUntil } from './dates.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import type { Site } from './site.ts'
import { slot } from './slots.ts'
import { bdi, clientMark, clientName, formTargets, initials, personName } from './text.ts'
import { inWords } from './words.ts'

/** What the sign-in page is to show. */
export interface LoginView {
  /** '' where nothing waits. */
  ticket: string
  /** The room of the account to go to where nothing waits. */
  next?: RoomName
  interaction: Interaction | null
  /** 'again': the same person once more. 'choose': the one who is signed in, or somebody else. 'other': somebody else. */
  ask: 'anybody' | 'other' | 'again' | 'choose'
  /** Who is signed in, where that matters. */
  person: Person | null
  /** Other accounts that are signed in in this browser, and may be chosen here. */
  others: readonly Person[]
  email: string
  /** What is to be linked with the account that is proved here. */
  waiting?: ReturnType<typeof openPending>
  /** Tries that are left after a wrong one. */
  left?: number
  paused_until?: Milliseconds
  /** Why nobody can be let in at this moment, as the log knows it. */
  away?: { error: OAuthError; reference: string }
}

/** From this many tries on, they are counted aloud. */
const FEW_TRIES = 3

/** The sign-in page in all its states. */
export function loginPage(site: Site, view: LoginView): Reply {
  const { interaction, left, paused_until, away } = view
  const failed = left !== undefined || paused_until !== undefined
  const title = view.ask === 'again' ? site.words.login.again : site.words.login.title
  return page(site, {
    title: failed || away ? site.words.errorTitle(title) : title,
    status: away?.error.status ?? (paused_until !== undefined ? 429 : failed ? 403 : 200),
    form_action: formTargets(interaction?.request.redirect_uri, ...[...site.upstreams.values()].map(({ issuer }) => issuer)),
    main: html`<div class="width-s stack-l">
<div class="stack-s">
  <h1>${title}</h1>
  <p class="muted">${view.ask === 'again' && interaction ? site.words.login.againFor(bdi(clientName(interaction.client))) : site.words.login.with(site.product.name)}</p>
</div>
<div class="slip">
  <div class="slip-body stack">
    ${interaction && errand(site, interaction)}
    ${view.waiting && !failed && !away ? linkNotice(site, view.waiting) : notice(site, view)}
    ${accountsForm(site, view)}
    ${passwordForm(site, view, failed)}
    ${arePasskeysPossible(site.issuer) && passkeyForm(site, view)}
    ${site.upstreams.size > 0 && upstreamForms(site, view)}
  </div>
  ${view.ask === 'again' ? interaction && otherLink(site, view.ticket) : createLink(site, view)}
</div>
${ownWords(site)}
</div>`,
  })
}

function ownWords(site: Site): Html | null {
  const own = slot(site, 'login')
  return own && html`<p class="small muted">${own}</p>`
}

/** For whom this page is being filled in. */
function errand(site: Site, { client, request }: Interaction): Html {
  const name = bdi(clientName(client))
  const sentence = isNativeRedirect(request.redirect_uri)
    ? site.words.login.errandHere(name)
    : site.words.login.errand(name, hostOf(request.redirect_uri))
  return html`<div class="errand">${clientMark(client, 'mark-s')}<p>${sentence}</p></div>`
}

function notice(site: Site, { left, paused_until, away }: LoginView): Html | null {
  if (away) return awayNotice(site, away)
  if (paused_until !== undefined)
    return danger(site.words.login.paused, site.words.login.pausedText(minutesUntil(paused_until, site.clock())))
  if (left === undefined) return null
  return danger(
    site.words.login.wrong,
    left <= FEW_TRIES ? `${site.words.login.check} ${site.words.login.left(left)}` : site.words.login.check,
  )
}

function awayNotice({ words }: Site, { error, reference }: NonNullable<LoginView['away']>): Html {
  const said = (error.reason && words.reasons[error.reason]) ?? words.codes[error.error] ?? words.unreadable
  const app = words.error.theApp
  return danger(
    said.title(app),
    html`${said.text(app)} <span class="nowrap">${words.error.reference} <span class="reference" id="error-reference">${reference}</span></span>`,
  )
}

function danger(title: string | Html, text: string | Html): Html {
  return html`<div class="notice notice-danger" role="alert" id="login-error">${icon('alert')}<div><strong>${title}</strong>${text}</div></div>`
}

function passwordForm(site: Site, view: LoginView, failed: boolean): Html {
  const invalid = failed && html` aria-invalid="true" aria-describedby="login-error"`
  const fixed = view.ask === 'again' && html` readonly`
  return html`<form class="stack" method="post" action="${site.base}/login">
      ${errandFields(view)}
      ${view.ask === 'other' && html`<input type="hidden" name="account" value="other">`}
      ${againField(view)}
      <div class="field">
        <label for="login-email">${site.words.login.email}</label>
        <input id="login-email" name="email" type="email" autocomplete="username" value="${view.email || (view.waiting?.pending.email ?? '')}" maxlength="254" required${fixed}${invalid}>
      </div>
      <div class="field">
        ${site.outbox && !site.directory?.only ? html`<div class="row row-apart"><label for="login-password">${site.words.login.password}</label><a class="tiny" href="${besides(site, '/login/forgot', view)}" id="login-forgot">${site.words.accounts.forgot.link}</a></div>` : html`<label for="login-password">${site.words.login.password}</label>`}
        <input id="login-password" name="password" type="password" autocomplete="current-password" required${invalid}>
      </div>
      <button class="button button-primary button-wide" id="login-submit" type="submit">${site.words.login.submit}</button>
    </form>`
}

/** Where a room wants to see once more who sits there; what an app wants stands in its request. */
function againField({ ask, ticket }: LoginView): Html | false {
  return ask === 'again' && ticket === '' && html`<input type="hidden" name="account" value="again">`
}

/** Leads to the page of passkeys. */
function passkeyForm(site: Site, { ticket, next = 'apps' }: LoginView): Html {
  return html`<p class="or">${site.words.login.or}</p>
    <form class="stack-s" method="get" action="${site.base}/login/passkey">
      ${ticket === '' ? html`<input type="hidden" name="next" value="${next}">` : html`<input type="hidden" name="ticket" value="${ticket}">`}
      <button type="submit" class="button button-side button-wide" id="login-passkey">${icon('key')}${site.words.factors.usePasskey}</button>
    </form>`
}

/** Other places to sign in, each a form of its own. */
function upstreamForms(site: Site, view: LoginView): Html {
  return html`<p class="or">${site.words.login.or}</p>
    ${[...site.upstreams.values()].map(
      ({ id, label }) => html`<form method="post" action="${site.base}/login/upstream/${id}">
      ${errandFields(view)}
      ${againField(view)}
      <button type="submit" class="button button-side button-wide" id="login-upstream-${id}">${icon('globe')}<span>${site.words.upstream.continueWith(inWords(site.words, label))}</span></button>
    </form>`,
    )}`
}

/** Why somebody who has just come from elsewhere is asked to sign in here. */
function linkNotice(site: Site, { pending, upstream }: NonNullable<LoginView['waiting']>): Html {
  const label = inWords(site.words, upstream.label)
  const [title, text] =
    pending.sub === undefined
      ? [site.words.upstream.known, site.words.upstream.knownText(label, bdi(pending.email ?? ''))]
      : [site.words.upstream.prove(label), site.words.upstream.proveText]
  return html`<div class="notice notice-info" role="status" id="login-link">${icon('lock')}<div><strong>${title}</strong>${text}</div></div>`
}

/** Goes on without a password: one of the accounts that are signed in here, chosen by hand. */
function accountsForm(site: Site, view: LoginView): Html | null {
  const present = view.ask === 'choose' ? view.person : null
  if (!present && view.others.length === 0) return null
  return html`<form class="stack-s" method="post" action="${site.base}/session/select">
      ${errandFields(view)}
      ${view.others.length > 0 && html`<p class="field-label">${site.words.accounts.accounts.signedIn}</p>`}
      ${present && accountButton(site, present, 'login-continue')}
      ${view.others.map((other, i) => accountButton(site, other, `account-${i + 1}`))}
    </form>
    <p class="or">${site.words.login.or}</p>`
}

function accountButton(site: Site, { session, user }: Person, id: string): Html {
  return html`<button type="submit" class="menu-item who-box" id="${id}" name="account" value="${session.sid}"><span class="mark mark-s mark-person" aria-hidden="true">${initials(user)}</span><span><b>${site.words.login.goOnAs(bdi(personName(user)))}</b><br><span class="tiny muted">${user.email}</span></span></button>`
}

/** Where to go on: the request that waits, or a room of the account. */
function errandFields({ ticket, next }: LoginView): Html {
  return ticket === ''
    ? html`<input type="hidden" name="next" value="${next ?? 'apps'}">`
    : html`<input type="hidden" name="ticket" value="${ticket}">`
}

function otherLink(site: Site, ticket: string): Html {
  return html`<div class="slip-tear"></div>
  <div class="slip-foot small"><a href="${otherAccount(site, ticket)}" id="login-other">${site.words.login.other}</a></div>`
}

/** Where people make accounts by themselves. */
function createLink(site: Site, view: LoginView): Html | null {
  if (site.registration !== 'open' || !site.outbox) return null
  const { ask, link } = site.words.accounts.create
  return html`<div class="slip-tear"></div>
  <div class="slip-foot small"><span class="muted">${ask} <a href="${besides(site, '/login/create', view)}" id="login-create">${link}</a></span></div>`
}

/** A page beside this one, which keeps what waits. */
function besides(site: Site, path: string, { ticket, next }: LoginView): string {
  return withQuery(site.base + path, ticket === '' ? { next } : { ticket })
}

/** Where somebody who has proved an account is asked about what is to be linked with it. */
export function linkPath(site: Site, ticket: string, room: RoomName): string {
  return withQuery(`${site.base}/login/link`, ticket === '' ? { next: room } : { ticket })
}

/** Where this page asks for another account than the one that is signed in. */
export function otherAccount(site: Site, ticket: string): string {
  return withQuery(`${site.base}/login`, { ...(ticket !== '' && { ticket }), account: 'other' })
}
