import { openPostgres } from '../../src/stores/postgres.ts'
import type { Sql } from '../../src/stores/sql.ts'
import { startPostgres } from '../support/postgres.ts'
import { FULL, measureScale, type OwnClock, type ScaleSize, SMALL } from '../support/scale.ts'
import type { Soak } from './soak.ts'

const CONNECTIONS = 16
/** The server counts how long its statements take. */
const TIMED = { shared_preload_libraries: 'pg_stat_statements' }

export default {
  name: 'scale-postgres',
  about:
    'On PostgreSQL with ten million grants flows are as fast as with few, and the sweeper keeps up with 1,000 that are over in each second.',
  full: { ...FULL, settings: { shared_buffers: '1GB', max_wal_size: '4GB', ...TIMED } },
  small: { ...SMALL, settings: { ...TIMED } },
  async run({ settings, ...size }) {
    const server = await startPostgres({ settings })
    try {
      const find = async () => {
        const url = await server.createDatabase()
        return { address: url, open: () => openPostgres({ url, connections: CONNECTIONS }) }
      }
      return { settings, ...(await measureScale(size, find, postgresBytes, statements)) }
    } finally {
      await server.close()
    }
  },
} satisfies Soak<ScaleSize & { settings: Record<string, string> }>

async function postgresBytes(sql: Sql): Promise<Record<string, number>> {
  const rows = await sql.all('select relname as name, pg_total_relation_size(relid) as bytes from pg_stat_user_tables', [])
  return Object.fromEntries(rows.map(({ name, bytes }) => [name as string, Number(bytes)]))
}

const statements: OwnClock = {
  begin: async (sql) => {
    await sql.write('create extension if not exists pg_stat_statements', [])
    await sql.all('select pg_stat_statements_reset()', [])
  },
  end: async (sql) => {
    const [row] = await sql.all(
      `select max(max_exec_time) as max, cast(sum(calls) as int) as statements
       from pg_stat_statements s join pg_database d on d.oid = s.dbid
       where d.datname = current_database() and s.query like '%delete from grants%' and s.query not like '%pg_stat_statements%'`,
      [],
    )
    return { max: Math.round(Number(row!['max']) * 10) / 10, statements: Number(row!['statements']) }
  },
}
