import { published } from '../http/reply.ts'
import { PROMPTS, RESPONSE_MODES } from '../model/authorization-request.ts'
import type { Context } from '../model/context.ts'
import { type Dialect, type EndpointName, pathsOf, scopesOf } from '../model/dialect.ts'
import type { HttpRequest, Reply } from '../model/http.ts'

const documents = new WeakMap<Context, Map<Dialect, object>>()

/** @spec RFC 8414 §3, OIDC Discovery §4 */
export async function discovery(context: Context, _http: HttpRequest, dialect: Dialect): Promise<Reply> {
  let known = documents.get(context)
  if (!known) documents.set(context, (known = new Map()))
  let document = known.get(dialect)
  if (!document) known.set(dialect, (document = metadata(context, dialect)))
  return published(document)
}

/** Says only what the tables hold, so it cannot promise what is not there. @spec RFC 8414 §2, OIDC Discovery §3 */
export function metadata(context: Context, dialect: Dialect): object {
  const at = (endpoint: EndpointName) => {
    const [path] = pathsOf(dialect, endpoint)
    return path === undefined ? undefined : context.issuer + path
  }
  const methods = dialect.client_auth === 'registered' ? Object.keys(context.clientAuth) : dialect.client_auth
  const secret_methods = methods.filter((method) => method !== 'none')
  return {
    issuer: context.issuer,
    authorization_endpoint: at('authorize'),
    token_endpoint: at('token'),
    jwks_uri: at('jwks'),
    introspection_endpoint: at('introspect'),
    revocation_endpoint: at('revoke'),
    registration_endpoint: dialect.registration.policy === 'closed' ? undefined : at('register'),
    scopes_supported: scopesOf(context, dialect),
    response_types_supported: ['code'],
    response_modes_supported: RESPONSE_MODES,
    grant_types_supported: Object.keys(context.grants).filter((type) => dialect.grant_types?.includes(type) ?? true),
    token_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: at('introspect') && secret_methods,
    revocation_endpoint_auth_methods_supported: at('revoke') && methods,
    code_challenge_methods_supported: dialect.pkce.methods,
    ui_locales_supported: context.pages.languages,
    authorization_response_iss_parameter_supported: true,
    ...(dialect.discovery.includes('openid') && openidMetadata(context, at)),
  }
}

/** @spec OIDC Discovery §3, OIDC RP-Initiated Logout §2.1 */
function openidMetadata(context: Context, at: (endpoint: EndpointName) => string | undefined): object {
  const claims = Object.values(context.scopes).flatMap((scope) => scope.claims ?? [])
  return {
    userinfo_endpoint: at('userinfo'),
    end_session_endpoint: context.pages.logout === undefined ? undefined : at('logout'),
    claims_supported: [...new Set([...claims, 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'sid'])],
    acr_values_supported: context.acr_values.length > 0 ? context.acr_values : undefined,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: context.keys.signer.algs,
    prompt_values_supported: PROMPTS,
    claims_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  }
}

/** @spec RFC 9728 §3.2 */
export async function protectedResource(context: Context, _http: HttpRequest, dialect: Dialect): Promise<Reply> {
  return published({
    resource: context.issuer + dialect.base,
    authorization_servers: [context.issuer],
    scopes_supported: scopesOf(context, dialect),
  })
}
