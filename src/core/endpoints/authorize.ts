import { sealConsentToken } from '../authorize/consent-token.ts'
import { hashLooks } from '../authorize/looks.ts'
import { nextStep } from '../authorize/next-step.ts'
import { readRequest } from '../authorize/request.ts'
import { answer } from '../authorize/response.ts'
import { findTarget, type Target } from '../authorize/target.ts'
import { sealTicket, sealUnbound } from '../authorize/ticket.ts'
import { readParams } from '../http/params.ts'
import { redirect } from '../http/reply.ts'
import type { AuthorizationRequest } from '../model/authorization-request.ts'
import { isIdle } from '../model/consent.ts'
import type { Context } from '../model/context.ts'
import { type Dialect, pathsOf } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { withQuery } from '../model/form.ts'
import type { Consent, Standing } from '../model/grant.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { idleOf } from '../model/lifetimes.ts'
import type { Session } from '../model/user.ts'
import { issueCode } from '../tokens/code.ts'

/** The authorization endpoint. Sign-in and consent come back here, so this page is the whole road. @spec RFC 6749 §3.1, OIDC Core §3.1.2 */
export async function authorize(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const params = await readParams(http, dialect, ['form'])
  const target = await findTarget(context, http, params, dialect) // what goes wrong up to here is told to the person
  try {
    const request = await readRequest(context, params, target) // what goes wrong from here on is told to the client
    if (http.method === 'POST')
      return redirect(withQuery(context.issuer + pathsOf(dialect, 'authorize')[0], { ticket: sealUnbound(context, request) }), 303)
    const { session, consent, epoch } = (await findStanding(context, http, request.client_id)) ?? NOBODY
    const step = nextStep(request, target, session, ofUse(context, target, consent), context.clock(), context.acr_values)
    if (step.go === 'issue') return answer(target, context.issuer, { code: await issueCode(context, request, step, dialect, epoch) })
    return await ask(context, http, target, request, step.go, session)
  } catch (cause) {
    const error = OAuthError.from(cause)
    return answer(target, context.issuer, error, { 'x-vouchsafe-reference': context.report(error, http, target.client.client_id) })
  }
}

/** A consent of which no use was made for long is over. */
function ofUse(context: Context, { client }: Target, consent: Consent | null): Consent | null {
  return consent && isIdle(consent, context.clock(), idleOf(context, client)) ? null : consent
}

const NOBODY = { session: null, consent: null, epoch: 0 }

async function findStanding(context: Context, http: HttpRequest, client_id: string): Promise<Standing | null> {
  if (context.standing) return context.standing(http, client_id)
  const session = await context.session(http)
  return session && { session, ...(await context.store.consents.find(session.sub, client_id)) }
}

/** Hands the person to the page that asks them: of a first party, on its own address, or on this very one. */
async function ask(
  context: Context,
  http: HttpRequest,
  target: Target,
  request: AuthorizationRequest,
  page: 'login' | 'consent',
  session: Session | null,
): Promise<Reply> {
  const { client, dialect } = target
  if (page === 'consent' && session && dialect.consent_page !== null && dialect.management) {
    const { token } = dialect.management.consent.decision
    return redirect(
      withQuery(dialect.consent_page, { [token]: sealConsentToken(context, request, session, target) }),
      target.redirect_status,
    )
  }
  const { ticket, headers } = sealTicket(context, http, request)
  if (dialect.interaction === 'redirected' || !context.pages.embedded) {
    return redirect(withQuery(context.pages[page], { ticket }), target.redirect_status, headers)
  }
  const reply = await context.pages.embedded(http, page, { request, client, dialect, looks: hashLooks(client) }, ticket)
  return { ...reply, headers: { ...reply.headers, ...headers } }
}
