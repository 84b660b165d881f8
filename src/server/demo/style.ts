/** Tallyboat's one style sheet: light and dark, from 320 px upwards, nothing fetched from elsewhere. */
export const STYLE = `:root {
  color-scheme: light dark;
  --paper: #f4f2f5;
  --surface: #ffffff;
  --sunk: #f9f8fa;
  --line: #dfdae1;
  --line-strong: #857b88;
  --ink: #1d1620;
  --ink-2: #4f4653;
  --ink-3: #675e6b;
  --accent: #6d2e6a;
  --accent-hover: #53204f;
  --accent-soft: #f5eaf4;
  --on-accent: #ffffff;
  --good: #0c5c4b;
  --good-soft: #e4f0eb;
  --caution: #7a4d00;
  --caution-soft: #fcf2dd;
  --focus: #1656d0;
  --sans: -apple-system, BlinkMacSystemFont, "Segoe UI Variable Text", "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "Liberation Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #130f14;
    --surface: #1c171e;
    --sunk: #17131a;
    --line: #352d38;
    --line-strong: #857b88;
    --ink: #eee9ef;
    --ink-2: #c3bac6;
    --ink-3: #a59ba8;
    --accent: #e3a4dd;
    --accent-hover: #f0c2eb;
    --accent-soft: #331f33;
    --on-accent: #2b0e2a;
    --good: #74d3b7;
    --good-soft: #16302a;
    --caution: #ecc06a;
    --caution-soft: #2d2412;
    --focus: #8db7ff;
  }
}
@media (prefers-contrast: more) {
  :root { --line: var(--line-strong); --ink-2: var(--ink); --ink-3: var(--ink); }
}
*, *::before, *::after { box-sizing: border-box; }
html { font-size: 100%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  min-block-size: 100vh;
  display: grid;
  grid-template-rows: auto 1fr auto;
  grid-template-columns: minmax(0, 1fr);
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.5 var(--sans);
}
h1, h2, h3, p, ul, ol, dl, dd, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1, h2, h3 { font-weight: 600; line-height: 1.2; letter-spacing: -0.015em; text-wrap: balance; }
h1 { font-size: 1.75rem; }
h2 { font-size: 1.125rem; }
h3 { font-size: 1rem; }
a { color: var(--accent); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
a:hover { color: var(--accent-hover); text-decoration-thickness: 2px; }
code, .mono { font-family: var(--mono); font-size: 0.92em; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 0.375rem; }
.skip { position: absolute; inset-block-start: 0.5rem; inset-inline-start: 0.5rem; padding: 0.5rem 1rem; background: var(--surface); color: var(--ink); transform: translateY(-200%); }
.skip:focus { transform: none; }
header, footer { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.5rem 1.5rem; padding: 1rem max(1rem, 50% - 30rem); }
footer { font-size: 0.875rem; color: var(--ink-3); border-block-start: 1px solid var(--line); }
main { padding: 1.5rem max(1rem, 50% - 30rem) 3.5rem; display: grid; gap: 1.5rem; align-content: start; grid-template-columns: minmax(0, 1fr); }
.brand { display: inline-flex; gap: 0.625rem; align-items: center; font-weight: 600; color: var(--ink); text-decoration: none; }
.brand svg { inline-size: 1.75rem; block-size: 1.75rem; display: block; }
.glyph { fill: var(--accent); }
.cut { fill: none; stroke: var(--on-accent); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 0.875rem; padding: 1.5rem; display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
.hero { padding-block: 2rem; }
.lead { color: var(--ink-2); max-inline-size: 38rem; }
.quiet { color: var(--ink-3); font-size: 0.875rem; }
.small { font-size: 0.875rem; }
.row { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; }
.apart { justify-content: space-between; }
.button { display: inline-flex; align-items: center; min-block-size: 2.75rem; padding: 0.5rem 1.125rem; border: 1px solid var(--line-strong); border-radius: 0.5rem; background: var(--surface); color: var(--ink); font: 500 1rem/1.25 var(--sans); cursor: pointer; }
.button:hover { background: var(--sunk); border-color: var(--ink-2); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.primary:hover { background: var(--accent-hover); border-color: var(--accent-hover); }
.notice { border-radius: 0.5rem; padding: 0.75rem 1rem; background: var(--accent-soft); }
.notice strong { display: block; }
.good { background: var(--good-soft); }
.good strong { color: var(--good); }
.caution { background: var(--caution-soft); }
.caution strong { color: var(--caution); }
.steps { counter-reset: step; display: grid; gap: 0.5rem; }
.steps > li { counter-increment: step; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--sunk); }
.plain > li { border: 0; background: none; display: flex; gap: 0.75rem; }
.plain > li::before, summary::before { content: counter(step); flex: none; display: inline-grid; place-items: center; inline-size: 1.5rem; block-size: 1.5rem; border-radius: 999px; background: var(--accent-soft); color: var(--accent); font-size: 0.8125rem; font-weight: 600; }
summary { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; padding: 0.625rem 0.875rem; cursor: pointer; min-block-size: 2.75rem; }
summary .end { margin-inline-start: auto; }
.exchange { padding: 0 0.875rem 0.875rem; display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1fr); }
.grid { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); align-items: start; }
.grid > * { min-inline-size: 0; display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1fr); }
.facts { display: grid; font-size: 0.875rem; }
.facts > div { display: grid; grid-template-columns: minmax(6rem, 2fr) minmax(0, 5fr); gap: 0.75rem; padding-block: 0.375rem; border-block-start: 1px solid var(--line); }
.facts > div:first-child { border-block-start: 0; }
.facts dt { color: var(--ink-3); overflow-wrap: anywhere; }
.facts dd { font-family: var(--mono); font-size: 0.92em; overflow-wrap: anywhere; }
/* the table goes on beyond a shaded edge; a cover of the surface's colour, which scrolls along, hides the shade where it ends */
.frame {
  overflow-x: auto;
  padding-inline: 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background:
    linear-gradient(to right, var(--surface) 50%, transparent) left / 2rem 100% no-repeat local,
    linear-gradient(to left, var(--surface) 50%, transparent) right / 2rem 100% no-repeat local,
    linear-gradient(to right, var(--line-strong), transparent) left / 0.75rem 100% no-repeat scroll,
    linear-gradient(to left, var(--line-strong), transparent) right / 0.75rem 100% no-repeat scroll;
}
table { border-collapse: collapse; inline-size: 100%; font-size: 0.875rem; }
th, td { text-align: start; padding: 0.5rem 0.75rem 0.5rem 0; border-block-end: 1px solid var(--line); white-space: nowrap; }
th { color: var(--ink-3); font-weight: 500; }
.amount { text-align: end; padding-inline-end: 2rem; font-variant-numeric: tabular-nums; }
.badge { font-size: 0.8125rem; font-weight: 500; padding: 0.125rem 0.5rem; border-radius: 999px; background: var(--accent-soft); color: var(--accent); white-space: nowrap; }
.badge.good { color: var(--good); background: var(--good-soft); }
.badge.caution { color: var(--caution); background: var(--caution-soft); }
@media (forced-colors: active) { .card, .notice, .badge { border: 1px solid; } }
`
