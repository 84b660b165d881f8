import type { Factors } from '../../core/model/factor.ts'
import { hasFactor } from '../accounts/factors.ts'
import type { Person } from '../accounts/sessions.ts'
import { formSeal } from './account.ts'
import { type Html, html } from './html.ts'
import { passkeySection } from './passkey-section.ts'
import { othersBox } from './security-parts.ts'
import type { Site } from './site.ts'

/** What each of these sections is made from. */
interface FactorView {
  site: Site
  factors: Factors
  /** What each of their forms carries. */
  seal: Html
}

/** Passkeys, the app that makes codes, and recovery codes. */
export async function factorSections(site: Site, person: Person): Promise<Html> {
  const view: FactorView = { site, factors: await site.store.factors.find(person.user.sub), seal: formSeal(site, person) }
  return html`${passkeySection(view)}
    ${appSection(view)}
    ${codesSection(view)}`
}

function appSection({ site, factors: { totp }, seal }: FactorView): Html {
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

function codesSection({ site, factors, seal }: FactorView): Html {
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
