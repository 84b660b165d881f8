import type { Shown, StoredReceipt } from '../../core/model/receipt.ts'

/** Whether this is what we write into receipts: somebody may have written anything there, or another version something else. */
export function isShown(shown: unknown): shown is Shown {
  const { language, title, client, redirect_host, scopes } = { ...(shown as Partial<Shown> | undefined) }
  if (![language, title, redirect_host, client?.name].every(isText)) return false
  if (
    !Array.isArray(scopes) ||
    !scopes.every((one) => [one?.scope, one?.title, one?.text].every(isText) && [one.lang, one.text_lang].every(isTextOrNone))
  )
    return false
  const { claims, resources, already, duration, durations, difference, device, product, said } = shown as Shown
  if (![duration, device, product, client?.policy_uri, client?.tos_uri, client?.looks].every(isTextOrNone)) return false
  if (claims !== undefined && !(Array.isArray(claims?.names) && claims.names.every(isText) && isText(claims.title))) return false
  if (resources !== undefined && !(Array.isArray(resources) && resources.every((one) => isText(one?.name) && isTextOrNone(one.lang))))
    return false
  if (already !== undefined && !(Array.isArray(already) && already.every(isText))) return false
  if (durations !== undefined && !(Array.isArray(durations) && durations.every((one) => [one?.title, one?.note].every(isText))))
    return false
  if (said !== undefined && !(said !== null && typeof said === 'object' && Object.values(said).every(isText))) return false
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
const isTextOrNone = (value: unknown): boolean => value === undefined || isText(value)
const isTime = (value: unknown): boolean => Number.isSafeInteger(value) && !Number.isNaN(new Date(value as number).getTime())

/** A receipt that a page can be drawn from, whatever somebody has written into it: that the chain is broken is to be seen, not an error. */
export function legible(receipt: StoredReceipt): StoredReceipt {
  const { at, expires_at, scope, client_name, prev, through, ...rest } = receipt
  return {
    ...rest,
    at: isTime(at) ? at : 0,
    scope: isText(scope) ? scope : '',
    ...(expires_at !== undefined && isTime(expires_at) && { expires_at }),
    ...(isText(client_name) && { client_name: client_name! }),
    ...(isText(prev) && { prev: prev! }),
    ...((through === 'page' || through === 'product' || through === 'api' || through === 'command') && { through }),
  }
}
