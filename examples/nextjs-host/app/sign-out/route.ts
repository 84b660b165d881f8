import { endSession, findSession } from '../../lib/session.ts'
import { PRODUCT, sign, VOUCHSAFE } from '../../lib/vouchsafe.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Somebody signs out of the product: Vouchsafe ends its sessions of theirs. @spec OIDC Back-Channel §2.5 */
export async function POST(request: Request): Promise<Response> {
  if (request.headers.get('sec-fetch-site') !== 'same-origin') return new Response(null, { status: 403 })
  const session = await findSession(request)
  if (session) {
    const logout_token = await sign('logout+jwt', { sub: session.id, events: { [EVENT]: {} } })
    await fetch(`${VOUCHSAFE}/session/ended`, { method: 'POST', body: new URLSearchParams({ logout_token }) })
  }
  return new Response(null, { status: 303, headers: { location: `${PRODUCT}/`, 'set-cookie': endSession() } })
}
