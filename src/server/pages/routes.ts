import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { changeApp, narrowApp } from './app-acts.ts'
import { showApp } from './app-detail.ts'
import { showApps } from './apps.ts'
import { showConsent, submitConsent } from './consent.ts'
import { endEverywhere, endOtherPlaces, endPlace, showDevices } from './devices.ts'
import { showForgot, submitForgot } from './forgot.ts'
import { showHome } from './home.ts'
import { sendExport, showLeave, showLeft, submitLeave } from './leave.ts'
import { showLink, submitLink } from './link.ts'
import { selectAccount, showLogin, submitLogin } from './login.ts'
import { showLogout, signedOut, submitLogout } from './logout.ts'
import { changePassword } from './password.ts'
import { askForEmail, saveName, showProfile } from './profile.ts'
import { showReceipt, showReceipts } from './receipts.ts'
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

/** Every address of the pages, below the issuer's path. `*` stands for the last part of one below the account. */
export const pageRoutes: Readonly<Record<string, PageRoute>> = {
  '/': { GET: showHome },
  '/login': { GET: showLogin, POST: submitLogin },
  '/login/forgot': { GET: showForgot, POST: submitForgot },
  '/link': { GET: showLink, POST: submitLink },
  '/mail': { GET: showMail },
  '/consent': { GET: showConsent, POST: submitConsent },
  '/session/select': { POST: selectAccount },
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
  '/style.css': { GET: async (site) => site.sheet.reply },
  '/favicon.ico': { GET: async () => favicon },
}
