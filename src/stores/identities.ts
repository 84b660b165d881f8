import type { Identity } from '../core/model/identity.ts'
import type { Store } from '../core/model/store.ts'
import type { Ledger } from './audit.ts'
import { inSession } from './sessions.ts'
import type { Row, Sql, Statement } from './sql.ts'
import { addUser } from './users.ts'

const columns = 'issuer, subject, sub, identity_id, record'
const findText = `select ${columns} from identities where issuer = $1 and subject = $2`
const addText = `insert into identities (${columns}) values ($1, $2, $3, $4, $5) on conflict do nothing`
const ownText = `select ${columns} from identities where sub = $1 and identity_id = $2`
const removeText = 'delete from identities where sub = $1 and identity_id = $2'
const removeOneOfSeveralText = `${removeText} and exists (select 1 from identities other where other.sub = $1 and other.identity_id <> $2)`
const listText = `select ${columns} from identities where sub = $1 order by issuer`
/** Changes nothing, where there is such a person. Whoever else is at the identities of the same one waits here, and then sees what was left. */
const lockText = 'update users set email = email where sub = $1'

/** What people are called somewhere else. Two unique indexes decide: one person for an identity, one identity of an issuer for a person. */
export function createIdentities(sql: Sql, ledger: Ledger): Store['identities'] {
  return {
    find: async (issuer, subject) => {
      const [row] = await sql.all(findText, [issuer, subject])
      return row ? readIdentity(row) : null
    },
    add: async (identity, { user, session, by } = {}) => {
      const { issuer, subject, sub, identity_id, ...record } = identity
      const link: Statement = { text: addText, values: [issuer, subject, sub, identity_id, JSON.stringify(record)], must: true }
      const event = user ? 'user.added' : 'identity.linked'
      // who was deleted meanwhile gets none
      const person: Statement = user ? addUser(user) : { text: lockText, values: [sub], must: true }
      const kept = await ledger.decide([...inSession(sub, session), person, link], { event, by, sub, details: { issuer, identity_id } })
      return kept ? 'added' : 'taken'
    },
    remove: async (sub, identity_id, { keep_one, by } = {}) => {
      const remove = { text: keep_one ? removeOneOfSeveralText : removeText, values: [sub, identity_id], must: true }
      const statements: Statement[] = [...(keep_one ? [{ text: lockText, values: [sub] }] : []), remove]
      const [row] = await sql.all(ownText, [sub, identity_id])
      if (!row) return sql.batch(statements) // who took it away may still wait for the disk
      const details = { issuer: row.issuer as string, identity_id }
      return ledger.decide(statements, { event: 'identity.unlinked', by, sub, details })
    },
    list: async (sub) => (await sql.all(listText, [sub])).map(readIdentity),
  }
}

function readIdentity({ record, issuer, subject, sub, identity_id }: Row): Identity {
  return { ...JSON.parse(record as string), issuer, subject, sub, identity_id }
}
