import type { Shown } from '../../core/model/receipt.ts'

/** Whether this is what we write into receipts: somebody may have written anything there, or another version something else. */
export function isShown(shown: unknown): shown is Shown {
  const { language, title, client, redirect_host, scopes } = { ...(shown as Partial<Shown> | undefined) }
  if (![language, title, redirect_host, client?.name].every(isText)) return false
  if (!Array.isArray(scopes) || !scopes.every((one) => [one?.scope, one?.title, one?.text].every(isText))) return false
  const { claims, resources, already, duration, difference, device, product } = shown as Shown
  if (![duration, device, product, client?.policy_uri, client?.tos_uri].every((one) => one === undefined || isText(one))) return false
  if (claims !== undefined && !(Array.isArray(claims?.names) && claims.names.every(isText) && isText(claims.title))) return false
  if (resources !== undefined && !(Array.isArray(resources) && resources.every((one) => isText(one?.name)))) return false
  if (already !== undefined && !(Array.isArray(already) && already.every(isText))) return false
  if (difference === undefined) return true
  const { changed, gone } = { ...difference }
  return (
    Array.isArray(changed) &&
    changed.every((one) => [one?.what, one?.was, one?.is].every(isText)) &&
    Array.isArray(gone) &&
    gone.every(isText)
  )
}

const isText = (value: unknown): boolean => typeof value === 'string'
