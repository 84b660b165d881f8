import type { Factors } from '../../core/model/factor.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { hasFactor } from '../accounts/factors.ts'
import type { Person } from '../accounts/sessions.ts'
import { accountPage, enter, formSeal, isReply } from './account.ts'
import { readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { passkeySection } from './passkey-section.ts'
import { noticeOf, othersBox } from './security-parts.ts'
import type { Site } from './site.ts'

/** What a section of the room is made from. */
export interface SecurityView {
  site: Site
  person: Person
  factors: Factors
  /** What each of its forms carries. */
  seal: Html
}

/** The sections of the room, one below the other. A new one is a function and a line. */
const SECTIONS: readonly ((view: SecurityView) => Html)[] = [passkeySection, appSection, codesSection]

/** How a person signs in, and the handles to change it. */
export async function showSecurity(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'security')
  if (isReply(person)) return person
  const factors = await site.store.factors.find(person.user.sub)
  const view: SecurityView = { site, person, factors, seal: formSeal(site, person) }
  return accountPage(site, {
    room: 'security',
    main: html`<div class="stack-s">
      <h1>${site.words.account.rooms.security}</h1>
      <p class="muted">${site.words.factors.room.text}</p>
    </div>
    ${noticeOf(site, person, readQuery(http))}
    ${SECTIONS.map((section) => section(view))}`,
  })
}

function appSection({ site, factors: { totp }, seal }: SecurityView): Html {
  const { room } = site.words.factors
  const tone = totp ? 'badge badge-good' : 'badge'
  return html`<section class="card" aria-labelledby="app-title">
      <div class="card-head"><h2 id="app-title">${room.app}</h2><span class="${tone} end" id="totp-state">${totp ? room.appOn : room.appOff}</span></div>
      <div class="card-body stack">
        <p class="muted">${room.appText}</p>
        <p><a class="button button-s" href="${site.base}/account/security/totp" id="totp-set-up">${totp ? room.replace : room.turnOn}</a></p>
        ${
          totp &&
          html`<details>
          <summary class="button button-s button-danger-quiet" id="totp-off">${room.turnOff}</summary>
          <form class="confirm-panel stack-s" method="post" action="${site.base}/account/security/totp">
            ${seal}
            <input type="hidden" name="turn" value="off">
            <p>${room.turnOffText}</p>
            ${othersBox(site, 'totp-off')}
            <p><button type="submit" class="button button-s button-danger" id="totp-off-confirm">${room.turnOffConfirm}</button></p>
          </form>
        </details>`
        }
      </div>
    </section>`
}

function codesSection({ site, factors, seal }: SecurityView): Html {
  const { room } = site.words.factors
  return html`<section class="card" aria-labelledby="codes-title">
      <div class="card-head"><h2 id="codes-title">${room.codes}</h2></div>
      <div class="card-body stack">
        <p class="muted">${room.codesText}</p>
        ${
          hasFactor(factors)
            ? html`<p id="recovery-left">${room.codesLeft(factors.recovery_codes)}</p>
        <details>
          <summary class="button button-s" id="recovery-make">${room.makeCodes}</summary>
          <form class="confirm-panel stack-s" method="post" action="${site.base}/account/security/recovery-codes">
            ${seal}
            <p>${room.makeCodesText}</p>
            <p><button type="submit" class="button button-s button-primary" id="recovery-make-confirm">${room.makeCodes}</button></p>
          </form>
        </details>`
            : html`<p>${room.codesFirst}</p>`
        }
      </div>
    </section>`
}
