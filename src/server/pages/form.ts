import { OAuthError } from '../../core/model/error.ts'
import { readForm } from '../../core/model/form.ts'
import type { HttpRequest } from '../../core/model/http.ts'

/** The fields of a query or a form: each once, `scope` as often as there are switches. */
export interface Fields {
  /** The value; '' where there is none. */
  get(name: string): string
  /** The switches that are on. */
  readonly scope: readonly string[]
}

/** The fields of the address. Throws OAuthError `invalid_request` where one is repeated or malformed. */
export function readQuery(http: HttpRequest): Fields {
  return readFields(http.query)
}

/** The fields of a form of ours. Throws OAuthError where it comes from elsewhere, or is no form. */
export async function readPost(issuer: string, http: HttpRequest): Promise<Fields> {
  checkSender(issuer, http)
  return readForeignPost(http)
}

/** The fields of a form that another server may send, which proves itself by what it sends. Throws OAuthError where it is no form. */
export async function readForeignPost(http: HttpRequest): Promise<Fields> {
  const type = http.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'The form must be application/x-www-form-urlencoded.', { status: 415 })
  }
  return readFields(await http.text())
}

/**
 * Every browser says where a form comes from: by Sec-Fetch-Site, or by Origin where it is old. Ours come from our own pages.
 * Who says neither is no browser, and has no cookies but its own. @spec Fetch Metadata §2.3, RFC 6454 §7
 */
function checkSender(issuer: string, http: HttpRequest): void {
  const site = http.header('sec-fetch-site')
  const origin = http.header('origin')
  const own = site === undefined ? origin === undefined || origin === new URL(issuer).origin : site === 'same-origin'
  if (!own)
    throw new OAuthError('invalid_request', 'The form was not sent from a page of this server.', { status: 403, reason: 'foreign_form' })
}

function readFields(text: string): Fields {
  const values = new Map<string, string>()
  const scope: string[] = []
  for (const [name, value] of readForm(text)) {
    if (name === 'scope') scope.push(value)
    else if (values.has(name)) throw new OAuthError('invalid_request', `The field ${isPlain(name) ? name : 'of the form'} is given twice.`)
    else values.set(name, value)
  }
  return { get: (name) => values.get(name) ?? '', scope }
}

/** Only a name of our own shape is repeated in an answer. */
function isPlain(name: string): boolean {
  return /^[a-z_]{1,32}$/.test(name)
}
