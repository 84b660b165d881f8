import type { HttpRequest } from '../model/http.ts'

/** The token of an Authorization header of the scheme Bearer; null where there is none. @spec RFC 6750 §2.1 */
export function readBearer(http: HttpRequest): string | null {
  return /^bearer +([\w.~+/-]+=*)$/i.exec(http.header('authorization') ?? '')?.[1] ?? null
}
