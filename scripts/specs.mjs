// docs/specs.md: which file keeps which section of which standard, and which tests show it. Read from the @spec tags
// in src and from the names of the tests. With --write it is written; without, a difference fails.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))

const PAGE = 'docs/specs.md'
const SPEC = '[A-Z][A-Za-z0-9./-]*(?: [A-Za-z0-9][A-Za-z0-9.-]*)*'
const SECTION = String.raw` §(?:[A-Z]|\d+|[A-Z]\.\d+|\d+[a-z])(?:\.\d+)*`
const REFERENCE = new RegExp(`^(${SPEC})(${SECTION})?$`)
const TEST_NAME = new RegExp(String.raw`(['"\x60])(${SPEC}${SECTION}) (.+?)\1`, 'g')

/** Every reference with the files that name it and the tests whose names begin with it. */
const index = new Map()
const problems = []

function entry(reference) {
  if (!index.has(reference)) index.set(reference, { files: new Set(), tests: new Map() })
  return index.get(reference)
}

for (const file of globSync('src/**/*.ts').sort()) {
  const text = readFileSync(file, 'utf8')
  for (const [, tags] of text.matchAll(/@spec ([^\n]+?)(?: ?\*\/|\n)/g)) {
    for (const tag of tags.split(', ')) {
      if (!REFERENCE.test(tag.trim())) problems.push(`${file}: "@spec ${tag}" names no standard and section`)
      else entry(tag.trim()).files.add(file)
    }
  }
}
for (const file of globSync('test/**/*.test.ts').sort()) {
  for (const [, , reference, name] of readFileSync(file, 'utf8').matchAll(TEST_NAME)) {
    const tests = entry(reference).tests
    tests.set(file, [...(tests.get(file) ?? []), name.replace(/\$\{[^}]*\}/g, '…')])
  }
}

const byNumber = (one, other) => one.localeCompare(other, 'en', { numeric: true })
const specs = Map.groupBy([...index.keys()].sort(byNumber), (reference) => REFERENCE.exec(reference)[1])
const link = (file) => `[${file.replace(/^(src|test)\//, '')}](../${file})`
const cell = (text) => text.replaceAll('|', '\\|')

let page = `# Standards: where each section is kept

Made by \`npm run docs\` from the \`@spec\` tags in \`src\` and from the names of the tests; \`npm run check\` fails where it is out of date.
`
for (const spec of [...specs.keys()].sort(byNumber)) {
  page += `\n## ${spec}\n\n| section | kept in | shown by |\n|---|---|---|\n`
  for (const reference of specs.get(spec)) {
    const { files, tests } = index.get(reference)
    const shown = [...tests].map(([file, names]) => `${link(file)}: ${names.map(cell).join('; ')}`)
    const section = REFERENCE.exec(reference)[2]?.trim() ?? 'all'
    page += `| ${section} | ${[...files].map(link).join('<br>')} | ${shown.join('<br>')} |\n`
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exitCode = 1
}
if (process.argv.includes('--write')) {
  writeFileSync(PAGE, page)
} else {
  let present = ''
  try {
    present = readFileSync(PAGE, 'utf8')
  } catch {}
  if (present !== page) {
    console.error(`${PAGE} is not what the code says. Run npm run docs.`)
    process.exitCode = 1
  }
}
