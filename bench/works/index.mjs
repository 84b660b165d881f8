import { databases } from './databases.mjs'
import { doors } from './doors.mjs'
import { growth } from './growth.mjs'
import { signIns } from './sign-ins.mjs'
import { slowDisk } from './slow-disk.mjs'
import { startup } from './startup.mjs'
import { workers } from './workers.mjs'

/** Every work beyond those of the peers, by its letter: it is given the options, says its tables and returns its lines. */
export const WORKS = { F: startup, G: growth, H: databases, I: workers, J: signIns, K: slowDisk, L: doors }
