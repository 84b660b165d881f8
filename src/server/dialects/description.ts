import { parse, YAMLError } from 'yaml'
import { isObject } from './readers.ts'

/** What is given cannot be read as a description of endpoints; the message says why, in one sentence. */
export class UnreadableDescription extends Error {}

/** A description of endpoints, as far as its text goes. */
export interface Description {
  document: Readonly<Record<string, unknown>>
  /** The address that a page gives for it. */
  address?: string
  /** The one operation that a page is about. */
  path?: string
}

/** Anchors of YAML that may be opened out: a small text must not become a large one. */
const MOST_ALIASES = 100
/** A block of code in Markdown: its fence, its language, what stands behind that, and its text. */
const BLOCK = /^ {0,3}(`{3,}|~{3,}) *(?:ya?ml|json)\b([^\n]*)\n([\s\S]*?)\n {0,3}\1 *$/gm

/** Reads JSON, YAML, or a page of Markdown with either in a fenced block. Throws UnreadableDescription. */
export function readDescription(text: string): Description {
  const blocks = [...text.replaceAll('\r\n', '\n').matchAll(BLOCK)]
  const block = blocks.find(([, , , inside = '']) => /^\s*(?:openapi:|\{[\s\S]*"openapi")/m.test(inside))
  if (!block) return { document: parseText(text) }
  const [, , about = '', inside = ''] = block
  const address = /https?:\/\/\S+/.exec(about)?.[0]
  const path = /\bget\s+(\/\S*)/i.exec(about)?.[1]
  return { document: parseText(inside), ...(address !== undefined && { address }), ...(path !== undefined && { path }) }
}

/** JSON is YAML, so one reader does for both. */
function parseText(text: string): Description['document'] {
  try {
    const value: unknown = parse(text, { maxAliasCount: MOST_ALIASES })
    if (isObject(value)) return value
  } catch (cause) {
    if (cause instanceof YAMLError) {
      const { line = 0, col = 0 } = cause.linePos?.[0] ?? {}
      throw new UnreadableDescription(`The description is neither JSON nor YAML: it stops making sense at line ${line}, column ${col}.`)
    }
    if (cause instanceof ReferenceError) throw new UnreadableDescription('The description refers to itself too often.')
    throw cause
  }
  throw new UnreadableDescription('The description holds no object.')
}
