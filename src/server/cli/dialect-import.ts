import { writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { systemClock } from '../../core/model/clock.ts'
import { readDescription, UnreadableDescription } from '../dialects/description.ts'
import { draftDialect } from '../dialects/openapi.ts'
import { type Call, CliError, type Command, EXIT, readFileOf, subject, textFlag } from './command.ts'
import { plain, printDone } from './output.ts'

/** Characters of a description that is read. */
const LARGEST = 4_000_000

export const dialectImport: Command = {
  name: 'dialect import',
  args: 'OPENAPI-FILE',
  about: 'draft a dialect from an OpenAPI 3 description of an authorization endpoint; says what it assumed and could not tell',
  flags: {
    'openapi-file': { type: 'string', value: 'FILE', about: 'JSON, YAML, or a page of Markdown with either in a fenced block' },
    name: { type: 'string', value: 'NAME', about: 'what the dialect is called (made from the title unless said)' },
    out: {
      type: 'string',
      value: 'FILE',
      about: 'where to write it: a module where its name ends with .ts, .js or .mjs, else JSON (standard output unless said)',
    },
  },
  async run(call) {
    const file = subject(call, 'openapi-file')
    const today = new Date(systemClock()).toISOString().slice(0, 10)
    const { difference, assumed, unknown } = draft(await read(call, file), { name: textFlag(call, 'name'), today })
    const json = JSON.stringify(difference, null, 2)
    const out = textFlag(call, 'out')
    if (out === undefined) call.io.stdout(`${json}\n`)
    else {
      await write(resolve(call.io.cwd, out), /\.(ts|js|mjs)$/.test(out) ? `export default ${json}\n` : `${json}\n`)
      printDone(call, `Wrote the dialect ${difference.name} to ${basename(out)}.`, difference)
    }
    tell(call, 'Assumed:', assumed)
    tell(call, 'Could not tell, so it is as in the standard:', unknown)
    return EXIT.ok
  },
}

async function read(call: Call, file: string): Promise<string> {
  const text = await readFileOf(call, file)
  if (text.length > LARGEST) throw new CliError(EXIT.usage, `The description has more than ${LARGEST} characters.`)
  return text
}

function draft(text: string, options: Parameters<typeof draftDialect>[1]): ReturnType<typeof draftDialect> {
  try {
    return draftDialect(readDescription(text), options)
  } catch (cause) {
    if (cause instanceof UnreadableDescription) throw new CliError(EXIT.usage, cause.message)
    throw cause
  }
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST') throw new CliError(EXIT.conflict, 'There is a file of this name already: --out writes over nothing.')
    throw cause
  })
}

function tell(call: Call, title: string, sentences: readonly string[]): void {
  if (sentences.length === 0) return
  call.io.stderr(`${title}\n${sentences.map((sentence) => `  - ${plain(sentence)}\n`).join('')}`)
}
