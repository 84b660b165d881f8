import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sql } from '../../src/stores/sql.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { FULL, measureScale, type ScaleSize, SMALL } from '../support/scale.ts'
import type { Soak } from './soak.ts'

export default {
  name: 'scale-sqlite',
  about:
    'On SQLite with ten million grants flows are as fast as with few, and the sweeper keeps up with 1,000 that are over in each second.',
  full: FULL,
  small: SMALL,
  async run(size) {
    const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-scale-'))
    let files = 0
    try {
      const find = async () => {
        const file = join(folder, `${++files}.db`)
        return { address: `sqlite:${file}`, open: () => openSqlite(file) }
      }
      return await measureScale(size, find, sqliteBytes)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
} satisfies Soak<ScaleSize>

async function sqliteBytes(sql: Sql): Promise<Record<string, number>> {
  const rows = await sql.all(
    `select m.tbl_name as name, sum(d.pgsize) as bytes from dbstat d join sqlite_master m on m.name = d.name
     where d.aggregate = true group by m.tbl_name`,
    [],
  )
  return Object.fromEntries(rows.map(({ name, bytes }) => [name as string, bytes as number]))
}
