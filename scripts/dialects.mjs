// docs/dialects.md: what each dialect says, and what each word of the vocabulary means. Read from the data in src/dialects and from the
// comments in src/core/model/dialect.ts. With --write it is written; without, a difference fails.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { pathsOf, standard } from '../src/core/model/dialect.ts'
import { dialects } from '../src/dialects/index.ts'
import { findDifferences, showValue } from '../src/server/dialects/difference.ts'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))

const PAGE = 'docs/dialects.md'
const VOCABULARY = 'src/core/model/dialect.ts'
const vendors = dialects.filter((dialect) => dialect !== standard)
/** Shown elsewhere, or too long for a cell. */
const APART = /^(paths|scopes|management)\b/

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const code = (value) => (value === undefined ? '' : `\`${cell(showValue(value))}\``)
const row = (...cells) => `| ${cells.join(' | ')} |\n`
const head = (...cells) => row(...cells) + row(...cells.map(() => '---'))

/** The comment in front of a declaration, as running text. */
function commentOf(node, source) {
  const text = ts.getJSDocCommentsAndTags(node).map((doc) => doc.getText(source))[0] ?? ''
  return text
    .replaceAll(/^\/\*\*|\*\/$/g, '')
    .replaceAll(/^\s*\* ?/gm, '')
    .replaceAll(/@spec [^\n]*/g, (tag) => `(${tag.slice(6).trim()})`)
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** The differences of every vendor, by field, in the order of the vocabulary. */
function compareAll() {
  const byVendor = vendors.map((dialect) => new Map(findDifferences(dialect).map((difference) => [difference.field, difference])))
  const fields = [...new Set(byVendor.flatMap((differences) => [...differences.keys()]))].filter((field) => !APART.test(field))
  const order = Object.keys(standard)
  const place = (field) => order.indexOf(field.split('.')[0])
  fields.sort((one, other) => place(one) - place(other))
  let table = head('field', 'standard', ...vendors.map(({ name }) => name))
  for (const field of fields) {
    const usual = byVendor.map((differences) => differences.get(field)).find(Boolean).standard
    table += row(`\`${field}\``, code(usual), ...byVendor.map((differences) => code(differences.get(field)?.here)))
  }
  return table
}

function describe(dialect) {
  const file = `src/dialects/${dialect.name}.ts`
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const comment = commentOf(source.statements.find(ts.isVariableStatement), source)
  const { url, read } = dialect.source
  let text = `\n## ${dialect.name}\n\nAfter [its pages](${url}), read on ${read}; the data: [${file}](../${file}).\n\n${comment}\n\n`
  text += head('endpoint', 'path')
  for (const endpoint of Object.keys(dialect.paths)) text += row(endpoint, pathsOf(dialect, endpoint).map(code).join(', '))
  const scopes = Object.entries(dialect.scopes)
  if (scopes.length > 0) {
    text += `\n${head('scope', 'what people read', 'level', 'claims')}`
    for (const [name, { title, level, claims = [] }] of scopes) text += row(code(name), cell(title.en), level, claims.map(code).join(', '))
  }
  if (dialect.management) text += describeManagement(dialect)
  return text
}

function describeManagement(dialect) {
  const differences = findDifferences({ ...standard, management: dialect.management })
  let text = `\n${head('management', 'its word')}`
  for (const { field, here } of differences) text += row(`\`${field.replace(/^management\./, '')}\``, code(here))
  return text
}

/** Every field with its comment, those of the shapes below it included. */
function describeVocabulary() {
  const source = ts.createSourceFile(VOCABULARY, readFileSync(VOCABULARY, 'utf8'), ts.ScriptTarget.Latest, true)
  const shapes = new Map(source.statements.filter(ts.isInterfaceDeclaration).map((shape) => [shape.name.text, shape]))
  let table = head('field', 'values', 'meaning', 'standard')
  const add = (members, path, usual) => {
    for (const member of members) {
      const name = member.name.getText(source)
      const field = path === '' ? name : `${path}.${name}`
      const type = member.type.getText(source).replaceAll(/\s+/g, ' ')
      const inner = ts.isTypeLiteralNode(member.type) ? member.type.members : shapes.get(type.replace(/ \| null$/, ''))?.members
      const value = typeof usual === 'object' && usual !== null ? usual[name] : undefined
      table += row(
        `\`${field}\``,
        inner ? '' : `\`${cell(type)}\``,
        cell(commentOf(member, source)),
        inner && value !== null ? '' : code(value),
      )
      if (inner) add(inner, field, value)
    }
  }
  add(shapes.get('Dialect').members, '', standard)
  return table
}

const page = `# Dialects

Made by \`npm run docs\` from \`src/dialects\` and \`${VOCABULARY}\`; \`npm run check\` fails where it is out of date.

A dialect is data that says how one provider's endpoints differ from the standard; a client belongs to one, and its requests, codes and tokens are good there only. \`vouchsafe serve --dialects standard,${vendors[0].name}\` turns dialects on, by name or by the path of a file of your own; \`vouchsafe dialect show NAME\` prints how one differs, \`dialect check FILE\` looks a file over, \`dialect import OPENAPI-FILE\` drafts one. In the configuration \`dialect_settings\` lays other values over a dialect that is on. All of it: [cli.md](cli.md#dialects).

## At a glance

An empty cell is as in the standard. Paths, scopes and management stand with each dialect below.

${compareAll()}${vendors.map(describe).join('')}
## Every field

${describeVocabulary()}`

if (process.argv.includes('--write')) {
  writeFileSync(PAGE, page)
} else {
  let present = ''
  try {
    present = readFileSync(PAGE, 'utf8')
  } catch {}
  if (present !== page) {
    console.error(`${PAGE} is not what the data says. Run npm run docs.`)
    process.exitCode = 1
  }
}
