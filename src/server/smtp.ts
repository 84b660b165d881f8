import type { Postman } from './accounts/mail.ts'
import { isLoopback, type MailSettings } from './settings.ts'

/** Milliseconds that a mail server has for each step. */
const PATIENCE = 10_000

/** Takes letters to a mail server by SMTP, under TLS wherever it is not on this computer. The library is loaded for the first of them. */
export function openSmtp(settings: MailSettings): Postman {
  let opened: ReturnType<typeof open> | undefined
  const transport = (): ReturnType<typeof open> => (opened ??= open(settings))
  return {
    deliver: async ({ to, subject, text, html }) => {
      await (await transport()).sendMail({
        from: settings.from,
        to: { name: '', address: to },
        envelope: { from: settings.from.address, to: [to] },
        subject: subject.replaceAll(/[\r\n\t]+/g, ' '),
        text,
        html,
        headers: { 'Auto-Submitted': 'auto-generated' }, // nobody's vacation answers it, RFC 3834 §5
      })
    },
    check: async () => {
      await (await transport()).verify()
    },
    close: async () => (await opened)?.close(),
  }
}

/** @spec RFC 5321, RFC 3207 */
async function open({ host, port, implicit_tls, user, password }: MailSettings) {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    host,
    port,
    secure: implicit_tls,
    requireTLS: !implicit_tls && !isLoopback(host) && host !== '::1',
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    pool: true,
    maxConnections: 2,
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}
