import { createHash, createPublicKey, type JsonWebKey, randomBytes, verify } from 'node:crypto'
import type { SigningAlg } from '../core/model/keys.ts'
import { type Attribute, type Cryptoki, CryptokiError, loadCryptoki, room, still, type Ulong, word } from './cryptoki.ts'

export interface TokenSettings {
  /** The module's file. */
  module: string
  /** The label of the token. */
  token: string
  pin: string
  /** How many signatures are made at the same time. */
  sessions: number
}

/** A token that is logged in to. */
export interface Token {
  make(alg: SigningAlg): Promise<{ reference: string; public_jwk: JsonWebKey }>
  sign(reference: string, alg: SigningAlg, text: string): Promise<string>
  destroy(reference: string): Promise<void>
  ping(): Promise<void>
}

/** The token refuses the PIN: to try again would lock it. */
export class PinError extends Error {}

// PKCS #11 2.40, appendix A
const CKA = {
  CLASS: 0x0,
  TOKEN: 0x1,
  PRIVATE: 0x2,
  LABEL: 0x3,
  ID: 0x102,
  SENSITIVE: 0x103,
  SIGN: 0x108,
  VERIFY: 0x10a,
  MODULUS: 0x120,
  MODULUS_BITS: 0x121,
  PUBLIC_EXPONENT: 0x122,
  EXTRACTABLE: 0x162,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
} as const
const CKO_PRIVATE_KEY = 3
const CKU_USER = 1
const SESSION_FLAGS = 0x2 | 0x4 // it writes; the other one must always be set
const OS_LOCKING = 2n
const CKR = { PIN_INCORRECT: 0xa0, PIN_LEN_RANGE: 0xa2, PIN_LOCKED: 0xa4, LOGGED_IN: 0x100, INITIALIZED: 0x191 } as const
/** A key that is not where it was: it may be found anew. */
const STALE_KEY = [0x60, 0x82]

const ALGS = {
  ES256: { make: 0x1040, sign: 0x1041 }, // CKM_EC_KEY_PAIR_GEN, CKM_ECDSA
  RS256: { make: 0x0, sign: 0x40 }, // CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_SHA256_RSA_PKCS
} as const
const P_256 = Buffer.from('06082a8648ce3d030107', 'hex') // its OID in DER
const MOST_SIGNATURE = 512 // bytes

const YES = still(Buffer.of(1))
const NO = still(Buffer.of(0))

/** Loads the module, finds the token and logs in. Throws one sentence where that cannot be. */
export async function openToken(settings: TokenSettings): Promise<Token> {
  const cryptoki = await loadCryptoki(settings.module)
  const options = room(48) // CK_C_INITIALIZE_ARGS
  options.writeBigUInt64LE(OS_LOCKING, 32)
  await cryptoki.call('C_Initialize', options).catch(unless(CKR.INITIALIZED))
  const slot = await findSlot(cryptoki, settings.token)
  const sessions: Ulong[] = []
  for (let i = 0; i < settings.sessions; i++) sessions.push(await openSession(cryptoki, slot))
  await logIn(cryptoki, sessions[0]!, settings)
  return createToken(cryptoki, createPool(sessions))
}

