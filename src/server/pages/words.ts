import type { HttpRequest } from '../../core/model/http.ts'
import { type Html, html } from './html.ts'
import { english, type Words } from './words/english.ts'

export { english, type Words }

/** Each is loaded when somebody first asks for it. */
const others: Readonly<Record<string, () => Promise<Words>>> = {
  de: async () => (await import('./words/german.ts')).german,
  es: async () => (await import('./words/spanish.ts')).spanish,
  fr: async () => (await import('./words/french.ts')).french,
  ja: async () => (await import('./words/japanese.ts')).japanese,
  ar: async () => (await import('./words/arabic.ts')).arabic,
}

/** The languages of the pages, as their tags. */
export const LANGUAGES: readonly string[] = [english.lang, ...Object.keys(others)]

/** Every sentence of every page in one of LANGUAGES. */
export async function wordsIn(lang: string): Promise<Words> {
  return (await others[lang]?.()) ?? english
}

/** The same frame in the language of whoever reads it. `ui_locales` is what their app asked for. @spec OIDC Core §3.1.2.1 */
export async function speak<Frame extends { words: Words }>(frame: Frame, http: HttpRequest, ui_locales?: string): Promise<Frame> {
  return { ...frame, words: await wordsIn(chooseLanguage(http.header('accept-language') ?? '', ui_locales)) }
}

/** Ranges that are looked at: nobody reads more languages. */
const MOST_RANGES = 20

/** The first language that there is: of those the app asked for, then of those the browser does; English else. @spec RFC 9110 §12.5.4, RFC 4647 §3.4 */
export function chooseLanguage(accept_language: string, ui_locales = ''): string {
  const asked = [...ui_locales.split(' ', MOST_RANGES), ...readRanges(accept_language)]
  const primary = asked.map((tag) => tag.toLowerCase().split('-', 1)[0]!)
  return primary.find((tag) => LANGUAGES.includes(tag)) ?? english.lang
}

/** By weight, the first of equals first; what has none of it is not wanted. */
function readRanges(accept_language: string): string[] {
  const ranges = accept_language.split(',', MOST_RANGES).map((part) => {
    const [tag = '', ...parameters] = part.split(';', 4).map((piece) => piece.trim())
    const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2) ?? '1'
    return { tag, weight: /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0 }
  })
  return ranges
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
}

/** A text of the configuration, which comes in several languages; in English, and marked as that, where it does not come in this one. */
export function inWords(words: Words, texts: Readonly<Record<string, string>>): Html {
  const { text, lang } = said(words, texts)
  return inLanguage(text, lang)
}

/** The same as a text, with its language where that is not the one of the page. */
export function said({ lang }: Words, texts: Readonly<Record<string, string>>): { text: string; lang?: string } {
  const own = texts[lang]
  return own === undefined ? { text: texts['en'] ?? '', lang: english.lang } : { text: own }
}

/** A text that may be in another language than the page. */
export function inLanguage(text: string, lang: string | undefined): Html {
  return lang === undefined ? html`${text}` : html`<bdi lang="${lang}">${text}</bdi>`
}
