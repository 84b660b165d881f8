import { type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { Site } from './site.ts'

/** Too many attempts from one address: said by the error page, with the time to wait. */
export function pausedPage(site: Pick<Site, 'clock'>, until: Milliseconds, back: string): never {
  const retry_after = Math.max(1, Math.ceil((until - site.clock()) / SECOND))
  throw new OAuthError('temporarily_unavailable', 'Too many attempts came from this address.', {
    status: 429,
    reason: 'too_many',
    retry_after,
    back,
  })
}
