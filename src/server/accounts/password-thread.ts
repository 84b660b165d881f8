import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import process from 'node:process'
import { type MessagePort, parentPort } from 'node:worker_threads'
import { hashSync, verifySync } from '@node-rs/argon2'
import { COST, type PasswordAnswer, type PasswordJob } from './password-job.ts'

// A thread that does nothing but make and compare hashes of passwords, one after the other.

/** On the usual scale, where 0 is everybody else and 19 the last: about a tenth of a core that others want, and all of one that nobody does. */
const NICE = 10

/** People who sign in shall not hold up those who do not. Where a system knows no priority of a single thread, all stay equal. */
function giveWay(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), NICE)
  } catch {
    // no /proc, or not allowed
  }
}

function answer({ password, password_hash }: PasswordJob): PasswordAnswer {
  if (password_hash === undefined) return { hash: hashSync(password, COST) }
  try {
    return { matches: verifySync(password_hash, password) }
  } catch {
    return { matches: false } // a hash that cannot be read is nobody's
  }
}

function listen(port: MessagePort): void {
  giveWay()
  port.on('message', (job: PasswordJob) => port.postMessage(answer(job)))
}

if (parentPort) listen(parentPort)
