import type { Store } from '../core/model/store.ts'
import type { User } from '../core/model/user.ts'
import type { Ledger, NewEntry } from './audit.ts'
import { changedMembers } from './changes.ts'
import type { Row, Sql, Statement } from './sql.ts'
import { withdraw } from './withdrawals.ts'

/** What a move is bound to by which something comes to be that a deletion takes away: of whoever was deleted meanwhile nothing is kept. The argument is SQL, never input. */
export const notGone = (sub: string): string => `not exists (select 1 from gone_users where sub = cast(${sub} as text))`

const findText = 'select sub, email, record from users where sub = $1'
const findByEmailText = 'select sub, email, record from users where email = $1'
const addText = `
  insert into users (sub, email, record)
  select cast($1 as text), cast($2 as text), cast($3 as text)
  where ${notGone('$1')}
  on conflict do nothing`
const updateText = `
  update users set email = $2, record = $3
  where sub = $1 and (cast($4 as text) is null or (email = cast($4 as text) and record = cast($5 as text)))`
const endSessionsText = 'delete from sessions where sub = $1 and (cast($2 as text) is null or session_hash <> cast($2 as text))'
const listText = 'select sub, email, record from users where sub > $1 order by sub limit $2'

/** People. An email is one person's only: the table's unique index decides. */
export function createUsers(sql: Sql, ledger: Ledger): Store['users'] {
  async function one(text: string, value: string): Promise<User | null> {
    const [row] = await sql.all(text, [value])
    return row ? readUser(row) : null
  }

  return {
    find: (sub) => one(findText, sub),
    findByEmail: (email) => one(findByEmailText, email),
    add: async (user, by) => {
      return (await ledger.decide([addUser(user)], { event: 'user.added', by, sub: user.sub })) ? 'added' : 'taken'
    },
    update: async (user, options) => {
      const [, email, record] = options?.replaces ? writeUser(options.replaces) : []
      const statements: Statement[] = [{ text: updateText, values: [...writeUser(user), email ?? null, record ?? null], must: true }]
      if (options?.end) statements.push({ text: endSessionsText, values: [user.sub, options.keeping ?? null] })
      if (options?.end === 'everything') statements.push(withdraw(user.sub, ''))
      const entry = change(await one(findText, user.sub), user, options)
      return entry ? ledger.decide(statements, entry) : sql.batch(statements)
    },
    delete: (sub, by) =>
      ledger.decide([{ text: 'delete from users where sub = $1', values: [sub], must: true }, ...bury(sub)], {
        event: 'user.deleted',
        by,
        sub,
      }),
    list: async ({ after, limit }) => (await sql.all(listText, [after, limit])).map(readUser),
  }
}

/**
 * What goes with a person. Whoever has their consents and grants learns it from the counter; receipts stay, without what could be read in
 * them, so that their chain stays whole.
 */
function bury(sub: string): Statement[] {
  const texts = [
    'insert into gone_users (sub) values ($1) on conflict do nothing',
    'delete from sessions where sub = $1',
    'delete from api_keys where sub = $1',
    'delete from consents where sub = $1',
    'delete from passkeys where sub = $1',
    'delete from totp where sub = $1',
    'delete from recovery_codes where sub = $1',
    'delete from identities where sub = $1',
    'update receipts set shown = null, salt = null where sub = $1',
    // from before there were chains: nothing hangs on what they say
    "update receipts set record = '{}' where sub = $1 and seq is null",
  ]
  return [...texts.map((text) => ({ text, values: [sub] })), withdraw(sub, '')]
}

/** Adds a person; nothing of its batch is kept where their email is somebody else's. */
export function addUser(user: User): Statement {
  return { text: addText, values: writeUser(user), must: true }
}

/** Null where everything stays as it is. Read a moment before: what another node changes meanwhile may be told with this one. */
function change(before: User | null, after: User, options: Parameters<Store['users']['update']>[1]): NewEntry | null {
  const changed = before ? changedMembers(before, after).map((name) => (name === 'password_hash' ? 'password' : name)) : []
  const ended = options?.end === 'sessions' && options.keeping !== undefined ? 'other_sessions' : options?.end
  if (!before || (changed.length === 0 && !ended)) return null
  const toggled = (before.disabled_at === undefined) !== (after.disabled_at === undefined)
  const event = toggled ? (after.disabled_at === undefined ? 'user.enabled' : 'user.disabled') : 'user.changed'
  return { event, by: options?.by, sub: after.sub, details: { changed, ...(ended && { ended }) } }
}

function writeUser({ sub, email, ...record }: User): string[] {
  return [sub, email, JSON.stringify(record)]
}

function readUser(row: Row): User {
  const user = JSON.parse(row.record as string)
  user.sub = row.sub
  user.email = row.email
  return user
}
