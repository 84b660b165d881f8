import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { KIND, openWatchedDisk } from '../support/disk.ts'
import { type Flow, openFlow } from '../support/flow.ts'
import { check, type Held, nothingSeen, work } from '../support/held.ts'
import { openServer, type TestServer } from '../support/server.ts'
import type { Soak } from './soak.ts'

interface Size {
  rounds: number
  /** How long there is room, and then none, in milliseconds. */
  load: number
  /** A real file system of its own, which takes the right to mount one; otherwise the shim says that the disk is full. */
  mounted: boolean
}

const ENOSPC = 28
const WIDTH = 4

export default {
  name: 'full-disk',
  about:
    'a disk that is full from time to time: no answer is sent for what was not kept, others are 503, and the server goes on when there is room',
  full: { rounds: 10, load: 500, mounted: true },
  small: { rounds: 2, load: 250, mounted: false },
  run: async ({ rounds, load, mounted }) => {
    const disk = mounted ? mountSmall() : openShim()
    const server = await openServer({ folder: disk.folder, env: disk.env, settings: { lifetime: { code: 300, grace: 300 } }, quiet: true })
    try {
      const flow = await openFlow(server)
      const { body } = await flow.redeem(await flow.code())
      const seen = { ...nothingSeen(), unavailable: 0, starts_on_a_full_disk: 0 }
      for (let round = 0; round < rounds; round++) {
        const grants: Held[] = []
        await loadFor(load, flow, grants)
        disk.fill()
        seen.unavailable += await loadUntilFull(load, flow, grants)
        assert.equal(await flow.userinfo(body.access_token!), 200, 'what only reads is answered')
        if (round % 2 === 1) seen.starts_on_a_full_disk += await killAndStart(server, flow, body.access_token!)
        disk.free()
        await server.start()
        assert.equal((await flow.redeem(await flow.code())).status, 200, 'with room, it goes on')
        await loadFor(load, flow, grants)
        await server.stop('SIGKILL')
        await server.start()
        for (const grant of grants) await check(flow, grant, seen)
      }
      return { rounds, ...seen }
    } finally {
      await server.close()
      disk.close()
    }
  },
} satisfies Soak<Size>

interface SmallDisk {
  folder: string
  env: Record<string, string>
  fill(): void
  free(): void
  close(): void
}

/** 32 MiB: room for a log of its usual length and for what is written while that is moved; the ballast takes what is left. */
function mountSmall(): SmallDisk {
  const mounted = mkdtempSync(join(tmpdir(), 'vouchsafe-small-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'vouchsafe-small', mounted])
  const folder = join(mounted, 'server')
  mkdirSync(folder)
  const ballast = join(mounted, 'ballast')
  return {
    folder,
    env: {},
    fill: () => {
      try {
        for (;;) writeFileSync(ballast, Buffer.alloc(65_536), { flag: 'a' })
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause
      }
    },
    free: () => rmSync(ballast),
    close: () => {
      execFileSync('umount', [mounted])
      rmdirSync(mounted)
    },
  }
}

function openShim(): SmallDisk {
  const disk = openWatchedDisk(2 ** 28)
  disk.set('write_kinds', KIND.other | KIND.log | KIND.shared)
  return {
    folder: disk.folder,
    env: disk.env,
    fill: () => disk.set('write_error', ENOSPC),
    free: () => disk.set('write_error', 0),
    close: disk.close,
  }
}

async function loadFor(milliseconds: number, flow: Flow, grants: Held[]): Promise<void> {
  let over = false
  const clients = Promise.all(Array.from({ length: WIDTH }, () => work(flow, { grants, over: () => over })))
  await setTimeout(milliseconds)
  over = true
  await clients
}

/** Goes on until so many milliseconds after the first refusal: a log that has begun anew has room for a while. How many there were. */
async function loadUntilFull(milliseconds: number, flow: Flow, grants: Held[]): Promise<number> {
  let refused = 0
  let until = performance.now() + 60_000
  await Promise.all(
    Array.from({ length: WIDTH }, () =>
      work(flow, {
        grants,
        over: () => performance.now() > until,
        unavailable: () => {
          if (refused++ === 0) until = performance.now() + milliseconds
        },
      }),
    ),
  )
  assert.ok(refused > 0, 'the disk was full, and nothing was refused')
  const answer = await flow.redeem(await flow.code())
  if (answer.status !== 200) assertRefusal(answer)
  return refused
}

function assertRefusal({ status, headers, body }: Awaited<ReturnType<Flow['redeem']>>): void {
  assert.equal(status, 503)
  assert.equal(body.error, 'temporarily_unavailable')
  assert.ok(Number(headers.get('retry-after')) > 0)
  assert.match(headers.get('x-vouchsafe-reference') ?? '', /./)
}

/** After kill -9 a server starts where there is no room, or ends: 1 where it starts. */
async function killAndStart(server: TestServer, flow: Flow, access_token: string): Promise<number> {
  await server.stop('SIGKILL')
  try {
    await server.start()
  } catch (cause) {
    assert.match(String(cause), /ended with 1/)
    return 0
  }
  assert.equal(await flow.userinfo(access_token), 200, 'what only reads is answered by a server that was started on a full disk')
  return 1
}
