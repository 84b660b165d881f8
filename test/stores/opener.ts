import { openSqliteStore } from '../../src/stores/sqlite-store.ts'

/** One of several processes that start at the same moment on the same new database. */
const store = await openSqliteStore(process.argv[2]!)
const sub = `user-${process.pid}`
await store.users.add({ sub, email: `${sub}@example.com`, created_at: 1 })
await store.keys.add({ kid: sub, use: 'mac', status: 'retired', sealed: 'sealed', created_at: 1 })
await store.close()
process.send?.(store.secret)
process.disconnect?.()
