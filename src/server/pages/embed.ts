import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import type { Site } from './site.ts'

/** Shows sign-in or consent on the authorize address itself; read when somebody first comes to it, as every page is. */
export async function embed(
  site: Site,
  http: HttpRequest,
  step: 'login' | 'consent',
  interaction: Interaction,
  ticket: string,
): Promise<Reply> {
  const show = step === 'login' ? (await import('./login.ts')).embedLogin : (await import('./consent.ts')).embedConsent
  return show(site, http, interaction, ticket)
}
