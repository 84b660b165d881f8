import { it } from 'node:test'
import keys from '../soak/keys.ts'

it('keys are rotated and the master secret is changed under load on two servers, and no verification by a stock client fails', async () => {
  await keys.run(keys.small)
})
