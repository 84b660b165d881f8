import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NOBODY = 65_534

/** Makes certificates, where it is installed. */
export const OPENSSL = ['/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl'].find((path) => existsSync(path)) ?? null

export interface TestCertificate {
  cert: string
  key: string
  remove(): void
}

/** A certificate for 127.0.0.1 that vouches for itself; its key is nobody's where a server has to run as nobody. */
export function makeCertificate(): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-certificate-'))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const names = ['-subj', '/CN=database', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync(OPENSSL!, ['req', ...kind, ...names, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  if (process.getuid?.() === 0) for (const path of [folder, cert, key]) chownSync(path, NOBODY, NOBODY)
  return { cert, key, remove: () => rmSync(folder, { recursive: true }) }
}
