/** Longest of a user agent that is looked at. */
const LONGEST = 1024

/** By what stands in it, the more special first: every browser says that it is several others too. */
const BROWSERS: readonly (readonly [sign: string, name: string])[] = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chromium/', 'Chromium'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
]
const SYSTEMS: readonly (readonly [sign: string, name: string])[] = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
]

/** The family of a browser and its system, "Firefox, Linux": only words of ours, so that nobody writes into a receipt. Null where neither is known. */
export function deviceOf(user_agent: string | undefined): string | null {
  const text = (user_agent ?? '').slice(0, LONGEST)
  const nameIn = (list: typeof BROWSERS) => list.find(([sign]) => text.includes(sign))?.[1]
  const names = [nameIn(BROWSERS), nameIn(SYSTEMS)].filter((name) => name !== undefined)
  return names.length === 0 ? null : names.join(', ')
}
