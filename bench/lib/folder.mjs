import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const folders = new Set()
process.on('exit', () => folders.forEach(removeFolder))

/** An empty folder, which goes with this process at the latest. */
export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-bench-'))
  folders.add(folder)
  return folder
}

export function removeFolder(folder) {
  folders.delete(folder)
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
