import type { Dialect } from '../../core/model/dialect.ts'
import { dialects as known } from '../../dialects/index.ts'
import { isDialectFile, loadDialect } from './file.ts'
import { isObject, nearest } from './readers.ts'
import { findSharedPaths } from './rules.ts'
import { overlayDialect } from './schema.ts'

/** The names of the dialects that come with the program. */
export const DIALECTS: readonly string[] = known.map(({ name }) => name)

/** Whether it is one of those that come with the program, as it came. */
export const isKnown = (dialect: Dialect): boolean => known.includes(dialect)

/** What a name stands for: a dialect of one's own first. */
export function dialectOf(name: string, own: readonly Dialect[] = []): Dialect | null {
  return [...own, ...known].find((dialect) => dialect.name === name) ?? null
}

/** What somebody asked for: names and files, and what is laid over them. */
export interface Choice {
  /** Names of known dialects, or paths of files. */
  named: readonly string[]
  /** How the person who gave the list would call the place. */
  where: string
  /** By the names of dialects: members that stand in for their own. */
  settings?: unknown
  /** Relative paths begin here. */
  cwd: string
}

/** The dialects that are on, whole and without contradictions; everything that is wrong with them is noted. */
export async function chooseDialects({ named, where, settings, cwd }: Choice, problems: string[]): Promise<Dialect[]> {
  const chosen: Dialect[] = []
  for (const name of named) {
    const dialect = isDialectFile(name) ? await loadDialect(name, cwd, problems) : findDialect(name, where, problems)
    if (!dialect) continue
    if (chosen.some((one) => one.name === dialect.name))
      problems.push(`${where} has two dialects called ${dialect.name}: keep one of them.`)
    else chosen.push(dialect)
  }
  const laid = layOver(chosen, settings, problems)
  problems.push(...findSharedPaths(laid))
  return laid
}

function findDialect(name: string, where: string, problems: string[]): Dialect | null {
  const dialect = dialectOf(name)
  if (dialect) return dialect
  const near = nearest(name, DIALECTS)
  const hint = near === null ? `write some of ${DIALECTS.join(', ')}, or the path of a file (.ts, .js, .json)` : `did you mean ${near}?`
  problems.push(`${where} holds a name that is not known: ${hint}${near === null ? '.' : ''}`)
  return null
}

function layOver(dialects: readonly Dialect[], settings: unknown, problems: string[]): Dialect[] {
  if (settings === undefined) return [...dialects]
  if (!isObject(settings)) {
    problems.push('dialect_settings must be an object: the names of dialects, and what is different there.')
    return [...dialects]
  }
  const names = dialects.map(({ name }) => name)
  for (const name of Object.keys(settings)) {
    if (!names.includes(name)) problems.push(`dialect_settings.${name} is for a dialect that is not on: there are ${names.join(', ')}.`)
  }
  return dialects.map((dialect) => {
    if (!Object.hasOwn(settings, dialect.name)) return dialect
    return overlayDialect(dialect, settings[dialect.name], { path: `dialect_settings.${dialect.name}`, problems }) ?? dialect
  })
}
