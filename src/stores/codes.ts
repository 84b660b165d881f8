import type { Store } from '../core/model/store.ts'
import type { Sql } from './sql.ts'

const parkText = 'insert into parked_codes (code_key, sealed, expires_at) values ($1, $2, $3)'
const findText = 'select sealed from parked_codes where code_key = $1'

/** Codes that are too long for an address. Whether one is still good stands in its seal. */
export function createCodes(sql: Sql): Store['codes'] {
  return {
    park: async (key, sealed, expires_at) => {
      await sql.write(parkText, [key, sealed, expires_at])
    },
    find: async (key) => {
      const [row] = await sql.all(findText, [key])
      return row ? (row.sealed as string) : null
    },
  }
}
