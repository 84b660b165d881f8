import { type Html, html } from './html.ts'
import { linkTo } from './text.ts'
import type { Words } from './words.ts'

/** Places for words of the product's own. */
export const SLOTS = ['login', 'consent', 'foot'] as const
export type SlotName = (typeof SLOTS)[number]
/** What stands there, by language tag, English at least: plain text, and links as `[text](https://…)`. */
export type Slots = Readonly<Partial<Record<SlotName, Readonly<Record<string, string>>>>>

/** `[text](address)` */
const LINK = /\[([^[\]\n]{1,100})\]\(([^()\s]{1,512})\)/g

/** What stands in a place, in the language of whoever reads it, English else; null where nothing does. */
export function slot({ slots = {}, words }: { slots?: Slots; words: Words }, name: SlotName): Html | null {
  const texts = slots[name]
  if (!texts) return null
  const own = texts[words.lang]
  const text = own ?? texts['en'] ?? ''
  return html`<span id="slot-${name}"${own === undefined && html` lang="en" dir="ltr"`}>${withLinks(text)}</span>`
}

/** The addresses that a text links to. */
export function linksIn(text: string): string[] {
  return [...text.matchAll(LINK)].map(([, , address]) => address!)
}

function withLinks(text: string): Html[] {
  const parts: Html[] = []
  let at = 0
  for (const { 0: whole, 1: label, 2: address, index } of text.matchAll(LINK)) {
    const href = linkTo(address)
    parts.push(html`${text.slice(at, index)}${href === null ? label : html`<a href="${href}" rel="noopener noreferrer">${label}</a>`}`)
    at = index + whole.length
  }
  return [...parts, html`${text.slice(at)}`]
}
