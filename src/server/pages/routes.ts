import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { scriptPath } from './script.ts'
import type { Site } from './site.ts'
import { favicon } from './style.ts'

/** A page: one request in, one reply out. It throws OAuthError, and the app shows the error page. */
export type PageHandler = (site: Site, http: HttpRequest) => Promise<Reply>

/** What one address answers, by method; HEAD is answered like GET. */
export interface PageRoute {
  GET?: PageHandler
  POST?: PageHandler
  OPTIONS?: PageHandler
  /** A part of our own sign-in: where the product signs people in, it is not there. */
  own_sign_in?: true
  /** Refusals for a program; people read the error page. */
  refuse?: (site: Site, http: HttpRequest, error: OAuthError, reference: string) => Promise<Reply>
}

/** A page whose file is read when somebody first comes to it: most servers never show most of them, and a start need not wait for any. */
function later<Name extends string>(load: () => Promise<Readonly<Record<Name, PageHandler>>>, name: Name): PageHandler {
  return async (site, http) => (await load())[name](site, http)
}

/** An address for pages that the product has drawn itself: it answers in JSON, and says to a browser which of them may ask. */
const inJson = (methods: Pick<PageRoute, 'GET' | 'POST'>): PageRoute => ({
  ...methods,
  OPTIONS: later(() => import('./headless.ts'), 'preflight'),
  refuse: async (...told) => (await import('./headless.ts')).jsonRefusal(...told),
})

