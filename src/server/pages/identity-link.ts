import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { PendingLink } from '../../core/model/upstream.ts'
import type { Upstream } from '../accounts/elsewhere.ts'
import { forgetPending, linkPending, mayLink, openPending } from '../accounts/pending-link.ts'
import { findPerson, isSessionMac, type Person } from '../accounts/sessions.ts'
import { formSeal, isReply, roomPath, staleForm } from './account.ts'
import { roomOf } from './arrive.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { page, seeOther, withCookies } from './layout.ts'
import { linkPath } from './login-view.ts'
import { lacksFactor } from './proof.ts'
import type { Site } from './site.ts'
import { bdi, formTarget } from './text.ts'
import { taken } from './upstream.ts'
import { inWords } from './words.ts'

/** Asks somebody who has proved both, their account here and the one elsewhere, whether the two are to be linked. */
export async function showIdentityLink(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = readQuery(http)
  const asked = await prove(site, http, fields)
  return isReply(asked) ? asked : linkPage(site, fields, asked)
}

/** Links, or does not, and goes on to what waited. */
export async function submitIdentityLink(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const asked = await prove(site, http, fields)
  if (isReply(asked)) return asked
  const { person, pending, upstream } = asked
  if (!isSessionMac(site, person.session, fields.get('csrf'))) throw staleForm(linkPath(site, fields.get('ticket'), roomOf(fields)))
  const decision = fields.get('decision')
  if (decision !== 'link' && decision !== 'not_now') throw new OAuthError('invalid_request', 'The field decision must be link or not_now.')
  if (decision === 'link') {
    if (!(await linkPending(site, pending, person))) throw taken(site)
    site.log.info({ event: 'identity.linked', sub: person.user.sub, upstream: upstream.id })
  }
  const ticket = fields.get('ticket')
  const room = roomOf(fields)
  const told = decision === 'link' && room === 'identities' ? { linked: upstream.id } : {}
  const next = ticket === '' ? seeOther(withQuery(roomPath(site, room), told)) : site.interactions.resume(ticket)
  return withCookies(next, forgetPending(site))
}

interface Asked {
  person: Person
  pending: PendingLink
  upstream: Upstream
  /** Where the app that waits gets its answer; undefined where none does. */
  redirect_uri: string | undefined
}

/** Who may be asked: the person of an account that was proved after the identity was. Everybody else signs in first. */
async function prove(site: Site, http: HttpRequest, fields: Fields): Promise<Asked | Reply> {
  const waiting = openPending(site, http)
  if (!waiting) throw new OAuthError('invalid_request', 'What was to be linked is over.', { reason: 'ended', back: `${site.base}/login` })
  const ticket = fields.get('ticket')
  const interaction = ticket === '' ? null : await site.interactions.open(http, ticket)
  if (ticket !== '' && !interaction) return site.interactions.restart(ticket)
  const person = await findPerson(site, http)
  const mayBe = person && mayLink(waiting.pending, person.session.auth_time, person.user.sub)
  if (mayBe && !(await lacksFactor(site, person))) return { person, ...waiting, redirect_uri: interaction?.request.redirect_uri }
  return seeOther(withQuery(`${site.base}/login`, { ...(ticket === '' ? { next: roomOf(fields) } : { ticket }), account: 'other' }))
}

function linkPage(site: Site, fields: Fields, { person, pending, upstream, redirect_uri }: Asked): Reply {
  const label = inWords(site.words, upstream.label)
  const ticket = fields.get('ticket')
  const words = site.words.upstream
  return page(site, {
    title: words.linkTitle(label),
    form_action: formTarget(redirect_uri),
    main: html`<div class="width-s stack-l">
<form class="slip" method="post" action="${site.base}/login/link">
  ${formSeal(site, person)}
  ${waitingField(ticket, roomOf(fields))}
  <div class="slip-body stack">
    <h1 id="link-title">${words.linkTitle(label)}</h1>
    <p>${words.linkText(label)}</p>
    <dl class="facts">
      <div><dt>${words.there(label)}</dt><dd id="link-there">${pending.email === undefined ? words.notTold : bdi(pending.email)}</dd></div>
      <div><dt>${words.here}</dt><dd id="link-here">${bdi(person.user.email)}</dd></div>
    </dl>
  </div>
  <div class="slip-tear"></div>
  <div class="slip-foot">
    <div class="answers">
      <button type="submit" class="button" id="link-not-now" name="decision" value="not_now">${words.notNow}</button>
      <button type="submit" class="button button-primary" id="link-confirm" name="decision" value="link">${words.link}</button>
    </div>
  </div>
</form>
</div>`,
  })
}

function waitingField(ticket: string, next: string): Html {
  if (ticket === '') return html`<input type="hidden" name="next" value="${next}">`
  return html`<input type="hidden" name="ticket" value="${ticket}">`
}
