import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { examineElsewhere } from '../../src/server/doctor-elsewhere.ts'
import { readHostLogin } from '../../src/server/host-login.ts'
import { makeFolder, PROGRAM, runProgram } from '../support/program.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

const SECRET = 'GmhkR1uWv0JzQfJb9dQy0hYxC4u6m2vQ8s3nT1pL7aE='

describe('the doctor and the product where people are signed in', () => {
  let site: TestSite
  let answer: { status: number; date?: string } = { status: 200 }
  const product = createServer((_request, response) => {
    response.writeHead(answer.status, answer.date === undefined ? {} : { date: answer.date }).end()
  })
  let login: string
  before(async () => {
    site = await openSite()
    await new Promise<void>((resolve) => product.listen(0, '127.0.0.1', resolve))
    login = `http://127.0.0.1:${(product.address() as AddressInfo).port}/login`
  })
  after(async () => {
    product.close()
    await site.close()
  })
  const look = async (at = login) => {
    const host_login = readHostLogin({ login: at, issuer: 'http://product.example' }, ISSUER, SECRET)
    const [finding] = await examineElsewhere({ ...site.config, host_login })
    return `${finding?.ok} ${finding?.check}: ${finding?.found} ${finding?.fix ?? ''}`
  }

  it('whatever it answers without being asked anything, it is there', async () => {
    for (const status of [200, 303, 400, 403]) {
      answer = { status }
      assert.match(await look(), /^true host login: .* answers, in time with us/)
    }
  })

  it('is told to be away, to be none, or to have another time, with what to do', async () => {
    assert.match(await look('http://127.0.0.1:9/login'), /^false .* does not answer: .*Start the product, or mend login under host_login/)
    answer = { status: 404 }
    assert.match(await look(), /^false .* answers 404\. Let the product answer a GET there/)
    answer = { status: 200, date: new Date(Date.now() - 60_000).toUTCString() }
    assert.match(await look(), /^false .* differs from ours by (59|60) s: what it signs would be refused\. .*NTP/)
  })
})

it('serve says that people cannot make accounts without letters, and ends', async (test) => {
  const { code, stderr } = await runProgram(makeFolder(test), ['serve'], { env: { VOUCHSAFE_REGISTRATION: 'open' } })
  assert.equal(code, 78, PROGRAM)
  assert.match(stderr, /registration is open, and new people prove their email by a letter: set mail, or run vouchsafe start/)
})
