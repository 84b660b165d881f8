import { TARGETS } from './targets.mjs'

const UNITS = {
  A: 'authorization code flow with PKCE: session and consent remembered → code → JWT access token, refresh token, ID token',
  B: 'refresh with rotation',
  C: 'client_credentials with a JWT',
  D: 'introspection of an opaque access token',
  E: 'discovery and JWKS in turn',
}

/** Markdown of lines that were measured in rounds, under a title for each unit of work. */
export function table(lines, { title = '', bases }) {
  const out = []
  for (const unit of [...new Set(lines.map((line) => line.unit))]) {
    out.push(`\n### ${title}${unit}: ${UNITS[unit]}\n`)
    out.push(`| server | connections | /s | p50 ms | p99 ms | CPU µs | server load |${bases.map((base) => ` × ${base} |`).join('')}`)
    out.push(`|---|---|---|---|---|---|---|${bases.map(() => '---|').join('')}`)
    for (const line of lines.filter((one) => one.unit === unit)) out.push(row(line, bases))
  }
  return out.join('\n')
}

/** A figure for people. */
export const number = (value, digits = 0) =>
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
