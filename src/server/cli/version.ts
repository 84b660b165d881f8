import { readFileSync } from 'node:fs'

/** The version of this package; the file lies as far above the source as above what is built from it. */
export function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
