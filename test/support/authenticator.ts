import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { Visit } from './browser.ts'
import { tags } from './browser.ts'

/** What an answer may lie about. */
export interface Lies {
  origin?: string
  rpId?: string
  challenge?: string
  /** The flags of the authenticator data; presence and verification unless said. @spec WebAuthn Level 3 §6.1 */
  flags?: number
  counter?: number
  userHandle?: string | null
}

interface Options {
  challenge: string
  rpId?: string
  rp?: { id: string }
  user?: { id: string }
}

const hash = (data: string | Buffer) => createHash('sha256').update(data).digest()
const PRESENT_AND_VERIFIED = 0x05
const WITH_KEY = 0x40

/** An authenticator of our own, with one key: it answers as asked, and lies where a test wants it to. */
export class Authenticator {
  readonly id = randomBytes(16)
  readonly key: KeyObject
  readonly #point: { x: Buffer; y: Buffer }
  counter = 0
  user = ''

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x, y } = publicKey.export({ format: 'jwk' })
    this.key = privateKey
    this.#point = { x: Buffer.from(x!, 'base64url'), y: Buffer.from(y!, 'base64url') }
  }

  /** The answer to a page that asks for a new passkey. @spec WebAuthn Level 3 §6.3.2 */
  create(page: Visit, lies: Lies = {}): string {
    const options = optionsOf(page)
    this.user = options.user!.id
    const id = Buffer.concat([Buffer.from([0, this.id.length]), this.id])
    const authData = Buffer.concat([
      this.#head(options.rp!.id, lies, WITH_KEY | (lies.flags ?? PRESENT_AND_VERIFIED)),
      Buffer.alloc(16),
      id,
      cbor(
        new Map<number, unknown>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, this.#point.x],
          [-3, this.#point.y],
        ]),
      ),
    ])
    const attestationObject = cbor(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    )
    return this.#write({
      clientDataJSON: text(clientData('webauthn.create', page, options, lies)),
      attestationObject: text(attestationObject),
      transports: ['internal', 'no-such-way'],
    })
  }

  /** The answer to a page that asks for a passkey. @spec WebAuthn Level 3 §6.3.3 */
  get(page: Visit, lies: Lies = {}): string {
    const options = optionsOf(page)
    const authData = this.#head(options.rpId!, lies, lies.flags ?? PRESENT_AND_VERIFIED)
    const client = clientData('webauthn.get', page, options, lies)
    const signature = sign('sha256', Buffer.concat([authData, hash(client)]), this.key)
    const userHandle = lies.userHandle === undefined ? this.user : lies.userHandle
    return this.#write({
      clientDataJSON: text(client),
      authenticatorData: text(authData),
      signature: text(signature),
      ...(userHandle !== null && { userHandle }),
    })
  }

  #head(rpId: string, lies: Lies, flags: number): Buffer {
    const head = Buffer.alloc(5)
    head[0] = flags
    head.writeUInt32BE(lies.counter ?? this.counter, 1)
    return Buffer.concat([hash(lies.rpId ?? rpId), head])
  }

  #write(response: object): string {
    const id = text(this.id)
    return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response })
  }
}

const text = (bytes: Buffer): string => bytes.toString('base64url')

function optionsOf(page: Visit): Options {
  const form = tags(page.html, 'form').find(({ id }) => id === 'passkey-form')
  return JSON.parse(form!['data-options']!)
}

function clientData(type: string, page: Visit, { challenge }: Options, lies: Lies): Buffer {
  const origin = lies.origin ?? new URL(page.url).origin
  return Buffer.from(JSON.stringify({ type, challenge: lies.challenge ?? challenge, origin, crossOrigin: false }))
}

/** As much of it as is needed here. @spec RFC 8949 §3 */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  if (typeof value === 'string') return Buffer.concat([head(3, value.length), Buffer.from(value)])
  const map = value as Map<unknown, unknown>
  return Buffer.concat([head(5, map.size), ...[...map].flatMap(([name, member]) => [cbor(name), cbor(member)])])
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length])
  return length < 256 ? Buffer.from([(major << 5) | 24, length]) : Buffer.from([(major << 5) | 25, length >> 8, length & 255])
}
