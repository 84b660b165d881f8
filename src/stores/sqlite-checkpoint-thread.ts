import { DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { BUSY_TIMEOUT } from './sqlite-busy.ts'

// A thread that moves pages of the log into the database while others read and write: what takes long of a checkpoint hinders nobody from here.

/** What came of one pass: `other` where another process is at it. */
export type Pass = 'moved' | 'other' | { failed: unknown }

function listen(port: MessagePort, file: string): void {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT })
  database.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0; pragma cache_size = -512')
  const passive = database.prepare('pragma wal_checkpoint(passive)')

  function pass(): Pass {
    try {
      return passive.get()!['busy'] === 0 ? 'moved' : 'other'
    } catch (cause) {
      return { failed: cause }
    }
  }

  port.on('message', () => port.postMessage(pass()))
}

if (parentPort) listen(parentPort, workerData as string)
