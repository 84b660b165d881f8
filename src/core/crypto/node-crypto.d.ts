/** All that the core uses of node:crypto, and nothing else: the core is checked against this list. */
type Data = string | Uint8Array
interface Bytes extends Uint8Array {
  toString(encoding?: 'utf8' | 'base64url', start?: number, end?: number): string
  subarray(start?: number, end?: number): Bytes
}
declare global {
  type Buffer = Bytes
  const Buffer: {
    alloc(size: number): Bytes
    allocUnsafe(size: number): Bytes
    concat(parts: Bytes[]): Bytes
    from(text: string, encoding?: 'utf8' | 'latin1' | 'base64url' | 'base64'): Bytes
    from(bytes: Bytes): Bytes
  }
}
export type JsonWebKey = globalThis.JsonWebKey
export interface KeyObject {
  export(options: { format: 'jwk' }): JsonWebKey
}
interface Cipher {
  setAAD(data: Bytes): void
  update(text: Data, encoding?: 'utf8'): Bytes
  final(): Bytes
  getAuthTag(): Bytes
  setAuthTag(tag: Bytes): void
}
interface Hmac {
  update(text: Data): Hmac
  digest(): Bytes
  digest(encoding: 'base64url'): string
}
type KeyPairDone = (error: Error | null, publicKey: KeyObject, privateKey: KeyObject) => void
export function createCipheriv(algorithm: 'aes-256-gcm', key: KeyObject, iv: Bytes): Cipher
export function createDecipheriv(algorithm: 'aes-256-gcm', key: KeyObject, iv: Bytes, options: { authTagLength: number }): Cipher
export function createHmac(algorithm: 'sha256' | 'sha1', key: KeyObject): Hmac
export function createPrivateKey(key: { key: JsonWebKey; format: 'jwk' }): KeyObject
export function createPublicKey(key: { key: JsonWebKey; format: 'jwk' }): KeyObject
export function createSecretKey(key: Uint8Array): KeyObject
export function createSecretKey(key: string, encoding: 'utf8' | 'base64url'): KeyObject
export function generateKeyPair(type: 'ec', options: { namedCurve: 'P-256' }, done: KeyPairDone): void
export function generateKeyPair(type: 'rsa', options: { modulusLength: number }, done: KeyPairDone): void
export function hash(algorithm: 'sha256', text: string, encoding: 'base64url'): string
export function hkdfSync(digest: 'sha256', key: KeyObject, salt: string, info: string, length: number): ArrayBuffer
export function randomFillSync(bytes: Bytes): Bytes
export function sign(algorithm: 'sha256', bytes: Bytes, key: KeyObject): Bytes
export function sign(algorithm: 'sha256', bytes: Bytes, key: KeyObject, done: (error: Error | null, signature: Bytes) => void): void
export function timingSafeEqual(a: Bytes, b: Bytes): boolean
