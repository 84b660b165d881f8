import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { revokeApp, showApps } from './apps.ts'
import { showConsent, submitConsent } from './consent.ts'
import { showHome } from './home.ts'
import { changeIdentities, showIdentities } from './identities.ts'
import { showIdentityLink, submitIdentityLink } from './identity-link.ts'
import { selectAccount, showLogin, submitLogin } from './login.ts'
import { showLogout, signedOut, submitLogout } from './logout.ts'
import type { Site } from './site.ts'
import { favicon } from './style.ts'
import { beginUpstream, returnFromUpstream } from './upstream.ts'

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
  '/login/link': { GET: showIdentityLink, POST: submitIdentityLink },
  '/consent': { GET: showConsent, POST: submitConsent },
  '/session/select': { POST: selectAccount },
  '/logout/confirm': { GET: showLogout, POST: submitLogout },
  '/logout/done': { GET: signedOut },
  '/account/apps': { GET: showApps, POST: revokeApp },
  '/account/identities': { GET: showIdentities, POST: changeIdentities },
  '/style.css': { GET: async (site) => site.sheet.reply },
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
