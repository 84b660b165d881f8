import { median } from './statistics.mjs'

/** One line per server: medians over the windows, and of the ratios within each round. `of` says what was measured. */
export function summarize(of, windows, bases) {
  return [...windows].map(([target, list]) => {
    const middle = (member) => median(list.map((window) => window[member]))
    const errors = list.reduce((sum, window) => sum + window.errors, 0)
    const against = Object.fromEntries(
      bases.filter((base) => windows.has(base) && base !== target).map((base) => [base, ratios(list, windows.get(base))]),
    )
    return {
      ...of,
      target,
      units: list.reduce((sum, window) => sum + window.done, 0),
      rate: middle('rate'),
      p50: middle('p50'),
      p99: middle('p99'),
      cpu: middle('cpu'),
      server_load: middle('server_load'),
      generator_load: middle('generator_load'),
      against,
      errors,
      ...(errors > 0 && { error: list.find((window) => window.error)?.error }),
    }
  })
}

/** How many times as fast, by the clock and by the server's own CPU. */
function ratios(list, base) {
  return {
    rate: median(list.map((window, round) => window.rate / base[round].rate)),
    cpu: median(list.map((window, round) => base[round].cpu / window.cpu)),
  }
}
