import type { Schema } from '../moving.ts'
import { CliError, type Command, configOf, EXIT } from './command.ts'
import { printDone } from './output.ts'

export const migrate: Command = {
  name: 'migrate',
  about: 'say whether the database has the schema of this version, or bring it there; 1 where steps are missing',
  flags: {
    check: { type: 'boolean', about: 'only look' },
    apply: { type: 'boolean', about: 'take the steps that are missing; servers may go on meanwhile' },
  },
  async run(call) {
    const [check, apply] = [call.flags['check'] === true, call.flags['apply'] === true]
    if (check === apply) throw new CliError(EXIT.usage, 'Say --check or --apply.')
    const config = await configOf(call)
    const { applySchema, readSchema } = await import('../moving.ts')
    const found = await (apply ? applySchema : readSchema)(config)
    const { done, known, required } = found
    const missing = apply ? 0 : Math.max(0, known - done)
    printDone(call, describe(found, apply), { schema: apply ? Math.max(done, known) : done, known, missing, required })
    return missing === 0 && required <= known ? EXIT.ok : EXIT.failed
  },
}

function describe({ done, known, required }: Schema, applied: boolean): string {
  if (required > known) return `The database was written by a newer version: its schema is ${required}, this version knows ${known}.`
  const who = required === 0 ? '' : ` Versions that know ${required} steps or more can run on it.`
  if (done > known) return `The database has ${done} steps of the schema, ${done - known} more than this version knows or needs.${who}`
  if (done === known) return `The database has all ${known} steps of the schema.${who}`
  if (applied) return `The database has all ${known} steps of the schema: ${done + 1} to ${known} were taken now.${who}`
  return `The database lacks ${known - done} of the ${known} steps of the schema: ${done + 1} to ${known}.${who} Run: vouchsafe migrate --apply`
}
