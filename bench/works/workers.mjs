import { table } from '../lib/report.mjs'
import { serve } from '../lib/targets.mjs'
import { compareVariants } from '../lib/variants.mjs'

/**
 * I: A with two workers against one, both of them the real program with both cores: only there two of them want the same lock at once. Each
 * worker has as many connections as the one: a second is for what the first cannot carry, and with half as many each turn of a worker would
 * hold half as much, which costs as much more as it does with one worker.
 */
export async function workers(options) {
  const targets = [1, 2].map((count) => ({
    ...serve(`${count} worker${count > 1 ? 's' : ''}`, ['--workers', String(count)]),
    cores: '0,1',
    wider: count,
  }))
  const lines = await compareVariants(targets, { ...options, work: 'I', units: ['A'] })
  options.say(table(lines, { title: 'I, ', bases: ['1 worker'] }))
  return lines
}
