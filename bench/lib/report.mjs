import { median } from './statistics.mjs'
import { TARGETS } from './targets.mjs'

export const WORKS = {
  A: 'authorization code flow with PKCE: session and consent remembered → code → JWT access token, refresh token, ID token',
  B: 'refresh with rotation',
  C: 'client_credentials with a JWT',
  D: 'introspection of an opaque access token',
  E: 'discovery and JWKS in turn',
}

/** One line per server: medians over the windows, and of the ratios within each round. */
export function summarize(work, connections, windows, bases) {
  return [...windows].map(([target, list]) => {
    const of = (member) => median(list.map((window) => window[member]))
    const errors = list.reduce((sum, window) => sum + window.errors, 0)
    const against = Object.fromEntries(bases.filter((base) => windows.has(base)).map((base) => [base, ratios(list, windows.get(base))]))
    return {
      work,
      connections,
      target,
      rate: of('rate'),
      p50: of('p50'),
      p99: of('p99'),
      cpu: of('cpu'),
      server_load: of('server_load'),
      generator_load: of('generator_load'),
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

/** Markdown for people. */
export function table(lines, bases) {
  const out = []
  for (const work of [...new Set(lines.map((line) => line.work))]) {
    out.push(`\n### ${work}: ${WORKS[work]}\n`)
    out.push(`| server | connections | /s | p50 ms | p99 ms | CPU µs | server load |${bases.map((base) => ` × ${base} |`).join('')}`)
    out.push(`|---|---|---|---|---|---|---|${bases.map(() => '---|').join('')}`)
    for (const line of lines.filter((one) => one.work === work)) out.push(row(line, bases))
  }
  return out.join('\n')
}

const number = (value, digits = 0) =>
  Number.isFinite(value) ? value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }) : '–'

function row({ target, connections, rate, p50, p99, cpu, server_load, against, errors, error }, bases) {
  const times = bases.map((base) =>
    against[base] ? ` ${number(against[base].rate, 2)} (${number(against[base].cpu, 2)} by CPU) |` : ' – |',
  )
  const wrong = errors > 0 ? ` ${errors} errors: ${error}` : ''
  const load = `${number(server_load * 100)} %`
  return `| ${target} | ${connections} | ${number(rate)} | ${number(p50, 2)} | ${number(p99, 1)} | ${number(cpu)} | ${load} |${times.join('')}${wrong}`
}

/** What each server issued, so that unequal work is seen. */
export function issuedTable(all) {
  const out = [
    '\n### What was issued\n',
    '| server | what it is | access token | ID token | refresh token | answers to authorize |',
    '|---|---|---|---|---|---|',
  ]
  for (const { server, issued } of all) {
    const { access_token = '–', id_token = '–', refresh_token = '–', hops = '–' } = issued
    out.push(
      `| ${server.target.name} | ${TARGETS[server.target.name].about} | ${access_token} | ${id_token} | ${refresh_token} | ${hops} |`,
    )
  }
  return out.join('\n')
}
