import type { HttpRequest, Reply } from '../core/model/http.ts'
import type { Log } from '../core/model/log.ts'
import { EXPOSITION } from './exposition.ts'
import type { Health } from './health.ts'
import { listen, type RunningServer } from './node.ts'

/** One scraper and a few probes need no more. */
const CONNECTIONS = 32

export interface MetricsPortOptions {
  /** The metrics as text. */
  write(): Promise<string>
  health: Pick<Health, 'answer'>
  host: string
  port: number
  log: Log
}

/** The port for those who watch: the metrics, and the health of the server once more, which is told here while the main port drains. */
export function openMetricsPort({ write, health, host, port, log }: MetricsPortOptions): Promise<RunningServer> {
  async function handle(http: HttpRequest): Promise<Reply> {
    if (http.path !== '/metrics') return (await health.answer(http)) ?? refusal(404)
    if (http.method !== 'GET') return refusal(405, { allow: 'GET' })
    return { status: 200, headers: { 'content-type': EXPOSITION, 'cache-control': 'no-store' }, body: await write() }
  }
  return listen(handle, { host, port, log, limits: { connections: CONNECTIONS } })
}

const refusal = (status: number, headers: Record<string, string> = {}): Reply => ({ status, headers, body: '' })
