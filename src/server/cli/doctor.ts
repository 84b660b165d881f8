import { ConfigError } from '../config.ts'
import type { Finding } from '../doctor-ask.ts'
import { type Call, type Command, configOf, EXIT } from './command.ts'
import { plain } from './output.ts'
import { SERVE_FLAGS } from './serve.ts'

export const doctor: Command = {
  name: 'doctor',
  about: 'look at issuer, reachability, discovery, cookies, proxy, clock, database and keys, and say how to mend what is wrong',
  flags: SERVE_FLAGS,
  async run(call) {
    const findings = await examineAll(call)
    if (call.flags['json'] === true) call.io.stdout(`${JSON.stringify(findings, null, 2)}\n`)
    else for (const finding of findings) call.io.stdout(show(finding))
    return findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed
  },
}

async function examineAll(call: Call): Promise<Finding[]> {
  try {
    const config = await configOf(call)
    const { examine } = await import('../doctor.ts')
    return [{ check: 'configuration', ok: true, found: 'Every setting can be used.' }, ...(await examine(config))]
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause
    return cause.problems.map((found) => ({
      check: 'configuration',
      ok: false,
      found,
      fix: 'Change this setting, and run the doctor again.',
    }))
  }
}

function show({ check, ok, found, fix }: Finding): string {
  const line = `${ok ? 'ok   ' : 'WRONG'}  ${check.padEnd(14)}  ${plain(found)}\n`
  return fix === undefined ? line : `${line}${' '.repeat(23)}→ ${plain(fix)}\n`
}
