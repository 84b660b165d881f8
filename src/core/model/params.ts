import { OAuthError } from './error.ts'

/** A parameter of an endpoint, by its registered name. @spec RFC 6749 §11.2 */
export type Parameter =
  | 'client_id'
  | 'client_secret'
  | 'redirect_uri'
  | 'response_type'
  | 'response_mode'
  | 'scope'
  | 'state'
  | 'nonce'
  | 'display'
  | 'prompt'
  | 'max_age'
  | 'ui_locales'
  | 'id_token_hint'
  | 'login_hint'
  | 'acr_values'
  | 'claims'
  | 'request'
  | 'request_uri'
  | 'registration'
  | 'code_challenge'
  | 'code_challenge_method'
  | 'ticket'
  | 'grant_type'
  | 'code'
  | 'code_verifier'
  | 'refresh_token'
  | 'token'
  | 'token_type_hint'
  | 'access_token'
  | 'client_assertion'
  | 'post_logout_redirect_uri'
  | 'logout_hint'
  | 'since'
  | 'cursor'

/** The parameters of one request, under the standard's names, each at most once; `resource` may come several times. */
export type Params = Readonly<Partial<Record<Parameter, string>>> & { readonly resource?: readonly string[] }

export function requireParams(params: Params, names: readonly (Parameter | 'resource')[]): void {
  for (const name of names) {
    if (params[name] === undefined) throw new OAuthError('invalid_request', `The parameter ${name} is missing.`)
  }
}
