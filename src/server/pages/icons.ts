import { type Html, html } from './html.ts'

/** Our own drawings on a grid of 20; each stands beside a word, so that nothing is told by a picture alone. */
const DRAWINGS = {
  alert: html`<path d="M10 3.5 17.25 16H2.75zM10 8.25v3.5M10 13.9v.01"/>`,
  apps: html`<rect x="3.5" y="3.5" width="5" height="5" rx="1.25"/><rect x="11.5" y="3.5" width="5" height="5" rx="1.25"/><rect x="3.5" y="11.5" width="5" height="5" rx="1.25"/><rect x="11.5" y="11.5" width="5" height="5" rx="1.25"/>`,
  arrow: html`<path d="M4 10h12M11.5 5.5 16 10l-4.5 4.5"/>`,
  check: html`<path d="M4.5 10.5 8 14l7.5-8"/>`,
  chevron: html`<path d="m5.5 8 4.5 4.5L14.5 8"/>`,
  code: html`<path d="m7 6-4 4 4 4M13 6l4 4-4 4"/>`,
  clock: html`<circle cx="10" cy="10" r="7"/><path d="M10 6v4l2.75 1.75"/>`,
  computer: html`<rect x="3" y="4.5" width="14" height="9.5" rx="1.5"/><path d="M7 16.75h6"/>`,
  key: html`<circle cx="6.75" cy="10" r="3.25"/><path d="M10 10h7v2.75M13.75 10v2"/>`,
  globe: html`<circle cx="10" cy="10" r="7"/><path d="M3 10h14M10 3c2 2 3 4.4 3 7s-1 5-3 7c-2-2-3-4.4-3-7s1-5 3-7z"/>`,
  lock: html`<rect x="4.5" y="9" width="11" height="7.5" rx="2"/><path d="M7 9V6.75a3 3 0 0 1 6 0V9"/>`,
  minus: html`<path d="M4.5 10h11"/>`,
  pen: html`<path d="m4 16 .8-3.4 8.4-8.4a1.3 1.3 0 0 1 1.9 0l.7.7a1.3 1.3 0 0 1 0 1.9l-8.4 8.4z"/>`,
  narrow: html`<path d="M3.5 6.5h7M14.5 6.5h2M3.5 13.5h2M9.5 13.5h7"/><circle cx="12.5" cy="6.5" r="2"/><circle cx="7.5" cy="13.5" r="2"/>`,
  no: html`<circle cx="10" cy="10" r="7"/><path d="m5.2 5.2 9.6 9.6"/>`,
  pause: html`<path d="M7 5v10M13 5v10"/>`,
  play: html`<path d="M7 5v10l8-5z"/>`,
  mail: html`<rect x="2.75" y="4.5" width="14.5" height="11" rx="2"/><path d="m3.5 6 6.5 5 6.5-5"/>`,
  person: html`<circle cx="10" cy="7" r="3"/><path d="M4 16.5c.8-3 3-4.5 6-4.5s5.2 1.5 6 4.5"/>`,
  plus: html`<path d="M10 4.5v11M4.5 10h11"/>`,
  receipt: html`<path d="M5 3h10v14l-2.5-1.5L10 17l-2.5-1.5L5 17zM8 7h4M8 10.5h4"/>`,
  seal: html`<path d="m10 2.5 2 1.5 2.5-.2.7 2.4 2 1.5-.9 2.3.9 2.3-2 1.5-.7 2.4-2.5-.2-2 1.5-2-1.5-2.5.2-.7-2.4-2-1.5.9-2.3-.9-2.3 2-1.5.7-2.4L8 4z"/><path d="m7.3 10.1 1.9 1.9 3.5-3.9"/>`,
  shield: html`<path d="m10 2.75 6 2v5c0 3.7-2.4 6.3-6 7.5-3.6-1.2-6-3.8-6-7.5v-5z"/>`,
} as const

export type IconName = keyof typeof DRAWINGS

/** An icon. `look` adds classes of the style sheet: `icon-s`, `icon-flip`, `chevron`. */
export function icon(name: IconName, look = ''): Html {
  return html`<svg class="icon${look && ` ${look}`}" viewBox="0 0 20 20" aria-hidden="true">${DRAWINGS[name]}</svg>`
}

/** The sign of the house, beside the product's name. */
export const glyph = html`<svg viewBox="0 0 28 28" aria-hidden="true"><circle class="brand-glyph" cx="14" cy="14" r="14"/><path class="brand-cut" d="m8 13 4.75 7L20.5 8.5"/></svg>`
