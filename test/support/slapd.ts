import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { makeCertificate, OPENSSL } from './certificate.ts'
import { findPorts } from './program.ts'

const SLAPD = ['/usr/sbin/slapd', '/usr/lib/slapd', '/usr/libexec/slapd'].find((path) => existsSync(path)) ?? null
const MODULES = ['/usr/lib/ldap', '/usr/lib/openldap', '/usr/lib64/openldap'].find((path) => existsSync(path)) ?? ''
const SCHEMAS = ['/etc/ldap/schema', '/etc/openldap/schema'].find((path) => existsSync(path)) ?? ''

/** What is missing for tests against OpenLDAP; undefined where nothing is. */
export const missing =
  SLAPD === null || !existsSync('/usr/bin/ldapmodify')
    ? 'OpenLDAP is not installed (slapd, ldap-utils)'
    : OPENSSL === null
      ? 'openssl is not installed'
      : undefined

export const BASE = 'dc=work,dc=example'
export const READER = `cn=reader,${BASE}`
export const READER_PASSWORD = 'reader-secret-1'
const ROOT = `cn=root,${BASE}`
const ROOT_PASSWORD = 'root-secret-1'

/** A real slapd on loopback, with a folder of its own. */
export interface Slapd {
  ldap: string
  ldaps: string
  /** The certificate that its own is signed by, in PEM. */
  ca: string
  /** Changes entries, in LDIF. */
  change(ldif: string): void
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** Anonymous binds that name somebody are allowed, as in many directories: they are the trap that a caller must not step into. */
export async function openSlapd(people: readonly string[]): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-slapd-'))
  const certificate = makeCertificate()
  const first = await findPorts(2)
  const [ldap, ldaps] = [`ldap://127.0.0.1:${first}`, `ldaps://127.0.0.1:${first + 1}`]
  const conf = join(folder, 'slapd.conf')
  mkdirSync(join(folder, 'data'))
  writeFileSync(
    conf,
    `include ${SCHEMAS}/core.schema
include ${SCHEMAS}/cosine.schema
include ${SCHEMAS}/inetorgperson.schema
pidfile ${folder}/slapd.pid
modulepath ${MODULES}
moduleload back_mdb
allow bind_anon_dn
TLSCACertificateFile ${certificate.cert}
TLSCertificateFile ${certificate.cert}
TLSCertificateKeyFile ${certificate.key}
database mdb
suffix "${BASE}"
rootdn "${ROOT}"
rootpw ${ROOT_PASSWORD}
directory ${folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${READER}" read by * none
`,
  )
  const ldif = join(folder, 'people.ldif')
  writeFileSync(ldif, [TREE, ...people].join('\n\n'))
  execFileSync(SLAPD!, ['-Ta', '-f', conf, '-l', ldif], { stdio: 'pipe' })
  let child: ChildProcess
  async function start(): Promise<void> {
    child = spawn(SLAPD!, ['-f', conf, '-h', `${ldap}/ ${ldaps}/`, '-d', '0'], { stdio: 'ignore' })
    await Promise.all([listening(child, first), listening(child, first + 1)])
  }
  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await start()
  return {
    ldap,
    ldaps,
    ca: certificate.cert,
    change: (input) =>
      void execFileSync('/usr/bin/ldapmodify', ['-x', '-H', ldap, '-D', ROOT, '-w', ROOT_PASSWORD], {
        input,
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    start,
    stop,
    close: async () => {
      await stop()
      certificate.remove()
      rmSync(folder, { recursive: true })
    },
  }
}

const TREE = `dn: ${BASE}
objectClass: dcObject
objectClass: organization
o: Work
dc: work

dn: ${READER}
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: reader
userPassword: ${READER_PASSWORD}

dn: ou=people,${BASE}
objectClass: organizationalUnit
ou: people`

/** A person in LDIF. `rdn` is what stands first in the DN. */
export function entry(uid: string, mail: string, password: string, rdn = `uid=${uid}`): string {
  return `dn: ${rdn},ou=people,${BASE}
objectClass: inetOrgPerson
uid: ${uid}
cn: Pia ${uid}
sn: Berg
givenName: Pia
mail:: ${Buffer.from(mail).toString('base64')}
userPassword:: ${Buffer.from(password).toString('base64')}`
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}.`)
    if (await isOpen(port)) return
    await setTimeout(25)
  }
  throw new Error('slapd does not listen.')
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
