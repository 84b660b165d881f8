import assert from 'node:assert/strict'
import { readForm, type Visit } from './browser.ts'
import { type Answer, type FleetApp, openFleetApp } from './fleet-app.ts'
import { grantIdOf } from './fleet-load.ts'
import type { Journal } from './journal.ts'
import type { Fleet } from './nodes.ts'

/** As many at once, half of them at each node. */
const WIDTH = 50
/** Of so many wrong passwords for one email the last pauses it. */
const TRIES = 10

/** The same moves from all sides at once. Throws where a race has another number of winners than one. */
export async function runRaces(fleet: Fleet, journal: Journal): Promise<Record<string, unknown>> {
  await fleet.addClient('races')
  await fleet.addClient('strict', { refresh_token_grace: 0 })
  const app = openFleetApp(fleet, journal, 'races')
  await app.signIn('mara@otterbakery.example')
  const strict = openFleetApp(fleet, journal, 'strict')
  await strict.signIn('mara@otterbakery.example')
  await redeemAtOnce(fleet, app)
  await refreshAtOnce(fleet, app)
  await refreshWithoutGrace(fleet, strict)
  const decided = await decideAtOnce(fleet, app)
  await guessAtOnce(fleet, app, journal)
  const bad = journal.entries.filter(({ ending }) => ending !== 'answered')
  assert.deepEqual(bad.slice(0, 5), [], `${bad.length} requests of the races were not answered`)
  return { width: WIDTH, requests: journal.entries.length, ...decided }
}

/** Half at each node. */
function all<T>(fleet: Fleet, one: (node: Fleet['nodes'][number], i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: WIDTH }, (_, i) => one(fleet.nodes[i % fleet.nodes.length]!, i)))
}

const winners = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200)

async function rowOf(fleet: Fleet, refresh_token: string): Promise<Record<string, unknown>> {
  const [row] = await fleet.query(
    'select generation::int as generation, revoked_at is not null as revoked from grants where grant_id = $1',
    [grantIdOf(refresh_token)],
  )
  return row!
}

async function redeemAtOnce(fleet: Fleet, app: FleetApp): Promise<void> {
  const code = await app.code()
  const answers = await all(fleet, (node) => app.redeem(code, node))
  const [winner, ...others] = winners(answers)
  assert.ok(winner && others.length === 0, `a code was good ${others.length + 1} times`)
  assert.deepEqual(new Set(answers.filter((one) => one !== winner).map(({ body }) => body.error)), new Set(['invalid_grant']))
  assert.equal((await app.refresh(winner.body.refresh_token!)).body.error, 'invalid_grant', 'RFC 6749 §4.1.2 a replay undoes what it gave')
  assert.equal((await app.introspect(winner.body.access_token!)).body.active, false)
}

async function refreshAtOnce(fleet: Fleet, app: FleetApp): Promise<void> {
  const first = (await app.redeem(await app.code())).body.refresh_token!
  const answers = await all(fleet, (node) => app.refresh(first, node))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]), 'within the grace all get an answer')
  assert.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 1, 'and all of them the same successor')
  assert.deepEqual(await rowOf(fleet, first), { generation: 2, revoked: false })
}

async function refreshWithoutGrace(fleet: Fleet, app: FleetApp): Promise<void> {
  const first = (await app.redeem(await app.code())).body.refresh_token!
  const answers = await all(fleet, (node) => app.refresh(first, node))
  assert.equal(winners(answers).length, 1, 'without a grace one of them wins')
  assert.deepEqual(await rowOf(fleet, first), { generation: 2, revoked: true })
}

/** Half allow, and half take back what was allowed. */
async function decideAtOnce(fleet: Fleet, app: FleetApp): Promise<{ allowed: number; withdrawn: number }> {
  const tallies = `select (select coalesce(sum(epoch), 0)::int from withdrawals) as epoch, count(*) filter (where record like '%"allowed"%')::int as allowed,
    count(*) filter (where record like '%"withdrawn"%')::int as withdrawn from receipts where client_id = 'races'`
  const tokens = (await app.redeem(await app.code())).body.refresh_token!
  const pages: Visit[] = []
  for (let i = 0; i < WIDTH / 2; i++) pages.push(await app.consentPage())
  const apps = await app.browser.get(`${fleet.issuer}/account/apps`)
  const { csrf } = readForm(apps.html).fields
  const [before] = await fleet.query(tallies)
  const visits = await all(fleet, async (_, i) =>
    i < WIDTH / 2
      ? app.browser.submit(pages[i]!, {}, 'consent-allow')
      : app.browser.post(`${fleet.issuer}/account/apps`, { csrf: csrf!, client_id: app.client_id, act: 'revoke' }),
  )
  const [after] = await fleet.query(tallies)
  const grown = (name: string) => (after![name] as number) - (before![name] as number)
  // who allows what was taken back at the same moment is asked once more, and has written nothing
  const allowed = visits.slice(0, WIDTH / 2).filter(({ status }) => status === 303).length
  assert.deepEqual(new Set(visits.slice(WIDTH / 2).map(({ status }) => status)), new Set([303]))
  assert.equal(grown('allowed'), allowed, 'a receipt for each decision that was acknowledged, and no other')
  assert.ok(grown('withdrawn') >= 1 && grown('withdrawn') <= allowed + 1, 'nothing is taken back that was not given')
  assert.ok(grown('epoch') >= grown('withdrawn'), 'each withdrawal reaches what came before it')
  assert.equal((await app.refresh(tokens)).body.error, 'invalid_grant', 'what was given before the withdrawals has ended')
  return { allowed, withdrawn: grown('withdrawn') }
}

async function guessAtOnce(fleet: Fleet, app: FleetApp, journal: Journal): Promise<void> {
  const page = await app.browser.get(`${fleet.issuer}/login?account=other`)
  const { fields } = readForm(page.html, 'login-submit')
  const visits = await all(fleet, async (node) => {
    const body = new URLSearchParams({ ...fields, email: 'nobody@otterbakery.example', password: 'wrong-otter-62' })
    const headers = { 'sec-fetch-site': 'same-origin', origin: 'null' }
    return journal.send(node, new Request(`${fleet.issuer}/login`, { method: 'POST', headers, body }))
  })
  const wrong = visits.filter(({ status }) => status === 403).length
  const paused = visits.filter(({ status }) => status === 429).length
  assert.deepEqual({ wrong, paused }, { wrong: TRIES - 1, paused: WIDTH - TRIES + 1 }, 'attempts at both nodes are counted together')
}
