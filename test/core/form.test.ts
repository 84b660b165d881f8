import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readForm, withQuery, writeForm } from '../../src/core/model/form.ts'

describe('form', () => {
  const good: [text: string, pairs: [string, string][]][] = [
    ['', []],
    ['a=1', [['a', '1']]],
    [
      'a=1&b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a', [['a', '']]],
    ['a=', [['a', '']]],
    ['&a=1&&', [['a', '1']]],
    ['a=b=c', [['a', 'b=c']]],
    ['a=x+y%20z%2B', [['a', 'x y z+']]],
    ['%61=%C3%A4', [['a', 'ä']]],
    ['__proto__=1', [['__proto__', '1']]],
    ['a=%2525', [['a', '%25']]],
  ]
  for (const [text, pairs] of good) it(`RFC 6749 §B reads ${JSON.stringify(text)}`, () => assert.deepEqual(readForm(text), pairs))

  const bad: [what: string, text: string][] = [
    ['a lone percent sign', 'a=%'],
    ['half an escape', 'a=%4'],
    ['no hex', 'a=%zz'],
    ['a byte that is not UTF-8', 'a=%FF'],
    ['an overlong form of a slash', 'a=%C0%AF'],
    ['a surrogate', 'a=%ED%A0%80'],
    ['an escaped NUL', 'a=%00'],
    ['a raw NUL', 'a=\0'],
    ['a malformed name', '%E4=1'],
    ['65 parameters', Array.from({ length: 65 }, (_, i) => `p${i}=1`).join('&')],
    ['a value of 8193 characters', `a=${'x'.repeat(8193)}`],
    ['a name of 129 characters', `${'x'.repeat(129)}=1`],
  ]
  for (const [what, text] of bad) it(`RFC 6749 §B refuses ${what}`, () => assert.throws(() => readForm(text), { error: 'invalid_request' }))

  it('64 parameters are allowed', () => assert.equal(readForm(Array.from({ length: 64 }, (_, i) => `p${i}=1`).join('&')).length, 64))

  it('reads back whatever it wrote', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0') && value.isWellFormed())
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), (values) => {
        const fields = Object.fromEntries(values.map((value, i) => [`f${i}`, value]))
        assert.deepEqual(readForm(writeForm(fields)), Object.entries(fields))
      }),
    )
  })

  it('agrees with the platform on all that both accept', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '=', '&', '+', '%', '4', '1', 'z', 'ä') }), (text) => {
        let pairs: [string, string][]
        try {
          pairs = readForm(text)
        } catch {
          return
        }
        assert.deepEqual(pairs, [...new URLSearchParams(text)])
      }),
    )
  })

  it('appends to a query that is there already', () => {
    assert.equal(withQuery('https://a.example/?x=1', { code: 'a b' }), 'https://a.example/?x=1&code=a%20b')
    assert.equal(withQuery('https://a.example/', { code: 'c', state: undefined }), 'https://a.example/?code=c')
  })
})
