import { published } from '../http/reply.ts'
import { PROMPTS, RESPONSE_MODES } from '../model/authorization-request.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
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
  const { paths } = dialect
  const at = (path: string | undefined) => (path === undefined ? undefined : context.issuer + path)
  const methods = Object.keys(context.clientAuth)
  return {
    issuer: context.issuer,
    authorization_endpoint: at(paths.authorize),
    token_endpoint: at(paths.token),
    userinfo_endpoint: at(paths.userinfo),
    jwks_uri: at(paths.jwks),
    introspection_endpoint: at(paths.introspect),
    revocation_endpoint: at(paths.revoke),
    end_session_endpoint: context.pages.logout === undefined ? undefined : at(paths.logout),
    scopes_supported: Object.keys(context.scopes),
    claims_supported: [
      ...new Set(Object.values(context.scopes).flatMap((scope) => scope.claims ?? [])),
      'iss',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'nonce',
      'acr',
      'amr',
      'sid',
    ],
    response_types_supported: ['code'],
    response_modes_supported: RESPONSE_MODES,
    grant_types_supported: Object.keys(context.grants),
    token_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: methods.filter((method) => method !== 'none'),
    revocation_endpoint_auth_methods_supported: methods,
    code_challenge_methods_supported: dialect.pkce.methods,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: context.keys.signer.algs,
    prompt_values_supported: PROMPTS,
    claims_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
  }
}
