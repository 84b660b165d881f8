import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { hasFactor } from '../accounts/factors.ts'
import { arePasskeysPossible } from '../accounts/passkeys.ts'
import { accountPage, enter, isReply, roomPath } from './account.ts'
import { type Fields, readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { seeOther } from './layout.ts'
import type { Site } from './site.ts'

/** Says that a second factor is needed, and offers those that there are. A request that waits goes along to the end. */
export async function showRequired(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'security')
  if (isReply(person)) return person
  if (hasFactor(await site.store.factors.find(person.user.sub))) return seeOther(roomPath(site, 'security'))
  const { required, room, addPasskey } = site.words.factors
  const waiting = waitingOf(readQuery(http))
  return accountPage(site, {
    room: 'security',
    main: html`<div class="stack-s">
      <h1>${site.words.account.rooms.security}</h1>
      <p class="muted" id="factor-required">${required}</p>
    </div>
    <div class="row">
      ${arePasskeysPossible(site.issuer) && html`<a class="button" href="${withQuery(`${site.base}/login/passkey`, { do: 'add', ...waiting })}" id="passkey-add">${icon('key')}${addPasskey.start}</a>`}
      <a class="button" href="${withQuery(`${site.base}/account/security/totp`, waiting)}" id="totp-set-up">${icon('lock')}${room.turnOn}</a>
    </div>`,
  })
}

/** The request that waits until a factor is set up; none in most cases. */
export interface Waiting extends Readonly<Record<string, string>> {}

/** The one of an address or a form. */
export function waitingOf(fields: Fields): Waiting {
  const ticket = fields.get('ticket')
  return ticket === '' ? {} : { ticket }
}

/** The same in a form. */
export function waitingField({ ticket }: Waiting): Html | null {
  return ticket === undefined ? null : html`<input type="hidden" name="ticket" value="${ticket}">`
}
