import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { revokeApp, showApps } from './apps.ts'
import { showConsent, submitConsent } from './consent.ts'
import { showFactor, submitFactor } from './factor.ts'
import { showHome } from './home.ts'
import { selectAccount, showLogin, submitLogin } from './login.ts'
import { showLogout, signedOut, submitLogout } from './logout.ts'
import { showPasskey, submitPasskey } from './passkey.ts'
import { changePasskey } from './passkey-section.ts'
import { makeRecoveryCodes } from './recovery-codes.ts'
import { showRequired } from './required.ts'
import { scriptPath, showScript } from './script.ts'
import { showSecurity } from './security.ts'
import type { Site } from './site.ts'
import { favicon } from './style.ts'
import { showSetUp, submitTotp } from './totp.ts'

/** A page: one request in, one reply out. It throws OAuthError, and the app shows the error page. */
export type PageHandler = (site: Site, http: HttpRequest) => Promise<Reply>

/** What one address answers, by method; HEAD is answered like GET. */
export interface PageRoute {
  GET?: PageHandler
  POST?: PageHandler
}

/** Every address of the pages, below the issuer's path. */
export const pageRoutes: Readonly<Record<string, PageRoute>> = {
  '/': { GET: showHome },
  '/login': { GET: showLogin, POST: submitLogin },
  '/login/factor': { GET: showFactor, POST: submitFactor },
  '/login/passkey': { GET: showPasskey, POST: submitPasskey },
  '/consent': { GET: showConsent, POST: submitConsent },
  '/session/select': { POST: selectAccount },
  '/logout/confirm': { GET: showLogout, POST: submitLogout },
  '/logout/done': { GET: signedOut },
  '/account/apps': { GET: showApps, POST: revokeApp },
  '/account/security': { GET: showSecurity },
  '/account/security/passkeys': { POST: changePasskey },
  '/account/security/totp': { GET: showSetUp, POST: submitTotp },
  '/account/security/required': { GET: showRequired },
  '/account/security/recovery-codes': { POST: makeRecoveryCodes },
  [scriptPath({ base: '' })]: { GET: showScript },
  '/style.css': { GET: async (site) => site.sheet.reply },
  '/favicon.ico': { GET: async () => favicon },
}
