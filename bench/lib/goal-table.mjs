import { GOALS } from './goals.mjs'
import { number } from './report.mjs'

const MEASURES = { rate: 'by the clock', cpu: 'by CPU', p99: 'p99' }

/** Every goal that these works say something about, and how far it is reached by each measure. */
export function goalTable(works) {
  const rows = GOALS.flatMap((goal) =>
    (works[goal.work]?.lines ?? [])
      .filter(({ target, against }) => target === goal.target && against[goal.base])
      .map((line) => row(goal, line)),
  )
  if (rows.length === 0) return '\nThere is no goal for these works.'
  return [
    '\n### Goals: ours, times as good as\n',
    '| work | against | connections | floor | aim | found |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function row({ work, base, floor, aim, measures }, { connections, against }) {
  const found = measures.map((measure) => {
    const value = against[base][measure]
    return `${number(value, 2)} ${MEASURES[measure]}: ${mark(value, floor, aim)}`
  })
  const shown = (value) => (value === null ? '–' : number(value, 2))
  return `| ${work} | ${base} | ${connections} | ${shown(floor)} | ${shown(aim)} | ${found.join('; ')} |`
}

function mark(value, floor, aim) {
  if (value >= aim) return 'held'
  if (floor === null) return 'not held'
  return value >= floor ? 'above floor' : '**below floor**'
}
