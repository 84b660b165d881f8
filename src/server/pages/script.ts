import { readFile } from 'node:fs/promises'
import type { Reply } from '../../core/model/http.ts'
import type { Site } from './site.ts'

const SCRIPT = new URL('./passkey.js', import.meta.url)

/** Where the one script for people is: no page but that of passkeys names it. */
export function scriptPath(site: Pick<Site, 'base'>): string {
  return `${site.base}/passkey.js`
}

let reply: Promise<Reply> | undefined

/** That script. Browsers ask each time whether it is still the same: an old one could not do with a new page. */
export function showScript(): Promise<Reply> {
  reply ??= readFile(SCRIPT, 'utf8').then((body) => ({
    status: 200,
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    },
    body,
  }))
  return reply
}
