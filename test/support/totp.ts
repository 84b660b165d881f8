import { hotp } from '../../src/core/crypto/otp.ts'
import type { User } from '../../src/core/model/user.ts'
import { newTotpSecret, stepAt } from '../../src/server/accounts/totp.ts'
import type { TestSite } from './site.ts'

/** An authenticator app in somebody's hand. */
export interface App {
  /** What it shows, so many steps from now. */
  code(later?: number): string
}

/** The app that has taken this secret, by the clock of a site. */
export function openApp(site: TestSite, secret: string): App {
  return { code: (later = 0) => hotp(Buffer.from(secret, 'base64url'), stepAt(site.time.now) + later) }
}

/** Sets one up for a person without the pages. */
export async function giveApp(site: TestSite, { sub }: User): Promise<App> {
  const secret = newTotpSecret()
  const sealed = site.app.server.keys.factors.totp.seal({ sub, secret })
  await site.store.factors.setTotp({ sub, sealed, last_step: stepAt(site.time.now) - 2, created_at: site.time.now })
  return openApp(site, secret)
}

/** The secret of a key as a page shows it. @spec RFC 4648 §6 */
export function fromBase32(text: string): string {
  const bytes: number[] = []
  let [bits, held] = [0, 0]
  for (const sign of text.replaceAll(/\s/g, '')) {
    held = (held << 5) | 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 255)
      held &= (1 << bits) - 1
    }
  }
  return Buffer.from(bytes).toString('base64url')
}
