import process from 'node:process'
import { heldOf } from './flows.mjs'
import { cpuOf } from './server.mjs'
import { quantile } from './statistics.mjs'

const MOST_ERRORS = 20

/** Who has rested for seconds is slow at first: its caches are cold, and the engine has given its memory back. Milliseconds. */
const LEAD = 100

/**
 * One window: so many connections do one kind of work over and over for so many milliseconds, or until so many units of it were begun, each
 * with one request in flight. What is done in a moment before is not counted, unless it is units that are. Rates are per second, latencies in
 * milliseconds and of the whole unit of work, `cpu` in microseconds of the server per unit.
 */
export async function measure({ server, flows, jars }, work, { connections: width, window, units = Number.POSITIVE_INFINITY }) {
  const connections = Array.from({ length: width }, () => server.connect())
  const tasks = await Promise.all(connections.map((connection, i) => prepare(flows, work, connection, jars, i)))
  const errors = []

  /** For so long; the latencies. */
  async function doWork(milliseconds, most) {
    const latencies = []
    const end = performance.now() + milliseconds
    let begun = 0
    await Promise.all(
      connections.map(async (connection, i) => {
        for (let turn = i; errors.length < MOST_ERRORS; turn += width) {
          const start = performance.now()
          if (start >= end || begun >= most) return
          begun += 1
          const task = tasks[i]
          if (work === 'A') Object.assign(task, { jar: jars[turn % jars.length], proof: turn % 64 })
          await flows[work](connection, task).then(
            () => latencies.push(performance.now() - start),
            (cause) => errors.push(cause.message),
          )
        }
      }),
    )
    return latencies
  }

  if (units === Number.POSITIVE_INFINITY) await doWork(Math.min(LEAD, window), units)
  const cpu = cpuOf(server.pid)
  const own = process.cpuUsage()
  const began = performance.now()
  const latencies = await doWork(window, units)
  const seconds = (performance.now() - began) / 1000
  const used = cpuOf(server.pid) - cpu
  const { user, system } = process.cpuUsage(own)
  for (const connection of connections) connection.close()
  return {
    done: latencies.length,
    errors: errors.length,
    ...(errors.length > 0 && { error: errors[0] }),
    rate: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    cpu: (used * 1e6) / latencies.length,
    server_load: used / seconds,
    generator_load: (user + system) / 1e6 / seconds,
  }
}

/** Refreshing and introspecting need tokens to begin with. */
async function prepare(flows, work, connection, jars, i) {
  await connection.open()
  if (work !== 'B' && work !== 'D') return {}
  return { held: heldOf(JSON.parse(await flows.A(connection, { jar: jars[i % jars.length], proof: i % 64 }))) }
}
