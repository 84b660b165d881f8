import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { makeFolder, removeFolder } from '../lib/folder.mjs'
import { table } from '../lib/report.mjs'
import { BENCH } from '../lib/server.mjs'
import { TARGETS } from '../lib/targets.mjs'
import { compareVariants } from '../lib/variants.mjs'

const CONNECTIONS = 64
const DELAY = 2_000 // microseconds

/** K: A where every sync takes 2 ms longer, against the disk as it is. */
export async function slowDisk(options) {
  const folder = makeFolder()
  try {
    const shim = join(folder, 'slow-sync.so')
    execFileSync('cc', [
      '-std=gnu17',
      '-Wall',
      '-Werror',
      '-O2',
      '-shared',
      '-fPIC',
      '-o',
      shim,
      join(BENCH, 'servers/slow-sync.c'),
      '-ldl',
    ])
    // the shim stands in front of both, so that all they differ in is the time
    const disk = (name, delay) => ({
      ...TARGETS.vouchsafe,
      name,
      env: { LD_PRELOAD: shim, SYNC_DELAY: String(delay), UV_USE_IO_URING: '0' },
    })
    const targets = [disk('the disk as it is', 0), disk('syncs 2 ms slower', DELAY)]
    const lines = await compareVariants(targets, { ...options, work: 'K', units: ['A'], connections: [CONNECTIONS] })
    options.say(table(lines, { title: 'K, ', bases: ['the disk as it is'] }))
    return lines
  } finally {
    removeFolder(folder)
  }
}
