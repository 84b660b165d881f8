import { createBox, importSecret, type SecretKey } from '../crypto/seal.ts'
import type { KeyUse, StoredKey } from '../model/stored-key.ts'

/** What of a stored key is needed to open it. */
export type Wrapped = Pick<StoredKey, 'kid' | 'use' | 'sealed'>

const boxOf = (master: SecretKey, use: KeyUse, kid: string) => createBox(master, `v1 key ${use} ${kid}`)

/** A key as it is stored: its text under a master secret, good for this kid and use alone. */
export function wrap(text: string, { use, kid }: Omit<Wrapped, 'sealed'>, master: SecretKey): string {
  return boxOf(master, use, kid).seal(text)
}

/** The text of a key, and the master secret that opened it; null where none of them does. */
export function unwrap(key: Wrapped, masters: readonly SecretKey[]): { text: string; master: SecretKey } | null {
  for (const master of masters) {
    const text = boxOf(master, key.use, key.kid).open(key.sealed)
    if (text !== null) return { text, master }
  }
  return null
}

/** Whether one of these master secrets opens a stored key. */
export function opensKey(secrets: readonly string[], key: Wrapped): boolean {
  return unwrap(key, secrets.map(importSecret)) !== null
}

/**
 * The master secret under which new keys are sealed: the first, once it has sealed any; until then the one that the present keys are under.
 * So while a second secret is brought to one node after the other, nothing is made that a node without it could not open.
 */
export function sealingMaster(keys: readonly Wrapped[], masters: readonly SecretKey[]): SecretKey {
  const [first] = masters
  const others = masters.length < 2 || keys.some((key) => unwrap(key, [first!])) ? [] : masters.slice(1)
  return others.find((master) => keys.some((key) => unwrap(key, [master]))) ?? first!
}
