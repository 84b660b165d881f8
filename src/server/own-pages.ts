import { findLinkProblem } from '../core/model/redirect-uri.ts'
import type { OwnPages } from './pages/site.ts'
import { readMembers } from './settings.ts'

/** The product's own pages for sign-in and consent. What it throws ends the sentence that begins with the setting's name. */
export function readOwnPages(value: unknown): OwnPages {
  const given = readMembers(value, ['login', 'consent'], (problem) => new Error(`${problem}.`))
  const pages: OwnPages = {}
  for (const name of ['login', 'consent'] as const) {
    const uri = given[name]
    if (uri === undefined) continue
    const problem =
      typeof uri !== 'string' ? 'must be an absolute https address' : uri.includes('#') ? 'must not have a fragment' : findLinkProblem(uri)
    if (typeof uri !== 'string' || problem) throw new Error(`has a ${name} that ${problem}.`)
    pages[name] = uri
  }
  if (Object.keys(pages).length === 0) throw new Error('must name login, consent or both.')
  return pages
}
