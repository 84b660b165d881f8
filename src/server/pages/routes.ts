import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { revokeApp, showApps } from './apps.ts'
import { showConsent, submitConsent } from './consent.ts'
import { showCreate, submitCreate } from './create.ts'
import { showForgot, submitForgot } from './forgot.ts'
import { showHome } from './home.ts'
import { sendExport, showLeave, showLeft, submitLeave } from './leave.ts'
import { showLink, submitLink } from './link.ts'
import { selectAccount, showLogin, submitLogin } from './login.ts'
import { showLogout, signedOut, submitLogout } from './logout.ts'
import { changePassword } from './password.ts'
import { askForEmail, saveName, showProfile } from './profile.ts'
import { showSecurity } from './security.ts'
import { showMail } from './shown-mail.ts'
import type { Site } from './site.ts'
import { favicon } from './style.ts'

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
  '/login/forgot': { GET: showForgot, POST: submitForgot },
  '/login/create': { GET: showCreate, POST: submitCreate },
  '/link': { GET: showLink, POST: submitLink },
  '/mail': { GET: showMail },
  '/consent': { GET: showConsent, POST: submitConsent },
  '/session/select': { POST: selectAccount },
  '/logout/confirm': { GET: showLogout, POST: submitLogout },
  '/logout/done': { GET: signedOut },
  '/account/profile': { GET: showProfile, POST: saveName },
  '/account/email': { POST: askForEmail },
  '/account/export': { POST: sendExport },
  '/account/delete': { GET: showLeave, POST: submitLeave },
  '/account/deleted': { GET: showLeft },
  '/account/security': { GET: showSecurity },
  '/account/password': { POST: changePassword },
  '/account/apps': { GET: showApps, POST: revokeApp },
  '/style.css': { GET: async (site) => site.sheet.reply },
  '/favicon.ico': { GET: async () => favicon },
}
