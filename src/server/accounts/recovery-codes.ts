import { sha256 } from '../../core/crypto/hash.ts'
import { drawBytes } from '../../core/crypto/random.ts'

const CODES = 10
/** Without look-alikes. */
const READABLE = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 80 random bits: a slow hash would add nothing. */
const LENGTH = 16

/** New codes for whoever loses their device, in groups of four. Only their hashes are kept: this is the only moment at which they can be shown. */
export function newRecoveryCodes(): { codes: string[]; hashes: string[] } {
  const codes = Array.from({ length: CODES }, () => [...drawBytes(LENGTH)].map((byte) => READABLE[byte & 31]).join(''))
  return { codes: codes.map((code) => code.match(/.{4}/g)!.join('-')), hashes: codes.map(hashOf) }
}

/** The hash of what somebody typed: case, spaces and hyphens do not matter, nor letters that pass for digits. Null where it cannot be a code. */
export function readRecoveryCode(typed: string): string | null {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return code.length === LENGTH && [...code].every((sign) => READABLE.includes(sign)) ? hashOf(code) : null
}

const hashOf = (code: string): string => sha256(`recovery ${code}`)
