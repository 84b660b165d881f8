import type { Postman } from './accounts/mail.ts'
import { isLoopback, type MailSettings } from './settings.ts'

/** Milliseconds that a mail server has for each step. */
const PATIENCE = 10_000

/** Takes letters to a mail server by SMTP, under TLS wherever it is not on this computer. @spec RFC 5321, RFC 3207 */
export async function openSmtp({ host, port, implicit_tls, user, password, from }: MailSettings): Promise<Postman> {
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
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
  return {
    deliver: async ({ to, subject, text, html }) => {
      await transport.sendMail({
        from,
        to: { name: '', address: to },
        envelope: { from: from.address, to: [to] },
        subject: subject.replaceAll(/[\r\n\t]+/g, ' '),
        text,
        html,
        // RFC 3834 §5: nobody's vacation answers it
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    },
    check: async () => {
      await transport.verify()
    },
    close: async () => transport.close(),
  }
}
