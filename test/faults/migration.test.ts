import { it } from 'node:test'
import migration from '../soak/migration.ts'

it('a migration under load from the first release: no error answer, killed and gone on with', { timeout: 120_000 }, () =>
  migration.run(migration.small).then(() => undefined),
)
