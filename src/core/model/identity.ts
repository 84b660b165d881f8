import type { Milliseconds } from './clock.ts'

/** What a person is called somewhere else: by an OpenID provider or a directory. One identity is one person's; of one issuer a person has one. */
export interface Identity {
  identity_id: string
  /** Of a provider its issuer identifier, of a directory its name. @spec OIDC Core §2 */
  issuer: string
  /** Its `sub` there, or the unique id of its entry; never used again for somebody else. @spec OIDC Core §2 */
  subject: string
  /** Ours. */
  sub: string
  /** The address that was told with it when it was linked, so that the person knows it again. */
  email?: string
  created_at: Milliseconds
}