/** Every address of the pages, below the issuer's path. `*` stands for the last part of one below the account. */
export const pageRoutes: Readonly<Record<string, PageRoute>> = {
  '/': { GET: later(() => import('./home.ts'), 'showHome') },
  '/login': { GET: later(() => import('./login.ts'), 'showLogin'), POST: later(() => import('./login.ts'), 'submitLogin') },
  '/login/forgot': {
    own_sign_in: true,
    GET: later(() => import('./forgot.ts'), 'showForgot'),
    POST: later(() => import('./forgot.ts'), 'submitForgot'),
  },
  '/login/create': {
    own_sign_in: true,
    GET: later(() => import('./create.ts'), 'showCreate'),
    POST: later(() => import('./create.ts'), 'submitCreate'),
  },
  '/link': { GET: later(() => import('./link.ts'), 'showLink'), POST: later(() => import('./link.ts'), 'submitLink') },
  '/mail': { GET: later(() => import('./shown-mail.ts'), 'showMail') },
  '/login/factor': { GET: later(() => import('./factor.ts'), 'showFactor'), POST: later(() => import('./factor.ts'), 'submitFactor') },
  '/login/passkey': { GET: later(() => import('./passkey.ts'), 'showPasskey'), POST: later(() => import('./passkey.ts'), 'submitPasskey') },
  '/login/link': {
    own_sign_in: true,
    GET: later(() => import('./identity-link.ts'), 'showIdentityLink'),
    POST: later(() => import('./identity-link.ts'), 'submitIdentityLink'),
  },
  '/consent': { GET: later(() => import('./consent.ts'), 'showConsent'), POST: later(() => import('./consent.ts'), 'submitConsent') },
  '/session/select': { POST: later(() => import('./login.ts'), 'selectAccount') },
  '/session/handover': {
    GET: later(() => import('./handover.ts'), 'showHandover'),
    POST: later(() => import('./handover.ts'), 'postHandover'),
  },
  '/session/ended': { POST: later(() => import('./handover.ts'), 'postHostLogout') },
  '/logout/confirm': { GET: later(() => import('./logout.ts'), 'showLogout'), POST: later(() => import('./logout.ts'), 'submitLogout') },
  '/logout/done': { GET: later(() => import('./logout.ts'), 'signedOut') },
  '/account/receipts': { GET: later(() => import('./receipts.ts'), 'showReceipts') },
  '/account/receipts/*': { GET: later(() => import('./receipts.ts'), 'showReceipt') },
  '/account/apps': { GET: later(() => import('./apps.ts'), 'showApps'), POST: later(() => import('./app-acts.ts'), 'changeApp') },
  '/account/apps/*': { GET: later(() => import('./app-detail.ts'), 'showApp'), POST: later(() => import('./app-acts.ts'), 'narrowApp') },
  '/account/devices': { GET: later(() => import('./devices.ts'), 'showDevices') },
  '/account/sessions/end': { POST: later(() => import('./devices.ts'), 'endPlace') },
  '/account/sessions/end-others': { POST: later(() => import('./devices.ts'), 'endOtherPlaces') },
  '/account/sessions/end-all': { POST: later(() => import('./devices.ts'), 'endEverywhere') },
  '/account/profile': { GET: later(() => import('./profile.ts'), 'showProfile'), POST: later(() => import('./profile.ts'), 'saveName') },
  '/account/email': { POST: later(() => import('./profile.ts'), 'askForEmail') },
  '/account/export': { POST: later(() => import('./leave.ts'), 'sendExport') },
  '/account/delete': { GET: later(() => import('./leave.ts'), 'showLeave'), POST: later(() => import('./leave.ts'), 'submitLeave') },
  '/account/deleted': { GET: later(() => import('./leave.ts'), 'showLeft') },
  '/account/security': { own_sign_in: true, GET: later(() => import('./security.ts'), 'showSecurity') },
  '/account/password': { own_sign_in: true, POST: later(() => import('./password.ts'), 'changePassword') },
  '/account/security/passkeys': { own_sign_in: true, POST: later(() => import('./passkey-section.ts'), 'changePasskey') },
  '/account/security/totp': {
    own_sign_in: true,
    GET: later(() => import('./totp.ts'), 'showSetUp'),
    POST: later(() => import('./totp.ts'), 'submitTotp'),
  },
  '/account/security/required': { own_sign_in: true, GET: later(() => import('./required.ts'), 'showRequired') },
  '/account/security/recovery-codes': { own_sign_in: true, POST: later(() => import('./recovery-codes.ts'), 'makeRecoveryCodes') },
  [scriptPath({ base: '' })]: { GET: later(() => import('./script.ts'), 'showScript') },
  '/account/identities': {
    own_sign_in: true,
    GET: later(() => import('./identities.ts'), 'showIdentities'),
    POST: later(() => import('./identities.ts'), 'changeIdentities'),
  },
  '/interaction': inJson({ GET: later(() => import('./headless.ts'), 'getInteraction') }),
  '/interaction/login': inJson({ POST: later(() => import('./headless.ts'), 'postInteractionLogin') }),
  '/interaction/account': inJson({ POST: later(() => import('./headless.ts'), 'postInteractionAccount') }),
  '/interaction/decision': inJson({ POST: later(() => import('./headless.ts'), 'postInteractionDecision') }),
  '/style.css': { GET: async (site, http) => site.looks.sheet(http.query) },
  '/glyph.svg': { GET: showDrawing },
  '/favicon.ico': { GET: async () => favicon },
}

/** Where people go to an upstream, and come back from it: two addresses for each. */
export function upstreamRoutes(ids: Iterable<string>): Record<string, PageRoute> {
  const routes: Record<string, PageRoute> = {}
  for (const id of ids) {
    routes[`/login/upstream/${id}`] = {
      own_sign_in: true,
      POST: async (site, http) => (await import('./upstream.ts')).beginUpstream(site, http, id),
    }
    routes[`/login/upstream/${id}/callback`] = {
      own_sign_in: true,
      GET: async (site, http) => (await import('./upstream.ts')).returnFromUpstream(site, http, id),
    }
  }
  return routes
}

async function showDrawing(site: Site, http: HttpRequest): Promise<Reply> {
  const drawing = site.looks.drawing(http.query)
  if (!drawing) throw new OAuthError('invalid_request', 'There is no drawing at this address.', { status: 404, reason: 'not_found' })
  return drawing
}
