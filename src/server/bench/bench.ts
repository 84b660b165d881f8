import { availableParallelism } from 'node:os'
import process from 'node:process'
import type { Milliseconds } from '../../core/model/clock.ts'
import { hasScope } from '../../core/model/scope.ts'
import type { Config } from '../config.ts'
import { sqliteFile } from '../store.ts'
import { benchDialect, differences } from './bench-config.ts'
import { createFlows } from './flows.ts'
import { type Load, type Measured, measure } from './measure.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { makeThrowaway, takeAway } from './throwaway.ts'
import { type Plan, planWorks, type Work } from './works.ts'

/** What kept a work from being more: the server's processor, the disk or database, those who measured, or that no more was asked for. */
export type Limit = 'cpu' | 'disk' | 'database' | 'generator' | 'connections'

/** What one process of this deployment carries on this machine. */
export interface BenchReport extends Load {
  dialect: string
  scope: string
  /** Null where no ID tokens are asked for. */
  id_token_signed_response_alg: string | null
  database: 'sqlite' | 'memory' | 'postgres'
  /** Processors that this process may use; server and generator share them. */
  cores: number
  node: string
  /** Until one small write that comes alone is kept: on SQLite one sync of the disk. */
  write_ms: Milliseconds
  works: (Measured & { limit: Limit })[]
  left_out: Plan['left_out']
  /** In what the bench was not the deployment. */
  differences: string[]
  /** Of all works. */
  errors: number
  /** People whose app refreshes once an hour, by the measured rate of refreshes. */
  users_refreshing_hourly: number | null
}

/** From this share of its time on a process has no more to give. */
const FULL = 0.85

/**
 * Measures what the server of this configuration carries here: in a process of its own, on a database of its own beside the configured one, which
 * is taken away again however this ends. Throws what keeps it from being measured, and where `signal` says so.
 */
export async function runBench(config: Config, load: Load, signal: AbortSignal): Promise<BenchReport> {
  const throwaway = await makeThrowaway(config.database)
  try {
    const server = await startServerProcess(config, throwaway, signal)
    try {
      return await measureAll(config, load, server, signal)
    } finally {
      await server.stop()
    }
  } finally {
    await takeAway(throwaway)
  }
}

async function measureAll(config: Config, load: Load, server: ServerProcess, signal: AbortSignal): Promise<BenchReport> {
  const { cast, write_ms } = server
  const dialect = benchDialect(config)
  const database = kindOf(config.database)
  const flows = createFlows(dialect, cast, new URL(config.issuer).pathname.replace(/\/$/, ''))
  const { works, left_out } = planWorks(dialect, cast, flows)
  const measured: BenchReport['works'] = []
  for (const work of works) {
    const found = await measure(work, load, server, signal)
    measured.push({ ...found, limit: findLimit(work, found, database) })
  }
  const refreshes = measured.find(({ work }) => work === 'refresh')
  return {
    dialect: dialect.name,
    scope: cast.scope,
    id_token_signed_response_alg: hasScope(cast.scope, 'openid') ? cast.id_token_signed_response_alg : null,
    database,
    cores: availableParallelism(),
    node: process.version,
    ...load,
    write_ms: Number(write_ms.toFixed(2)),
    works: measured,
    left_out,
    differences: differences(config),
    errors: measured.reduce((sum, { errors }) => sum + errors, 0),
    users_refreshing_hourly: refreshes ? Math.round(refreshes.per_second * 3600) : null,
  }
}

function kindOf(database: string): BenchReport['database'] {
  const file = sqliteFile(database)
  return file === null ? 'postgres' : file === ':memory:' ? 'memory' : 'sqlite'
}

/** A server that always has something to do is held up by nothing else, nor is one on a full machine; otherwise it waits for what this work waits for. */
function findLimit({ waits_for }: Work, measured: Measured, database: BenchReport['database']): Limit {
  const { server_busy, generator_busy, machine_busy } = measured
  if (server_busy >= FULL || machine_busy >= FULL) return 'cpu'
  if (generator_busy >= FULL) return 'generator'
  if (database === 'postgres' && waits_for !== 'nothing') return 'database'
  return database === 'sqlite' && waits_for === 'write' ? 'disk' : 'connections'
}
