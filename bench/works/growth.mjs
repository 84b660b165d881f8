import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { makeFolder, removeFolder } from '../lib/folder.mjs'
import { number, table } from '../lib/report.mjs'
import { HOME } from '../lib/server.mjs'
import { TARGETS } from '../lib/targets.mjs'
import { compareVariants } from '../lib/variants.mjs'

const run = promisify(execFile)
const EMPTY = 'empty'

/** G: A to D with many grants in the database, against an empty one. */
export async function growth(options) {
  const { sizes, say } = options
  const folder = makeFolder()
  try {
    const bytes = new Map()
    for (const size of sizes) bytes.set(nameOf(size), await generate(size, fileOf(folder, nameOf(size)), say))
    const names = [EMPTY, ...sizes.map(nameOf)]
    const variants = (target) =>
      names.map((name) => ({ ...target, name, env: { ...target.env, DATABASE: `sqlite:${fileOf(folder, name)}` } }))
    const lines = [
      ...(await compareVariants(variants(TARGETS.vouchsafe), { ...options, work: 'G', units: ['A', 'B', 'C'] })),
      ...(await compareVariants(variants(TARGETS['vouchsafe-opaque']), { ...options, work: 'G', units: ['D'] })),
    ]
    say(table(lines, { title: 'G, ', bases: [EMPTY] }))
    say(bytesTable(bytes))
    return lines.map((line) => ({ ...line, ...bytes.get(line.target) }))
  } finally {
    removeFolder(folder)
  }
}

const nameOf = (size) => `${number(size)} grants`
const fileOf = (folder, name) => join(folder, `${name.replaceAll(/\D/g, '') || EMPTY}.db`)

/** Fills a new database as years of use would; the bytes that a grant takes in its table, and in the whole file with people and consents. */
async function generate(size, file, say) {
  const began = performance.now()
  await run(process.execPath, [join(HOME, 'scripts/generate.mjs'), '--grants', String(size), '--database', `sqlite:${file}`])
  say(`${number(size)} grants were made in ${number((performance.now() - began) / 1_000)} s.`)
  const database = new DatabaseSync(file)
  database.exec('pragma wal_checkpoint(truncate)')
  const { bytes } = database
    .prepare(
      `select sum(d.pgsize) as bytes from dbstat d join sqlite_master m on m.name = d.name where d.aggregate = true and m.tbl_name = 'grants'`,
    )
    .get()
  database.close()
  return { bytes_of_a_grant: bytes / size, bytes_with_all: statSync(file).size / size }
}

function bytesTable(bytes) {
  const out = ['\n| database | bytes of a grant | with its share of people and consents |', '|---|---|---|']
  for (const [name, { bytes_of_a_grant, bytes_with_all }] of bytes) {
    out.push(`| ${name} | ${number(bytes_of_a_grant)} | ${number(bytes_with_all)} |`)
  }
  return out.join('\n')
}
