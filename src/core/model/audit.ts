import type { Milliseconds } from './clock.ts'
import type { FactorKind } from './factor.ts'
import type { KeyUse } from './stored-key.ts'

/** Who decided: a person, a client about what is its own, whoever runs the commands, the server by itself, or the program around it. */
export interface Actor {
  type: 'user' | 'client' | 'operator' | 'server' | 'host'
  /** The sub, the client_id, or the operator's name on that machine, where it is known. */
  id?: string
  /** What was shown instead of a face: the key_id of an API key, the token_id of an initial access token. */
  via?: string
}

/** What can be decided. Issuing and refreshing are no decisions: they follow from one. */
export const AUDIT_EVENTS = [
  'client.added',
  'client.changed',
  'client.disabled',
  'client.enabled',
  'client.deleted',
  'consent.given',
  'consent.narrowed',
  'consent.paused',
  'consent.resumed',
  'consent.withdrawn',
  'grant.revoked',
  'token.revoked',
  'withdrawn',
  'user.added',
  'user.changed',
  'user.disabled',
  'user.enabled',
  'user.deleted',
  'identity.linked',
  'identity.unlinked',
  'api_key.added',
  'api_key.revoked',
  'initial_access_token.added',
  'initial_access_token.revoked',
  'factor.added',
  'factor.changed',
  'factor.removed',
  'factor.reset',
  'recovery_code.used',
  'key.made',
  'key.promoted',
  'key.destroyed',
  'key.rewrapped',
  'database.frozen',
  'database.thawed',
] as const
export type AuditEvent = (typeof AUDIT_EVENTS)[number]

/** Why a grant was ended by something that went wrong, and by nobody's wish. */
export type RevocationReason = 'code_replayed' | 'refresh_token_replayed' | 'refresh_token_ahead'

/** What was decided, by names and ids: never a secret, a hash of one, or a text that somebody wrote. */
export interface AuditDetails {
  /** Members that are not what they were. */
  changed?: string[]
  /** All that was given before has ended with this. */
  withdrawn?: true
  /** What people had allowed was taken back with this. */
  forgotten?: true
  /** What ended for this person. */
  ended?: 'sessions' | 'other_sessions' | 'everything'
  factor?: FactorKind
  passkey_id?: string
  /** The person whose client it is. */
  owner?: string
  /** It registered itself, and came into use now. */
  sealed?: true
  reviewed?: boolean
  scope?: string
  receipt_id?: string
  grant_id?: string
  jti?: string
  reason?: RevocationReason
  identity_id?: string
  /** Where the identity is from. */
  issuer?: string
  key_id?: string
  token_id?: string
  dialect?: string
  kid?: string
  use?: KeyUse
  status?: string
  /** The key that it takes the place of. */
  replaces?: string
}

/** One entry of a chain, by which nobody else's can be altered or taken away unnoticed. */
export interface AuditEntry extends AuditDetails {
  chain: string
  /** From 1, without a gap. */
  seq: number
  at: Milliseconds
  event: AuditEvent
  actor: Actor
  sub?: string
  client_id?: string
  /** The newest entries of other chains that its node had not named yet: chain, seq, hash. */
  heads?: [chain: string, seq: number, hash: string][]
  /** The hash of the entry before; '' of the first. */
  prev: string
  /** SHA-256 over all of the others, base64url. */
  hash: string
}

/** Where a chain ends: so many entries, and the hash of the last. */
export interface AuditHead {
  chain: string
  entries: number
  head: string
}

/** Where a list of entries goes on: after this one. */
export type AuditPlace = Pick<AuditEntry, 'at' | 'chain' | 'seq'>

/** Which entries, the newest first. */
export interface AuditPage {
  /** It is only looked at, as in `Page`. */
  may_lag?: boolean
  /** Where the part before ended; none to begin. */
  after?: AuditPlace
  /** At most this many, 1 to 1000. */
  limit: number
  sub?: string
  client_id?: string
  since?: Milliseconds
}

/** What is wrong with a chain, and from which entry on to which. */
export interface AuditFinding {
  chain: string
  seq: number
  /** The last entry that it is about, where there are several. */
  until?: number
  /**
   * 'altered': it is not what was written. 'swapped': it stands in another's place. 'missing': others come after it. 'cut_off': none
   * does. 'head': the chain's end is noted otherwise than it is.
   */
  how: 'altered' | 'swapped' | 'missing' | 'cut_off' | 'head'
}

export interface AuditVerdict {
  chains: number
  entries: number
  /** The first hundred. */
  findings: AuditFinding[]
  /** There are others. */
  more: boolean
}
