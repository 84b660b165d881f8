import { completeDialect, type Dialect, standard } from '../core/model/dialect.ts'
import { screeningEagle } from './screening-eagle.ts'
import { talque } from './talque.ts'
import { telnyx } from './telnyx.ts'
import { worksmart } from './worksmart.ts'

/** All dialects by their names. A new vendor is a new file and a new line. */
export const dialects: readonly Dialect[] = [standard, ...[talque, worksmart, screeningEagle, telnyx].map(completeDialect)]
