import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import soak from '../soak/full-disk.ts'
import { canRecord, openWatchedDisk, THREAD } from '../support/disk.ts'
import { openFlow } from '../support/flow.ts'
import { check, type Held, nothingSeen, work } from '../support/held.ts'
import { openServer } from '../support/server.ts'

const EIO = 5

describe('a disk that fails', { timeout: 120_000, skip: canRecord ? false : 'needs Linux and a C compiler' }, () => {
  it('a full disk: what cannot be kept is answered 503, what only reads goes on, and nothing acknowledged is lost', async () => {
    await soak.run(soak.small)
  })

  it('a sync that fails ends the server before anything of it is answered; started again, it knows all that was', async () => {
    const disk = openWatchedDisk(2 ** 26)
    const server = await openServer({ folder: disk.folder, env: disk.env, quiet: true })
    try {
      const flow = await openFlow(server)
      await flow.code()
      const grants: Held[] = []
      let over = false
      const clients = Promise.all(Array.from({ length: 4 }, () => work(flow, { grants, over: () => over })))
      while (grants.length < 8) await new Promise((resolve) => setTimeout(resolve, 10))
      disk.set('sync_error', EIO)
      disk.set('sync_threads', THREAD.pool)
      disk.set('sync_errors', 1)
      assert.equal(await server.ended(), 1)
      over = true
      await clients
      await server.start()
      const seen = nothingSeen()
      for (const grant of grants) await check(flow, grant, seen)
      assert.ok(seen.redeemed > 0 && seen.unanswered > 0, `what was under way has had no answer: ${JSON.stringify(seen)}`)
    } finally {
      await server.close()
      disk.close()
    }
  })
})
