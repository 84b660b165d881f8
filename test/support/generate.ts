import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { randomToken, timedId } from '../../src/core/crypto/random.ts'
import { DAY, HOUR, MINUTE, type Milliseconds } from '../../src/core/model/clock.ts'
import type { Consent, Grant } from '../../src/core/model/grant.ts'
import type { Receipt } from '../../src/core/model/receipt.ts'
import type { Store } from '../../src/core/model/store.ts'
import type { User } from '../../src/core/model/user.ts'
import type { Sql, Value } from '../../src/stores/sql.ts'
import { openSqlStore } from '../../src/stores/sql-store.ts'
import { TABLES } from '../../src/stores/tables.ts'

export interface Amount {
  grants: number
  /** Of them, those that have been over for long enough to go, spread evenly. */
  expired?: number
  /** Further ones, spread evenly too: the first of the table may go at the first of these moments, and so on. */
  due?: { grants: number; at(turn: number): Milliseconds }
  /** True where nobody has come back yet: all are as `redeem` has inserted them. */
  unused?: boolean
  now?: Milliseconds
  /** Told now and then how many grants there are. */
  progress?(grants: number): void
}

export interface Made {
  grants: number
  people: number
  consents: number
  /** Some that can be refreshed, from everywhere in the table. */
  samples: readonly Grant[]
  /** Pairs of a person and a client that has been allowed everything it asks for. */
  allowed: readonly { sub: string; client_id: string }[]
}

/** Rows of one statement. SQLite looks for each parameter among all of them, so it is slow with many; PostgreSQL takes them as one JSON text. */
const GROUP = { embedded: 8, remote: 1000 }
/** Rows of one transaction. */
const COMMIT = 200_000
const CLIENTS = 40
const GRANTS_PER_PERSON = 20
const CONSENTS_PER_PERSON = 2
/** How old the oldest grant is; the youngest is of this minute. */
const AGE = 300 * DAY
/** How long a grant lives that is not used. */
const IDLE = 30 * DAY
const SAMPLES = 20_000
const PAIRS = 2_000
/** One in so many was revoked. */
const REVOKED = 20
const SCOPES = [
  'openid profile email offline_access',
  'openid email invoices.read offline_access',
  'openid profile invoices.read bank.read invoices.send offline_access',
]

/**
 * Fills an empty database as years of use would: people, what they have allowed, and grants with the times, turns and records that
 * redeeming and refreshing leave behind. Memory stays flat. Throws where what was written does not read back as it was.
 */
export async function generate(sql: Sql, { grants, expired = 0, due, now = Date.now(), unused = false, progress }: Amount): Promise<Made> {
  const store = await openSqlStore(sql)
  if ((await sql.all('select 1 as found from grants limit 1', [])).length > 0) throw new Error('The database is in use: name an empty one.')
  const client_ids = Array.from({ length: CLIENTS }, () => randomUUID())
  for (const client_id of client_ids) await store.clients.add(aClient(client_id, now))
  const people = Math.max(1, Math.ceil(grants / GRANTS_PER_PERSON))
  const subs = Array.from({ length: people }, () => randomUUID()).sort()
  await fill(sql, 'users', people, (i) => aUser(subs[i]!, now))
  const consents = people * CONSENTS_PER_PERSON
  const consent = (i: number) => aConsent(subs[Math.floor(i / 2)]!, client_ids[(i * 7) % CLIENTS]!, now)
  const allowed: Consent[] = []
  await fill(sql, 'consents', consents, (i) => {
    const made = consent(i)
    if (allowed.length < Math.max(1, (i / consents) * PAIRS)) allowed.push(made)
    return made
  })
  await fill(sql, 'receipts', consents, (i) => aReceipt(consent(i)))
  const samples: Grant[] = []
  const total = grants + (due?.grants ?? 0)
  const age = unused ? IDLE - DAY : AGE
  const make = (i: number): Grant => {
    const born = now - age + Math.floor((i / total) * (age - MINUTE))
    const grant = aGrant(born, subs[pick(people)]!, client_ids[pick(CLIENTS)]!, now, unused)
    const turn = spread(i, total, due?.grants ?? 0)
    if (turn >= 0) return ended(grant, due!.at(turn) - HOUR)
    if (spread(i, total, expired) >= 0) return ended(grant, now - HOUR - pick(20 * DAY))
    if (grant.revoked_at === undefined && grant.expires_at > now + DAY && samples.length < (i / total) * SAMPLES) samples.push(grant)
    return grant
  }
  await fill(sql, 'grants', total, make, progress)
  // a table that grew by itself has been looked after all the while; after so much at once PostgreSQL would do it while we measure
  await sql.alone?.('vacuum (freeze, analyze)')
  await sql.alone?.('checkpoint')
  await readBack(store, samples, allowed)
  return { grants: total, people, consents, samples, allowed }
}

/** Of so many even steps over all rows, the one that begins with this row; -1 for those between. */
function spread(i: number, total: number, count: number): number {
  const turn = Math.floor((i * count) / total)
  return count > 0 && (i === 0 || Math.floor(((i - 1) * count) / total) < turn) ? turn : -1
}

const pick = (below: number): number => Math.floor(Math.random() * below)

/** Over at this moment, however it lived. */
function ended(grant: Grant, expires_at: Milliseconds): Grant {
  return { ...grant, expires_at: Math.floor(expires_at) }
}

