import { DAY, MINUTE, type Milliseconds } from '../model/clock.ts'
import type { KeyUse, StoredKey } from '../model/stored-key.ts'

/** How long a key of one use waits, works and is kept. */
export interface Schedule {
  /** Published, or known to all nodes, before it is used. */
  lead: Milliseconds
  /** Active for so long before its successor takes over. */
  period: Milliseconds
  /** Kept after that: as long as anything that it protects. */
  keep: Milliseconds
}

/** Longest lives of what the keys protect, in milliseconds. */
export interface Protected {
  access_token: Milliseconds
  grant: Milliseconds
}

// nodes look for new keys every 10 s and clients may keep the JWKS for 5 min
const PUBLISHED = 10 * MINUTE
const KNOWN = MINUTE

/** A client_id that carries its registration is forgotten after so long, unless it came into use and is a row. */
const UNUSED_CLIENT = 365 * DAY

/** Roots of tickets and codes are destroyed after a day: what was sealed then can be opened by nobody. */
export function schedules(
  { access_token, grant }: Protected,
  other: Partial<Record<KeyUse, Partial<Schedule>>> = {},
): Readonly<Record<KeyUse, Schedule>> {
  const signing = { lead: PUBLISHED, period: 90 * DAY, keep: Math.max(access_token, 30 * DAY) + DAY } // an ID token serves as a hint for a month
  return {
    'sig-ES256': { ...signing, ...other['sig-ES256'] },
    'sig-RS256': { ...signing, ...other['sig-RS256'] },
    ticket: { lead: KNOWN, period: DAY, keep: DAY, ...other.ticket },
    token: { lead: KNOWN, period: 30 * DAY, keep: access_token + DAY, ...other.token },
    client: { lead: KNOWN, period: 90 * DAY, keep: UNUSED_CLIENT, ...other.client },
    mac: { lead: KNOWN, period: 90 * DAY, keep: grant + DAY, ...other.mac },
    // what it seals lasts as long as an account: it works until an operator rotates it, and is kept after that
    factor: { lead: KNOWN, period: Number.POSITIVE_INFINITY, keep: Number.POSITIVE_INFINITY, ...other.factor },
  }
}

export type KeyAct =
  | { act: 'make'; use: KeyUse; status: 'active' | 'next' }
  | { act: 'promote'; active: string | null; next: string }
  | { act: 'destroy'; kid: string }

/** What is due now. Pure: keys and times in, acts out. */
export function dueActs(keys: readonly StoredKey[], by: Readonly<Record<KeyUse, Schedule>>, now: Milliseconds): KeyAct[] {
  const acts: KeyAct[] = []
  for (const [use, { lead, period, keep }] of Object.entries(by) as [KeyUse, Schedule][]) {
    const own = keys.filter((key) => key.use === use)
    const active = own.find((key) => key.status === 'active')
    const next = own.find((key) => key.status === 'next')
    if (next && next.created_at + lead <= now) acts.push({ act: 'promote', active: active?.kid ?? null, next: next.kid })
    else if (!active) acts.push({ act: 'make', use, status: 'active' })
    else if (!next && active.active_at! + period - lead <= now) acts.push({ act: 'make', use, status: 'next' })
    for (const key of own) if (key.status === 'retired' && key.retired_at! + keep <= now) acts.push({ act: 'destroy', kid: key.kid })
  }
  return acts
}
