import { sha256 } from '../../core/crypto/hash.ts'
import { randomToken } from '../../core/crypto/random.ts'

/** How many there are at first. */
export const CODES = 10
/** Without look-alikes. */
const READABLE = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 80 random bits: a slow hash would add nothing. */
const LENGTH = 16

/** What the codes of one form are made of. */
export const newCodesSeed = (): string => randomToken()

/**
 * New codes for whoever loses their device, in groups of four. Only their hashes are kept: this is the only moment at which they can be shown.
 * Of one seed, 256 random bits, come the same codes: a form that carries it may be sent twice.
 */
export function newRecoveryCodes(seed = newCodesSeed()): { codes: string[]; hashes: string[] } {
  const codes = Array.from({ length: CODES }, (_, i) => toCode(sha256(`recovery codes ${seed} ${i}`)))
  return { codes: codes.map((code) => code.match(/.{4}/g)!.join('-')), hashes: codes.map(hashOf) }
}

/** The hash of what somebody typed: case, spaces and hyphens do not matter, nor letters that pass for digits. Null where it cannot be a code. */
export function readRecoveryCode(typed: string): string | null {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return code.length === LENGTH && [...code].every((sign) => READABLE.includes(sign)) ? hashOf(code) : null
}

const toCode = (hash: string): string => [...Buffer.from(hash, 'base64url').subarray(0, LENGTH)].map((byte) => READABLE[byte & 31]).join('')

const hashOf = (code: string): string => sha256(`recovery ${code}`)