function createToken(cryptoki: Cryptoki, withSession: WithSession): Token {
  /** Handles by reference: they are good in every session. */
  const handles = new Map<string, Ulong>()
  let changing: Promise<unknown> = Promise.resolve()

  /** What makes and destroys is seldom, and not every module stands several of those at once. */
  function oneByOne<T>(change: () => Promise<T>): Promise<T> {
    const changed = changing.then(change)
    changing = changed.catch(() => undefined)
    return changed
  }

  async function sign(session: Ulong, reference: string, alg: SigningAlg, text: string): Promise<Buffer> {
    const handle = handles.get(reference) ?? (await findKey(cryptoki, session, reference))
    handles.set(reference, handle)
    await cryptoki.call('C_SignInit', session, cryptoki.mechanism(ALGS[alg].sign), handle)
    const given = still(alg === 'ES256' ? createHash('sha256').update(text).digest() : Buffer.from(text, 'latin1'))
    const signature = room(MOST_SIGNATURE)
    const length = word(MOST_SIGNATURE)
    await cryptoki.call('C_Sign', session, given, given.length, signature, length)
    return signature.subarray(0, Number(length.readBigUInt64LE()))
  }

  const signOnce: Token['sign'] = (reference, alg, text) =>
    withSession(async (session) => (await sign(session, reference, alg, text)).toString('base64url'))

  const signing: Token['sign'] = (reference, alg, text) =>
    signOnce(reference, alg, text).catch((cause: unknown) => {
      if (!handles.delete(reference) || !(cause instanceof CryptokiError && STALE_KEY.includes(cause.value))) throw cause
      return signOnce(reference, alg, text)
    })

  return {
    sign: signing,
    make: async (alg) => {
      const id = still(randomBytes(16))
      const reference = id.toString('hex')
      const public_jwk = await oneByOne(() => withSession((session) => generate(cryptoki, session, alg, id)))
      const signature = Buffer.from(await signing(reference, alg, 'vouchsafe'), 'base64url')
      const key = createPublicKey({ key: public_jwk, format: 'jwk' })
      if (!verify('sha256', Buffer.from('vouchsafe'), { key, dsaEncoding: 'ieee-p1363' }, signature))
        throw new Error('The token makes signatures that its own public key does not verify.')
      return { reference, public_jwk }
    },
    destroy: (reference) =>
      oneByOne(() =>
        withSession(async (session) => {
          handles.delete(reference)
          const both = await findObjects(cryptoki, session, [[CKA.ID, still(Buffer.from(reference, 'hex'))]])
          for (const object of both) await cryptoki.call('C_DestroyObject', session, object)
        }),
      ),
    ping: () => withSession((session) => cryptoki.call('C_GetSessionInfo', session, room(32))),
  }
}

async function findSlot(cryptoki: Cryptoki, label: string): Promise<Ulong> {
  const count = word(0)
  await cryptoki.call('C_GetSlotList', 1, null, count)
  const slots = room(8 * Number(count.readBigUInt64LE()))
  if (slots.length > 0) await cryptoki.call('C_GetSlotList', 1, slots, count)
  const labels: string[] = []
  for (let at = 0; at < slots.length; at += 8) {
    const about = room(256) // CK_TOKEN_INFO; its label comes first, filled up with blanks
    await cryptoki.call('C_GetTokenInfo', slots.readBigUInt64LE(at), about)
    const found = about.toString('utf8', 0, 32).trimEnd()
    if (found === label) return slots.readBigUInt64LE(at)
    if (found !== '') labels.push(found)
  }
  throw new Error(`There is no token ${label} in the PKCS#11 module: it has ${labels.join(', ') || 'none'}.`)
}

async function openSession(cryptoki: Cryptoki, slot: Ulong): Promise<Ulong> {
  const session = word(0)
  await cryptoki.call('C_OpenSession', slot, SESSION_FLAGS, null, null, session)
  return session.readBigUInt64LE()
}

async function logIn(cryptoki: Cryptoki, session: Ulong, { token, pin }: TokenSettings): Promise<void> {
  const bytes = still(Buffer.from(pin))
  try {
    await cryptoki.call('C_Login', session, CKU_USER, bytes, bytes.length).catch(unless(CKR.LOGGED_IN))
  } catch (cause) {
    const value = cause instanceof CryptokiError ? cause.value : null
    if (value === CKR.PIN_LOCKED) throw new PinError(`The PIN of the token ${token} is locked: unlock it with the means of its maker.`)
    if (value !== CKR.PIN_INCORRECT && value !== CKR.PIN_LEN_RANGE) throw cause
    throw new PinError(`VOUCHSAFE_PKCS11_PIN is not the PIN of the token ${token}.`)
  } finally {
    bytes.fill(0)
  }
}

