import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Dialect } from '../../core/model/dialect.ts'
import { isObject } from './readers.ts'
import { readDialect } from './schema.ts'

/** What tells the path of a dialect's file from a dialect's name. */
export const isDialectFile = (named: string): boolean => /\.(m?ts|m?js|json)$/.test(named)

/** The one object that a file holds: JSON, or a module's default, or the only thing that it exports. Throws where there is none. */
export async function loadObject(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (path.endsWith('.json')) {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (isObject(value)) return value
    throw new Error('it must hold one JSON object.')
  }
  const module: Record<string, unknown> = await import(pathToFileURL(path).href).catch((cause: unknown) => {
    throw isCommonJs(cause) ? new Error(asModule(basename(path))) : cause
  })
  const exported = Object.values(module)
  const value = module['default'] ?? (exported.length === 1 ? exported[0] : undefined)
  if (isObject(value)) return { ...value }
  throw new Error('it must export one object as its default.')
}

/** Whether a module was read as CommonJS, as the package around it says that its files are. */
function isCommonJs(cause: unknown): boolean {
  return cause instanceof SyntaxError && /outside a module|Unexpected token 'export'/.test(cause.message)
}

const asModule = (name: string): string =>
  `the package.json that it belongs to makes it CommonJS. Name it ${name.replace(/\.([tj])s$/, '.m$1s')}, or write "type": "module" there.`

/** A dialect of somebody's own; null where the file cannot be read or says what no dialect can, each noted with the file's name. */
export async function loadDialect(named: string, cwd: string, problems: string[]): Promise<Dialect | null> {
  const found: string[] = []
  const dialect = await loadObject(resolve(cwd, named)).then(
    (input) => readDialect(input, found),
    (cause: unknown) => {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT' || (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND'
      found.push(missing ? 'there is no such file, or something that it imports is missing.' : `cannot be read: ${text(cause)}`)
      return null
    },
  )
  problems.push(...found.map((problem) => `${basename(named)}: ${problem}`))
  return dialect
}

const text = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