/** As `redeem` has inserted it and `rotate` has left it. */
function aGrant(born: Milliseconds, sub: string, client_id: string, now: Milliseconds, unused: boolean): Grant {
  // what is not meant to be over lives for a day at least
  const used = !unused && (now - born > IDLE - DAY || pick(2) === 0)
  const rotated_at = used ? Math.max(born, now - pick(IDLE - DAY)) : undefined
  return {
    grant_id: timedId(born),
    client_id,
    sub,
    sid: randomToken(16),
    scope: SCOPES[pick(SCOPES.length)]!,
    auth_time: born - pick(DAY),
    amr: ['pwd'],
    epoch: 0,
    generation: rotated_at === undefined ? 1 : 2 + pick(1000),
    ...(rotated_at !== undefined && { rotated_at }),
    expires_at: Math.min((rotated_at ?? born) + IDLE, born + 365 * DAY),
    ends_at: born + 365 * DAY,
    ...(pick(REVOKED) === 0 && { revoked_at: rotated_at ?? born }),
  }
}

function aUser(sub: string, now: Milliseconds): User {
  const password_hash = `$argon2id$v=19$m=19456,t=2,p=1$${randomToken(16)}$${randomToken(32)}`
  return { sub, email: `${sub}@example.com`, name: 'Ada Lindqvist', email_verified: true, password_hash, created_at: now - AGE }
}

function aConsent(sub: string, client_id: string, now: Milliseconds): Consent {
  const [scope] = SCOPES
  const redirect_hosts = ['app.example.com']
  return { sub, client_id, scope: scope!, scope_at: { '': scope! }, redirect_hosts, granted_at: now - AGE, request_id: randomToken(16) }
}

function aReceipt({ sub, client_id, scope, granted_at }: Consent): Receipt {
  const shown = { client_name: 'Ledger', redirect_host: 'app.example.com' }
  return { receipt_id: timedId(granted_at), sub, client_id, at: granted_at, decision: 'allowed', scope, ...shown }
}

/** The client of a generated grant; its secret is the hash of nothing that anybody knows until a test gives it one. */
function aClient(client_id: string, now: Milliseconds) {
  return {
    client_id,
    client_name: 'Ledger',
    redirect_uris: ['https://app.example.com/cb'],
    token_endpoint_auth_method: 'none' as const,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid profile email offline_access invoices.read bank.read invoices.send',
    application_type: 'web' as const,
    id_token_signed_response_alg: 'ES256' as const,
    dialect: 'standard',
    client_secrets: [],
    reviewed: true,
    created_at: now - AGE,
  }
}

type Columns = readonly string[]

/** What is searched, ordered or guarded is a column; the rest is the record. */
function rowOf(columns: Columns, thing: object): Value[] {
  const rest: Record<string, unknown> = { ...thing }
  for (const column of columns) delete rest[column]
  return columns.map((column) => {
    if (column === 'record') return JSON.stringify(rest)
    return ((thing as Record<string, unknown>)[column] ?? null) as Value
  })
}

/** Writes so many rows in their order; the next ones are made while the database takes these. */
async function fill(sql: Sql, name: string, count: number, make: (i: number) => object, progress?: (done: number) => void): Promise<void> {
  const { columns } = TABLES.find((table) => table.name === name)!
  const embedded = 'file' in sql
  const group = embedded ? GROUP.embedded : GROUP.remote
  for (let done = 0; done < count; progress?.(done)) {
    const end = Math.min(done + COMMIT, count)
    await sql.whole('write', async (all) => {
      let under_way: Promise<unknown> = Promise.resolve()
      for (; done < end; done += group) {
        const things = Array.from({ length: Math.min(group, end - done) }, (_, i) => make(done + i))
        await under_way
        under_way = embedded
          ? all(
              insertText(name, columns, things.length),
              things.flatMap((thing) => rowOf(columns, thing)),
            )
          : all(insertJsonText(name, columns), [JSON.stringify(things.map((thing) => objectOf(columns, rowOf(columns, thing))))])
        under_way.catch(() => undefined) // it is awaited in the next round
      }
      await under_way
    })
    done = end
  }
}

const texts = new Map<string, string>()
function insertText(name: string, columns: Columns, rows: number): string {
  const key = `${name} ${rows}`
  let text = texts.get(key)
  if (text === undefined) {
    const row = (i: number) => `(${columns.map((_, column) => `$${i * columns.length + column + 1}`).join(', ')})`
    text = `insert into ${name} (${columns.join(', ')}) values ${Array.from({ length: rows }, (_, i) => row(i)).join(', ')}`
    texts.set(key, text)
  }
  return text
}

const insertJsonText = (name: string, columns: Columns): string =>
  `insert into ${name} (${columns.join(', ')}) select ${columns.join(', ')} from json_populate_recordset(cast(null as ${name}), $1)`

const objectOf = (columns: Columns, values: readonly Value[]): object => Object.fromEntries(columns.map((column, i) => [column, values[i]]))

/** The store must find what it would have written itself. */
async function readBack(store: Store, samples: readonly Grant[], allowed: readonly Consent[]): Promise<void> {
  const some = <T>(all: readonly T[]): T[] => all.filter((_, i) => i % Math.max(1, Math.floor(all.length / 20)) === 0)
  for (const grant of some(samples)) {
    if (!isDeepStrictEqual(await store.grants.find(grant.grant_id), grant))
      throw new Error('A grant does not read back as it was made: its columns have changed.')
  }
  for (const consent of some(allowed)) {
    const found = await store.consents.find(consent.sub, consent.client_id)
    if (!isDeepStrictEqual(found.consent, consent)) throw new Error('A consent does not read back as it was made.')
  }
}
