import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Store } from '../../src/core/model/store.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { testStore } from './suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-'))
after(() => rmSync(folder, { recursive: true }))

testStore('SQLite in a file', () => openSqliteStore(join(folder, 'suite.db')))

// in memory every opening is a database of its own, so all share one
let memory: Promise<Store> | undefined
testStore('SQLite in memory', () => {
  memory ??= openSqliteStore(':memory:')
  return memory
})
