import { hasFactor } from '../accounts/factors.ts'
import { hasShownFactor, isRecent, type Person } from '../accounts/sessions.ts'
import type { Site } from './site.ts'

/** Whether somebody has a second factor and sits at a session that was opened without one. The product asks for its own where it signs people in. */
export async function lacksFactor(site: Pick<Site, 'store' | 'host_login'>, { session, user }: Person): Promise<boolean> {
  return !site.host_login && !hasShownFactor(session) && hasFactor(await site.store.factors.find(user.sub))
}

/**
 * What somebody has to show before they may change how they sign in, or anything as dear: that they are still there, or the factor that they
 * had before. Null where nothing is missing.
 */
export async function missingProof(
  site: Pick<Site, 'store' | 'clock' | 'host_login'>,
  person: Person,
): Promise<'sign_in' | 'factor' | null> {
  if (!isRecent(site, person.session)) return 'sign_in'
  return (await lacksFactor(site, person)) ? 'factor' : null
}
