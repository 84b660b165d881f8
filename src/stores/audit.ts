import { randomBytes } from 'node:crypto'
import type { Actor, AuditDetails, AuditEntry, AuditEvent } from '../core/model/audit.ts'
import { type Clock, SECOND } from '../core/model/clock.ts'
import { AUDIT_COLUMNS, readAuditRow, writeAuditRow } from './audit-rows.ts'
import type { Sql, Statement } from './sql.ts'

/** Decisions that one commit takes together. */
const GROUP = 32
/** How often the end of our own chain may turn out to be elsewhere. */
const TRIES = 3
/** How often a node looks which chains have grown, and how far back beyond its last look: its clock may be ahead of theirs. */
const LOOK = 10 * SECOND
/** Entries that one such look reads. */
const SEEN = 200

/** What was decided, and by whom. */
export interface NewEntry {
  event: AuditEvent
  by: Actor | undefined
  /** '' where it is about everybody. */
  sub?: string
  client_id?: string
  details?: AuditDetails
  /** What is done once the entry stands, in the same move: after it nothing can be written any more. */
  last?: readonly Statement[]
}

/** Writes decisions and their entries into the chain of this store. */
export interface Ledger {
  /** Does what the statements say and writes it down, both or neither. False, and no entry, where a statement that must change a row changed none. */
  decide(statements: readonly Statement[], entry: NewEntry): Promise<boolean>
  /** Tells each entry once it is durable. */
  follow(listener: (entry: AuditEntry) => void): void
  /** Waits for all that was handed in. */
  idle(): Promise<void>
}

interface Waiting {
  statements: readonly Statement[]
  entry: NewEntry
  resolve(kept: boolean): void
  reject(cause: unknown): void
}

interface End {
  seq: number
  hash: string
}

/** How an attempt ended; 'stale' where our chain ends elsewhere than we thought. */
type Outcome = { kept: readonly AuditEntry[] } | { kept: null } | 'stale' | { cause: unknown }

/**
 * A chain has one writer: its decisions go one after another. Those that come while one is under way go together after it, in one commit;
 * where one of them changes nothing, none of its group is kept, and the halves are tried again.
 */
export function createLedger(sql: Sql, clock: Clock): Ledger {
  const chain = newChain(clock())
  const look = createLookout(sql, chain, clock)
  const listeners: ((entry: AuditEntry) => void)[] = []
  const waiting: Waiting[] = []
  let running: Promise<void> | null = null
  /** Where the chain ends; null where that is to be asked. */
  let end: End | null = { seq: 0, hash: '' }

  async function run(): Promise<void> {
    while (waiting.length > 0) await carryOut(waiting.splice(0, GROUP))
    running = null
  }

  async function carryOut(group: readonly Waiting[]): Promise<void> {
    let outcome = await attempt(group)
    for (let tries = 1; outcome === 'stale' && tries < TRIES; tries++) outcome = await attempt(group)
    if (outcome === 'stale')
      outcome = { cause: new Error('The chain of the audit log cannot be continued: its end is not where it was noted.') }
    if ('cause' in outcome && (group.length === 1 || !isConstraint(outcome.cause))) {
      for (const one of group) one.reject(outcome.cause)
    } else if ('kept' in outcome && outcome.kept !== null) {
      for (const entry of outcome.kept) for (const listener of listeners) listener(entry)
      for (const one of group) one.resolve(true)
    } else if (group.length === 1) group[0]!.resolve(false)
    else {
      const middle = group.length >> 1
      await carryOut(group.slice(0, middle))
      await carryOut(group.slice(middle))
    }
  }

  async function attempt(group: readonly Waiting[]): Promise<Outcome> {
    let entries: readonly AuditEntry[] = []
    try {
      const before = end ?? (await readEnd())
      const seen = await look.around()
      entries = link(chain, before, group, seen, clock())
      end = null
      // first what is decided: where it changes nothing, nothing is written; the end before what comes to stand behind it
      const decisions = group.flatMap(({ statements }) => statements)
      const last = group.flatMap(({ entry }) => entry.last ?? [])
      if (await sql.batch([...decisions, moveEnd(chain, before, entries), ...entries.map(append), ...last])) {
        end = entries.at(-1)!
        look.told(seen)
        return { kept: entries }
      }
      end = await readEnd()
      return isSame(end, before) ? { kept: null } : 'stale'
    } catch (cause) {
      // the answer may have been lost, and not what it was about
      end = await readEnd().catch(() => null)
      const last = entries.at(-1)
      return end && last && isSame(end, last) ? { kept: entries } : { cause }
    }
  }

  async function readEnd(): Promise<End> {
    const [row] = await sql.all('select entries, head from audit_chains where chain = $1', [chain])
    return row ? { seq: row.entries as number, hash: row.head as string } : { seq: 0, hash: '' }
  }

  return {
    decide: (statements, entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ statements, entry, resolve, reject })
        running ??= run()
      }),
    follow: (listener) => void listeners.push(listener),
    idle: async () => {
      await running
    },
  }
}

