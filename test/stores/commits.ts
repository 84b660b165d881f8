import { existsSync, readFileSync } from 'node:fs'

const LOG_HEADER = 32
const FRAME_HEADER = 24

/**
 * Counts the transactions in a database's write-ahead log, as SQLite wrote them: the last frame of each says how large the database
 * is now, all others say 0. The count begins anew when the log does, which a checkpoint of 4,000 pages causes.
 */
export function countCommits(database: string): number {
  const log = `${database}-wal`
  if (!existsSync(log)) return 0
  const bytes = readFileSync(log)
  if (bytes.length < LOG_HEADER) return 0
  const frame = FRAME_HEADER + bytes.readUInt32BE(8)
  const salts = bytes.subarray(16, 24)
  let commits = 0
  for (let at = LOG_HEADER; at + frame <= bytes.length; at += frame) {
    // frames of an earlier turn of the log carry other salts
    if (!bytes.subarray(at + 8, at + 16).equals(salts)) break
    if (bytes.readUInt32BE(at + 4) !== 0) commits++
  }
  return commits
}
