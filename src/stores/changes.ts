type Members = Readonly<Record<string, unknown>>

/** Names of the members in which two records differ, in the order of the alphabet. */
export function changedMembers(before: object, after: object, but: readonly string[] = []): string[] {
  const [one, other]: [Members, Members] = [{ ...before }, { ...after }]
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].filter((name) => !but.includes(name) && JSON.stringify(one[name]) !== JSON.stringify(other[name])).sort()
}
