import { openPostgres } from '../../src/stores/postgres.ts'
import type { Sql } from '../../src/stores/sql.ts'
import { startPostgres } from '../support/postgres.ts'
import { FULL, measureScale, type ScaleSize, SMALL } from '../support/scale.ts'
import type { Soak } from './soak.ts'

const CONNECTIONS = 16

export default {
  name: 'scale-postgres',
  about:
    'On PostgreSQL with ten million grants flows are as fast as with few, and the sweeper keeps up with 1,000 that are over in each second.',
  full: { ...FULL, settings: { shared_buffers: '1GB', max_wal_size: '4GB' } },
  small: { ...SMALL, settings: {} },
  async run({ settings, ...size }) {
    const server = await startPostgres({ settings })
    try {
      const open = async () => openPostgres({ url: await server.createDatabase(), connections: CONNECTIONS })
      return { settings, ...(await measureScale(size, open, postgresBytes)) }
    } finally {
      await server.close()
    }
  },
} satisfies Soak<ScaleSize & { settings: Record<string, string> }>

async function postgresBytes(sql: Sql): Promise<Record<string, number>> {
  const rows = await sql.all('select relname as name, pg_total_relation_size(relid) as bytes from pg_stat_user_tables', [])
  return Object.fromEntries(rows.map(({ name, bytes }) => [name as string, Number(bytes)]))
}
