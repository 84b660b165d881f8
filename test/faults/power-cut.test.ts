import { it } from 'node:test'
import soak from '../soak/power-cut.ts'
import { canRecord } from '../support/disk.ts'

it('power cuts at random moments: everything acknowledged is there again, and a disk that lies is found out', {
  timeout: 240_000,
  skip: canRecord ? false : 'needs Linux and a C compiler',
}, async () => {
  await soak.run(soak.small)
})
