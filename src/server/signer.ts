import type { KeyHome } from '../core/model/keys.ts'
import type { Log } from '../core/model/log.ts'
import { ConfigError } from './config.ts'
import type { SignerSettings } from './settings.ts'

/** Opens the place where private signing keys live. What is only needed for one kind is loaded only for that. */
export async function openSigner({ type: _, ...settings }: SignerSettings, log: Log): Promise<KeyHome> {
  const { openPkcs11 } = await import('../signers/pkcs11.ts')
  return openPkcs11(settings, log).catch((cause: Error) => {
    throw new ConfigError([`signer: ${cause.message}`])
  })
}
