import { it } from 'node:test'
import soak from '../soak/audit.ts'

it('a long audit log is verified in flat memory, and whatever is tampered with is found', { timeout: 60_000 }, async () => {
  await soak.run(soak.small)
})
