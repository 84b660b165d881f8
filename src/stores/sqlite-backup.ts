import { DatabaseSync } from 'node:sqlite'
import type { StoredKey } from '../core/model/stored-key.ts'
import { readStanding, stepsKnown } from './migrate.ts'
import type { Row } from './sql.ts'
import { whenFree } from './sqlite-busy.ts'
import { TABLES } from './tables.ts'

/** What a copy of a database holds. */
export interface Backup {
  /** What SQLite finds broken; nothing where all is well. */
  broken: string[]
  /** Steps of the schema that it has, those that a server must know to run on it, and those that this version knows. */
  schema: number
  required: number
  known: number
  counts: Record<string, number>
  keys: Pick<StoredKey, 'kid' | 'use' | 'sealed'>[]
}

/**
 * Writes the database as it is at this moment into an empty file, beside a server that goes on reading and writing. What has been
 * deleted is not in it, not even as free space.
 */
export async function copySqlite(file: string, target: string): Promise<void> {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    await whenFree(() => database.prepare('vacuum into ?').run(target))
  } finally {
    database.close()
  }
}

/** Reads a copy from one end to the other, and changes nothing. Throws where it is no database at all. */
export async function readBackup(file: string): Promise<Backup> {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const all = async (text: string) => database.prepare(text).all() as readonly Row[]
    const broken = (await all('pragma integrity_check(10)')).map((row) => String(row.integrity_check)).filter((found) => found !== 'ok')
    const { done: schema, required } = await readStanding(all)
    const there = new Set((await all("select name from sqlite_schema where type = 'table'")).map((row) => row.name))
    const counts: Backup['counts'] = {}
    for (const { name } of TABLES) if (there.has(name)) counts[name] = Number((await all(`select count(*) as rows from ${name}`))[0]?.rows)
    const keys = there.has('keys') ? await all('select kid, use, sealed from keys order by kid') : []
    return { broken, schema, required, known: stepsKnown(), counts, keys: keys as unknown as Backup['keys'] } // columns that are not null, by the schema
  } finally {
    database.close()
  }
}
