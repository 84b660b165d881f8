import type { HttpRequest } from '../../core/model/http.ts'
import type { Agent } from '../../core/model/user.ts'

/** Characters of the header that are looked at. */
const LOOKED_AT = 512

/** The first that fits counts: most browsers name those that they are like as well. */
const BROWSERS: readonly [sign: RegExp, name: string][] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOPT\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: readonly [sign: RegExp, name: string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac(intosh| OS X)\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
]

/** "Firefox, Linux"; null where neither is known. Only words of ours, so that nobody writes into a receipt. */
export function deviceOf(http: HttpRequest): string | null {
  const { browser, system } = agentOf(http)
  return [browser, system].filter((name) => name !== undefined).join(', ') || null
}

/** The families of whoever sends this, by what it says of itself. No version and nothing of its own words is kept. */
export function agentOf(http: HttpRequest): Agent {
  const said = (http.header('user-agent') ?? '').slice(0, LOOKED_AT)
  const browser = BROWSERS.find(([sign]) => sign.test(said))?.[1]
  const system = SYSTEMS.find(([sign]) => sign.test(said))?.[1]
  return { ...(browser && { browser }), ...(system && { system }) }
}
