import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { completeDialect, type Dialect, standard } from '../../src/core/model/dialect.ts'
import { dialects } from '../../src/dialects/index.ts'
import { run } from '../../src/server/cli/run.ts'
import { findPorts, makeFolder, type Outcome, PROGRAM, runProgram, startProgram } from '../support/program.ts'

/** A provider whose clients have an ending of their own, one way to prove who they are, and two grants. */
const acme = {
  name: 'acme',
  source: { url: 'https://acme.example/docs', read: '2026-11-21' },
  base: '/acme',
  paths: { authorize: '/acme/authorize', token: '/acme/token' },
  discovery: [],
  grant_types: ['authorization_code', 'client_credentials'],
  refresh_tokens: 'never',
  client_auth: ['client_secret_post'],
  scopes: { REPORTS: { title: { en: 'See reports' }, description: { en: 'All of them.' }, level: 2 } },
  registration: { ...standard.registration, defaults: { client_name: 'An app of Acme', scope: 'REPORTS' } },
  client_id_suffix: '.acme.example',
}
const METADATA = { redirect_uris: ['https://app.example/cb'] }

type Shell = (...args: string[]) => Promise<Outcome>

/** A folder with the dialect in it, which is on. */
function openShell(test: TestContext): Shell & { cwd: string } {
  const cwd = makeFolder(test)
  writeFileSync(join(cwd, 'acme.json'), JSON.stringify(acme))
  writeFileSync(join(cwd, 'vouchsafe.config.json'), JSON.stringify({ dialects: ['standard', 'acme.json'] }))
  const shell: Shell = async (...args) => {
    const outcome: Outcome = { code: null, stdout: '', stderr: '' }
    outcome.code = await run(args, {
      stdout: (text) => void (outcome.stdout += text),
      stderr: (text) => void (outcome.stderr += text),
      stdin: async () => '',
      file: async (path) => readFileSync(join(cwd, path), 'utf8'),
      env: {},
      cwd,
    })
    return outcome
  }
  return Object.assign(shell, { cwd })
}

const addClient = (shell: Shell, metadata: object, ...flags: string[]): Promise<Outcome> =>
  shell('client', 'add', '--metadata', JSON.stringify({ ...METADATA, ...metadata }), ...flags)

describe('dialect check', () => {
  it('says that a file is in order', async (test) => {
    const shell = openShell(test)
    assert.deepEqual(await shell('dialect', 'check', 'acme.json'), { code: 0, stdout: 'ok: the dialect acme can be served.\n', stderr: '' })
    assert.deepEqual(
      JSON.parse((await shell('dialect', 'check', 'acme.json', '--json')).stdout),
      JSON.parse(JSON.stringify(completeDialect(acme as never))),
    )
  })

  it('names each field that is wrong, one a line', async (test) => {
    const shell = openShell(test)
    writeFileSync(join(shell.cwd, 'wrong.json'), JSON.stringify({ ...acme, redirect_status: 307, bodi: [], lifetime: { code: 1 } }))
    const { code, stdout, stderr } = await shell('dialect', 'check', 'wrong.json')
    assert.deepEqual([code, stdout], [78, ''])
    assert.deepEqual(stderr.trimEnd().split('\n').sort(), [
      'vouchsafe: wrong.json: bodi is not known: did you mean body?',
      'vouchsafe: wrong.json: lifetime.code must be a whole number of seconds from 10 to 600.',
      'vouchsafe: wrong.json: redirect_status must be one of: 302, 303, 308.',
    ])
  })

  it('reads TypeScript as it is, in the real program', async (test) => {
    const cwd = makeFolder(test)
    writeFileSync(join(cwd, 'acme.ts'), `interface Anything { name: string }\nexport const acme: Anything = ${JSON.stringify(acme)}\n`)
    const { code, stdout, stderr } = await runProgram(cwd, ['dialect', 'check', 'acme.ts'])
    assert.deepEqual([code, stdout], [0, 'ok: the dialect acme can be served.\n'], stderr)
  })
})

describe('dialect show', () => {
  it('prints in which fields it differs, and from what', async (test) => {
    const { code, stdout } = await openShell(test)('dialect', 'show', 'acme.json')
    assert.equal(code, 0)
    assert.match(stdout, /^acme, after https:\/\/acme\.example\/docs, read on 2026-11-21\n/)
    assert.match(stdout, /^FIELD +STANDARD +HERE$/m)
    assert.match(stdout, /^paths\.token +\/token +\/acme\/token$/m)
    assert.match(stdout, /^refresh_tokens +registered +never$/m)
    assert.match(stdout, /^client_id_suffix +"" +\.acme\.example$/m)
    assert.doesNotMatch(stdout, /^pkce/m, 'what is as in the standard is left out')
  })

  it('knows the dialects that are on by their names, with what was laid over them', async (test) => {
    const shell = openShell(test)
    const dialect_settings = { standard: { redirect_status: 302 } }
    writeFileSync(join(shell.cwd, 'vouchsafe.config.json'), JSON.stringify({ dialects: ['standard', 'acme.json'], dialect_settings }))
    assert.match((await shell('dialect', 'show', 'standard')).stdout, /^redirect_status +303 +302$/m)
    assert.match((await shell('dialect', 'show', 'acme')).stdout, /^refresh_tokens/m)
  })

  for (const { name } of dialects.filter((dialect) => dialect.name !== 'standard')) {
    it(`--json of ${name} is a file that check accepts`, async (test) => {
      const shell = openShell(test)
      const { stdout } = await shell('dialect', 'show', name, '--json')
      writeFileSync(join(shell.cwd, 'shown.json'), stdout)
      assert.equal((await shell('dialect', 'check', 'shown.json')).code, 0)
    })
  }

  it('the standard differs in nothing', async (test) => {
    assert.match((await openShell(test)('dialect', 'show', 'standard')).stdout, /It is the standard itself\.\n$/)
  })

  it('says which there are', async (test) => {
    const { code, stderr } = await openShell(test)('dialect', 'show', 'klingon')
    assert.equal(code, 3)
    assert.match(stderr, /There is no dialect of this name: there are standard, /)
  })
})

