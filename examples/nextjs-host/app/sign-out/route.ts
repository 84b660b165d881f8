import { endSession, findSession } from '../../lib/session.ts'
import { PRODUCT, sign, VOUCHSAFE } from '../../lib/vouchsafe.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Somebody signs out of the product: Vouchsafe ends its sessions of theirs. @spec OIDC Back-Channel §2.5 */
export async function POST(request: Request): Promise<Response> {
  if (request.headers.get('sec-fetch-site') !== 'same-origin') return new Response(null, { status: 403 })
  const session = await findSession(request)
  if (session) {
    const logout_token = await sign('logout+jwt', { sub: session.id, events: { [EVENT]: {} } })
    const sent = fetch(`${VOUCHSAFE}/session/ended`, { method: 'POST', body: new URLSearchParams({ logout_token }) })
    // nobody stays signed in here because Vouchsafe is away; a real product tries again later
    const told = await sent.then(
      ({ status }) => status,
      (cause: unknown) => String(cause),
    )
    if (told !== 200) console.error(`Vouchsafe was not told of a sign-out: ${told}`)
  }
  return new Response(null, { status: 303, headers: { location: `${PRODUCT}/`, 'set-cookie': endSession() } })
}
