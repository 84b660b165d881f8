import { type Dialect, standard } from '../core/model/dialect.ts'

/** All dialects by their names. A new vendor is a new file and a new line. */
export const dialects: readonly Dialect[] = [standard]
