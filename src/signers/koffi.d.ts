/** All that is used of the package, which need not be installed. */
declare module 'koffi' {
  interface Type {
    readonly name: string
  }
  interface ForeignFunction {
    (...args: unknown[]): unknown
    async(...args: unknown[]): void
  }
  interface Koffi {
    load(path: string): { func(name: string, result: string, args: string[]): ForeignFunction }
    proto(result: string, args: readonly string[]): Type
    decode(address: bigint, offset: number, type: 'void *'): bigint
    decode(address: bigint, type: Type): ForeignFunction
    /** Where the bytes of a buffer lie. */
    address(bytes: Uint8Array): bigint
  }
  const koffi: Koffi
  export default koffi
}
