import process from 'node:process'

/** Why a server is to end: somebody asked, or whoever launched it is gone, in whatever way. */
export type Stop = 'asked' | 'orphaned'

/** Kept at the first signal; further ones change nothing, as a terminal sends them to launcher and server alike. */
export function untilStopped(): Promise<Stop> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve('asked'))
    if (process.env['VOUCHSAFE_LAUNCHED'] === undefined) return
    process.on('disconnect', () => resolve('orphaned'))
    if (process.connected === false) resolve('orphaned')
  })
}
