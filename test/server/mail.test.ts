import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { LogEvent } from '../../src/core/model/log.ts'
import { isMailable, type Mail } from '../../src/server/accounts/mail.ts'
import { createOutbox } from '../../src/server/accounts/outbox.ts'
import { ConfigError, readConfig } from '../../src/server/config.ts'
import { examine } from '../../src/server/doctor.ts'
import { createLog } from '../../src/server/log.ts'
import { writeLetter } from '../../src/server/pages/letters.ts'
import type { Frame } from '../../src/server/pages/site.ts'
import { wordsIn } from '../../src/server/pages/words.ts'
import type { MailSettings } from '../../src/server/settings.ts'
import { openSmtp } from '../../src/server/smtp.ts'
import { makeFolder } from '../support/program.ts'
import { openSmtpServer, type SmtpServer } from '../support/smtp.ts'

const LETTER: Mail = { to: 'mara@otterbakery.example', subject: 'Grüße', text: 'Ein Link\n', html: '<p>Ein Link</p>' }
const CWD = '/nonexistent-folder-of-the-mail-tests'

interface Post {
  server: SmtpServer
  outbox: ReturnType<typeof createOutbox>
  events: LogEvent[]
  send(mail: Mail): Promise<void>
}

async function openPost(test: TestContext, given: Partial<MailSettings> & { pauses?: number[]; demands?: string } = {}): Promise<Post> {
  const { pauses = [5, 5], demands, ...settings } = given
  const server = await openSmtpServer({ ...(settings.host && { host: settings.host }), ...(demands && { password: demands }) })
  const events: LogEvent[] = []
  const note = (event: LogEvent): void => {
    events.push(event)
  }
  const from = { name: 'Harbour Books', address: 'accounts@harbourbooks.example' }
  const postman = openSmtp({ host: '127.0.0.1', port: server.port, implicit_tls: false, from, ...settings })
  const outbox = createOutbox({ postman, pauses, log: { info: note, warn: note, error: note } })
  test.after(async () => {
    await outbox.close(0)
    await server.close()
  })
  const send = async (mail: Mail) => {
    outbox.post(async () => mail)
    await outbox.idle()
  }
  return { server, outbox, events, send }
}

/** The header lines of a letter, unfolded. */
const headersOf = (data: string): string[] =>
  data
    .split('\r\n\r\n', 1)[0]!
    .replaceAll(/\r\n[ \t]/g, ' ')
    .split('\r\n')