/** The time first, so that chains lie in the order of their beginning. */
function newChain(now: number): string {
  return now.toString(36).padStart(9, '0') + randomBytes(9).toString('base64url')
}

const isSame = (one: End, other: End): boolean => one.seq === other.seq && one.hash === other.hash

/** The entries of a group, each by the hash of the one before. */
function link(chain: string, before: End, group: readonly Waiting[], seen: Seen, at: number): AuditEntry[] {
  let { seq, hash } = before
  return group.map(({ entry: { event, by = { type: 'host' }, sub, client_id, details } }, i) => {
    const entry: AuditEntry = {
      chain,
      seq: ++seq,
      at,
      event,
      ...(sub && { sub }),
      ...(client_id && { client_id }),
      actor: by,
      ...details,
      ...(i === 0 && seen.heads.length > 0 && { heads: seen.heads }),
      prev: hash,
      hash: '',
    }
    hash = entry.hash = writeAuditRow(entry).at(-1) as string
    return entry
  })
}

/** Changes nothing where the end is elsewhere. No row is only read, so that chains do not get in each other's way. */
function moveEnd(chain: string, before: End, entries: readonly AuditEntry[]): Statement {
  const { seq, hash } = entries.at(-1)!
  return { text: moveEndText, values: [chain, seq, hash, before.seq, before.hash], must: true }
}

const moveEndText = `
  insert into audit_chains (chain, entries, head) values ($1, $2, $3)
  on conflict (chain) do update set entries = excluded.entries, head = excluded.head
  where audit_chains.entries = $4 and audit_chains.head = $5`

const append = (entry: AuditEntry): Statement => ({ text: appendText, values: writeAuditRow(entry) })

const appendText = `insert into audit (${AUDIT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)`

interface Seen {
  heads: [chain: string, seq: number, hash: string][]
  /** When this look was; null where there was none. */
  at: number | null
}

/**
 * Which entries of other chains nobody has named yet. An entry names them, so that the end of a chain, or a whole one, cannot be taken away
 * without altering another chain too: at the beginning of a chain, and every few seconds while it grows.
 */
function createLookout(sql: Sql, own: string, clock: Clock): { around(): Promise<Seen>; told(seen: Seen): void } {
  const known = new Map<string, number>()
  let last: number | null = null

  return {
    around: async () => {
      const at = clock()
      if (last !== null && Math.abs(at - last) < LOOK) return { heads: [], at: null }
      const rows = (await sql.all(newestText, [last === null ? -1 : last - LOOK, own, SEEN])).map(readAuditRow)
      const newest = new Map<string, AuditEntry>()
      for (const row of rows) if (row.seq > (newest.get(row.chain)?.seq ?? known.get(row.chain) ?? 0)) newest.set(row.chain, row)
      for (const row of rows) {
        for (const [chain, seq] of row.heads ?? []) if (seq >= (newest.get(chain)?.seq ?? Number.POSITIVE_INFINITY)) newest.delete(chain)
      }
      return { heads: [...newest.values()].map(({ chain, seq, hash }) => [chain, seq, hash]), at }
    },
    told: ({ heads, at }) => {
      if (at === null) return
      last = at
      if (known.size > 10 * SEEN) known.clear()
      for (const [chain, seq] of heads) known.set(chain, seq)
    },
  }
}

const newestText = `select ${AUDIT_COLUMNS} from audit where at > $1 and chain <> $2 order by at desc limit $3`

/** A statement of the group met something that stands there already: the others may go on without it. */
export function isConstraint(cause: unknown): boolean {
  const { code, errcode = 0 } = cause as { code?: unknown; errcode?: number }
  return errcode % 256 === 19 || String(code).startsWith('23')
}
