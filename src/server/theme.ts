import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { findLinkProblem } from '../core/model/redirect-uri.ts'
import { linksIn, SLOTS, type Slots } from './pages/slots.ts'
import { contrast, GROUNDS, type NamedTheme, type Palette, type Theme } from './pages/theme.ts'
import { readMembers, readTexts, type Wrong } from './settings.ts'
import { findSvgProblem, withoutRemarks } from './svg.ts'

const MEMBERS = ['light', 'dark', 'glyph', 'glyph_dark', 'radius', 'font']
const COLOURS = ['accent', 'accent_hover', 'accent_soft', 'on_accent'] as const
const LEAST_CONTRAST = 4.5 // @spec WCAG 2.2 §1.4.3
const LARGEST_RADIUS = 24
const LARGEST_PICTURE = 128 * 1024
const MOST_FAMILIES = 8
const MOST_THEMES = 50
const LONGEST_SLOT = 500

/** How the product looks. Files begin at `cwd`. What it throws ends the sentence that begins with the setting's name. */
export function readTheme(value: unknown, cwd: string): Theme {
  return readLook(readMembers(value, MEMBERS, says), cwd, says)
}

/** Themes that clients may be given, by their names. */
export function readThemes(value: unknown, cwd: string, dialects: readonly string[]): Record<string, NamedTheme> {
  const themes: Record<string, NamedTheme> = {}
  const taken = new Map<string, string>()
  const given = Object.entries(readMembers(value, undefined, says))
  if (given.length > MOST_THEMES) throw says(`has more than ${MOST_THEMES} themes`)
  for (const [name, one] of given) {
    const wrong: Wrong = (problem) => new Error(`has a theme ${name} that ${problem}.`)
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) throw says('has a name that is not 1 to 32 lower-case letters, digits and hyphens')
    const { dialects: of = [], ...theme } = readMembers(one, [...MEMBERS, 'dialects'], wrong)
    if (!Array.isArray(of) || !of.every((dialect) => dialects.includes(dialect))) throw wrong('names a dialect that is not on')
    for (const dialect of of) {
      if (taken.has(dialect)) throw wrong(`is for the dialect ${dialect}, and so is ${taken.get(dialect)}`)
      taken.set(dialect, name)
    }
    themes[name] = { ...readLook(theme, cwd, wrong), ...(of.length > 0 && { dialects: of }) }
  }
  return themes
}

/** Words of the product's own, by place and language. */
export function readSlots(value: unknown): Slots {
  const slots: Record<string, Record<string, string>> = {}
  for (const [name, given] of Object.entries(readMembers(value, SLOTS, says))) {
    const texts = readTexts(given, name, says)
    for (const text of Object.values(texts)) {
      if (text.length > LONGEST_SLOT) throw says(`has a ${name} of more than ${LONGEST_SLOT} characters`)
      const problem = linksIn(text).map(findLinkProblem).find(Boolean)
      if (problem) throw says(`has a ${name} with a link that ${problem}`)
    }
    slots[name] = texts
  }
  return slots
}

const says: Wrong = (problem) => new Error(`${problem}.`)

function readLook(given: Readonly<Record<string, unknown>>, cwd: string, wrong: Wrong): Theme {
  const { light, dark, glyph, glyph_dark, radius, font } = given
  if ((light === undefined) !== (dark === undefined)) throw wrong('needs colours for both, light and dark')
  if (glyph_dark !== undefined && glyph === undefined) throw wrong('has glyph_dark without glyph')
  return {
    ...(light !== undefined && { light: readPalette(light, 'light', wrong), dark: readPalette(dark, 'dark', wrong) }),
    ...(glyph !== undefined && { glyph: readGlyph(glyph, 'glyph', cwd, wrong) }),
    ...(glyph_dark !== undefined && { glyph_dark: readGlyph(glyph_dark, 'glyph_dark', cwd, wrong) }),
    ...(radius !== undefined && { radius: readRadius(radius, wrong) }),
    ...(font !== undefined && { font: readFont(font, wrong) }),
  }
}

