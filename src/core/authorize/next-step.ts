import { isAcrMet, metAcr } from '../model/acr.ts'
import type { AuthorizationRequest } from '../model/authorization-request.ts'
import { type Client, isNativeRedirect, isPublic } from '../model/client.ts'
import { type Milliseconds, SECOND } from '../model/clock.ts'
import { resourcesOf } from '../model/consent.ts'
import type { ConsentRules, Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { Consent } from '../model/grant.ts'
import { redirectHost } from '../model/redirect-uri.ts'
import { commonScope, joinScope, missingScope } from '../model/scope.ts'
import type { Session } from '../model/user.ts'
import { identityOf } from './looks.ts'

/** Who asks, and by whose rules. */
export interface Who {
  client: Client
  dialect: Pick<Dialect, 'consent'>
}

export type Step = { go: 'login' } | { go: 'consent' } | { go: 'issue'; session: Session; consent: Consent; scope: string }

/** What is still missing before a code may be issued. Pure: facts and times in, one step out. @spec OIDC Core §3.1.2.3, OIDC Core §3.1.2.4 */
export function nextStep(
  request: AuthorizationRequest,
  { client, dialect }: Who,
  session: Session | null,
  consent: Consent | null,
  now: Milliseconds,
  acr_values: readonly string[] = [],
): Step {
  const prompt = request.prompt === undefined ? NO_PROMPT : new Set(request.prompt.split(' '))
  if (request.denied_at !== undefined) throw new OAuthError('access_denied', 'The person refused.')

  if (
    session === null ||
    isTooOld(request, prompt, session) ||
    isAnother(request, session) ||
    isTooWeak(request, prompt, session, acr_values)
  ) {
    if (prompt.has('none')) throw new OAuthError('login_required', 'The person is not signed in, or not as asked.')
    return { go: 'login' }
  }

  const scope = consent && standing(request, client, dialect.consent, consent, prompt, now)
  if (consent === null || scope === null) {
    if (prompt.has('none')) throw new OAuthError('consent_required', 'The person has not consented to this.')
    return { go: 'consent' }
  }
  return { go: 'issue', session: inTheirWords(request, session, acr_values), consent, scope }
}

const NO_PROMPT: ReadonlySet<string> = new Set()

/** Times are compared with the request's own beginning, so that who reads slowly is not asked twice. */
function isTooOld(request: AuthorizationRequest, prompt: ReadonlySet<string>, { auth_time, selected_at = 0 }: Session): boolean {
  const { max_age, created_at } = request
  if (max_age !== undefined && auth_time < created_at - max_age * SECOND) return true
  if (prompt.has('login') && auth_time < created_at) return true
  return prompt.has('select_account') && Math.max(auth_time, selected_at) < created_at
}

/** Somebody else than the hint names; who has just signed in for this very request will not do it differently. @spec OIDC Core §3.1.2.2 */
function isAnother({ hinted_sub, created_at }: AuthorizationRequest, session: Session): boolean {
  if (hinted_sub === undefined || hinted_sub === session.sub) return false
  if (session.auth_time >= created_at) throw new OAuthError('login_required', 'Another person signed in than the id_token_hint names.')
  return true
}

/**
 * Not one of the ways that are essential to the client, or that it would rather have; who has signed in since it asked, or is known to have
 * no stronger way, has no other. @spec OIDC Core §5.5.1.1
 */
function isTooWeak(
  { essential_acr, acr_values: wanted, no_stronger, created_at }: AuthorizationRequest,
  prompt: ReadonlySet<string>,
  { acr, auth_time }: Session,
  order: readonly string[],
): boolean {
  const tried = auth_time >= created_at || no_stronger === true
  if (essential_acr !== undefined && !isAcrMet(acr, essential_acr, order)) {
    if (tried) throw new OAuthError('access_denied', 'The person cannot sign in as the client needs it.')
    return true
  }
  return wanted !== undefined && !prompt.has('none') && !tried && !isAcrMet(acr, wanted, order)
}

/** What was done is told by the name that the client has for it. @spec OIDC Core §5.5.1.1 */
function inTheirWords({ essential_acr, acr_values }: AuthorizationRequest, session: Session, order: readonly string[]): Session {
  const asked = essential_acr ?? acr_values
  const acr = asked && metAcr(session.acr, asked, order)
  return acr === undefined || acr === session.acr ? session : { ...session, acr }
}

/** What of the request the consent allows; null where it has to be asked. */
function standing(
  request: AuthorizationRequest,
  client: Client,
  rules: ConsentRules,
  consent: Consent,
  prompt: ReadonlySet<string>,
  now: Milliseconds,
): string | null {
  const answered = consent.request_id === request.request_id
  if (consent.paused_at !== undefined || (consent.expires_at !== undefined && consent.expires_at <= now)) return null
  if (prompt.has('consent') && consent.granted_at < request.created_at) return null
  // RFC 8252 §8.6: another program on the machine could ask in the app's name
  const isNative = isPublic(client) && isNativeRedirect(request.redirect_uri)
  if ((consent.once || isNative || !rules.remembered) && !answered) return null
  // it was given to an app of another name, or with other papers
  if (consent.identity !== undefined && consent.identity !== identityOf(client)) return null
  if (!consent.redirect_hosts.includes(redirectHost(request.redirect_uri))) return null
  const decided = withDeclined(consent.scope, consent)
  if (missingScope(request.scope, decided).length > 0) return null
  if (rules.asked_again === 'change' && missingScope(decided, request.scope).length > 0) return null
  const places = resourcesOf(request).map((resource) => consent.scope_at[resource])
  if (places.some((held) => held === undefined || missingScope(request.scope, withDeclined(held, consent)).length > 0)) return null
  if (request.claims?.some((claim) => !consent.claims?.includes(claim) && !consent.declined_claims?.includes(claim))) return null
  const scope = commonScope(request.scope, consent.scope)
  return scope === '' && request.scope !== '' ? null : scope
}

/** What was answered, one way or the other. */
function withDeclined(held: string, { declined }: Consent): string {
  return declined === undefined ? held : joinScope(held, declined)
}
