import { it } from 'node:test'
import soak from '../soak/sqlite-kill.ts'

it('kill -9 at random moments under concurrent flows: nothing acknowledged is lost, no code is good twice', {
  timeout: 240_000,
}, async () => {
  await soak.run({ rounds: 20, workers: [1], commands: false })
})

it('the same on several workers', { timeout: 240_000 }, async () => {
  await soak.run(soak.small)
})
