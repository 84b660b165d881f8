import type { Factors } from '../../core/model/factor.ts'

/** Whether somebody has set up anything that is asked for after the password. */
export function hasFactor({ totp, passkeys }: Factors): boolean {
  return totp !== null || passkeys.length > 0
}
