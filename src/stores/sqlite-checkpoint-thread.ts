import { DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { BUSY_TIMEOUT } from './sqlite-busy.ts'

// A thread that moves the log of a database into it while others read and write: what takes long of a checkpoint hinders nobody from here.

/** More was written while the last pass went on; each has less to do than the one before. */
const MOST_PASSES = 4
/** Milliseconds: a pass that took no longer has left next to nothing. */
const SHORT = 4

/** Whether it did; else another process is at it, or the disk fails. */
function move(passive: () => { busy: number }): boolean {
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const began = performance.now()
    if (passive().busy !== 0) return false
    if (performance.now() - began < SHORT) break
  }
  return true
}

function listen(port: MessagePort, file: string): void {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT })
  database.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0; pragma cache_size = -512')
  const passive = database.prepare('pragma wal_checkpoint(passive)')
  port.on('message', () => port.postMessage(move(() => passive.get() as { busy: number })))
}

if (parentPort) listen(parentPort, workerData as string)
