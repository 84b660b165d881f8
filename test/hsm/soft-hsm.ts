import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MODULES = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so', '/usr/lib64/pkcs11/libsofthsm2.so']
const MODULE = MODULES.find((file) => existsSync(file))
const here = new URL('.', import.meta.url)

/** What is missing for tests against SoftHSM; undefined where nothing is. */
export const missing =
  MODULE === undefined
    ? 'SoftHSM 2 is not installed (softhsm2)'
    : existsSync(new URL('node_modules/koffi', here))
      ? undefined
      : 'koffi is not installed (npm ci in test/hsm)'

/** A token of the test's own in a real SoftHSM. */
export interface SoftHsm {
  module: string
  token: string
  pin: string
  /** What a process needs to use it. */
  env: Record<string, string>
  /** How many objects are in the token. */
  objects(): number
  /** Takes the token away, and brings it back. */
  hide(): void
  show(): void
  close(): void
}

export function openSoftHsm(): SoftHsm {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-hsm-'))
  const tokens = join(folder, 'tokens')
  mkdirSync(tokens)
  const conf = join(folder, 'softhsm2.conf')
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`)
  const [token, pin] = ['vouchsafe tests', 'a pin, 1234']
  execFileSync('softhsm2-util', ['--init-token', '--free', '--label', token, '--pin', pin, '--so-pin', '87654321'], {
    env: { ...process.env, SOFTHSM2_CONF: conf },
    stdio: 'pipe',
  })
  return {
    module: MODULE!,
    token,
    pin,
    env: { SOFTHSM2_CONF: conf, NODE_OPTIONS: `--import ${new URL('koffi.mjs', here).href}`, VOUCHSAFE_PKCS11_PIN: pin },
    objects: () => globSync(join(tokens, '*', '*.object')).filter((file) => !file.endsWith('token.object')).length,
    hide: () => renameSync(tokens, `${tokens}.away`),
    show: () => renameSync(`${tokens}.away`, tokens),
    close: () => rmSync(folder, { recursive: true }),
  }
}

/** The processes of this one in which a module lives. */
export function moduleProcesses(): number[] {
  const children = globSync('/proc/self/task/*/children').flatMap((file) => readFileSync(file, 'utf8').split(' ').filter(Boolean))
  return children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('pkcs11-process')).map(Number)
}
