import assert from 'node:assert/strict'
import { it } from 'node:test'
import { drawBytes, randomToken } from '../../src/core/crypto/random.ts'

it('random bytes are as many as were asked for, and never the same again', () => {
  const seen = new Set<string>()
  for (const size of [12, 16, 32, 4_000, 8_192]) {
    for (let i = 0; i < 3; i++) {
      const bytes = drawBytes(size)
      assert.equal(bytes.length, size)
      seen.add(bytes.toString('hex'))
    }
    seen.add(Buffer.from(randomToken(size), 'base64url').toString('hex'))
  }
  assert.equal(seen.size, 20)
})

it('ATTACK more than are drawn at once are refused, and not fewer given', () => {
  assert.throws(() => drawBytes(8_193), RangeError)
  assert.throws(() => randomToken(8_193), RangeError)
  assert.equal(drawBytes(32).length, 32)
})
