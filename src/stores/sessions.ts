import type { Store } from '../core/model/store.ts'
import type { StoredSession } from '../core/model/user.ts'
import type { Row, Sql, Statement } from './sql.ts'

const findText = `
  select session_hash, sid, sub, expires_at, selected_at, record from sessions where session_hash = $1 and expires_at > $2`
const openText = `
  insert into sessions (session_hash, sid, sub, expires_at, selected_at, record) values ($1, $2, $3, $4, $5, $6)`
const endText = 'delete from sessions where session_hash = $1'

/** Sessions of our own pages, by the hash of their cookie. */
export function createSessions(sql: Sql): Store['sessions'] {
  return {
    find: async (session_hash, now) => {
      const [row] = await sql.all(findText, [session_hash, now])
      return row ? readSession(row) : null
    },
    open: async (session, replaces) => {
      const { session_hash, sid, sub, expires_at, selected_at, ...record } = session
      const values = [session_hash, sid, sub, expires_at, selected_at ?? null, JSON.stringify(record)]
      const end: Statement[] = replaces === undefined ? [] : [{ text: endText, values: [replaces] }]
      await sql.batch([...end, { text: openText, values }])
    },
    select: async (session_hash, at) => {
      await sql.write('update sessions set selected_at = $2 where session_hash = $1', [session_hash, at])
    },
    end: async (session_hash) => {
      await sql.write(endText, [session_hash])
    },
  }
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
