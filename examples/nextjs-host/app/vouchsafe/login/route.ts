import { findSession } from '../../../lib/session.ts'
import { PRODUCT, sign, VOUCHSAFE } from '../../../lib/vouchsafe.ts'

export const dynamic = 'force-dynamic'

/** Vouchsafe asks who sits here. The answer goes to its one address, never to one that stands in the request. */
export async function GET(request: Request): Promise<Response> {
  const asked = new URL(request.url).searchParams
  const session = await findSession(request)
  const now = Math.floor(Date.now() / 1000)
  const asked_at = Number(asked.get('asked_at') ?? now)
  const anew = /\b(login|select_account)\b/.test(asked.get('prompt') ?? '')
  const max_age = asked.get('max_age')
  const earliest = anew ? asked_at : max_age === null ? 0 : asked_at - Number(max_age)
  if (!session || session.auth_time < earliest) {
    asked.set('asked_at', String(asked_at))
    return redirect(`${PRODUCT}/sign-in?${new URLSearchParams({ next: `/vouchsafe/login?${asked}` })}`)
  }
  const { id: sub, email, name, auth_time } = session
  const nonce = asked.get('nonce') ?? ''
  const handover = await sign('handover+jwt', { sub, nonce, auth_time, email, email_verified: true, name })
  return redirect(`${VOUCHSAFE}/session/handover?${new URLSearchParams({ state: asked.get('state') ?? '', handover })}`)
}

function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } })
}
