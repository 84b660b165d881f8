import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { openPostgresStore } from '../../src/stores/postgres-store.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { testStore } from './suite.ts'

let postgres: TestPostgres
let url: string
before(async () => {
  postgres = await startPostgres()
  url = await postgres.createDatabase()
})
after(() => postgres.close())

testStore('postgres', () => openPostgresStore({ url }))

it('postgres: a database that cannot be used is named by host and port, with the reason, and never with the password', async () => {
  const gone = new URL(url)
  gone.pathname = '/gone'
  gone.password = 'secret-word'
  await assert.rejects(openPostgresStore({ url: gone.href }), {
    message: `PostgreSQL at ${gone.host} cannot be used: it has no database of this name.`,
  })
})
