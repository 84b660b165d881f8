import { screeningEagle } from './screening-eagle.ts'
import { talque } from './talque.ts'
import { telnyx } from './telnyx.ts'
import { worksmart } from './worksmart.ts'

/** How a client goes its way as each vendor's own pages tell, request by request: written down by hand, and not read out of the dialects. */
export const walks = [talque, worksmart, screeningEagle, telnyx]
