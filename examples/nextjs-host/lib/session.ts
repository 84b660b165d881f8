// What your product has already: who sits at a browser. Put your own session in the place of these two functions.
import { jwtVerify } from 'jose'

export interface ProductSession {
  id: string
  email: string
  name: string
  /** When they signed in, in seconds. */
  auth_time: number
}

const COOKIE = 'product-session'

export async function findSession(request: Request): Promise<ProductSession | null> {
  const jwt = new RegExp(`(?:^|; )${COOKIE}=([\\w.-]+)`).exec(request.headers.get('cookie') ?? '')?.[1]
  const secret = process.env['PRODUCT_SESSION_SECRET']
  if (jwt === undefined || !secret) return null
  const verified = await jwtVerify<ProductSession>(jwt, new TextEncoder().encode(secret), { algorithms: ['HS256'] }).catch(() => null)
  return verified?.payload ?? null
}

/** The line that takes the session away. */
export function endSession(): string {
  return `${COOKIE}=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0`
}
