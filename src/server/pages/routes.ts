import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { changeApp, narrowApp } from './app-acts.ts'
import { showApp } from './app-detail.ts'
import { showApps } from './apps.ts'
import { showConsent, submitConsent } from './consent.ts'
import { showCreate, submitCreate } from './create.ts'
import { endEverywhere, endOtherPlaces, endPlace, showDevices } from './devices.ts'
import { showFactor, submitFactor } from './factor.ts'
import { showForgot, submitForgot } from './forgot.ts'
import { postHandover, postHostLogout, showHandover } from './handover.ts'
import {
  getInteraction,
  jsonRefusal,
  postInteractionAccount,
  postInteractionDecision,
  postInteractionLogin,
  preflight,
} from './headless.ts'
import { showHome } from './home.ts'
import { changeIdentities, showIdentities } from './identities.ts'
import { showIdentityLink, submitIdentityLink } from './identity-link.ts'
import { sendExport, showLeave, showLeft, submitLeave } from './leave.ts'
import { showLink, submitLink } from './link.ts'
import { selectAccount, showLogin, submitLogin } from './login.ts'
import { showLogout, signedOut, submitLogout } from './logout.ts'
import { showPasskey, submitPasskey } from './passkey.ts'
import { changePasskey } from './passkey-section.ts'
import { changePassword } from './password.ts'
import { askForEmail, saveName, showProfile } from './profile.ts'
import { showReceipt, showReceipts } from './receipts.ts'
import { makeRecoveryCodes } from './recovery-codes.ts'
import { showRequired } from './required.ts'
import { scriptPath, showScript } from './script.ts'
import { showSecurity } from './security.ts'
import { showMail } from './shown-mail.ts'
import type { Site } from './site.ts'
import { favicon } from './style.ts'
import { showSetUp, submitTotp } from './totp.ts'
import { beginUpstream, returnFromUpstream } from './upstream.ts'

/** A page: one request in, one reply out. It throws OAuthError, and the app shows the error page. */
export type PageHandler = (site: Site, http: HttpRequest) => Promise<Reply>

/** What one address answers, by method; HEAD is answered like GET. */
export interface PageRoute {
  GET?: PageHandler
  POST?: PageHandler
  OPTIONS?: PageHandler
  /** Refusals for a program; people read the error page. */
  refuse?: (site: Site, http: HttpRequest, error: OAuthError, reference: string) => Reply
}

/** Every address of the pages, below the issuer's path. `*` stands for the last part of one below the account. */
export const pageRoutes: Readonly<Record<string, PageRoute>> = {
  '/': { GET: showHome },
  '/login': { GET: showLogin, POST: submitLogin },
  '/login/forgot': { GET: showForgot, POST: submitForgot },
  '/login/create': { GET: showCreate, POST: submitCreate },
  '/link': { GET: showLink, POST: submitLink },
  '/mail': { GET: showMail },
  '/login/factor': { GET: showFactor, POST: submitFactor },
  '/login/passkey': { GET: showPasskey, POST: submitPasskey },
  '/login/link': { GET: showIdentityLink, POST: submitIdentityLink },
  '/consent': { GET: showConsent, POST: submitConsent },
  '/session/select': { POST: selectAccount },
  '/session/handover': { GET: showHandover, POST: postHandover },
  '/session/ended': { POST: postHostLogout },
  '/logout/confirm': { GET: showLogout, POST: submitLogout },
  '/logout/done': { GET: signedOut },
  '/account/receipts': { GET: showReceipts },
  '/account/receipts/*': { GET: showReceipt },
  '/account/apps': { GET: showApps, POST: changeApp },
  '/account/apps/*': { GET: showApp, POST: narrowApp },
  '/account/devices': { GET: showDevices },
  '/account/sessions/end': { POST: endPlace },
  '/account/sessions/end-others': { POST: endOtherPlaces },
  '/account/sessions/end-all': { POST: endEverywhere },
  '/account/profile': { GET: showProfile, POST: saveName },
  '/account/email': { POST: askForEmail },
  '/account/export': { POST: sendExport },
  '/account/delete': { GET: showLeave, POST: submitLeave },
  '/account/deleted': { GET: showLeft },
  '/account/security': { GET: showSecurity },
  '/account/password': { POST: changePassword },
  '/account/security/passkeys': { POST: changePasskey },
  '/account/security/totp': { GET: showSetUp, POST: submitTotp },
  '/account/security/required': { GET: showRequired },
  '/account/security/recovery-codes': { POST: makeRecoveryCodes },
  [scriptPath({ base: '' })]: { GET: showScript },
  '/account/identities': { GET: showIdentities, POST: changeIdentities },
  '/interaction': { GET: getInteraction, OPTIONS: preflight, refuse: jsonRefusal },
  '/interaction/login': { POST: postInteractionLogin, OPTIONS: preflight, refuse: jsonRefusal },
  '/interaction/account': { POST: postInteractionAccount, OPTIONS: preflight, refuse: jsonRefusal },
  '/interaction/decision': { POST: postInteractionDecision, OPTIONS: preflight, refuse: jsonRefusal },
  '/style.css': { GET: async (site, http) => site.looks.sheet(http.query) },
  '/glyph.svg': { GET: showDrawing },
  '/favicon.ico': { GET: async () => favicon },
}

/** Where people go to an upstream, and come back from it: two addresses for each. */
export function upstreamRoutes(ids: Iterable<string>): Record<string, PageRoute> {
  const routes: Record<string, PageRoute> = {}
  for (const id of ids) {
    routes[`/login/upstream/${id}`] = { POST: (site, http) => beginUpstream(site, http, id) }
    routes[`/login/upstream/${id}/callback`] = { GET: (site, http) => returnFromUpstream(site, http, id) }
  }
  return routes
}

async function showDrawing(site: Site, http: HttpRequest): Promise<Reply> {
  const drawing = site.looks.drawing(http.query)
  if (!drawing) throw new OAuthError('invalid_request', 'There is no drawing at this address.', { status: 404, reason: 'not_found' })
  return drawing
}
