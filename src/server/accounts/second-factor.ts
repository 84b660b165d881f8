import type { Milliseconds } from '../../core/model/clock.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import { hasFactor } from './factors.ts'
import { readRecoveryCode } from './recovery-codes.ts'
import { countAttempt, forgiveAttempts } from './throttle.ts'
import { matchStep } from './totp.ts'

/** What came of a code: good, wrong or late, used already, or a pause. */
export type CodeOutcome = 'good' | 'wrong' | 'used' | { paused_until: Milliseconds }

/**
 * Proves a code of the person's app, or one of their recovery codes, and uses it up. An attempt is counted before anything is compared, so
 * that attempts side by side cannot slip through. @spec RFC 6238 §5.2
 */
export async function spendCode(accounts: Accounts, user: User, typed: string, address: string): Promise<CodeOutcome> {
  const target = { factor: user.sub }
  const attempt = await countAttempt(accounts, target, address)
  if (attempt.left === null) return { paused_until: attempt.ends_at }
  const outcome = await compare(accounts, user, typed)
  if (outcome === 'good') await forgiveAttempts(accounts, target, address, 'all')
  return outcome !== 'good' && attempt.left === 0 ? { paused_until: attempt.ends_at } : outcome
}

async function compare(accounts: Accounts, user: User, typed: string): Promise<'good' | 'wrong' | 'used'> {
  const code = readCode(typed)
  if (code !== null) return compareTotp(accounts, user.sub, code)
  const hash = readRecoveryCode(typed)
  if (hash === null) return 'wrong'
  const by = { type: 'user', id: user.sub } as const
  const factors = await accounts.store.factors.find(user.sub)
  return hasFactor(factors) && (await accounts.store.factors.spendRecoveryCode(user.sub, hash, { by })) ? 'good' : 'wrong'
}

/** Six digits, as apps show them: with a space in the middle, perhaps. Null where it is something else. */
function readCode(typed: string): string | null {
  const code = typed.replaceAll(/\s/g, '')
  return /^\d{6}$/.test(code) ? code : null
}

async function compareTotp(accounts: Accounts, sub: string, code: string): Promise<'good' | 'wrong' | 'used'> {
  const { totp } = await accounts.store.factors.find(sub)
  const opened = totp && accounts.keys.factors.totp.open(totp.sealed)
  if (!opened || opened.sub !== sub) return 'wrong'
  const step = matchStep(opened.secret, code, accounts.clock())
  if (step === null) return 'wrong'
  return (await accounts.store.factors.useTotp(sub, step)) ? 'good' : 'used'
}

/** The step of a code that proves that an app has taken a new secret; the attempts are those of `spendCode`. */
export async function codeOfNewApp(
  accounts: Accounts,
  sub: string,
  secret: string,
  typed: string,
  address: string,
): Promise<number | 'wrong' | { paused_until: Milliseconds }> {
  const target = { factor: sub }
  const attempt = await countAttempt(accounts, target, address)
  if (attempt.left === null) return { paused_until: attempt.ends_at }
  const code = readCode(typed)
  const step = code === null ? null : matchStep(secret, code, accounts.clock())
  if (step === null) return 'wrong'
  await forgiveAttempts(accounts, target, address, 'one')
  return step
}
