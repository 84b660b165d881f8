import assert from 'node:assert/strict'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { countCommits } from '../stores/commits.ts'
import { type Flow, openFlow } from '../support/flow.ts'
import { openServer, type TestServer } from '../support/server.ts'

/** The rows of every table, read from the files as they are now. */
function countRows(server: TestServer): Record<string, number> {
  const database = new DatabaseSync(server.database, { readOnly: true })
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[]
  const counts = tables.map(
    ({ name }) => [name, (database.prepare(`select count(*) as n from "${name}"`).get() as { n: number }).n] as const,
  )
  database.close()
  return Object.fromEntries(counts)
}

/** Runs so many at once until all are done. */
async function repeat(times: number, run: (i: number) => Promise<void>, width = 16): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < times) await run(next++)
  }
  await Promise.all(Array.from({ length: width }, work))
}

describe('the real program', () => {
  let server: TestServer
  let flow: Flow
  before(async () => {
    server = await openServer()
    flow = await openFlow(server)
    await flow.code() // the consent is given, and remembered
  })
  after(() => server.close())

  it('a code flow with a remembered consent is one commit, an authorization request none', async () => {
    const start = countCommits(server.database)
    const code = await flow.code()
    assert.equal(countCommits(server.database), start, 'an authorization request writes nothing')
    assert.equal((await flow.redeem(code)).status, 200)
    assert.equal(countCommits(server.database), start + 1)
    await flow.clientCredentials()
    assert.equal(countCommits(server.database), start + 1, 'client_credentials write nothing')
  })

  it('10,000 unauthenticated authorization requests add not one row, nor a commit', { timeout: 120_000 }, async () => {
    const [rows, commits] = [countRows(server), countCommits(server.database)]
    await repeat(10_000, async (i) => {
      const answer = await server.send(new Request(flow.ask({ state: `s${i}`, scope: i % 3 === 0 ? 'nonsense' : 'openid' })))
      await answer.arrayBuffer()
      assert.equal(answer.status, 303)
    })
    assert.deepEqual(countRows(server), rows)
    assert.equal(countCommits(server.database), commits)
  })

  it('10,000 refreshes of one grant add not one row', { timeout: 120_000 }, async () => {
    let { refresh_token } = (await flow.redeem(await flow.code())).body
    const rows = countRows(server)
    for (let i = 0; i < 10_000; i++) {
      const { status, body } = await flow.refresh(refresh_token!)
      assert.equal(status, 200)
      refresh_token = body.refresh_token
    }
    assert.deepEqual(countRows(server), rows)
  })

  it('RFC 6749 §4.1.2 of 50 redemptions of one code exactly one wins, and its tokens are revoked by the replays', async () => {
    const code = await flow.code()
    const answers = await Promise.all(Array.from({ length: 50 }, () => flow.redeem(code)))
    const won = answers.filter(({ status }) => status === 200)
    assert.equal(won.length, 1)
    assert.equal((await flow.refresh(won[0]!.body.refresh_token!)).body.error, 'invalid_grant')
    assert.equal(await flow.userinfo(won[0]!.body.access_token!), 401)
  })

  it('RFC 6749 §6 50 refreshes of one token carry the same successor, and the generation before it ends the grant', async () => {
    const { refresh_token } = (await flow.redeem(await flow.code())).body
    const answers = await Promise.all(Array.from({ length: 50 }, () => flow.refresh(refresh_token!)))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    const successors = new Set(answers.map(({ body }) => body.refresh_token))
    assert.equal(successors.size, 1)
    const next = await flow.refresh([...successors][0]!)
    assert.equal(next.status, 200)
    assert.equal((await flow.refresh(refresh_token!)).body.error, 'invalid_grant')
    assert.equal((await flow.refresh(next.body.refresh_token!)).body.error, 'invalid_grant')
  })

  it('a code that met a wrong verifier is dead', async () => {
    const code = await flow.code()
    assert.equal((await flow.redeem(code, { code_verifier: 'w'.repeat(43) })).body.error, 'invalid_grant')
    assert.equal((await flow.redeem(code)).body.error, 'invalid_grant')
  })

  it('what another process does takes effect here within a second', async () => {
    const { access_token } = (await flow.redeem(await flow.code())).body
    server.run('client', 'disable', flow.client_id)
    assert.equal(await flow.userinfo(access_token!), 401, 'at once for what was given')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    assert.equal((await fetch(flow.ask(), { redirect: 'manual' })).status, 400)
    server.run('client', 'enable', flow.client_id)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    assert.ok(await flow.code())
  })

  it('a database that is copied while it serves, with its log, opens again', () => {
    const copy = join(server.folder, 'copy.db')
    copyFileSync(server.database, copy)
    if (existsSync(`${server.database}-wal`)) copyFileSync(`${server.database}-wal`, `${copy}-wal`)
    const database = new DatabaseSync(copy)
    assert.deepEqual({ ...database.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
    database.close()
  })
})
