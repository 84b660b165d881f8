import type { Client } from '../../core/model/client.ts'
import type { Reply } from '../../core/model/http.ts'
import { type Html, html } from './html.ts'
import { glyph } from './icons.ts'
import { SHEET_HEADERS, type Sheet, versionOf } from './style.ts'

/** Four colours as `#rrggbb`. */
export interface Palette {
  accent: string
  accent_hover: string
  accent_soft: string
  on_accent: string
}

/** How a product looks; what is left out is ours. Everything in it was looked at, at the start. */
export interface Theme {
  light?: Palette
  dark?: Palette
  /** A drawing as SVG, served by us. */
  glyph?: string
  /** The same for dark pages. */
  glyph_dark?: string
  /** Pixels of the corners of buttons and fields; others follow. */
  radius?: number
  /** Families that are there on people's machines, the first of them first. */
  font?: readonly string[]
}

/** A theme that clients name, and dialects where it says which. */
export interface NamedTheme extends Theme {
  dialects?: readonly string[]
}

export interface Themes {
  /** Of the product itself. */
  own?: Theme
  named: Readonly<Record<string, NamedTheme>>
}

/** Grounds of the sheet that accents stand on, and inks that stand on accents. */
export const GROUNDS = {
  light: { surface: '#ffffff', paper: '#f3f4f0', ink: '#14201b', 'ink-2': '#46534d' },
  dark: { surface: '#151c19', paper: '#0d1311', ink: '#e8eeea', 'ink-2': '#b6c2bc' },
} as const

/** What the pages of one theme wear. */
export interface Look {
  sheet: Sheet
  /** The sign beside the product's name. */
  glyph: Html
  /** The address of the browser's tab sign. */
  icon: string
}

export interface Looks {
  own: Look
  named: Readonly<Record<string, Look>>
  /** By the name of a dialect. */
  of_dialect: Readonly<Record<string, Look>>
  /** The style sheet with this version; the product's own where there is none. */
  sheet(version: string): Reply
  /** The drawing with this version; null where there is none. */
  drawing(version: string): Reply | null
}

/** Makes all sheets and drawings, once, at the start. `css` is the one style sheet, `base` the path of the issuer. */
export async function createLooks(css: string, base: string, { own = {}, named }: Themes): Promise<Looks> {
  const sheets = new Map<string, Reply>()
  const drawings = new Map<string, Reply>()
  async function draw(svg: string): Promise<string> {
    const version = await versionOf(svg)
    drawings.set(version, drawingReply(svg))
    return `${base}/glyph.svg?${version}`
  }
  async function make(theme: Theme): Promise<Look> {
    const body = css + writeTheme(theme)
    const version = await versionOf(body)
    const sheet: Sheet = { version, reply: { status: 200, headers: SHEET_HEADERS, body } }
    sheets.set(version, sheet.reply)
    if (theme.glyph === undefined) return { sheet, glyph, icon: `${base}/favicon.ico` }
    const icon = await draw(theme.glyph)
    const dark = theme.glyph_dark === undefined ? null : await draw(theme.glyph_dark)
    const source = dark && html`<source srcset="${dark}" media="(prefers-color-scheme: dark)">`
    return { sheet, icon, glyph: html`<picture>${source}<img src="${icon}" alt="" width="28" height="28"></picture>` }
  }
  const product = await make(own)
  const entries = await Promise.all(
    // what a named theme does not say is as the product's own
    Object.entries(named).map(async ([name, { dialects = [], ...theme }]) => [name, dialects, await make({ ...own, ...theme })] as const),
  )
  return {
    own: product,
    named: Object.fromEntries(entries.map(([name, , look]) => [name, look])),
    of_dialect: Object.fromEntries(entries.flatMap(([, dialects, look]) => dialects.map((dialect) => [dialect, look]))),
    sheet: (version) => sheets.get(version) ?? product.sheet.reply,
    drawing: (version) => drawings.get(version) ?? null,
  }
}

/** The frame as it looks for this app: its own theme, or its dialect's, or the product's. One that is no longer there is none. */
export function wear<Frame extends { look: Look; looks: Looks }>(frame: Frame, client: Pick<Client, 'theme' | 'dialect'> | null): Frame {
  const { named, of_dialect } = frame.looks
  const chosen = client?.theme !== undefined && Object.hasOwn(named, client.theme) ? named[client.theme] : undefined
  const look = chosen ?? (client && Object.hasOwn(of_dialect, client.dialect) ? of_dialect[client.dialect] : undefined)
  return look ? { ...frame, look } : frame
}

/** As an image it can do nothing; opened by itself it is nobody's page. */
function drawingReply(body: string): Reply {
  return {
    status: 200,
    headers: {
      'content-type': 'image/svg+xml',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; img-src data:; sandbox",
      'cross-origin-resource-policy': 'same-origin',
    },
    body,
  }
}

/** The tokens of a theme, behind those that they take the place of. '' where it says nothing. */
function writeTheme({ light, dark, radius, font }: Theme): string {
  const root = [
    ...(light ? paint(light, GROUNDS.light.surface) : []),
    ...(radius === undefined ? [] : [`--r-s: ${radius * 0.75}px`, `--r-m: ${radius}px`, `--r-l: ${radius * 1.75}px`]),
    ...(font ? [`--sans: ${font.map((name) => `"${name}"`).join(', ')}, system-ui, sans-serif`] : []),
  ]
  const bold = light && dark ? writeBold(light, dark) : ''
  const night = dark ? `@media (prefers-color-scheme: dark) { :root { ${paint(dark, GROUNDS.dark.surface).join('; ')} } }\n` : ''
  return (root.length > 0 ? `\n:root { ${root.join('; ')} }\n` : '') + night + bold
}

/** Who asks for more contrast gets the stronger of the two accents. */
function writeBold(light: Palette, dark: Palette): string {
  const strong = ({ accent, accent_hover }: Palette, surface: string) =>
    contrast(accent_hover, surface) > contrast(accent, surface) ? accent_hover : accent
  const [day, night] = [strong(light, GROUNDS.light.surface), strong(dark, GROUNDS.dark.surface)]
  return `@media (prefers-contrast: more) { :root { --accent: ${day} } }
@media (prefers-contrast: more) and (prefers-color-scheme: dark) { :root { --accent: ${night} } }
`
}

/** How much of the accent is in a line of its tone. */
const LINE = 0.35

function paint({ accent, accent_hover, accent_soft, on_accent }: Palette, surface: string): string[] {
  return [
    `--accent: ${accent}`,
    `--accent-hover: ${accent_hover}`,
    `--accent-soft: ${accent_soft}`,
    `--accent-line: ${mix(accent, surface, LINE)}`,
    `--on-accent: ${on_accent}`,
  ]
}

function mix(one: string, other: string, share: number): string {
  const [left, right] = [channels(one), channels(other)]
  return `#${left.map((value, i) => toHex(value * share + right[i]! * (1 - share))).join('')}`
}

const toHex = (value: number): string => Math.round(value).toString(16).padStart(2, '0')

/** Red, green and blue, 0 to 255, of `#rrggbb`. */
function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
}

/** How well one colour is read on another: 1 to 21. @spec WCAG 2.2 §1.4.3 */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
