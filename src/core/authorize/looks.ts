import { sha256 } from '../crypto/hash.ts'
import type { Client } from '../model/client.ts'
import { looksOf } from '../model/client-metadata.ts'

/** Stands for how an app looks at this moment: name, addresses, scopes. An answer counts only for what was shown. */
export function hashLooks(client: Client): string {
  return sha256(looksOf(client)).slice(0, 22)
}
