import { readFile } from 'node:fs/promises'
import type { Reply } from '../../core/model/http.ts'

const SHEET = new URL('./vouchsafe.css', import.meta.url)

/** A style sheet. Its address changes with its content, so that browsers may keep it for good. */
export interface Sheet {
  /** What stands behind the question mark of its address. */
  version: string
  reply: Reply
}

export const SHEET_HEADERS: Reply['headers'] = {
  'content-type': 'text/css; charset=utf-8',
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
}

/** The one style sheet, which themes lay their colours over. */
export function readSheet(): Promise<string> {
  return readFile(SHEET, 'utf8')
}

/** A name for a text that no other has. */
export async function versionOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return Buffer.from(digest.subarray(0, 9)).toString('base64url')
}

/** The sign of the house for the browser's tab. */
export const favicon: Reply = {
  status: 200,
  headers: {
    'content-type': 'image/svg+xml',
    'cache-control': 'public, max-age=86400',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
  },
  body: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><circle fill="#0c5c4b" cx="14" cy="14" r="14"/><path fill="none" stroke="#fff" stroke-width="2.25" stroke-linecap="round" stroke-linejoin="round" d="m8 13 4.75 7L20.5 8.5"/></svg>\n',
}
