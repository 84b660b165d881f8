import assert from 'node:assert/strict'
import type { Page } from '../../../src/core/model/store.ts'

/** All parts of a list, one after another. */
export async function pages<T>(list: (page: Page) => Promise<T[]>, keyOf: (item: T) => string, limit: number): Promise<T[]> {
  const found: T[] = []
  for (let after = ''; ; ) {
    const part = await list({ after, limit })
    assert.ok(part.length <= limit)
    if (part.length === 0) return found
    found.push(...part)
    after = keyOf(part.at(-1)!)
  }
}
