import { symlinkSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { createGroupCommit } from '../../src/stores/sqlite-commit.ts'

// a device that takes bytes but cannot sync them stands for a broken disk
const database = new DatabaseSync(':memory:')
const path = process.argv[2]!
symlinkSync('/dev/null', `${path}-wal`)
const commits = createGroupCommit(database, path)
const kept = commits.add(() => console.log('committed'))
await kept
console.log('kept')
