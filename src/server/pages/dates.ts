import { DAY, MINUTE, type Milliseconds } from '../../core/model/clock.ts'
import { type Html, html } from './html.ts'
import type { Words } from './words.ts'

const localeOf = (lang: string): string => (lang === 'en' ? 'en-GB' : `${lang}-u-nu-latn`)

/** As one writes it where the language is spoken; in figures that read the same everywhere. */
function spell(at: Milliseconds, { lang }: Words, with_year: boolean): string {
  return new Intl.DateTimeFormat(localeOf(lang), {
    day: 'numeric',
    month: 'long',
    ...(with_year && { year: 'numeric' }),
    timeZone: 'UTC',
  }).format(at)
}

/** "21 December", with the year where it is another one than now. */
export function day(at: Milliseconds, now: Milliseconds, words: Words): string {
  return spell(at, words, new Date(at).getUTCFullYear() !== new Date(now).getUTCFullYear())
}

/** What stands between two things that belong together, as it is written in this language. */
export function comma({ lang }: Words): string {
  return lang === 'ar' ? '، ' : lang === 'ja' ? '、' : ', '
}

/** A day, spelled for people and exact for programs; with the hour where it is near. */
export function dayOf(at: Milliseconds, now: Milliseconds, words: Words): Html {
  const near = Math.abs(at - now) < 24 * 60 * MINUTE
  return html`<time datetime="${iso(at)}">${day(at, now, words)}${near && `${comma(words)}${hourOf(at)} UTC`}</time>`
}

/** A moment with its year and seconds, as receipts and errors show it. */
export function moment(at: Milliseconds, words: Words): Html {
  return html`<time datetime="${iso(at)}">${spell(at, words, true)}${comma(words)}${new Date(at).toISOString().slice(11, 19)} UTC</time>`
}

/** Minutes until then, at least one. */
export function minutesUntil(at: Milliseconds, now: Milliseconds): number {
  return Math.max(1, Math.ceil((at - now) / MINUTE))
}

function hourOf(at: Milliseconds): string {
  return new Date(at).toISOString().slice(11, 16)
}

function iso(at: Milliseconds): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** "today", "yesterday", "12 days ago", by the days of UTC; exact for programs to the day. */
export function daysAgo(at: Milliseconds, now: Milliseconds, { lang }: Words): Html {
  const days = Math.max(0, Math.floor(now / DAY) - Math.floor(at / DAY))
  const said = new Intl.RelativeTimeFormat(localeOf(lang), { numeric: 'auto' }).format(-days, 'day')
  return html`<time datetime="${iso(at).slice(0, 10)}">${said}</time>`
}

/** A number as one writes it where the language is spoken. */
export function figures(number: number, { lang }: Words): string {
  return new Intl.NumberFormat(localeOf(lang)).format(number)
}
