import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Call, CliError, type Command, configOf, EXIT } from './command.ts'
import { printDone } from './output.ts'

export const backup: Command = {
  name: 'backup',
  args: 'FILE',
  about: 'copy the embedded database into a new file while it is being used; the master secret is kept apart',
  flags: {},
  async run(call) {
    const file = newFile(oneFile(call))
    const config = await configOf(call)
    const { backupDatabase } = await import('../moving.ts')
    await backupDatabase(config, file)
    const size = statSync(file).size
    const where = config.secrets.length > 0 ? 'VOUCHSAFE_SECRET' : 'the .secret file beside the database'
    const sentence = `${file} holds the database, ${size} bytes. The master secret is not in it: keep ${where} as well, in another place.`
    printDone(call, sentence, { file, bytes: size })
    return EXIT.ok
  },
}

/** The one file that was named; relative paths begin where the command stands. */
export function oneFile(call: Call): string {
  const [file, ...others] = call.args
  if (file === undefined || others.length > 0) throw new CliError(EXIT.usage, 'Name one file.')
  return resolve(call.io.cwd, file)
}

/** A file that is there is never written over. */
export function newFile(file: string): string {
  if (existsSync(file)) throw new CliError(EXIT.conflict, `${file} is there already: name another file, or take it away.`)
  return file
}
