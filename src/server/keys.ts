import { destroyKey, rewrapKeys } from '../core/authorization-server.ts'
import type { Actor } from '../core/model/audit.ts'
import { systemClock } from '../core/model/clock.ts'
import { type Log, silentLog } from '../core/model/log.ts'
import type { StoredKey } from '../core/model/stored-key.ts'
import type { Config } from './config.ts'
import { requireSecret } from './serve.ts'
import { openSigner } from './signer.ts'
import { openStore } from './store.ts'

/** Seals all keys of the database under the first of the configured secrets; `left` are those that none of them opens. */
export async function rewrap(config: Config, by: Actor): Promise<{ rewrapped: string[]; left: string[] }> {
  const store = await openStore(config)
  try {
    return await rewrapKeys({ store: store.keys, secrets: config.secrets, log: silentLog, by })
  } finally {
    await store.close()
  }
}

/** Finds a key, and where `really` destroys it, in the token where it lives too. Null where there is no such key. */
export async function destroy(
  config: Config,
  kid: string,
  { by, log, really }: { by: Actor; log: Log; really: boolean },
): Promise<StoredKey | null> {
  const store = await openStore(config)
  try {
    requireSecret(config, store)
    const key = (await store.keys.list()).find((known) => known.kid === kid)
    if (!key || !really) return key ?? null
    const home = config.signer && (await openSigner(config.signer, log))
    const secrets = config.secrets.length > 0 ? config.secrets : [store.secret ?? []].flat()
    try {
      await destroyKey(kid, { store: store.keys, secrets, home, clock: systemClock, log, by })
    } finally {
      await home?.close()
    }
    return key
  } finally {
    await store.close()
  }
}