describe('a letter', () => {
  it('RFC 5321 §3.3 goes to one mail server, from the configured address, in text and in markup', async (test) => {
    const { server, events, send } = await openPost(test)
    await send(LETTER)
    const [letter] = server.received
    assert.deepEqual([letter!.from, letter!.to], ['accounts@harbourbooks.example', ['mara@otterbakery.example']])
    const headers = headersOf(letter!.data)
    assert.ok(headers.includes('From: Harbour Books <accounts@harbourbooks.example>'))
    assert.ok(headers.includes('To: mara@otterbakery.example'))
    assert.ok(headers.includes('Auto-Submitted: auto-generated'), 'RFC 3834 §5')
    assert.match(letter!.data, /text\/plain[\s\S]*Ein Link[\s\S]*text\/html[\s\S]*<p>Ein Link<\/p>/)
    assert.deepEqual(
      events.map(({ event }) => event),
      ['mail.sent'],
    )
    assert.ok(!JSON.stringify(events).includes('mara'), 'the log names nobody')
  })

  it('RFC 4954 §4 shows user and password where there are any', async (test) => {
    const { server, send } = await openPost(test, { user: 'post', password: 'otter 7', demands: 'otter 7' })
    await send(LETTER)
    assert.equal(server.received[0]?.login, 'post otter 7')
  })

  it('ATTACK is not sent in clear to another machine', async (test) => {
    const { server, events, send } = await openPost(test, {
      host: '127.0.0.2',
      user: 'post',
      password: 'otter 7',
      demands: 'otter 7',
      pauses: [],
    })
    await send(LETTER)
    assert.deepEqual(server.received, [])
    assert.ok(!server.heard.some((line) => /^(AUTH|MAIL)/.test(line)))
    assert.equal(events.at(-1)?.event, 'mail.failed')
  })

  it('ATTACK a line break in the subject makes no further header', async (test) => {
    const { server, send } = await openPost(test)
    await send({ ...LETTER, subject: 'A\r\nBcc: eve@evil.example\r\n\r\nbody' })
    const [letter] = server.received
    assert.deepEqual(letter!.to, ['mara@otterbakery.example'])
    assert.ok(!headersOf(letter!.data).some((line) => /^bcc:/i.test(line)))
    assert.ok(headersOf(letter!.data).some((line) => line.startsWith('Subject: A Bcc: eve@evil.example')))
  })

  for (const to of [
    'a@b.example,eve@evil.example',
    'a@b.example> RCPT TO:<eve@evil.example',
    'Eve <eve@evil.example>',
    '"a"@b.example',
    'a@b.example\r\nRCPT TO:<eve@evil.example>',
    'a@b@evil.example',
    '-oQ@evil.example',
    'a@-b.example',
    'a@[192.0.2.1]',
    'a;b@evil.example',
    'a\u202E@evil.example',
  ]) {
    it(`ATTACK no letter goes to ${JSON.stringify(to)}`, async (test) => {
      assert.equal(isMailable(to), false)
      const { server, events, send } = await openPost(test)
      await send({ ...LETTER, to })
      assert.deepEqual([server.received, server.heard], [[], []])
      assert.deepEqual(
        events.map(({ event }) => event),
        ['mail.refused'],
      )
    })
  }
  for (const to of ['a@b.example', 'a.b+c@sub.b.example', 'zoë@bäckerei.example', "o'neil_7@b-c.example"])
    it(`a letter can go to ${to}`, () => assert.equal(isMailable(to), true))

  it('ATTACK the name of the product is text, in every language', async () => {
    const issuer = 'https://id.harbourbooks.example'
    for (const lang of ['en', 'de', 'es', 'fr', 'ja', 'ar']) {
      const words = await wordsIn(lang)
      const frame = { issuer, product: { name: '<b>&"' }, words } as unknown as Frame
      const letter = writeLetter(frame, 'a@b.example', 'reset', `${issuer}/link?token=x.y-z`)
      assert.ok(!letter.html.includes('<b>&"'))
      assert.ok(letter.html.includes(`<a href="${issuer}/link?token=x.y-z">`))
      assert.match(letter.html, new RegExp(`lang="${lang}" dir="${words.dir}"`))
      assert.ok(letter.text.includes(`\n${issuer}/link?token=x.y-z\n`))
      assert.doesNotMatch(letter.html, /<script|<img|style=|src=/)
    }
  })
})

describe('letters that wait', () => {
  it('are tried again where the server says later, and only then', async (test) => {
    const { server, events, send } = await openPost(test)
    server.answers.push('451 4.3.0 later', '451 4.3.0 later')
    await send(LETTER)
    assert.equal(server.received.length, 1)
    assert.deepEqual(
      events.map(({ event }) => event),
      ['mail.postponed', 'mail.postponed', 'mail.sent'],
    )
    server.answers.push('550 5.1.1 mara@otterbakery.example is nobody')
    await send(LETTER)
    assert.deepEqual(events.at(-1), { event: 'mail.failed', reason: 'EENVELOPE', response: 550, tries: 1 })
    assert.ok(!JSON.stringify(events).includes('mara'))
    const lines: string[] = []
    createLog('error', { write: (line) => void lines.push(line) }).error(events.at(-1)!)
    assert.match(lines.join(), /"reason":"EENVELOPE","response":550/, 'and the log keeps it')
  })

  it('are given up after a few tries where no server answers', async (test) => {
    const { server, events, send } = await openPost(test)
    await server.close()
    server.close = async () => {}
    await send(LETTER)
    assert.deepEqual(
      events.map(({ event }) => event),
      ['mail.postponed', 'mail.postponed', 'mail.failed'],
    )
  })

  it('ATTACK have an end: what comes then is dropped, and the log says so once', async (test) => {
    const { server, events, outbox } = await openPost(test)
    let written = 0
    for (let i = 0; i < 2000; i++) {
      outbox.post(async () => {
        written += 1
        return null
      })
    }
    await outbox.idle()
    assert.equal(written, 500)
    assert.deepEqual(events, [{ event: 'mail.full' }])
    outbox.post(async () => LETTER)
    await outbox.idle()
    assert.equal(server.received.length, 1, 'and then there is room again')
  })

  it('are sent before the server ends', async (test) => {
    const { server, outbox } = await openPost(test)
    outbox.post(async () => LETTER)
    await outbox.close()
    assert.equal(server.received.length, 1)
  })
})

