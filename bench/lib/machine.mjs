import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import process from 'node:process'

let pinned = false

/** Gives core 1 to this process, the generator. False where the machine has no second core or lets nobody choose: then nothing is pinned. */
export function pin() {
  const quiet = { stdio: 'ignore' }
  try {
    execFileSync('taskset', ['-c', '0', 'true'], quiet)
    execFileSync('taskset', ['-acp', '1', String(process.pid)], quiet)
    pinned = true
  } catch {
    pinned = false
  }
  return pinned
}

/** The command that runs on these cores, where there was something to choose. */
export const onCores = (cores, command) => (pinned ? ['taskset', '-c', cores, ...command] : command)

/** What may be told of the machine: its kind, never its name. */
export const describeMachine = () => ({ node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, pinned })

export const today = () => new Date().toISOString().slice(0, 10)
