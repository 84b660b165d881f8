import { writeDecision } from '../authorize/consent-records.ts'
import { openConsentToken, sessionOf, spendConsentToken } from '../authorize/consent-token.ts'
import { hashLooks, shownClient } from '../authorize/looks.ts'
import { nextStep } from '../authorize/next-step.ts'
import { readRequest } from '../authorize/request.ts'
import { addressOf } from '../authorize/response.ts'
import { type Target, targetOf } from '../authorize/target.ts'
import { authenticateApiKey } from '../client-auth/api-key.ts'
import { readBearer } from '../http/bearer.ts'
import { enveloped, inTheirWords, managementOf } from '../http/management.ts'
import { readJsonBody } from '../http/params.ts'
import { json } from '../http/reply.ts'
import type { Actor } from '../model/audit.ts'
import type { AuthorizationRequest, ConsentRequest } from '../model/authorization-request.ts'
import type { Client } from '../model/client.ts'
import type { Decision } from '../model/consent.ts'
import type { Context } from '../model/context.ts'
import type { Dialect, ManagementShape } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { idleOf } from '../model/lifetimes.ts'
import { LONGEST_SHOWN, type Shown } from '../model/receipt.ts'
import { hostOf } from '../model/redirect-uri.ts'
import { splitScope } from '../model/scope.ts'
import { issueCode } from '../tokens/code.ts'

/** What waits for the decision of the person whose key this is: who asks, what for, and where the answer goes. */
export async function showConsentRequest(context: Context, http: HttpRequest, dialect: Dialect, token: string): Promise<Reply> {
  const { sub } = await authenticateApiKey(context, readBearer(http))
  const shape = managementOf(dialect)
  const { request, target } = await openRequest(context, token, sub, dialect)
  const scopes = splitScope(request.scope).map((scope) => {
    const { title, description } = context.scopes[scope] ?? {}
    return inTheirWords(shape.consent.scope, { scope, title: title?.['en'] ?? scope, description: description?.['en'] ?? '' })
  })
  const { client_id, client_name, logo_uri, tos_uri, policy_uri, reviewed = false } = target.client
  const known = { client_id, client_name, logo_uri, tos_uri, policy_uri, reviewed, scopes, redirect_uri: request.redirect_uri }
  return enveloped(shape, inTheirWords(shape.consent.fields, known))
}

/** The decision of the person whose key this is; the answer is where to send the browser on, with a code or a refusal. */
export async function decideConsentRequest(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const { sub, by } = await authenticateApiKey(context, readBearer(http))
  const { decision } = managementOf(dialect).consent
  const { token, allowed } = readDecision(await readJsonBody(http), decision)
  const { request, target } = await openRequest(context, token, sub, dialect)
  if (!(await spendConsentToken(context, request))) throw over(dialect)
  try {
    if (!allowed) throw new OAuthError('access_denied', 'The person refused.')
    const code = await allow(context, request, target, by)
    return json({ [decision.redirect_uri]: addressOf(target, context.issuer, { code }) })
  } catch (cause) {
    const error = OAuthError.from(cause)
    context.report(error, http, request.client_id)
    return json({ [decision.redirect_uri]: addressOf(target, context.issuer, error) })
  }
}

/** The same road as at the authorization endpoint, from where it had stopped: every rule again, the fact written down, the conclusion drawn. */
async function allow(context: Context, sealed: ConsentRequest, target: Target, by: Actor): Promise<string> {
  const { client, dialect } = target
  const request = await readRequest(context, {}, target)
  const decision: Omit<Decision, 'identity'> = {
    sub: sealed.sub,
    request,
    scope: request.scope,
    claims: [], // they were not shown
    duration: 'revoked',
    client_name: client.client_name,
    redirect_host: hostOf(request.redirect_uri),
    rules: dialect.consent,
    through: 'api',
    shown: shownThrough(context, request, client),
    idle: idleOf(context, client),
  }
  await writeDecision(context, client, decision, by)
  const { consent, epoch } = await context.store.consents.find(sealed.sub, client.client_id)
  const step = nextStep(request, target, sessionOf(sealed), consent, context.clock())
  if (step.go !== 'issue') throw new OAuthError('access_denied', 'The authorization was withdrawn.')
  return issueCode(context, request, step, dialect, epoch)
}

/** What the API told of the request: nobody saw a page of ours. */
function shownThrough(context: Context, { scope, redirect_uri }: AuthorizationRequest, client: Client): Shown {
  const scopes = splitScope(scope).map((word) => {
    const { title, description, level = 1 } = context.scopes[word] ?? {}
    return { scope: word, title: title?.['en'] ?? word, text: description?.['en'] ?? '', level, required: true, on: true }
  })
  const shown = { language: 'en', title: client.client_name, client: shownClient(client), redirect_host: hostOf(redirect_uri), scopes }
  if (JSON.stringify(shown).length > LONGEST_SHOWN) throw new OAuthError('invalid_request', 'Too much is asked for at once.')
  return shown
}

/** The request behind a token that is genuine, in time and this person's own, whose client still stands. */
async function openRequest(
  context: Context,
  token: string,
  sub: string,
  dialect: Dialect,
): Promise<{ request: ConsentRequest; target: Target }> {
  const request = openConsentToken(context, token, sub, dialect)
  if (!request) throw over(dialect)
  const target = await targetOf(context, request, dialect, 303).catch((cause: unknown) => {
    throw cause instanceof OAuthError ? over(dialect) : cause
  })
  if (request.looks !== hashLooks(target.client)) throw over(dialect) // what was shown is not what would be allowed
  return { request, target }
}

/** One answer for all: what somebody else's token is must not be told. */
function over(dialect: Dialect): OAuthError {
  const { consent, invalid_status: status } = managementOf(dialect)
  return new OAuthError('invalid_request', `The ${consent.decision.token} is unknown, used or over.`, { status, retry: false })
}

function readDecision(
  given: Readonly<Record<string, unknown>>,
  words: ManagementShape['consent']['decision'],
): { token: string; allowed: boolean } {
  const token = Object.hasOwn(given, words.token) ? given[words.token] : undefined
  const allowed = Object.hasOwn(given, words.allowed) ? given[words.allowed] : undefined
  if (typeof token !== 'string') throw new OAuthError('invalid_request', `The member ${words.token} must be text.`)
  if (typeof allowed !== 'boolean') throw new OAuthError('invalid_request', `The member ${words.allowed} must be true or false.`)
  return { token, allowed }
}
