import { randomToken } from '../crypto/random.ts'
import { type AuthorizationRequest, PROMPTS, RESPONSE_MODES } from '../model/authorization-request.ts'
import { SECOND } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import { knownScope } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { lifetimeOf } from '../model/lifetimes.ts'
import { type Params, requireParams } from '../model/params.ts'
import { readResources } from '../model/resource.ts'
import { isScope, splitScope } from '../model/scope.ts'
import { readClaims } from './claims.ts'
import { checkLength } from './limits.ts'
import type { Target } from './target.ts'

/** Turns parameters into a request that keeps every rule, or throws. @spec RFC 6749 §4.1.1, OIDC Core §3.1.2.1 */
export async function readRequest(context: Context, params: Params, target: Target): Promise<AuthorizationRequest> {
  if (target.sealed) return checked(context, target.sealed, target)
  const { client, dialect } = target
  refuseUnsupported(params)
  requireParams(params, dialect.required)
  if (params.response_type !== 'code') throw new OAuthError('unsupported_response_type', 'Only response_type=code is supported.')
  const now = context.clock()
  const claims = readClaims(context, params.claims, client)
  return checked(
    context,
    {
      request_id: randomToken(16),
      client_id: client.client_id,
      redirect_uri: target.redirect_uri,
      redirect_defaulted: target.redirect_defaulted || undefined,
      response_mode: target.response_mode,
      scope: readScope(context, params, target),
      state: target.state,
      nonce: params.nonce && checkLength('nonce', params.nonce),
      prompt: readPrompt(params.prompt),
      max_age: readMaxAge(params.max_age) ?? client.default_max_age,
      login_hint: params.login_hint && checkLength('login_hint', params.login_hint),
      hinted_sub: claims.sub ?? (params.id_token_hint && (await readHint(context, params.id_token_hint, client.client_id))),
      ui_locales: params.ui_locales && checkLength('ui_locales', params.ui_locales),
      claims: claims.userinfo,
      essential_acr: claims.essential_acr,
      acr_values: readAcrValues(context, params.acr_values) ?? knownAcr(context, claims.acr_values ?? []),
      resource: params.resource && readResources(context, params.resource, dialect),
      code_challenge: params.code_challenge,
      code_challenge_method: params.code_challenge_method,
      dialect: dialect.name,
      created_at: now,
      expires_at: now + lifetimeOf(context, dialect, 'ticket') * SECOND,
    },
    target,
  )
}

/** A sealed request passes the rules again: the client may have changed meanwhile. */
function checked(context: Context, request: AuthorizationRequest, { client, dialect }: Target): AuthorizationRequest {
  for (const check of context.checks) check(request, client, dialect, context)
  return request
}

/** @spec OIDC Core §3.1.2.6 */
function refuseUnsupported(params: Params): void {
  if (params.request !== undefined) throw new OAuthError('request_not_supported', 'The parameter request is not supported.')
  if (params.request_uri !== undefined) throw new OAuthError('request_uri_not_supported', 'The parameter request_uri is not supported.')
  if (params.registration !== undefined) throw new OAuthError('registration_not_supported', 'The parameter registration is not supported.')
  if (params.response_mode !== undefined && !RESPONSE_MODES.some((mode) => mode === params.response_mode)) {
    throw new OAuthError('invalid_request', `response_mode must be ${RESPONSE_MODES.join(' or ')}.`)
  }
}

/** What is asked for; where nothing is, what the client or the resource has as its default. @spec RFC 6749 §3.3 */
function readScope(context: Context, params: Params, { client, dialect }: Target): string {
  if (params.scope === undefined) return client.default_scope ?? client.scope
  checkLength('scope', params.scope)
  if (!isScope(params.scope)) throw new OAuthError('invalid_scope', 'The scope is malformed.')
  return knownScope(context, dialect, splitScope(params.scope).join(' '))
}

/** Prompts that nobody here knows are passed over. */
function readPrompt(prompt: string | undefined): string | undefined {
  if (prompt === undefined) return undefined
  const asked = splitScope(checkLength('prompt', prompt))
  if (asked.includes('none') && asked.length > 1) throw new OAuthError('invalid_request', 'prompt=none stands alone.')
  return PROMPTS.filter((known) => asked.includes(known)).join(' ') || undefined
}

/** Those that the host knows, in the order in which they are asked for; undefined where there is none. @spec OIDC Core §3.1.2.1 */
function readAcrValues(context: Context, acr_values: string | undefined): string[] | undefined {
  return acr_values === undefined ? undefined : knownAcr(context, splitScope(checkLength('acr_values', acr_values)))
}

function knownAcr(context: Context, asked: readonly string[]): string[] | undefined {
  const known = asked.filter((value) => context.acr_values.includes(value))
  return known.length > 0 ? known : undefined
}

function readMaxAge(max_age: string | undefined): number | undefined {
  if (max_age === undefined) return undefined
  if (!/^\d{1,10}$/.test(max_age)) throw new OAuthError('invalid_request', 'max_age must be a number of seconds.')
  return Number(max_age)
}

/** An ID token of ours that this client has had, however old. @spec OIDC Core §3.1.2.1 */
async function readHint(context: Context, id_token_hint: string, client_id: string): Promise<string> {
  const claims = await context.keys.signer.verify(id_token_hint, 'JWT', { expired: true }).catch(() => null)
  const audience = claims && [claims.aud].flat()
  if (!audience?.includes(client_id))
    throw new OAuthError('invalid_request', 'The id_token_hint is not an ID token that this client has had from us.')
  return String(claims!.sub)
}
