import { isAcrMet } from '../../core/model/acr.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { hasScope } from '../../core/model/scope.ts'
import { ACR_VALUES, acrOf, addAmr, WITH_CODE, WITH_PASSKEY } from '../accounts/acr.ts'
import type { Person } from '../accounts/sessions.ts'
import { askSecond, type Errand } from './arrive.ts'
import type { Site } from './site.ts'

/** Whether a way of signing in does for what is asked. */
export function doesFor(acr: string | undefined, asked: readonly string[]): boolean {
  return isAcrMet(acr, asked, ACR_VALUES)
}

/**
 * An app may need a better proof than the session of whoever is signed in has. Where they have a second factor that makes it good, they are
 * asked for that one alone; where it is only wished for and they have none, the request goes on. Null where signing in is the answer.
 */
export async function askBetter(site: Site, http: HttpRequest, { session, user }: Person, errand: Errand): Promise<Reply | null> {
  const request = errand.interaction?.request
  const asked = request?.essential_acr ?? request?.acr_values
  if (!request || !asked || doesFor(session.acr, asked)) return null
  if (hasScope(request.prompt ?? '', 'select_account') && Math.max(session.auth_time, session.selected_at ?? 0) < request.created_at)
    return null
  const { amr = [] } = session
  const { totp, passkeys, recovery_codes } = await site.store.factors.find(user.sub)
  const ways = [...(passkeys.length > 0 ? [WITH_PASSKEY] : []), ...(totp || (passkeys.length > 0 && recovery_codes > 0) ? [WITH_CODE] : [])]
  if (ways.some((way) => doesFor(acrOf(addAmr(amr, way)), asked))) return askSecond(site, http, { user, amr, session }, errand)
  return request.essential_acr ? null : site.interactions.settle(request)
}
