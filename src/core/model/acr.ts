/**
 * The first of the ways asked for that this one does for; undefined where it does for none. `order` are the known ones, the weakest first: each
 * does for those before it. One that is not known does for itself alone. @spec OIDC Core §5.5.1.1
 */
export function metAcr(acr: string | undefined, asked: readonly string[], order: readonly string[]): string | undefined {
  if (acr === undefined) return undefined
  const done = order.indexOf(acr)
  return asked.find((value) => value === acr || (done >= 0 && order.includes(value) && order.indexOf(value) <= done))
}

/** Whether it does for one of them. */
export function isAcrMet(acr: string | undefined, asked: readonly string[], order: readonly string[]): boolean {
  return metAcr(acr, asked, order) !== undefined
}
