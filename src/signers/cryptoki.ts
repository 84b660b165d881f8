import { promisify } from 'node:util'

/** A handle, a flag or a length of PKCS#11: 64 bits wide, as everywhere but on Windows. */
export type Ulong = bigint | number

/** What a function of the module answered instead of CKR_OK. */
export class CryptokiError extends Error {
  readonly value: number

  constructor(name: string, value: number) {
    super(`${name} answered 0x${value.toString(16)}`)
    this.name = 'CryptokiError'
    this.value = value
  }
}

/** The functions in use: their place in CK_FUNCTION_LIST, and their parameters. PKCS #11 2.40, §5. */
const FUNCTIONS = {
  C_Initialize: [0, 'void *'],
  C_GetSlotList: [4, 'uint8_t', 'void *', 'void *'],
  C_GetTokenInfo: [6, 'ulong', 'void *'],
  C_OpenSession: [12, 'ulong', 'ulong', 'void *', 'void *', 'void *'],
  C_GetSessionInfo: [15, 'ulong', 'void *'],
  C_Login: [18, 'ulong', 'ulong', 'void *', 'ulong'],
  C_DestroyObject: [22, 'ulong', 'ulong'],
  C_GetAttributeValue: [24, 'ulong', 'ulong', 'void *', 'ulong'],
  C_FindObjectsInit: [26, 'ulong', 'void *', 'ulong'],
  C_FindObjects: [27, 'ulong', 'void *', 'ulong', 'void *'],
  C_FindObjectsFinal: [28, 'ulong'],
  C_SignInit: [42, 'ulong', 'void *', 'ulong'],
  C_Sign: [43, 'ulong', 'void *', 'ulong', 'void *', 'void *'],
  C_GenerateKeyPair: [59, 'ulong', 'void *', 'void *', 'ulong', 'void *', 'ulong', 'void *', 'void *'],
} as const satisfies Record<string, readonly [number, ...string[]]>

type FunctionName = keyof typeof FUNCTIONS

/** One type of attribute and its value, or the room for it. */
export type Attribute = readonly [type: number, value: Buffer]

/** A PKCS#11 module. Calls wait on other threads, never on this one. */
export interface Cryptoki {
  /** Throws CryptokiError for every answer but CKR_OK. Buffers stay where they are until it is answered. */
  call(name: FunctionName, ...args: (Ulong | Buffer | null)[]): Promise<void>
  /** The attributes as an array of CK_ATTRIBUTE. */
  template(attributes: readonly Attribute[]): Buffer
  /** A CK_MECHANISM without parameters. */
  mechanism(type: number): Buffer
}

/** The size of CK_ULONG and of a pointer, and where a table of functions begins after its version. */
const WORD = 8

/** Room that does not move, of so many bytes. */
export const room = (size: number): Buffer => Buffer.from(new ArrayBuffer(size))

/** A CK_ULONG in memory. */
export function word(value: Ulong): Buffer {
  const bytes = room(WORD)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

/** Bytes in room that does not move. */
export function still(bytes: Uint8Array): Buffer {
  const copy = room(bytes.length)
  copy.set(bytes)
  return copy
}

/** Loads a module. Throws a sentence where the package or the module cannot be had. */
export async function loadCryptoki(path: string): Promise<Cryptoki> {
  const koffi = await import('koffi').then(
    (loaded) => loaded.default,
    (cause: unknown) => {
      throw new Error('A signer of type pkcs11 needs the package koffi: install it beside vouchsafe with npm install koffi.', { cause })
    },
  )
  const table = findTable(koffi, path)
  const functions = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, [place, ...args]]) => {
      const found = koffi.decode(table, WORD + WORD * place, 'void *')
      return [name, promisify(koffi.decode(found, koffi.proto('ulong', args)).async)]
    }),
  ) as Record<FunctionName, (...args: unknown[]) => Promise<Ulong>>
  /** What addresses point to, and what is in use, must not be collected meanwhile. */
  const behind = new WeakMap<Buffer, readonly Attribute[]>()
  const used = new Set<readonly unknown[]>()
  return {
    call: async (name, ...args) => {
      used.add(args)
      try {
        const value = Number(await functions[name](...args))
        if (value !== 0) throw new CryptokiError(name, value)
      } finally {
        used.delete(args)
      }
    },
    template: (attributes) => {
      const bytes = room(3 * WORD * attributes.length)
      for (const [i, [type, value]] of attributes.entries()) {
        for (const [j, part] of [BigInt(type), koffi.address(value), BigInt(value.length)].entries())
          bytes.writeBigUInt64LE(part, WORD * (3 * i + j))
      }
      behind.set(bytes, attributes)
      return bytes
    },
    mechanism: (type) => still(Buffer.concat([word(type), Buffer.alloc(2 * WORD)])),
  }
}

function findTable(koffi: typeof import('koffi').default, path: string): bigint {
  try {
    const found = room(WORD)
    const value = koffi.load(path).func('C_GetFunctionList', 'ulong', ['void *'])(found)
    if (Number(value) !== 0) throw new CryptokiError('C_GetFunctionList', Number(value))
    return found.readBigUInt64LE()
  } catch (cause) {
    throw new Error(`The PKCS#11 module ${path} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