function readPalette(value: unknown, scheme: 'light' | 'dark', wrong: Wrong): Palette {
  const given = readMembers(value, COLOURS, (problem) => wrong(`has ${scheme}, which ${problem}`))
  const palette = {} as Palette // each member is written below
  for (const name of COLOURS) palette[name] = readColour(given[name], `${scheme}.${name}`, wrong)
  checkContrast(palette, scheme, wrong)
  return palette
}

function readColour(value: unknown, name: string, wrong: Wrong): string {
  if (typeof value !== 'string' || !/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(value)) throw wrong(`needs ${name} to be a colour like #0c5c4b`)
  const colour = value.toLowerCase()
  return colour.length === 7 ? colour : `#${[...colour.slice(1)].map((digit) => digit + digit).join('')}`
}

/** Text that nobody can read is no theme: the first pair that is too weak is named. */
function checkContrast(palette: Palette, scheme: 'light' | 'dark', wrong: Wrong): void {
  const { accent, accent_hover, accent_soft, on_accent } = palette
  const { surface, paper, ...inks } = GROUNDS[scheme]
  const pairs: [text: string, ground: string, one: string, other: string][] = [
    ['on_accent', 'accent', on_accent, accent],
    ['on_accent', 'accent_hover', on_accent, accent_hover],
    ['accent', 'surface', accent, surface],
    ['accent', 'paper', accent, paper],
    ['accent_hover', 'paper', accent_hover, paper],
    ['accent', 'accent_soft', accent, accent_soft],
    ['ink', 'accent_soft', inks.ink, accent_soft],
    ['ink-2', 'accent_soft', inks['ink-2'], accent_soft],
  ]
  for (const [text, ground, one, other] of pairs) {
    const found = contrast(one, other)
    if (found >= LEAST_CONTRAST) continue
    const ratio = (Math.floor(found * 10) / 10).toFixed(1) // never rounded up to what it is not
    throw wrong(`has ${text} on ${ground} in ${scheme} with a contrast of ${ratio}:1, and needs ${LEAST_CONTRAST}:1`)
  }
}

function readRadius(value: unknown, wrong: Wrong): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > LARGEST_RADIUS)
    throw wrong(`needs radius to be a whole number of pixels from 0 to ${LARGEST_RADIUS}`)
  return value
}

function readFont(value: unknown, wrong: Wrong): string[] {
  const good =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST_FAMILIES &&
    value.every((family) => typeof family === 'string' && /^[\p{L}\d][\p{L}\d _-]{0,49}$/u.test(family))
  if (!good) throw wrong(`needs font to be a list of 1 to ${MOST_FAMILIES} names of families; they are not fetched, people must have them`)
  return value
}

/** SVG as it is, once it was looked at; a bitmap inside of one, as a browser draws both alike. */
function readGlyph(value: unknown, name: string, cwd: string, wrong: Wrong): string {
  if (typeof value !== 'string' || value === '') throw wrong(`needs ${name} to be a file: SVG, PNG, WebP or JPEG`)
  const bytes = readPicture(resolve(cwd, value), name, wrong)
  const type = typeOf(bytes)
  if (type !== null) {
    const href = `data:${type};base64,${bytes.toString('base64')}`
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><image width="28" height="28" href="${href}"/></svg>\n`
  }
  const text = bytes.toString('utf8')
  const problem = Buffer.from(text).equals(bytes) ? findSvgProblem(text) : 'is neither SVG nor PNG, WebP or JPEG'
  if (problem) throw wrong(`has a ${name} that ${problem}`)
  return `${withoutRemarks(text)}\n`
}

function readPicture(path: string, name: string, wrong: Wrong): Buffer {
  try {
    if (statSync(path).size <= LARGEST_PICTURE) return readFileSync(path)
  } catch (cause) {
    throw wrong(`has a ${name} that cannot be read: ${(cause as NodeJS.ErrnoException).code ?? 'no file'}`)
  }
  throw wrong(`has a ${name} of more than ${LARGEST_PICTURE / 1024} KiB`)
}

/** By what it begins with, never by its name. */
function typeOf(bytes: Buffer): string | null {
  if (bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))) return 'image/png'
  if (bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex'))) return 'image/jpeg'
  return bytes.subarray(0, 4).toString() === 'RIFF' && bytes.subarray(8, 12).toString() === 'WEBP' ? 'image/webp' : null
}
