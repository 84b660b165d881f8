import type { Consent } from '../core/model/grant.ts'
import type { Store } from '../core/model/store.ts'
import type { StoredSession } from '../core/model/user.ts'
import type { Ledger } from './audit.ts'
import { readConsent } from './consents.ts'
import type { Row, Sql, Statement } from './sql.ts'
import { notGone } from './users.ts'
import { epochOf, withdraw } from './withdrawals.ts'

const findText = `
  select session_hash, sid, sub, expires_at, selected_at, record from sessions where session_hash = $1 and expires_at > $2`
const standingText = `
  select s.session_hash, s.sid, s.sub, s.expires_at, s.selected_at, s.record, ${epochOf('s.sub', 'cast($2 as text)')} as epoch,
    c.client_id, c.expires_at as consent_expires_at, c.used_at as consent_used_at, c.record as consent_record
  from sessions s left join consents c on c.sub = s.sub and c.client_id = cast($2 as text)
  where s.session_hash = $1 and s.expires_at > $3`
const openText = `
  insert into sessions (session_hash, sid, sub, expires_at, selected_at, record)
  select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as bigint), cast($5 as bigint), cast($6 as text)
  where ${notGone('$3')}`
/** Reads the person whose sessions a change may end, so that PostgreSQL lets one of the two come first: the change ends this one too, or whoever opens it sees the change. */
const personText = 'select email from users where sub = $1'
const endText = 'delete from sessions where session_hash = $1'
const listText = `
  select session_hash, sid, sub, expires_at, selected_at, record
  from sessions where sub = $1 and expires_at > $2 order by expires_at desc, sid limit $3`
const endOneText = 'delete from sessions where sub = $1 and sid = $2'
const endAllText = 'delete from sessions where sub = $1 and (cast($2 as text) is null or session_hash <> cast($2 as text))'

/**
 * What a move is bound to that somebody asked for in a session: that it is there still. Its row is written to, not only read, so that of
 * its end and this move one comes first, and whoever ends it and looks afterwards sees what it had asked for.
 */
export function inSession(sub: string, session_hash: string | undefined): Statement[] {
  return session_hash === undefined ? [] : [{ text: inSessionText, values: [session_hash, sub], must: true }]
}

const inSessionText = 'update sessions set sid = sid where session_hash = $1 and sub = $2'

/** Sessions of our own pages, by the hash of their cookie. */
export function createSessions(sql: Sql, ledger: Ledger): Store['sessions'] {
  return {
    find: async (session_hash, now) => {
      const [row] = await sql.all(findText, [session_hash, now])
      return row ? readSession(row) : null
    },
    standing: async (session_hash, client_id, now) => {
      const [row] = await sql.all(standingText, [session_hash, client_id, now])
      return row ? { session: readSession(row), consent: readConsentBeside(row), epoch: row.epoch as number } : null
    },
    open: async (session, replaces) => {
      const { session_hash, sid, sub, expires_at, selected_at, ...record } = session
      const values = [session_hash, sid, sub, expires_at, selected_at ?? null, JSON.stringify(record)]
      const end: Statement[] = replaces === undefined ? [] : [{ text: endText, values: [replaces] }]
      await sql.batch([{ text: personText, values: [sub] }, ...end, { text: openText, values }])
    },
    select: async (session_hash, at) => {
      await sql.write('update sessions set selected_at = $2 where session_hash = $1', [session_hash, at])
    },
    renew: async (session_hash, next_hash, at) => {
      const text = 'update sessions set session_hash = $2, selected_at = $3 where session_hash = $1'
      return (await sql.change(text, [session_hash, next_hash, at])) > 0
    },
    end: async (session_hash) => {
      await sql.write(endText, [session_hash])
    },
    list: async (sub, now, limit) => (await sql.all(listText, [sub, now, limit])).map(readSession),
    endOne: async (sub, sid) => (await sql.change(endOneText, [sub, sid])) > 0,
    endAll: async (sub, { but = null, withdraw: also, by } = {}) => {
      const end: Statement = { text: endAllText, values: [sub, but] }
      if (!also) await sql.write(end.text, end.values)
      else await ledger.decide([end, withdraw(sub, '')], { event: 'withdrawn', by, sub, details: { ended: 'everything' } })
    },
  }
}

function readConsentBeside({ sub, client_id, consent_expires_at, consent_used_at, consent_record }: Row): Consent | null {
  if (client_id === null) return null
  return readConsent({
    sub: sub!,
    client_id: client_id!,
    expires_at: consent_expires_at!,
    used_at: consent_used_at!,
    record: consent_record!,
  })
}

function readSession(row: Row): StoredSession {
  const session = JSON.parse(row.record as string)
  session.session_hash = row.session_hash
  session.sid = row.sid
  session.sub = row.sub
  session.expires_at = row.expires_at
  if (row.selected_at !== null) session.selected_at = row.selected_at
  return session
}
