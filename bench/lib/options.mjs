import { parseArgs } from 'node:util'
import { PEOPLE } from './fixtures.mjs'
import { FETCH, isInstalled, TARGETS } from './targets.mjs'

const ALL_WORKS = 'ABCDEFGHIJKL'

export const HELP = `npm run bench -- [options]
  --works A,B,…         which work: A to F unless said; README.md tells what G to L are
  --targets NAME,…      the servers of A to F: ${Object.keys(TARGETS).join(', ')}
  --connections 16,64   requests under way at once; K has always 64
  --rounds 15           windows per server, work and width
  --lives 3             A to E: how often all servers are started anew, and the rounds shared between them
  --window 300          milliseconds of one window
  --settle 10000        milliseconds that each server works once it is started, before anything is measured
  --warm 700            milliseconds that each server does the same work before its first window
  --starts 5            F: starts of each server
  --flows N,N           F: flows of ours after which its memory is looked at (50000,500000 where F is the only work, else 50000,100000)
  --sizes N,…           G: grants of each database beside the empty one (10000,1000000,10000000)
  --json FILE           where the figures go
  --record              the figures go to results/recorded.json, in place of those of the same works
  --check               holds the ratios against results/recorded.json: exit code 1 where one fell by more than a tenth;
                        with --json FILE nothing is run, and those of FILE are held against it
  --smoke               everything once and short, nothing about speed: do they start, and issue what they claim?`

/** Short enough for every change, and long enough for each server to answer each work. */
const SMOKE = {
  connections: '4',
  rounds: '1',
  lives: '1',
  window: '100',
  settle: '100',
  warm: '100',
  starts: '1',
  flows: '100,200',
  sizes: '1000,2000',
  people: 4,
  rest: 0,
}
const USUAL = {
  connections: '16,64',
  rounds: '15',
  lives: '3',
  window: '300',
  settle: '10000',
  warm: '700',
  starts: '5',
  sizes: '10000,1000000,10000000',
  people: PEOPLE,
  rest: 1_500,
}

/** What the command line asks for. Throws where it asks for what there is not. */
export function readOptions(args) {
  const text = { type: 'string' }
  const flag = { type: 'boolean', default: false }
  const flags = { smoke: flag, check: flag, record: flag, help: flag }
  const texts = {
    targets: text,
    works: text,
    connections: text,
    rounds: text,
    lives: text,
    window: text,
    settle: text,
    warm: text,
    starts: text,
    flows: text,
    sizes: text,
    json: text,
  }
  const { values } = parseArgs({ args, options: { ...texts, ...flags } })
  const words = { ...(values.smoke ? SMOKE : USUAL), ...values }
  const works = (words.works ?? 'A,B,C,D,E,F').split(',')
  for (const work of works) if (!ALL_WORKS.includes(work) || work.length !== 1) throw new Error(`There is no work ${work}.`)
  if (works.includes('L')) checkInstalled(FETCH)
  if (values.smoke && (values.record || values.check)) throw new Error('A smoke run finds nothing that could be recorded or checked.')
  return {
    ...words,
    works,
    targets: readTargets(words),
    connections: readNumbers(words, 'connections'),
    rounds: readNumbers(words, 'rounds')[0],
    lives: readNumbers(words, 'lives')[0],
    window: readNumbers(words, 'window')[0],
    settle: readNumbers(words, 'settle')[0],
    warm: readNumbers(words, 'warm')[0],
    starts: readNumbers(words, 'starts')[0],
    flows: readNumbers({ flows: works.join() === 'F' ? '50000,500000' : '50000,100000', ...words }, 'flows'),
    sizes: readNumbers(words, 'sizes'),
    say: values.smoke ? () => undefined : (line) => console.log(line),
  }
}

/** A smoke run takes what is there; everything else names what is missing. */
function readTargets({ targets, smoke }) {
  const names = targets?.split(',') ?? Object.keys(TARGETS).filter((name) => !smoke || isInstalled(TARGETS[name]))
  for (const name of names) {
    if (!TARGETS[name]) throw new Error(`There is no server ${name}: ${Object.keys(TARGETS).join(', ')}.`)
    checkInstalled(TARGETS[name])
  }
  return names.map((name) => TARGETS[name])
}

function checkInstalled(target) {
  if (!isInstalled(target)) throw new Error(`${target.name} needs ${target.needs}: run npm ci in bench.`)
}

function readNumbers(words, name) {
  const numbers = words[name].split(',').map(Number)
  if (!numbers.every((number) => Number.isInteger(number) && number > 0)) throw new Error(`--${name} takes whole numbers from 1 on.`)
  return numbers
}
