import { hash, verify } from '@node-rs/argon2'
import { OAuthError } from '../../core/model/error.ts'

/** What a guess costs: 19 MiB and two passes, about 15 ms of one core. argon2id is the library's default. @spec RFC 9106 §4 */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashes at once; the pool of threads is shared with the disk, so some of it must stay free. */
const MOST_RUNNING = 2
/** Hashes in line; whoever comes after them is sent away at once, so that a flood costs no memory. */
const MOST_WAITING = 64

const waiting: (() => void)[] = []
let running = 0

/** What is kept in place of a password. Throws OAuthError `temporarily_unavailable` where too many wait already. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(canonical(password), COST))
}

/** Whether this is the password; a hash that cannot be read is nobody's. Throws like `hashPassword`. */
export function verifyPassword(password: string, password_hash: string): Promise<boolean> {
  return inTurn(async () => {
    try {
      return await verify(password_hash, canonical(password))
    } catch {
      return false
    }
  })
}

/**
 * Two keyboards may write one letter in two ways: as one sign, or as a letter and an accent. NFC makes them the same bytes.
 * NFKC would also fold signs that people choose because they differ. @spec RFC 8265 §4.2.1
 */
function canonical(password: string): string {
  return password.normalize('NFC')
}

/** Hashes that are being made in this process, and those in line. */
export function passwordQueue(): { running: number; waiting: number } {
  return { running, waiting: waiting.length }
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  await takeTurn()
  try {
    return await work()
  } finally {
    endTurn()
  }
}

async function takeTurn(): Promise<void> {
  if (running < MOST_RUNNING) {
    running += 1
    return
  }
  if (waiting.length >= MOST_WAITING) {
    throw new OAuthError('temporarily_unavailable', 'Too many people are signing in at this moment.', { retry_after: 2 })
  }
  await new Promise<void>((start) => waiting.push(start))
}

/** A turn is handed on, not given back, so that nobody can come in between. */
function endTurn(): void {
  const next = waiting.shift()
  if (next) next()
  else running -= 1
}
