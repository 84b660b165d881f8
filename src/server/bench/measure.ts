import { availableParallelism, cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { createConnection } from './connection.ts'
import { readUsed, type Used } from './messages.ts'
import type { ServerProcess } from './server-process.ts'
import type { Seat, Work, WorkName } from './works.ts'

/** How long and by how many at a time. */
export interface Load {
  connections: number
  /** Of each work, its warm-up not counted. */
  seconds: number
}

/** What a work came to in its window. */
export interface Measured {
  work: WorkName
  units: number
  /** In the warm-up too. */
  errors: number
  first_error?: string
  per_second: number
  /** Of whole units; null where none came to its end. */
  p50_ms: Milliseconds | null
  p99_ms: Milliseconds | null
  /** Of the server's process, all its threads; null where no unit came to its end. */
  cpu_us_per_unit: number | null
  /** Of that by itself: what one core that does nothing else carries. */
  per_second_per_core: number | null
  /** The share of the time in which the server had something to do; the rest it waited. */
  server_busy: number
  generator_busy: number
  /** The share of all processors that was in use, by whomever. */
  machine_busy: number
}

const WARM_UP = SECOND
/** Before a seat goes on after an error: a server that is gone must not keep the processor busy with it. */
const PAUSE = 10

/** What the seats of one work have in common. */
interface Tally {
  phase: 'warm_up' | 'window' | 'closing' | 'over'
  times: Milliseconds[]
  errors: number
  first_error?: string
}

/** What is measured. */
type Measurable = Pick<ServerProcess, 'port' | 'look'>

/** Lets so many seats do this work one unit after the other, and counts what ends within the window. */
export async function measure(work: Work, load: Load, server: Measurable, signal: AbortSignal): Promise<Measured> {
  const tally: Tally = { phase: 'warm_up', times: [], errors: 0 }
  const seats = Array.from({ length: load.connections }, (): Seat => ({ connection: createConnection(server.port), tokens: null }))
  try {
    await Promise.all(seats.map((seat) => attempt(tally, () => work.prepare?.(seat))))
    const working = seats.map((seat) => workOn(work, seat, tally))
    await setTimeout(Math.min(WARM_UP, load.seconds * SECOND), undefined, { signal })
    const before = await lookAround(server)
    tally.phase = 'window'
    await setTimeout(load.seconds * SECOND, undefined, { signal })
    const after = await lookAround(server)
    tally.phase = 'closing'
    await Promise.all(working) // each answer comes or is given up
    return summarize(work.name, tally, before, after)
  } finally {
    tally.phase = 'over'
    for (const { connection } of seats) connection.close()
  }
}

/** One unit after the other, until it is over. */
async function workOn(work: Work, seat: Seat, tally: Tally): Promise<void> {
  while (tally.phase === 'warm_up' || tally.phase === 'window') {
    const since = performance.now()
    const done = await attempt(tally, () => work.unit(seat))
    if (done && tally.phase === 'window') tally.times.push(performance.now() - since)
    if (!done) await setTimeout(PAUSE)
  }
}

/** False where it throws, which is counted, unless it was broken off because all is over. */
async function attempt(tally: Tally, run: () => Promise<unknown> | undefined): Promise<boolean> {
  try {
    await run()
    return true
  } catch (cause) {
    if (tally.phase !== 'over') fail(tally, cause)
    return false
  }
}

function fail(tally: Tally, cause: unknown): void {
  tally.errors += 1
  tally.first_error ??= cause instanceof Error ? cause.message : String(cause)
}

/** What everybody has used at one moment. */
interface Moment {
  at: Milliseconds
  server: Used
  generator: Used
  /** Of all processors together, since the machine began. */
  machine: Split
}

async function lookAround(server: Measurable): Promise<Moment> {
  const used = await server.look()
  const machine: Split = { busy: 0, idle: 0 }
  for (const { times } of cpus()) {
    machine.busy += times.user + times.nice + times.sys + times.irq
    machine.idle += times.idle
  }
  return { at: performance.now(), server: used, generator: readUsed(), machine }
}

function summarize(work: WorkName, { times, errors, first_error }: Tally, before: Moment, after: Moment): Measured {
  const units = times.length
  const elapsed = after.at - before.at
  const cpu_us = after.server.cpu_us - before.server.cpu_us
  times.sort((one, other) => one - other)
  const percentile = (share: number) => (units === 0 ? null : round(times[Math.min(units - 1, Math.floor(units * share))]!, 2))
  return {
    work,
    units,
    errors,
    ...(first_error !== undefined && { first_error }),
    per_second: round((units / elapsed) * SECOND, 1),
    p50_ms: percentile(0.5),
    p99_ms: percentile(0.99),
    cpu_us_per_unit: units === 0 ? null : round(cpu_us / units, 1),
    per_second_per_core: units === 0 ? null : round((units / cpu_us) * SECOND * 1000, 1),
    server_busy: shareOf(before.server.loop, after.server.loop),
    generator_busy: shareOf(before.generator.loop, after.generator.loop),
    machine_busy: Math.max(shareOf(before.machine, after.machine), ownShare(before, after)),
  }
}

interface Split {
  busy: Milliseconds
  idle: Milliseconds
}

function shareOf(before: Split, after: Split): number {
  const busy = after.busy - before.busy
  const all = busy + after.idle - before.idle
  return all === 0 ? 0 : round(busy / all, 2)
}

/** In a container the machine may have more processors than we may use. */
function ownShare(before: Moment, after: Moment): number {
  const used = after.server.cpu_us - before.server.cpu_us + after.generator.cpu_us - before.generator.cpu_us
  return round(used / 1000 / ((after.at - before.at) * availableParallelism()), 2)
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
