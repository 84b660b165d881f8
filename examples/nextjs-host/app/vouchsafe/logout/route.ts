import { endSession } from '../../../lib/session.ts'
import { PRODUCT, VOUCHSAFE } from '../../../lib/vouchsafe.ts'

export const dynamic = 'force-dynamic'

/** Somebody signed out of Vouchsafe: here too, and then back to it. */
export async function GET(request: Request): Promise<Response> {
  const return_to = new URL(request.url).searchParams.get('return_to') ?? ''
  const location = return_to.startsWith(`${VOUCHSAFE}/`) ? return_to : `${PRODUCT}/`
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store', 'set-cookie': endSession() } })
}
