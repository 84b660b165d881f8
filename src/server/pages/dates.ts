import { MINUTE, type Milliseconds } from '../../core/model/clock.ts'
import { type Html, html } from './html.ts'

/** "21 December", with the year where it is another one than now. */
export function day(at: Milliseconds, now: Milliseconds): string {
  const year = new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear() ? undefined : 'numeric'
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year, timeZone: 'UTC' }).format(at)
}

/** A day, spelled for people and exact for programs; with the hour where it is near. */
export function dayOf(at: Milliseconds, now: Milliseconds): Html {
  const near = Math.abs(at - now) < 24 * 60 * MINUTE
  return html`<time datetime="${iso(at)}">${day(at, now)}${near && `, ${hourOf(at)} UTC`}</time>`
}

/** A moment with its year and seconds, as receipts and errors show it. */
export function moment(at: Milliseconds): Html {
  const spelled = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(at)
  return html`<time datetime="${iso(at)}">${spelled}, ${new Date(at).toISOString().slice(11, 19)} UTC</time>`
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
