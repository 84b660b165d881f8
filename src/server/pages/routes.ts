import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { revokeApp, showApps } from './apps.ts'
import { showConsent, submitConsent } from './consent.ts'
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
import { selectAccount, showLogin, submitLogin } from './login.ts'
import { showLogout, signedOut, submitLogout } from './logout.ts'
import type { Site } from './site.ts'
import { favicon } from './style.ts'

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

/** Every address of the pages, below the issuer's path. */
export const pageRoutes: Readonly<Record<string, PageRoute>> = {
  '/': { GET: showHome },
  '/login': { GET: showLogin, POST: submitLogin },
  '/consent': { GET: showConsent, POST: submitConsent },
  '/session/select': { POST: selectAccount },
  '/session/handover': { GET: showHandover, POST: postHandover },
  '/session/ended': { POST: postHostLogout },
  '/logout/confirm': { GET: showLogout, POST: submitLogout },
  '/logout/done': { GET: signedOut },
  '/account/apps': { GET: showApps, POST: revokeApp },
  '/interaction': { GET: getInteraction, OPTIONS: preflight, refuse: jsonRefusal },
  '/interaction/login': { POST: postInteractionLogin, OPTIONS: preflight, refuse: jsonRefusal },
  '/interaction/account': { POST: postInteractionAccount, OPTIONS: preflight, refuse: jsonRefusal },
  '/interaction/decision': { POST: postInteractionDecision, OPTIONS: preflight, refuse: jsonRefusal },
  '/style.css': { GET: async (site, http) => site.looks.sheet(http.query) },
  '/glyph.svg': { GET: showDrawing },
  '/favicon.ico': { GET: async () => favicon },
}

async function showDrawing(site: Site, http: HttpRequest): Promise<Reply> {
  const drawing = site.looks.drawing(http.query)
  if (!drawing) throw new OAuthError('invalid_request', 'There is no drawing at this address.', { status: 404, reason: 'not_found' })
  return drawing
}
