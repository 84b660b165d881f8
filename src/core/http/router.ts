import { OAuthError } from '../model/error.ts'
import type { HttpRequest } from '../model/http.ts'

/** Exact path → method → value. Every endpoint of the standards has a fixed path, so a Map is a router. */
export class Router<Route> {
  readonly #routes = new Map<string, Map<string, Route>>()

  /** Throws where the method and path are taken. */
  add(method: string, path: string, route: Route): void {
    let methods = this.#routes.get(path)
    if (!methods) this.#routes.set(path, (methods = new Map()))
    if (methods.has(method)) throw new Error(`Two routes claim ${method} ${path}.`)
    methods.set(method, route)
  }

  /** Null where the path is nobody's; throws OAuthError (405) where it is, but not with this method. HEAD is answered like GET. @spec RFC 9110 §15.5.6 */
  find(http: HttpRequest): Route | null {
    const methods = this.#routes.get(http.path)
    if (!methods) return null
    const route = methods.get(http.method === 'HEAD' ? 'GET' : http.method)
    if (route !== undefined) return route
    const allow = [...methods.keys()].join(', ')
    throw new OAuthError('invalid_request', `This address takes ${allow}.`, { status: 405, headers: { allow } })
  }

  /** Any route of this path, whatever the method. */
  at(path: string): Route | undefined {
    return this.#routes.get(path)?.values().next().value
  }
}
