import { mkdir, realpath, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { openDatabase, sqliteFile } from '../store.ts'

/** A database for the time of one bench. A plain record: whichever process is left takes it away. */
export interface Throwaway {
  /** Its own address. */
  database: string
  /** The address of the configured one, beside which it was made. */
  beside: string
  /** The first of the folders that were made for it. */
  folder?: string
}

/** What SQLite and the store put beside a file. */
const SIDE_FILES = ['', '-wal', '-shm', '-journal', '.secret']
/** @see PostgreSQL, Appendix A: insufficient_privilege */
const NO_RIGHT = '42501'

/**
 * Makes room for a database where the configured one is: a file in the same folder, so that it is on the same disk, or a database of the same
 * PostgreSQL. The configured one is not opened as a store, nor made. Throws, in one sentence for an operator, where that may not be.
 */
export async function makeThrowaway(beside: string): Promise<Throwaway> {
  const id = crypto.randomUUID().slice(0, 8)
  const file = sqliteFile(beside)
  if (file === ':memory:') return { database: beside, beside }
  if (file !== null) return besideFile(beside, file, id)
  const name = `vouchsafe_bench_${id}`
  await administer(beside, `create database ${name} template template0`).catch((cause: Error & { code?: unknown }) => {
    throw cause.code === NO_RIGHT ? new Error(MAY_NOT, { cause }) : cause
  })
  return { database: addressOf(beside, name), beside }
}

const MAY_NOT =
  'The bench needs a database of its own, and this user of PostgreSQL may make none: let an administrator run ALTER ROLE … CREATEDB for as long as it takes, or give the address of a user who may by --database.'

/** Takes it away with all that lies beside it, used or not; again does no harm. */
export async function takeAway({ database, beside, folder }: Throwaway): Promise<void> {
  const file = sqliteFile(database)
  if (file === ':memory:') return
  if (file === null) return dropDatabase(database, beside)
  await Promise.all(SIDE_FILES.map((ending) => rm(`${file}${ending}`, { force: true })))
  if (folder === undefined) return
  // only what is empty goes: somebody may have put something there meanwhile
  for (let made = dirname(file); made.length >= folder.length; made = dirname(made)) {
    try {
      await rmdir(made)
    } catch {
      return
    }
  }
}

async function besideFile(beside: string, file: string, id: string): Promise<Throwaway> {
  const real = await realpath(file).catch(() => file) // a link may lead to another disk
  const folder = await mkdir(dirname(real), { recursive: true, mode: 0o700 })
  const database = `sqlite:${join(dirname(real), `${basename(real)}.bench-${id}`)}`
  return { database, beside, ...(folder !== undefined && { folder }) }
}

/** The same server, user and settings. The copy for reading has no such database, and a search path would lead into schemas that are not there. */
function addressOf(beside: string, name: string): string {
  const address = new URL(beside)
  address.pathname = `/${name}`
  address.searchParams.delete('replica')
  const options = address.searchParams.get('options')?.replace(/-c\s*search_path=\S+/g, '')
  if (options !== undefined) address.searchParams.set('options', options)
  return address.href
}

async function dropDatabase(database: string, beside: string): Promise<void> {
  const name = new URL(database).pathname.slice(1)
  await administer(beside, `drop database if exists ${name} with (force)`).catch((cause: unknown) => {
    throw new Error(`The database ${name} of the bench is still there: take it away by DROP DATABASE ${name}.`, { cause })
  })
}

/** One statement outside of any transaction. */
async function administer(database: string, text: string): Promise<void> {
  const sql = await openDatabase({ database })
  try {
    await sql.alone?.(text)
  } finally {
    await sql.close()
  }
}
