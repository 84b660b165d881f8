import type { DatabaseSync } from 'node:sqlite'

/** KiB of memory for pages that were read: enough for the whole of a small database. */
const LEAST = 8 * 1024
const MOST = 64 * 1024
/** Of so many pages one tells where the others are; those shall stay in memory, or each row costs several reads. */
const INNER = 96

/** Gives the cache the size that suits the database as it is now; to be called now and then, as databases grow. */
export function createCacheFit(database: DatabaseSync): () => void {
  const count = database.prepare('pragma page_count')
  const { page_size } = database.prepare('pragma page_size').get() as { page_size: number }
  let present = 0

  function fit(): void {
    const { page_count } = count.get() as { page_count: number }
    const fitting = Math.round(Math.min(MOST, Math.max(LEAST, (page_count * page_size) / 1024 / INNER)))
    if (Math.abs(fitting - present) < present / 8) return
    present = fitting
    database.exec(`pragma cache_size = -${fitting}`)
  }

  return () => {
    try {
      fit()
    } catch {
      // it stays as it is; whoever reads next meets the same trouble, and tells of it
    }
  }
}
