import { randomBytes } from 'node:crypto'
import type { ApiResult, Exchange, Flow, Tokens } from './oidc.ts'
import type { WalkFlow } from './walk.ts'

/** What Tallyboat remembers of one browser. */
export interface AppSession {
  id: string
  /** Milliseconds. */
  expires_at: number
  /** The one question to the issuer that is under way. */
  flow?: Flow
  /** The same, in another dialect. */
  walk?: WalkFlow
  /** The dialect in which it came to its end. */
  walked?: string
  /** Everything that was said, by the browser and behind it. */
  wire: Exchange[]
  tokens?: Tokens
  api?: ApiResult
  refreshed?: { before: string; after: string; rotated: boolean }
  /** What is said once, on the next page. */
  notice?: { tone: 'good' | 'caution'; id: string; title: string; text: string }
  logout_state?: string
}

/** Another name than any of the issuer's: cookies of one host are shared by all its ports. @spec RFC 6265 §8.5 */
const COOKIE = 'tallyboat-session'
const LIFETIME = 8 * 60 * 60 * 1000
const MOST = 200

/** Sessions in memory, the eldest giving way: a demo has few visitors, and none may fill it. */
export function createSessions() {
  const sessions = new Map<string, AppSession>()
  return {
    /** The session of this Cookie header; null where there is none that lasts. */
    find(cookies: string | undefined): AppSession | null {
      const id = new RegExp(`(?:^|; )${COOKIE}=([\\w-]{43})(?:;|$)`).exec(cookies ?? '')?.[1]
      const session = id === undefined ? undefined : sessions.get(id)
      return session && session.expires_at > Date.now() ? session : null
    },
    /** A session under a new id, with what is given of the old one, which is over. */
    renew(old: AppSession | null, keep: Partial<Omit<AppSession, 'id' | 'expires_at'>> = {}): AppSession {
      if (old) sessions.delete(old.id)
      const session: AppSession = { wire: [], ...keep, id: randomBytes(32).toString('base64url'), expires_at: Date.now() + LIFETIME }
      sessions.set(session.id, session)
      const eldest = sessions.size > MOST ? sessions.keys().next().value : undefined
      if (eldest !== undefined) sessions.delete(eldest)
      return session
    },
  }
}

/** The line that gives a browser its session. */
export function sessionCookie(session: AppSession): string {
  return `${COOKIE}=${session.id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${LIFETIME / 1000}`
}
