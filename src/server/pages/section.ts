import type { Person } from '../accounts/sessions.ts'
import type { Html } from './html.ts'
import type { Site } from './site.ts'

/** What a section is told of the form that was sent last: what came of it, or what was wrong with it. */
export interface Told {
  /** The name of what was done, out of the address; '' where nothing was. */
  done: string
  /** By which the address proves that it tells no untruth, where it needs to. */
  seal?: string
  /** Of the section whose form was refused. */
  problem?: { section: string; field: string; text: string /** Whether its box was ticked, which it stays. */; ticked?: boolean }
}

/** A part of the room: null where this person has no use for it. */
export type Section = (site: Site, person: Person, told: Told) => Html | null | Promise<Html | null>
