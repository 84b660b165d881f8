import { OAuthError } from '../model/error.ts'
import { formDecode } from '../model/form.ts'
import type { HttpRequest } from '../model/http.ts'

/** What was found for a request, and which item of a collection is meant; '' elsewhere. */
export interface Found<Route> {
  route: Route
  item: string
}

/**
 * Exact path → method → value. Every endpoint of the standards has a fixed path, so a Map is a router; the path of a collection ends in `/*`,
 * and one further segment names an item of it.
 */
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
  find({ method, path }: Pick<HttpRequest, 'method' | 'path'>): Found<Route> | null {
    const found = this.#at(path)
    if (!found) return null
    const route = found.methods.get(method === 'HEAD' ? 'GET' : method)
    if (route !== undefined) return { route, item: found.item }
    const allow = [...found.methods.keys()].join(', ')
    throw new OAuthError('invalid_request', `This address takes ${allow}.`, { status: 405, headers: { allow } })
  }

  /** Any route of this path, whatever the method. */
  at(path: string): Route | undefined {
    return this.#at(path)?.methods.values().next().value
  }

  #at(path: string): { methods: Map<string, Route>; item: string } | null {
    const exact = this.#routes.get(path)
    if (exact) return { methods: exact, item: '' }
    const slash = path.lastIndexOf('/')
    const methods = this.#routes.get(`${path.slice(0, slash)}/*`)
    const item = methods && formDecode(path.slice(slash + 1).replaceAll('+', '%2B')) // a plus is a plus in a path
    return methods && item ? { methods, item } : null
  }
}
