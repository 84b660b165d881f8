import type { Factors } from '../../core/model/factor.ts'
import type { Reply } from '../../core/model/http.ts'
import type { User } from '../../core/model/user.ts'
import { arePasskeysPossible } from '../accounts/passkeys.ts'
import { type Errand, onErrand } from './arrive.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import type { Site } from './site.ts'
import { bdi, formTarget, initials } from './text.ts'

/** What the page that asks for a code is to show. */
export interface FactorView {
  errand: Errand
  user: User
  factors: Factors
  /** How far they have come, sealed. */
  state: string
  /** A recovery code, in place of one of the app. */
  recovery: boolean
  /** Why the last one was not taken. */
  problem?: string
}

/** The page that asks for a code, in all its states. */
export function factorPage(site: Site, view: FactorView): Reply {
  const { factors: words } = site.words
  const title = view.recovery ? words.code.recoveryTitle : words.code.title
  return page(site, {
    title: view.problem === undefined ? title : site.words.errorTitle(title),
    status: view.problem === undefined ? 200 : 403,
    form_action: formTarget(view.errand.interaction?.request.redirect_uri),
    main: html`<div class="width-s stack-l">
<div class="stack-s">
  <h1>${title}</h1>
  <p class="muted">${view.recovery ? words.code.recoveryText : words.code.text(site.product.name)}</p>
</div>
<div class="slip">
  <div class="slip-body stack">
    ${whoIs(site, view.user, view.errand)}
    ${codeForm(site, view)}
  </div>
  ${otherWays(site, view)}
</div>
</div>`,
  })
}

/** Whose sign-in it is, and the way to another one. */
export function whoIs(site: Site, user: User, errand: Errand): Html {
  return html`<div class="errand"><span class="mark mark-s mark-person" aria-hidden="true">${initials(user)}</span><p class="grow">${site.words.factors.code.who(bdi(user.email))}</p><a class="tiny" href="${onErrand(site, '/login', errand)}" id="factor-other-account">${site.words.factors.code.notYou}</a></div>`
}

/** What the forms of a sign-in carry of its errand. */
export function errandFields({ ticket, room }: Errand): Html {
  return ticket === ''
    ? html`<input type="hidden" name="next" value="${room}">`
    : html`<input type="hidden" name="ticket" value="${ticket}">`
}

function codeForm(site: Site, view: FactorView): Html {
  const { code } = site.words.factors
  return html`<form class="stack" method="post" action="${site.base}/login/factor">
      ${errandFields(view.errand)}
      <input type="hidden" name="state" value="${view.state}">
      ${view.recovery && html`<input type="hidden" name="with" value="recovery">`}
      ${codeField({
        label: view.recovery ? code.recoveryLabel : code.label,
        hint: view.recovery ? code.recoveryHint : code.hint,
        recovery: view.recovery,
        problem: view.problem,
      })}
      <button class="button button-primary button-wide" id="factor-submit" type="submit">${code.submit}</button>
    </form>`
}

/** One field for one code; it may be pasted and filled in by the browser. */
export function codeField({
  label,
  hint,
  recovery,
  problem,
}: {
  label: string
  hint: string
  recovery: boolean
  problem: string | undefined
}): Html {
  const invalid = problem !== undefined && html` aria-invalid="true"`
  const shape = recovery
    ? html`autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40"`
    : html`inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" maxlength="7"`
  return html`<div class="field${!recovery && ' field-code'}">
        <label for="factor-code">${label}</label>
        <input id="factor-code" name="code" type="text" ${shape} required${invalid} aria-describedby="${problem !== undefined && 'factor-error '}factor-hint">
        ${problem !== undefined && html`<p class="field-error" id="factor-error" role="alert">${icon('alert', 'icon-s')}<span>${problem}</span></p>`}
        <p class="field-hint" id="factor-hint">${hint}</p>
      </div>`
}

function otherWays(site: Site, { errand, factors, state, recovery }: FactorView): Html | null {
  const { code, usePasskey } = site.words.factors
  const passkey = factors.passkeys.length > 0 && arePasskeysPossible(site.issuer)
  const ways = [
    ...(passkey
      ? [html`<li><a href="${onErrand(site, '/login/passkey', errand, { state })}" id="factor-passkey">${usePasskey}</a></li>`]
      : []),
    ...(recovery && factors.totp
      ? [html`<li><a href="${onErrand(site, '/login/factor', errand, { state })}" id="factor-app">${code.useApp}</a></li>`]
      : []),
    ...(!recovery && factors.recovery_codes > 0
      ? [
          html`<li><a href="${onErrand(site, '/login/factor', errand, { state, with: 'recovery' })}" id="factor-recovery">${code.useRecovery}</a></li>`,
        ]
      : []),
  ]
  if (ways.length === 0) return null
  return html`<div class="slip-tear"></div>
  <details class="slip-foot disclosure">
    <summary id="factor-cannot">${code.cannot}${icon('chevron', 'icon-s chevron')}</summary>
    <ul class="disclosure-body stack-s small">${ways}</ul>
  </details>`
}
