import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { it } from 'node:test'
import ts from 'typescript'

/** Who may import whom, ground floor first. A room may use its own files and the rooms named here, no others. */
const LAW: Readonly<Record<string, readonly string[]>> = {
  'core/model': [],
  'core/crypto': [],
  'core/http': ['core/model'],
  'core/keys': ['core/model', 'core/crypto'],
  'core/tokens': ['core/model', 'core/crypto'],
  'core/client-auth': ['core/model', 'core/crypto'],
  'core/registration': ['core/model', 'core/crypto'],
  'core/grants': ['core/model', 'core/crypto', 'core/registration'],
  'core/authorize': ['core/model', 'core/crypto', 'core/http'],
  'core/endpoints': ['core/model', 'core/http', 'core/authorize', 'core/client-auth', 'core/tokens', 'core/registration'],
  core: [
    'core/model',
    'core/crypto',
    'core/http',
    'core/keys',
    'core/tokens',
    'core/client-auth',
    'core/registration',
    'core/grants',
    'core/authorize',
    'core/endpoints',
  ],
  dialects: ['core/model'],
  stores: ['core/model'],
  signers: ['core/model'],
  'server/accounts': ['core/model', 'core/crypto'],
  'server/pages': ['core/model', 'server/accounts'],
  'server/upstreams': ['core/model', 'server/accounts'],
  'server/demo': [],
  'server/dialects': ['core/model', 'dialects'],
  server: [
    'core',
    'core/model',
    'dialects',
    'stores',
    'signers',
    'server/accounts',
    'server/pages',
    'server/upstreams',
    'server/demo',
    'server/dialects',
  ],
  'server/bench': ['server', 'core', 'core/model', 'server/accounts', 'server/dialects'],
  'server/cli': ['server', 'core/model', 'dialects', 'server/accounts', 'server/pages', 'server/demo', 'server/dialects', 'server/bench'],
  '': ['core', 'core/model'],
}

/** Foreign packages and the files that may import them: each has one door; `jose` and `openid-client` have a second one in the demo, which is no part of us. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  jose: ['core/crypto/jwt.ts', 'server/demo/api.ts'],
  'openid-client': ['server/demo/oidc.ts', 'server/upstreams/oidc.ts'],
  nodemailer: ['server/smtp.ts'],
  yaml: ['server/dialects/description.ts'],
}

const VENDORS = /\b(telnyx|talque|worksmart|screening[ -]?eagle)\b/i

interface Import {
  from: string
  /** A file of ours by its path below src, or the name of a module. */
  to: string
  ours: boolean
}

const files = globSync('src/**/*.ts')
  .map((path) => path.slice('src/'.length))
  .filter((file) => !file.endsWith('.d.ts'))
  .sort()
const read = (file: string): string => readFileSync(join('src', file), 'utf8')
const imports: Import[] = files.flatMap((from) =>
  ts.preProcessFile(read(from)).importedFiles.map(({ fileName }) => {
    const ours = fileName.startsWith('.')
    return { from, to: ours ? join(dirname(from), fileName) : fileName, ours }
  }),
)

const rooms = Object.keys(LAW).sort((one, other) => other.length - one.length)

function roomOf(file: string): string {
  return rooms.find((room) => room === '' || file.startsWith(`${room}/`)) ?? ''
}

it('the law has a ground floor: each room names only rooms that stand before it', () => {
  const order = Object.keys(LAW)
  for (const [room, allowed] of Object.entries(LAW)) {
    for (const other of allowed) assert.ok(order.indexOf(other) >= 0 && order.indexOf(other) < order.indexOf(room), `${room} → ${other}`)
  }
})

it('every import keeps the law', () => {
  assert.ok(imports.length > 100, 'the imports were found')
  const broken = imports.filter(({ from, to, ours }) => ours && roomOf(from) !== roomOf(to) && !LAW[roomOf(from)]!.includes(roomOf(to)))
  assert.deepEqual(broken.map(show), [])
})

it('every import names a file that is there, with its ending', () => {
  const broken = imports.filter(({ to, ours }) => ours && !files.includes(to))
  assert.deepEqual(broken.map(show), [])
})

it('endpoints do not import one another', () => {
  const broken = imports.filter(({ from, to }) => roomOf(from) === 'core/endpoints' && roomOf(to) === 'core/endpoints')
  assert.deepEqual(broken.map(show), [])
})

it('the server enters the core through authorization-server.ts and the model alone', () => {
  const broken = imports.filter(
    ({ from, to }) => from.startsWith('server/') && roomOf(to) === 'core' && to !== 'core/authorization-server.ts',
  )
  assert.deepEqual(broken.map(show), [])
})

it('no import runs in a circle', () => {
  assert.equal(findCircle(), null)
})

