import { existsSync } from 'node:fs'
import type { BackupFindings } from '../moving.ts'
import { oneFile } from './backup.ts'
import { CliError, type Command, configOf, EXIT } from './command.ts'
import { plain, printRecord } from './output.ts'

export const restore: Command = {
  name: 'restore',
  args: 'FILE',
  about: 'read a backup from one end to the other, and say whether it could take the place of the database',
  flags: { check: { type: 'boolean', about: 'only look, which is all that this command does' } },
  async run(call) {
    const file = oneFile(call)
    if (call.flags['check'] !== true) {
      const how = 'stop the server, put the file in the place of the database, take away its -wal and -shm, and start the server'
      throw new CliError(EXIT.usage, `Say --check to look at a backup. To use one: ${how}.`)
    }
    if (!existsSync(file)) throw new CliError(EXIT.not_found, `There is no file ${file}.`)
    const config = await configOf(call)
    const { examineBackup } = await import('../moving.ts')
    const found = await examineBackup(config, file)
    const problems = findProblems(found)
    if (call.flags['json'] === true) printRecord(call, { file, ok: problems.length === 0, problems, ...found })
    else for (const line of [...problems.map((problem) => `WRONG  ${problem}`), ...describe(found)]) call.io.stdout(`${plain(line)}\n`)
    return problems.length === 0 ? EXIT.ok : EXIT.failed
  },
}

function findProblems({ broken, schema, required, known, closed }: BackupFindings): string[] {
  const problems = broken.map((finding) => `It is damaged: ${finding}`)
  if (schema === 0) problems.push('It is not a database of ours, or an empty one.')
  if (required > known) problems.push(`It was written by a newer version: its schema is ${required}, this version knows ${known}.`)
  if (closed.length > 0)
    problems.push(`The present master secret does not open its key ${closed[0]}: the secret of that time is needed as well.`)
  return problems
}

function describe({ schema, known, counts, keys, closed }: BackupFindings): string[] {
  const rows = Object.entries(counts).map(([table, count]) => `${count} ${table}`)
  const opened = closed.length === 0 && keys > 0 ? ['The present master secret opens its keys.'] : []
  return [`Schema ${schema} of ${known}: ${rows.join(', ')}.`, ...opened]
}
