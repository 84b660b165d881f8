import { closeSync, fsyncSync, linkSync, openSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a file that only its owner may read, whole or not at all: `fill` writes a draft beside it, which gets the name when it is on
 * the disk. Throws where there is a file of this name already.
 */
export async function createNewFile<T>(file: string, fill: (draft: string) => T | Promise<T>): Promise<T> {
  const draft = `${file}.${crypto.randomUUID()}`
  closeSync(openSync(draft, 'wx', 0o600))
  try {
    const outcome = await fill(draft)
    syncFile(draft)
    linkSync(draft, file) // unlike renaming, it never takes the place of another
    return outcome
  } finally {
    unlinkSync(draft)
    syncFolder(dirname(file))
  }
}

function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** A new file's name is on the disk only when its folder is. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