/** A key pair of this id in the token, which the private key never leaves; its public part. */
async function generate(cryptoki: Cryptoki, session: Ulong, alg: SigningAlg, id: Buffer): Promise<JsonWebKey> {
  const common: Attribute[] = [
    [CKA.TOKEN, YES],
    [CKA.ID, id],
    [CKA.LABEL, still(Buffer.from(`vouchsafe ${alg}`))],
  ]
  const kind: Attribute[] =
    alg === 'ES256'
      ? [[CKA.EC_PARAMS, still(P_256)]]
      : [
          [CKA.MODULUS_BITS, word(2048)],
          [CKA.PUBLIC_EXPONENT, still(Buffer.of(1, 0, 1))],
        ]
  const open = [...common, ...kind, [CKA.VERIFY, YES]] satisfies Attribute[]
  const secret = [...common, [CKA.PRIVATE, YES], [CKA.SENSITIVE, YES], [CKA.EXTRACTABLE, NO], [CKA.SIGN, YES]] satisfies Attribute[]
  const [one, other] = [cryptoki.template(open), cryptoki.template(secret)]
  const [public_key, private_key] = [word(0), word(0)]
  const mechanism = cryptoki.mechanism(ALGS[alg].make)
  await cryptoki.call('C_GenerateKeyPair', session, mechanism, one, open.length, other, secret.length, public_key, private_key)
  const read = (type: number) => readAttribute(cryptoki, session, public_key.readBigUInt64LE(), type)
  if (alg === 'RS256')
    return { kty: 'RSA', n: (await read(CKA.MODULUS)).toString('base64url'), e: (await read(CKA.PUBLIC_EXPONENT)).toString('base64url') }
  const point = (await read(CKA.EC_POINT)).subarray(-64) // uncompressed, in an OCTET STRING or bare
  return { kty: 'EC', crv: 'P-256', x: point.toString('base64url', 0, 32), y: point.toString('base64url', 32) }
}

async function readAttribute(cryptoki: Cryptoki, session: Ulong, object: Ulong, type: number): Promise<Buffer> {
  const value = room(MOST_SIGNATURE)
  const template = cryptoki.template([[type, value]])
  await cryptoki.call('C_GetAttributeValue', session, object, template, 1)
  return value.subarray(0, Number(template.readBigUInt64LE(16)))
}

async function findKey(cryptoki: Cryptoki, session: Ulong, reference: string): Promise<Ulong> {
  const [found] = await findObjects(cryptoki, session, [
    [CKA.CLASS, word(CKO_PRIVATE_KEY)],
    [CKA.ID, still(Buffer.from(reference, 'hex'))],
  ])
  if (found === undefined) throw new Error(`The token has no private key ${reference}.`)
  return found
}

async function findObjects(cryptoki: Cryptoki, session: Ulong, wanted: readonly Attribute[]): Promise<Ulong[]> {
  await cryptoki.call('C_FindObjectsInit', session, cryptoki.template(wanted), wanted.length)
  try {
    const most = 4 // there are two of one id: the private key and the public one
    const found = room(8 * most)
    const count = word(0)
    await cryptoki.call('C_FindObjects', session, found, most, count)
    return Array.from({ length: Number(count.readBigUInt64LE()) }, (_, i) => found.readBigUInt64LE(8 * i))
  } finally {
    await cryptoki.call('C_FindObjectsFinal', session)
  }
}

type WithSession = <Outcome>(work: (session: Ulong) => Promise<Outcome>) => Promise<Outcome>

/** Each session does one thing at a time; who finds none free waits for the next. */
function createPool(idle: Ulong[]): WithSession {
  const waiting: ((session: Ulong) => void)[] = []
  return async (work) => {
    const session = idle.pop() ?? (await new Promise<Ulong>((resolve) => waiting.push(resolve)))
    try {
      return await work(session)
    } finally {
      const next = waiting.shift()
      if (next) next(session)
      else idle.push(session)
    }
  }
}

/** Takes one answer for success. */
const unless =
  (value: number) =>
  (cause: unknown): void => {
    if (!(cause instanceof CryptokiError && cause.value === value)) throw cause
  }