describe('the mail server in the settings', () => {
  const read = (env: Record<string, string>) => readConfig({ cwd: CWD, env })
  const url = 'smtp://post@mail.example.com:2525'
  it('comes from the environment, the password apart or inside', async () => {
    const from = { name: 'Harbour Books', address: 'accounts@harbourbooks.example' }
    const given = { VOUCHSAFE_SMTP_FROM: 'Harbour Books <accounts@harbourbooks.example>' }
    const expected = { host: 'mail.example.com', port: 2525, implicit_tls: false, user: 'post', password: 'p@ss', from }
    assert.deepEqual((await read({ ...given, VOUCHSAFE_SMTP_URL: url, VOUCHSAFE_SMTP_PASSWORD: 'p@ss' })).mail, expected)
    assert.deepEqual((await read({ ...given, VOUCHSAFE_SMTP_URL: url.replace('post', 'post:p%40ss') })).mail, expected)
    const plain = await read({ VOUCHSAFE_SMTP_URL: 'smtps://[::1]', VOUCHSAFE_SMTP_FROM: 'a@b.example' })
    assert.deepEqual(plain.mail, { host: '::1', port: 465, implicit_tls: true, from: { name: '', address: 'a@b.example' } })
    assert.equal((await read({})).mail, undefined)
  })

  for (const [env, sentence] of [
    [{ VOUCHSAFE_SMTP_URL: 'mail.example.com' }, /VOUCHSAFE_SMTP_URL needs url to be the address/],
    [{ VOUCHSAFE_SMTP_URL: 'http://mail.example.com' }, /needs url to be the address/],
    [{ VOUCHSAFE_SMTP_FROM: 'a@b.example' }, /mail needs url/],
    [{ VOUCHSAFE_SMTP_PASSWORD: 'x' }, /mail needs url/],
    [{ VOUCHSAFE_SMTP_URL: 'smtp://a%ZZ:b@mail.example.com', VOUCHSAFE_SMTP_FROM: 'a@b.example' }, /a % stands there as %25/],
    [{ VOUCHSAFE_SMTP_URL: url }, /needs both a user in url and VOUCHSAFE_SMTP_PASSWORD/],
    [{ VOUCHSAFE_SMTP_URL: 'smtp://mail.example.com/x', VOUCHSAFE_SMTP_FROM: 'a@b.example' }, /end with the host or the port/],
    [{ VOUCHSAFE_SMTP_URL: 'smtp://mail.example.com' }, /needs from to be who letters come from/],
    [{ VOUCHSAFE_SMTP_URL: 'smtp://mail.example.com', VOUCHSAFE_SMTP_FROM: 'A <a@b.example>, c@d.example' }, /needs from/],
    [{ VOUCHSAFE_SMTP_URL: 'smtp://mail.example.com', VOUCHSAFE_SMTP_FROM: 'A\nB <a@b.example>' }, /needs from/],
  ] as const) {
    it(`is refused in one sentence: ${sentence.source}`, async () => {
      await assert.rejects(
        read(env),
        (cause) => cause instanceof ConfigError && cause.problems.length === 1 && sentence.test(cause.problems[0]!),
      )
    })
  }

  it('is not left out by saying nothing of it', async (test) => {
    const cwd = makeFolder(test)
    writeFileSync(join(cwd, 'vouchsafe.config.json'), '{"mail":{}}')
    await assert.rejects(readConfig({ cwd }), /mail in .* needs url to be the address of a mail server/)
  })

  it('is asked by the doctor, without a letter', async (test) => {
    const server = await openSmtpServer({ password: 'right' })
    test.after(() => server.close())
    const env = { VOUCHSAFE_SMTP_FROM: 'a@b.example', VOUCHSAFE_SMTP_URL: `smtp://post:right@127.0.0.1:${server.port}` }
    const look = async (url: string) => {
      const config = await readConfig({ cwd: makeFolder(test), env: { ...env, VOUCHSAFE_SMTP_URL: url }, flags: { port: '1' } })
      return (await examine(config)).find(({ check }) => check === 'mail')
    }
    assert.deepEqual(await look(env.VOUCHSAFE_SMTP_URL), {
      check: 'mail',
      ok: true,
      found: `127.0.0.1:${server.port} takes letters from a@b.example.`,
    })
    assert.match((await look(env.VOUCHSAFE_SMTP_URL.replace('right', 'wrong')))!.found, /takes no letters: EAUTH, .*535 5\.7\.8 no/)
    assert.match((await look('smtp://127.0.0.1:9'))!.found, /takes no letters: ESOCKET, .*ECONNREFUSED/)
    assert.deepEqual(server.received, [])
  })
})
