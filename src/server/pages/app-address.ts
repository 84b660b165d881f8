import { roomPath } from './account.ts'
import type { Site } from './site.ts'

/** Stands as it is in every path; not `.` or `..`, which browsers take for something else. */
const PLAIN = /^[\w-][\w.-]*$/

/** Where one app's page is. A client_id that no path could hold is written in base64url, behind a tilde. */
export function appPath(site: Site, client_id: string): string {
  const part = PLAIN.test(client_id) ? client_id : `~${Buffer.from(client_id).toString('base64url')}`
  return `${roomPath(site, 'apps')}/${part}`
}

/** The client_id that such a path names; '' where it is none that we have written. */
export function clientOf(site: Site, path: string): string {
  const part = path.slice(path.lastIndexOf('/') + 1)
  const client_id = part.startsWith('~') ? Buffer.from(part.slice(1), 'base64url').toString() : part
  return appPath(site, client_id) === path ? client_id : ''
}
