import { closeSync, fstatSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './new-file.ts'

/** 256 random bits in base64url. */
const FORM = /^[A-Za-z0-9_-]{43}$/

/** 256 random bits, base64url. */
export function makeSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
}

/** The secret in a file; null where there is no file. Throws where others may read it, or it does not hold a secret. */
export function readSecretFile(file: string): string | null {
  const descriptor = openIfThere(file)
  if (descriptor === null) return null
  try {
    const { mode } = fstatSync(descriptor)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Error(`The secret file ${file} is open to others on this machine. Run: chmod 600 '${file}'`)
    }
    const secret = readFileSync(descriptor, 'utf8').trimEnd()
    if (!FORM.test(secret)) throw new Error(`The secret file ${file} does not hold a secret. Put it back from a backup.`)
    return secret
  } finally {
    closeSync(descriptor)
  }
}

/** Writes a new secret that nobody else may read, whole or not at all. Where another process was faster, theirs stays. */
export function createSecretFile(file: string): void {
  const draft = `${file}.${crypto.randomUUID()}`
  writeDraft(draft)
  try {
    linkSync(draft, file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
  } finally {
    unlinkSync(draft)
  }
  syncFolder(dirname(file))
}

function writeDraft(draft: string): void {
  const descriptor = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(descriptor, `${makeSecret()}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, 'r')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`The secret file ${file} cannot be read by this user.`, { cause })
  }
}
