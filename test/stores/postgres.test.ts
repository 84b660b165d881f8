import { after, before } from 'node:test'
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