/** The first circle of imports, as a path; null where there is none. */
function findCircle(): string | null {
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): string | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' → ')
    if (done.has(file)) return null
    for (const { to } of importsOf(file)) {
      const circle = visit(to, [...path, file])
      if (circle) return circle
    }
    done.add(file)
    return null
  }
  for (const file of files) {
    const circle = visit(file, [])
    if (circle) return circle
  }
  return null
}

const importsOf = (file: string): Import[] => imports.filter(({ from, ours }) => ours && from === file)

const ROAD = ['http/params', 'authorize/target', 'authorize/request', 'authorize/next-step', 'tokens/code', 'authorize/response']

it('the road of /authorize enters each of its files once, in the order in which they are read', () => {
  const endpoint = ts.createSourceFile('authorize.ts', read('core/endpoints/authorize.ts'), ts.ScriptTarget.Latest, true)
  const entries = ROAD.map((step) => callsOf(endpoint, importedNames(endpoint, `../${step}.ts`)))
  const [answers, ...steps] = entries.reverse()
  for (const [index, calls] of steps.entries()) assert.equal(calls.length, 1, `${ROAD.at(-index - 2)}.ts is called once`)
  assert.ok(answers!.length > 0, 'the road ends with an answer')
  // where a call ends: the argument of a call comes before the call itself
  const ends = [answers![0]!, ...steps.map((calls) => calls[0]!)].reverse()
  assert.deepEqual(
    ends,
    [...ends].sort((one, other) => one - other),
    'the calls stand in reading order',
  )
})

it('no step of the road of /authorize is entered from another step', () => {
  for (const step of ROAD) {
    const to = `core/${step}.ts`
    assert.ok(files.includes(to), `${to} is there`)
    const doors = imports.filter(
      ({ from, to: target }) => target === to && /^core\/(authorize|http|tokens)\//.test(from) && bringsValues(from, to),
    )
    assert.deepEqual(doors.map(show), [])
  }
})

/** The names that a file takes from a module, types left out. */
function importedNames(source: ts.SourceFile, module: string): Set<string> {
  const names = new Set<string>()
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || (statement.moduleSpecifier as ts.StringLiteral).text !== module) continue
    const bindings = statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? undefined : statement.importClause?.namedBindings
    if (bindings && ts.isNamedImports(bindings)) {
      for (const element of bindings.elements) if (!element.isTypeOnly) names.add(element.name.text)
    }
  }
  return names
}

function bringsValues(from: string, to: string): boolean {
  const source = ts.createSourceFile(from, read(from), ts.ScriptTarget.Latest, true)
  return source.statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) &&
      join(dirname(from), (statement.moduleSpecifier as ts.StringLiteral).text) === to &&
      importedNames(source, (statement.moduleSpecifier as ts.StringLiteral).text).size > 0,
  )
}

/** Where in a file the calls of these functions end. */
function callsOf(source: ts.SourceFile, names: Set<string>): number[] {
  const calls: number[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && names.has(node.expression.text)) calls.push(node.end)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return calls
}

it('no vendor is named outside src/dialects', () => {
  const named = files.filter((file) => roomOf(file) !== 'dialects' && (VENDORS.test(file) || VENDORS.test(read(file))))
  assert.deepEqual(named, [])
})

const VENDOR_FILES = files.filter((file) => roomOf(file) === 'dialects' && !file.endsWith('/index.ts'))

it('dialects are literals only: each file exports one object of data, and imports at most its type', () => {
  assert.ok(VENDOR_FILES.length > 4, 'the dialects were found')
  for (const file of VENDOR_FILES) {
    const { statements } = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true)
    const [declared, ...others] = statements.filter((statement) => !isTypeImport(statement))
    assert.ok(declared && ts.isVariableStatement(declared) && others.length === 0, `${file} declares one thing`)
    assert.deepEqual(
      declared.modifiers?.map((modifier) => modifier.kind),
      [ts.SyntaxKind.ExportKeyword],
      `${file} exports it`,
    )
    const [constant, ...more] = declared.declarationList.declarations
    assert.ok(constant?.initializer && ts.isObjectLiteralExpression(constant.initializer) && more.length === 0, `${file}: an object`)
    assert.equal(findCode(constant.initializer), null, file)
    if (!file.startsWith('dialects/walks/')) assert.equal(constant.type?.getText(), 'DialectDifference', `${file}: its type`)
  }
})

it('the standard, which dialects differ from, is a literal too', () => {
  const { statements } = ts.createSourceFile('dialect.ts', read('core/model/dialect.ts'), ts.ScriptTarget.Latest, true)
  const standard = statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find(({ name }) => name.getText() === 'standard')
  assert.ok(standard?.initializer)
  assert.equal(findCode(standard.initializer), null)
})

const isTypeImport = (statement: ts.Statement): boolean =>
  ts.isImportDeclaration(statement) && statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword

