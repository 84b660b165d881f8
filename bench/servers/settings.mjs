import { join } from 'node:path'
import { readConfig } from '../../src/server/config.ts'

/** The settings of ours in a bench; `STATE` is its folder. */
export function configure({ PORT, STATE, DATABASE, SECRET }) {
  const flags = { port: PORT, issuer: `http://127.0.0.1:${PORT}`, database: DATABASE ?? `sqlite:${join(STATE, 'vouchsafe.db')}` }
  const env = { VOUCHSAFE_LOG: 'error', ...(SECRET && { VOUCHSAFE_SECRET: SECRET }) }
  return readConfig({ flags, env, cwd: STATE })
}
