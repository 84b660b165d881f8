import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import type { Cut } from './wire.ts'

/** A machine of its own as far as the network goes: one interface to its clients, one to the database. */
export interface Namespace {
  /** Where it can be reached from here. */
  address: string
  /** The command line that runs another one inside. */
  command(...line: string[]): string[]
  cut(how: Cut, port: number): void
  heal(): void
}

export interface Network {
  /** The address of this machine that they reach over the wires to the database, and the network in which all of them are. */
  host: string
  subnet: string
  namespaces: Namespace[]
  close(): void
}

const MARK = 'vouchsafe-'

/** Whether this process may make networks: root on Linux, with the two tools. */
export function mayMakeNetworks(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    const name = `${MARK}${process.pid}-try`
    run('ip', 'netns', 'add', name)
    try {
      run('ip', 'netns', 'exec', name, 'nft', 'add', 'table', 'inet', 'cut')
    } finally {
      run('ip', 'netns', 'del', name)
    }
    return true
  } catch {
    return false
  }
}

/** Two bridges, one for clients and one for the database, and namespaces with a leg in each. All of it ends with this process. */
export function openNetwork(count: number): Network {
  clearAway((pid) => !existsSync(`/proc/${pid}`))
  const { pid } = process
  // a network for each process that may run this at the same time
  const near = `10.${128 + (pid & 127)}.${(pid >> 7) & 255}`
  const bridges = { c: `vs${pid}c`, d: `vs${pid}d` }
  const close = () => clearAway((other) => other === pid)
  process.once('exit', close)
  try {
    makeBridge(bridges.c, `${near}.1/25`)
    makeBridge(bridges.d, `${near}.129/25`)
    const namespaces = Array.from({ length: count }, (_, i) => {
      const name = `${MARK}${pid}-${i}`
      run('ip', 'netns', 'add', name)
      run('ip', '-n', name, 'link', 'set', 'lo', 'up')
      for (const [leg, first] of [
        ['c', 2],
        ['d', 130],
      ] as const) {
        const outer = `${bridges[leg]}${i}`
        run('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', leg, 'netns', name)
        run('ip', 'link', 'set', outer, 'master', bridges[leg], 'up')
        run('ip', '-n', name, 'address', 'add', `${near}.${first + i}/25`, 'dev', leg)
        run('ip', '-n', name, 'link', 'set', 'dev', leg, 'up')
      }
      const hooks = ['in', 'out'].map((way) => `chain ${way} { type filter hook ${way}put priority 0; }`)
      inside(name, `table inet cut { ${hooks.join('\n')}\n}`)
      return openNamespace(name, `${near}.${2 + i}`)
    })
    return {
      host: `${near}.129`,
      subnet: `${near}.128/25`,
      namespaces,
      close: () => {
        process.off('exit', close)
        close()
      },
    }
  } catch (cause) {
    close()
    throw cause
  }
}

function openNamespace(name: string, address: string): Namespace {
  const rules: Readonly<Record<Exclude<Cut, 'unplug'>, { in: string; out?: string }>> = {
    drop: { in: 'drop', out: 'drop' },
    deaf: { in: 'drop' },
    reset: { in: 'drop', out: 'reject with tcp reset' },
  }
  // in one step, or what the cut before has held back would slip through
  const filter = (...added: string[]) =>
    inside(name, ['flush table inet cut', ...added.map((rule) => `add rule inet cut ${rule}`)].join('\n'))
  const plug = (state: 'up' | 'down') => run('ip', '-n', name, 'link', 'set', 'dev', 'd', state)
  return {
    address,
    command: (...line) => ['ip', 'netns', 'exec', name, ...line],
    cut: (how, port) => {
      if (how === 'unplug') return void plug('down')
      const { in: incoming, out } = rules[how]
      filter(`in iifname "d" tcp sport ${port} ${incoming}`, ...(out ? [`out tcp dport ${port} ${out}`] : []))
    },
    heal: () => {
      filter()
      plug('up')
    },
  }
}

function makeBridge(name: string, address: string): void {
  run('ip', 'link', 'add', name, 'type', 'bridge')
  run('ip', 'address', 'add', address, 'dev', name)
  run('ip', 'link', 'set', name, 'up')
}

/** Takes away what processes of these numbers have made. */
function clearAway(whose: (pid: number) => boolean): void {
  const names = [...run('ip', 'netns', 'list').matchAll(new RegExp(`^${MARK}(\\d+)-\\S+`, 'gm'))]
  for (const [name, pid] of names) if (whose(Number(pid))) run('ip', 'netns', 'del', name)
  const links = [...run('ip', '-o', 'link', 'show', 'type', 'bridge').matchAll(/\b(vs(\d+)[cd]):/g)]
  for (const [, name, pid] of links) if (whose(Number(pid))) run('ip', 'link', 'del', name!)
}

/** Hands rules to the packet filter of a namespace. */
const inside = (name: string, rules: string): string => execute(['ip', 'netns', 'exec', name, 'nft', '-f', '-'], rules)

const run = (...line: string[]): string => execute(line, '')

function execute([file = '', ...args]: string[], input: string): string {
  return execFileSync(file, args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] })
}