/** The first expression that could not stand in a JSON file; null where there is none. */
function findCode(node: ts.Expression): string | null {
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(findCode).find((code) => code !== null) ?? null
  if (ts.isObjectLiteralExpression(node)) {
    const parts = node.properties.map((property) => {
      const named = ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name)
      return named ? findCode(property.initializer) : property.getText()
    })
    return parts.find((code) => code !== null) ?? null
  }
  return ts.isStringLiteral(node) || ts.isNumericLiteral(node) || /^(true|false|null)$/.test(node.getText()) ? null : node.getText()
}

it('a call, a spread, a condition, a name and a computed key are found to be code', () => {
  for (const code of [
    '{ a: f() }',
    '{ ...a }',
    '[true ? 1 : 2]',
    '{ a: b }',
    "{ ['a']: 1 }",
    '{ a() {} }',
    '{ a: () => 1 }',
    '`a`',
    '{ a }',
    '-a',
  ]) {
    const [statement] = ts.createSourceFile('x.ts', `(${code})`, ts.ScriptTarget.Latest, true).statements
    assert.ok(statement && ts.isExpressionStatement(statement) && ts.isParenthesizedExpression(statement.expression))
    assert.notEqual(findCode(statement.expression.expression), null, code)
  }
})

it('only core/crypto uses node:crypto, and the core nothing else of Node', () => {
  const broken = imports.filter(
    ({ from, to, ours }) =>
      !ours && from.startsWith('core/') && to.startsWith('node:') && (to !== 'node:crypto' || roomOf(from) !== 'core/crypto'),
  )
  assert.deepEqual(broken.map(show), [])
})

it('each foreign package is imported by one file', () => {
  const users = new Map<string, string[]>()
  for (const { from, to, ours } of imports) {
    // a file may import types and values apart
    if (!ours && !to.startsWith('node:')) users.set(to, [...new Set([...(users.get(to) ?? []), from])])
  }
  const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const declared = Object.keys({ ...dependencies, ...peerDependencies })
  assert.deepEqual([...users.keys()].sort(), declared.sort(), 'what is imported is what is declared')
  for (const [name, importers] of users) {
    if (DOORS[name]) assert.deepEqual(importers, DOORS[name], name)
    else assert.equal(importers.length, 1, `${name}: ${importers.join(', ')}`)
  }
})

/** What decides something, so that the audit log must learn who did. Keys are missing: they have their times, and nobody decides. */
const DECIDES: Readonly<Record<string, readonly string[]>> = {
  clients: ['add', 'update', 'delete'],
  consents: ['decide', 'withdraw'],
  grants: ['revoke', 'withdraw'],
  tokens: ['revoke'],
  users: ['add', 'update'],
  identities: ['add', 'remove'],
  apiKeys: ['add', 'revoke'],
  initialAccessTokens: ['add', 'revoke'],
  factors: ['addPasskey', 'renamePasskey', 'removePasskey', 'setTotp', 'removeTotp', 'setRecoveryCodes', 'spendRecoveryCode', 'reset'],
}
const DECIDING = ['registerClient', 'addUser', 'addApiKey', 'addInitialAccessToken', 'withdraw', 'writeDecision', 'withdrawConsent']
/** How the one who decided is handed on. */
const SAYS_WHO = /\b(by|options|operator|SERVER)\b|\btype: '(user|client)'/

function findDecisions(source: ts.SourceFile): ts.CallExpression[] {
  const found: ts.CallExpression[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const { expression: called } = node
      if (ts.isIdentifier(called) && DECIDING.includes(called.text)) found.push(node)
      if (ts.isPropertyAccessExpression(called)) {
        const of = ts.isPropertyAccessExpression(called.expression) ? called.expression.name.text : ''
        if (Object.hasOwn(DECIDES, of) && DECIDES[of]!.includes(called.name.text)) found.push(node)
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

it('whoever decides something says who, for the audit log', () => {
  const sources = files
    .filter((file) => roomOf(file) !== 'stores')
    .map((file) => ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true))
  const calls = sources.flatMap(findDecisions)
  assert.ok(calls.length > 30, 'the decisions were found')
  const silent = calls.filter((call) => !SAYS_WHO.test(call.arguments.map((given) => given.getText()).join(', ')))
  assert.deepEqual(
    silent.map((call) => `${call.getSourceFile().fileName}: ${call.getText()}`),
    [],
  )
})

it('no page but that of passkeys has a script, and none an inline handler or a style attribute', () => {
  const pages = files.filter((file) => ['server/pages', 'server/demo'].includes(roomOf(file)))
  assert.ok(pages.length > 5, 'the pages were found')
  const broken = pages.filter((file) => /<script\b|\son[a-z]+="|\sstyle="/i.test(read(file)))
  assert.deepEqual(broken, ['server/pages/layout.ts'], 'the frame, for the page that gives it the address of one')
  const naming = pages.filter((file) => /\bscript: |\bscriptPath\(/.test(read(file)))
  assert.deepEqual(naming, ['server/pages/passkey-view.ts', 'server/pages/routes.ts', 'server/pages/script.ts'])
})

function show({ from, to }: Import): string {
  return `${from} → ${to}`
}
