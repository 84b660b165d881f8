import type { Store } from '../core/model/store.ts'
import type { User } from '../core/model/user.ts'
import type { Row, Sql, Statement } from './sql.ts'
import { withdraw } from './withdrawals.ts'

const findText = 'select sub, email, record from users where sub = $1'
const findByEmailText = 'select sub, email, record from users where email = $1'
const addText = 'insert into users (sub, email, record) values ($1, $2, $3) on conflict do nothing returning sub'
const updateText = 'update users set email = $2, record = $3 where sub = $1'
const listText = 'select sub, email, record from users where sub > $1 order by sub limit $2'

/** People. An email is one person's only: the table's unique index decides. */
export function createUsers(sql: Sql): Store['users'] {
  async function one(text: string, value: string): Promise<User | null> {
    const [row] = await sql.all(text, [value])
    return row ? readUser(row) : null
  }

  return {
    find: (sub) => one(findText, sub),
    findByEmail: (email) => one(findByEmailText, email),
    add: async (user) => {
      const added = await sql.write(addText, writeUser(user))
      return added.length > 0 ? 'added' : 'taken'
    },
    update: (user, options) => {
      const statements: Statement[] = [{ text: updateText, values: writeUser(user), must: true }]
      if (options?.end) statements.push({ text: 'delete from sessions where sub = $1', values: [user.sub] })
      if (options?.end === 'everything') statements.push(withdraw(user.sub, ''))
      return sql.batch(statements)
    },
    list: async ({ after, limit }) => (await sql.all(listText, [after, limit])).map(readUser),
  }
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
