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
    const { steps, known } = await (apply ? applySchema : readSchema)(config)
    const missing = Math.max(0, known - steps)
    printDone(call, describe(steps, known, apply), { schema: apply ? known : steps, known, missing: apply ? 0 : missing })
    return apply || steps === known ? EXIT.ok : EXIT.failed
  },
}

function describe(steps: number, known: number, applied: boolean): string {
  if (steps > known) return `The database was written by a newer version: its schema is ${steps}, this version knows ${known}.`
  if (steps === known) return `The database has all ${known} steps of the schema.`
  if (applied) return `The database has all ${known} steps of the schema: ${steps + 1} to ${known} were taken now.`
  return `The database lacks ${known - steps} of the ${known} steps of the schema: ${steps + 1} to ${known}. Run: vouchsafe migrate --apply`
}
