import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { toFetch } from '../../src/core/http/fetch.ts'
import { OAuthError } from '../../src/core/model/error.ts'
import type { HttpRequest, Reply } from '../../src/core/model/http.ts'

const MEGABYTE = 1024 * 1024

/** Answers with the body that came, or the status of its refusal. */
async function echo(http: HttpRequest): Promise<Reply> {
  try {
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: await http.text() }
  } catch (cause) {
    return { status: OAuthError.from(cause).status, headers: {}, body: '' }
  }
}

/** A body that comes in pieces and counts what was asked for. */
function stream(bytes: number): { body: ReadableStream<Uint8Array>; given(): number } {
  let given = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given >= bytes) return controller.close()
      const part = new Uint8Array(Math.min(16_384, bytes - given)).fill(97)
      given += part.length
      controller.enqueue(part)
    },
  })
  return { body, given: () => given }
}

const post = (body: BodyInit, headers: Record<string, string> = {}) =>
  new Request('https://id.example/token', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)

describe('a body through fetch', () => {
  const fetch = toFetch(echo)
  for (const length of [undefined, '', 'abc', '10, 10', '-1', '99999999999']) {
    it(`is read no further than it may be where its length is ${JSON.stringify(length)}`, async () => {
      const { body, given } = stream(20 * MEGABYTE)
      const answer = await fetch(post(body, length === undefined ? {} : { 'content-length': length }))
      assert.equal(answer.status, 413)
      assert.ok(given() < MEGABYTE, `${given()} bytes were read`)
    })
  }
  for (const bytes of [0, 1, 65_536]) {
    it(`of ${bytes} bytes is read as it is, with its length and without`, async () => {
      for (const headers of [{}, { 'content-length': String(bytes) }] as Record<string, string>[]) {
        const answer = await fetch(post(stream(bytes).body, headers))
        assert.equal((await answer.text()).length, bytes)
      }
    })
  }
  it('of one byte more is refused', async () => {
    for (const headers of [{}, { 'content-length': '65537' }] as Record<string, string>[])
      assert.equal((await fetch(post(stream(65_537).body, headers))).status, 413)
  })
  it('that is not UTF-8 is refused', async () => {
    assert.equal((await fetch(post(new Uint8Array([0x61, 0xff]), { 'content-length': '2' }))).status, 400)
  })
})

it('each cookie has a line of its own, and other headers are what they were', async () => {
  const headers = { 'set-cookie': ['a=1', 'b=2'], 'cache-control': 'no-store' }
  const answer = await toFetch(async () => ({ status: 303, headers, body: '' }))(new Request('https://id.example/'))
  assert.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2'])
  assert.equal(answer.headers.get('cache-control'), 'no-store')
})

it('many at once each get their own answer', async () => {
  const fetch = toFetch(async ({ path }) => ({ status: 200, headers: {}, body: path }))
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => fetch(new Request(`https://id.example/${i}`))))
  assert.deepEqual(
    await Promise.all(answers.map((answer) => answer.text())),
    answers.map((_, i) => `/${i}`),
  )
})

describe('requests of one turn of the event loop', () => {
  for (const [host, userAgent, waits] of [
    ['in Node wait together', navigator.userAgent, 1],
    ['in a host that lets none wait for another’s wait each by itself', 'Cloudflare-Workers', 5],
  ] as const) {
    it(host, async (test) => {
      const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator')!
      Object.defineProperty(globalThis, 'navigator', { value: { userAgent }, configurable: true })
      const later = mock.method(globalThis, 'setImmediate')
      test.after(() => {
        Object.defineProperty(globalThis, 'navigator', own)
        later.mock.restore()
      })
      let begun = 0
      const fetch = toFetch(async () => ({ status: 200, headers: {}, body: String(begun++) }))
      const answers = Array.from({ length: 5 }, () => fetch(new Request('https://id.example/')))
      assert.equal(begun, 0)
      assert.equal(later.mock.callCount(), waits)
      assert.deepEqual(await Promise.all(answers.map(async (answer) => (await answer).text())), ['0', '1', '2', '3', '4'])
      assert.equal(await (await fetch(new Request('https://id.example/'))).text(), '5')
    })
  }
})
