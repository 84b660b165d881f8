import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fleet, TestNode } from './nodes.ts'
import type { Trouble } from './trouble.ts'
import type { Cut } from './wire.ts'

/** Something to be done to a fleet, `at` so many milliseconds after the beginning. */
export type Hit = { at: number } & (
  | { kill: number; cut?: never; crash?: never }
  | { cut: Cut; node: number; lasts: number; kill?: never; crash?: never }
  | { crash: true; cut?: never; kill?: never }
)

/** What a storm has done, and how long things took. Milliseconds. */
export interface Weather {
  troubles: Trouble[]
  /** From a cut to `/readyz` saying so; and from healing to it being ready again. */
  unready_after: number
  ready_after: number
  /** From the start of a killed node to the first answer. */
  longest_start: number
}

/** How long a node that is cut may call itself ready, and one that is healed or started unready. Milliseconds. */
const UNREADY_WITHIN = 2_000 + 500 // two seconds, and half of one for a busy machine
const READY_WITHIN = 5_000
const START_WITHIN = 60_000

/** Does it all, each at its time; in the end everything is whole again. Throws where a node does not come back in time. */
export async function storm(fleet: Fleet, hits: readonly Hit[], goesOn: () => boolean): Promise<Weather> {
  const began = performance.now()
  const weather: Weather = { troubles: [], unready_after: 0, ready_after: 0, longest_start: 0 }
  const done: Promise<void>[] = []
  const busy = new Set<string>()
  /** On a slow machine something may not be over from the last time: then it is spared. */
  const unlessBusy = (what: string, work: () => Promise<void>): void => {
    if (busy.has(what)) return
    busy.add(what)
    const turn = work().finally(() => busy.delete(what))
    turn.catch(() => undefined) // thrown below
    done.push(turn)
  }
  for (const hit of hits) {
    await pause(Math.max(0, began + hit.at - performance.now()))
    if (!goesOn()) break
    if (hit.crash) unlessBusy('database', () => crash(fleet, weather))
    else if (hit.cut) unlessBusy(`wire ${hit.node}`, () => cut(fleet.nodes[hit.node]!, hit.cut, hit.lasts, weather))
    else unlessBusy(`node ${hit.kill}`, () => kill(fleet.nodes[hit.kill]!, weather))
  }
  await Promise.all(done)
  for (const node of fleet.nodes) await untilReady(node, true, READY_WITHIN)
  return weather
}

async function crash({ postgres }: Fleet, { troubles }: Weather): Promise<void> {
  const trouble: Trouble = { what: 'crash', from: performance.now(), to: Number.POSITIVE_INFINITY }
  troubles.push(trouble)
  await postgres.crash()
  trouble.to = performance.now()
}

/** Kills a node and starts it again, as a supervisor would: until it stays up. */
async function kill(node: TestNode, weather: Weather): Promise<void> {
  const trouble: Trouble = { what: 'kill', node: node.index, from: performance.now(), to: Number.POSITIVE_INFINITY }
  weather.troubles.push(trouble)
  await node.stop('SIGKILL')
  const began = performance.now()
  while (!(await node.start().then(() => true, forgetStart(node)))) {
    assert.ok(performance.now() - began < START_WITHIN, `node ${node.index} comes up again: ${node.said.at(-1)}`)
    await pause(200)
  }
  trouble.to = performance.now()
  weather.longest_start = Math.max(weather.longest_start, Math.round(trouble.to - began))
}

/** What a node says that cannot reach its database at its start is in order. */
const forgetStart = (node: TestNode) => (): boolean => {
  const last = node.said.at(-1) ?? ''
  if (/PostgreSQL at \S+ cannot be used|cannot be reached/.test(last)) node.said.pop()
  return false
}

async function cut(node: TestNode, how: Cut, lasts: number, weather: Weather): Promise<void> {
  const trouble: Trouble = { what: 'cut', node: node.index, from: performance.now(), to: Number.POSITIVE_INFINITY }
  weather.troubles.push(trouble)
  /** Something else has happened to this node since then, and it is down for that. */
  const otherwise = (since: number) => () =>
    weather.troubles.some((one) => one !== trouble && one.node !== 1 - node.index && one.to > since && one.from <= performance.now())
  node.wire.cut(how)
  const unready = await untilReady(node, false, UNREADY_WITHIN, otherwise(trouble.from))
  if (!otherwise(trouble.from)()) weather.unready_after = Math.max(weather.unready_after, unready)
  await pause(Math.max(0, trouble.from + lasts - performance.now()))
  node.wire.heal()
  trouble.to = performance.now()
  const ready = await untilReady(node, true, READY_WITHIN, otherwise(trouble.to))
  if (!otherwise(trouble.to)()) weather.ready_after = Math.max(weather.ready_after, ready)
}

/** What a node may take to end that cannot reach its database: the patience for requests under way, and a little. Milliseconds. */
const END_WITHIN = { idle: 5_000, busy: 15_000 }

/** Tells a node to end whose way to the database is cut, with requests under way where it is `busy`; the milliseconds until it is gone. */
export async function endWhileCut(node: TestNode, busy: boolean, ask: () => Promise<unknown>): Promise<number> {
  node.wire.cut('drop')
  try {
    const asked = Array.from({ length: busy ? 15 : 0 }, () => ask().catch(() => undefined))
    if (busy) await untilReady(node, false, UNREADY_WITHIN) // they are under way by then
    const began = performance.now()
    await node.stop('SIGTERM')
    const took = Math.round(performance.now() - began)
    assert.ok(took < END_WITHIN[busy ? 'busy' : 'idle'], `a node that is cut ends within its patience: ${took} ms`)
    await Promise.all(asked)
    return took
  } finally {
    node.wire.heal()
  }
}

/** Milliseconds until `/readyz` says so. Throws where it takes longer than `within`, unless that is excused. */
async function untilReady(node: TestNode, ready: boolean, within: number, excused = () => false): Promise<number> {
  const began = performance.now()
  for (;;) {
    const status = await readiness(node)
    const took = Math.round(performance.now() - began)
    if (status === (ready ? 200 : 503) || excused()) return took
    assert.ok(took < within, `node ${node.index} is ${ready ? 'ready' : 'unready'} within ${within} ms: ${status}`)
    await pause(20)
  }
}

/** The status of `/readyz`; 0 where nobody answers. */
async function readiness(node: TestNode): Promise<number> {
  try {
    const came = await fetch(`${node.url}/readyz`, { signal: AbortSignal.timeout(3_000) })
    await came.arrayBuffer()
    return came.status
  } catch {
    return 0
  }
}
