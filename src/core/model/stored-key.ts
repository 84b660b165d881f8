import type { Milliseconds } from './clock.ts'

/** What a key is for. Roots are separate so that each can be destroyed as soon as what it protects is over. */
export const KEY_USES = ['sig-ES256', 'sig-RS256', 'ticket', 'token', 'client', 'mac', 'factor'] as const
export type KeyUse = (typeof KEY_USES)[number]

/** A key passes from next to active to retired; of signing keys all three are published. @spec RFC 7517 §4 */
export interface StoredKey {
  kid: string
  use: KeyUse
  status: 'next' | 'active' | 'retired'
  /** The private JWK, or the secret, encrypted under the deployment's master secret. The public part is computed from it. */
  sealed: string
  created_at: Milliseconds
  active_at?: Milliseconds
  retired_at?: Milliseconds
}
