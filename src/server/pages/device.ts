import type { HttpRequest } from '../../core/model/http.ts'
import { agentOf } from '../accounts/agent.ts'

/** The family of a browser and its system, "Firefox, Linux": only words of ours, so that nobody writes into a receipt. Null where neither is known. */
export function deviceOf(http: HttpRequest): string | null {
  const { browser, system } = agentOf(http)
  const names = [browser, system].filter((name) => name !== undefined)
  return names.length === 0 ? null : names.join(', ')
}
