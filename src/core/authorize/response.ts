import { redirect } from '../http/reply.ts'
import { inDialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { withQuery, writeForm } from '../model/form.ts'
import type { Reply } from '../model/http.ts'
import type { Target } from './target.ts'

/** Sends the outcome, code or error, back to the client. @spec RFC 6749 §4.1.2, RFC 6749 §4.1.2.1, RFC 9207 §2 */
export function answer(target: Target, issuer: string, outcome: { code: string } | OAuthError, headers: Reply['headers'] = {}): Reply {
  return redirect(addressOf(target, issuer, outcome), target.redirect_status, headers)
}

/** The client's address with the outcome in it. */
export function addressOf(target: Target, issuer: string, outcome: { code: string } | OAuthError): string {
  const fields =
    outcome instanceof OAuthError
      ? { error: inDialect(outcome, target.dialect).code, error_description: outcome.error_description }
      : outcome
  const words = { ...fields, state: target.state, iss: issuer }
  const { redirect_uri } = target // registered as it stands, without a fragment
  return target.response_mode === 'fragment' ? `${redirect_uri}#${writeForm(words)}` : withQuery(redirect_uri, words)
}