describe('client add --dialect', () => {
  it('RFC 7591 §2 gives what the dialect means by saying nothing', async (test) => {
    const { code, stdout, stderr } = await addClient(openShell(test), {}, '--dialect', 'acme')
    assert.equal(code, 0, stderr)
    const client = JSON.parse(stdout)
    assert.deepEqual([client.dialect, client.client_name, client.scope], ['acme', 'An app of Acme', 'REPORTS'])
    assert.equal(client.token_endpoint_auth_method, 'client_secret_post', 'the only one that there is')
    assert.match(client.client_id, /^[0-9a-f-]{36}\.acme\.example$/)
    assert.equal(stderr, '', 'the scope of a dialect is declared')
  })

  const refused: [name: string, metadata: object, flags: string[], problem: RegExp][] = [
    [
      'a method that it does not have',
      { token_endpoint_auth_method: 'client_secret_basic' },
      [],
      /token_endpoint_auth_method must be one of: client_secret_post\./,
    ],
    [
      'a client without a secret',
      { token_endpoint_auth_method: 'none' },
      [],
      /token_endpoint_auth_method must be one of: client_secret_post\./,
    ],
    [
      'a grant that it does not have',
      { grant_types: ['authorization_code', 'refresh_token'] },
      [],
      /grant_types must hold only what is offered here: authorization_code, client_credentials\./,
    ],
    ['an id without its ending', {}, ['--client-id', 'mine'], /--client-id must end with \.acme\.example/],
    ['an id that is its ending', {}, ['--client-id', '.acme.example'], /--client-id must end with \.acme\.example/],
  ]
  for (const [name, metadata, flags, problem] of refused) {
    it(`refuses ${name}`, async (test) => {
      const shell = openShell(test)
      const { code, stderr } = await addClient(shell, metadata, '--dialect', 'acme', ...flags)
      assert.equal(code, 2)
      assert.match(stderr, problem)
      assert.deepEqual(JSON.parse((await shell('client', 'list', '--json')).stdout), [])
    })
  }

  it('takes an id with its ending, and in another dialect any', async (test) => {
    const shell = openShell(test)
    assert.equal((await addClient(shell, {}, '--dialect', 'acme', '--client-id', 'mine.acme.example')).code, 0)
    assert.equal((await addClient(shell, {}, '--client-id', 'mine')).code, 0)
  })

  it('knows no dialect that is neither known nor on', async (test) => {
    const { code, stderr } = await addClient(openShell(test), {}, '--dialect', 'klingon')
    assert.equal(code, 2)
    assert.match(stderr, /dialect must be one of: standard, .*, acme\./)
  })

  it('warns where the dialect is off', async (test) => {
    const { name } = dialects.find((dialect) => dialect.name !== 'standard' && dialect.client_auth !== 'registered')!
    const { code, stderr } = await addClient(openShell(test), {}, '--dialect', name)
    assert.equal(code, 0)
    assert.match(stderr, new RegExp(`the dialect ${name} is not on.* --dialects \\(now standard, acme\\)`))
  })
})

describe('doctor, whichever dialects are on', () => {
  const named = (fits: (dialect: Dialect) => boolean): string =>
    dialects.find((dialect) => dialect.name !== 'standard' && fits(dialect))!.name
  const published = named(({ discovery }) => discovery.length > 0)
  const silent = named(({ discovery }) => discovery.length === 0)
  for (const [name, on] of [
    ['one that publishes metadata, alone', published],
    ['the standard behind it', `${published},standard`],
    ['one that publishes nothing', silent],
  ] as const) {
    it(`finds nothing wrong with ${name}`, async (test) => {
      const folder = makeFolder(test)
      const flags = ['--port', String(await findPorts(1)), '--dialects', on]
      await startProgram(test, folder, ['node', PROGRAM, 'serve', ...flags])
      const { stdout } = await runProgram(folder, ['doctor', ...flags])
      assert.doesNotMatch(stdout, /WRONG/)
      assert.match(stdout, /ok {5}discovery/)
    })
  }
})
