import { number } from './report.mjs'

/** Whether something went wrong; a server that came to the end of nothing did not work either. */
export const isBroken = ({ units, errors }) => errors > 0 || units === 0

/** What each server did in a smoke run, in one line each, and the sum. */
export function smokeTable(lines) {
  const targets = [...new Set(lines.map(({ target }) => target))]
  const errors = lines.reduce((sum, line) => sum + line.errors, 0)
  return [
    ...targets.map((target) =>
      targetLine(
        target,
        lines.filter((line) => line.target === target),
      ),
    ),
    `${targets.length} servers, ${errors} errors`,
  ].join('\n')
}

function targetLine(target, lines) {
  const done = lines.map(({ work, unit, units }) => `${work}${unit && unit !== work ? ` ${unit}` : ''} ${number(units)}`).join(', ')
  const wrong = lines.filter(({ errors }) => errors > 0).map(({ work, errors, error }) => `; ${errors} errors in ${work}: ${error}`)
  return `${lines.some(isBroken) ? 'FAIL' : 'ok  '} ${target}: ${done}${wrong.join('')}`
}
