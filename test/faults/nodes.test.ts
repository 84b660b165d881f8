import assert from 'node:assert/strict'
import process from 'node:process'
import { it } from 'node:test'
import nodes from '../soak/nodes.ts'
import type { Entry } from '../support/journal.ts'
import { findUnexcused, type Trouble } from '../support/trouble.ts'

it('two nodes on one PostgreSQL: races have one winner, and nothing acknowledged is lost through kill -9, a cut way and a crash of the database', {
  timeout: 200_000,
  skip: process.platform === 'linux' ? false : 'whoever works for PostgreSQL is found by /proc',
}, async () => {
  const found = await nodes.run(nodes.small)
  assert.deepEqual(found['troubles'], { cut: 1, kill: 1, crash: 1 })
})

const entry = (more: Partial<Entry>): Entry => ({
  node: 0,
  path: 'POST /token',
  began: 1_000,
  ended: 1_100,
  ending: 'refused',
  status: 503,
  retry_after: true,
  ...more,
})
const cut: Trouble = { what: 'cut', node: 0, from: 900, to: 1_500 }

const excused: [string, Entry, Trouble[], boolean][] = [
  ['an answer', entry({ ending: 'answered' }), [], true],
  ['a refusal by a node that is cut', entry({}), [cut], true],
  ['a refusal soon after healing', entry({ began: 2_400, ended: 2_500 }), [cut], true],
  ['a refusal long after healing', entry({ began: 2_600, ended: 2_700 }), [cut], false],
  ['a refusal before the cut', entry({ began: 800, ended: 890 }), [cut], false],
  ['a refusal by the other node', entry({ node: 1 }), [cut], false],
  ['a refusal by any node while the database is down', entry({ node: 1 }), [{ what: 'crash', from: 900, to: 1_500 }], true],
  ['a refusal that does not say when to come again', entry({ retry_after: false }), [cut], false],
  ['a lost connection to a killed node', entry({ ending: 'gone' }), [{ ...cut, what: 'kill' }], true],
  ['a lost connection to a node that is only cut', entry({ ending: 'gone' }), [cut], false],
  ['an error of the server, whatever was done to it', entry({ ending: 'broken', status: 500 }), [cut, { ...cut, what: 'kill' }], false],
  ['no answer at all, whatever was done to it', entry({ ending: 'stuck' }), [cut, { ...cut, what: 'kill' }], false],
]
for (const [what, one, troubles, fine] of excused)
  it(`the judge of the storm ${fine ? 'excuses' : 'does not excuse'} ${what}`, () =>
    assert.equal(findUnexcused([one], troubles, 1_000).length, fine ? 0 : 1))
