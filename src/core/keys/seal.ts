import { type Box, createBox, type SecretKey } from '../crypto/seal.ts'
import type { AuthorizationRequest, ConsentRequest } from '../model/authorization-request.ts'
import type { Registration } from '../model/client.ts'
import { type Clock, HOUR } from '../model/clock.ts'
import type { FactorStep, TotpSecret } from '../model/factor.ts'
import type { AuthorizationCode } from '../model/grant.ts'
import type { Seal } from '../model/keys.ts'
import type { LogoutRequest } from '../model/logout.ts'
import type { MailLink } from '../model/mail-link.ts'
import type { AccessTokenClaims } from '../model/token.ts'
import type { PendingLink, UpstreamFlow } from '../model/upstream.ts'

/** The secrets of one use: the one that seals now, and all that still open. */
export interface SealingKeys {
  active(): string
  secret(kid: string): SecretKey | undefined
}

/** At the end of `FIELDS.consent` too, so that what is added here is at the end of both. */
const REQUEST = [
  'request_id',
  'client_id',
  'redirect_uri',
  'response_mode',
  'scope',
  'dialect',
  'created_at',
  'expires_at',
  'browser',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
  'login_hint',
  'hinted_sub',
  'ui_locales',
  'claims',
  'resource',
  'redirect_defaulted',
  'denied_at',
  'restarts',
  'essential_acr',
  'acr_values',
  'no_stronger',
] satisfies (keyof AuthorizationRequest)[]

/** The order in which each record's fields are written. A sealed text has no room for their names; new fields go to the end. */
export const FIELDS = {
  code: [
    'grant_id',
    'client_id',
    'sub',
    'sid',
    'scope',
    'redirect_hash',
    'auth_time',
    'epoch',
    'code_challenge',
    'nonce',
    'amr',
    'acr',
    'dialect',
    'code_challenge_method',
    'resource',
    'claims',
    'ends_at',
  ] satisfies (keyof AuthorizationCode)[],
  ticket: REQUEST,
  consent: [
    'token_id',
    'token_expires_at',
    'sub',
    'sid',
    'auth_time',
    'selected_at',
    'acr',
    'amr',
    'looks',
    ...REQUEST,
  ] satisfies (keyof ConsentRequest)[],
  logout: ['expires_at', 'browser', 'client_id', 'post_logout_redirect_uri', 'state', 'sid', 'sub'] satisfies (keyof LogoutRequest)[],
  link: ['act', 'expires_at', 'email', 'sub', 'state'] satisfies (keyof MailLink)[],
  upstream: [
    'expires_at',
    'begun_at',
    'upstream',
    'state',
    'nonce',
    'code_verifier',
    'ticket_hash',
    'next',
    'not_before',
    'sub',
  ] satisfies (keyof UpstreamFlow)[],
  pending_link: ['expires_at', 'created_at', 'upstream', 'issuer', 'subject', 'email', 'sub', 'holder'] satisfies (keyof PendingLink)[],
  access_token: [
    'sub',
    'client_id',
    'scope',
    'aud',
    'jti',
    'iat',
    'exp',
    'grant_id',
    'epoch',
    'auth_time',
    'sid',
    'acr',
    'amr',
  ] satisfies Exclude<keyof AccessTokenClaims, 'iss'>[],
  client: [
    'created_at',
    'dialect',
    'client_name',
    'redirect_uris',
    'token_endpoint_auth_method',
    'grant_types',
    'response_types',
    'scope',
    'application_type',
    'id_token_signed_response_alg',
    'client_uri',
    'logo_uri',
    'tos_uri',
    'policy_uri',
    'contacts',
    'post_logout_redirect_uris',
    'software_id',
    'software_version',
    'default_max_age',
    'require_auth_time',
    'require_pkce',
    'access_token_format',
    'default_scope',
    'optional_scope',
    'refresh_token_grace',
    'consent_idle',
  ] satisfies (keyof Registration)[],
  totp: ['sub', 'secret'] satisfies (keyof TotpSecret)[],
  factor_step: ['kind', 'expires_at', 'binding', 'sub', 'password_mark', 'amr', 'auth_time', 'value'] satisfies (keyof FactorStep)[],
}

/** A kid has four characters, because it stands in front of every sealed text. */
export const KID_LENGTH = 4
const VERSION = 'v1'
const MOST_BOXES = 64

/**
 * Which texts need not be deciphered: those that were just sealed, as a code comes back within moments; or those that were opened before,
 * as who guards an API asks about the same token over and over. What such a text says never changes; whether it still counts is asked of
 * the database all the same. `most` are kept, twice over.
 */
export interface Remember {
  when: 'sealed' | 'opened'
  most: number
}

function createMemory<Record>({ when, most }: Remember) {
  let young = new Map<string, Record>()
  let old = young
  return {
    get: (text: string): Record | undefined => young.get(text) ?? old.get(text),
    keep: (now: Remember['when'], text: string, record: Record): void => {
      if (now !== when) return
      if (young.size >= most) [old, young] = [young, new Map()]
      young.set(text, record)
    },
  }
}

/**
 * `<kid><hour>.<iv, ciphertext, tag>`. A key derived for each hour keeps random IVs far from their birthday bound;
 * purpose, issuer and hour are bound to the text without standing in it. Nobody may write to what `open` returns. @spec NIST SP 800-38D §8.3
 */
export function createSeal<Record extends object>(
  keys: SealingKeys,
  purpose: string,
  fields: readonly (keyof Record)[],
  issuer: string,
  clock: Clock,
  remember?: Remember,
): Seal<Record> {
  const boxes = new Map<string, Box>()
  const memory = remember && createMemory<Record>(remember)

  function boxOf(head: string): Box | null {
    const secret = keys.secret(head.slice(0, KID_LENGTH))
    if (!secret) return null // also a box that we know: its root may have been destroyed
    const known = boxes.get(head)
    if (known) return known
    const hour = head.slice(KID_LENGTH)
    if (!/^[0-9a-z]{1,8}$/.test(hour) || Number.parseInt(hour, 36) > clock() / HOUR + 1) return null
    if (boxes.size >= MOST_BOXES) boxes.clear()
    const box = createBox(secret, `${VERSION} ${purpose} ${issuer} ${head}`)
    boxes.set(head, box)
    return box
  }

  return {
    seal: (record) => {
      const head = keys.active() + Math.floor(clock() / HOUR).toString(36)
      const text = `${head}.${boxOf(head)!.seal(pack(record, fields))}`
      memory?.keep('sealed', text, record)
      return text
    },
    open: (text) => {
      const dot = text.indexOf('.')
      const box = dot < 0 ? null : boxOf(text.slice(0, dot)) // also for what is remembered: its key may have been destroyed
      if (!box) return null
      const known = memory?.get(text)
      if (known) return known
      const opened = box.open(text.slice(dot + 1))
      if (opened === null) return null
      const record = unpack(opened, fields)
      memory?.keep('opened', text, record)
      return record
    },
  }
}

/** The values in their order; the absent ones at the end take no room. */
function pack<Record>(record: Record, fields: readonly (keyof Record)[]): string {
  const values = fields.map((field) => record[field])
  while (values.length > 0 && values.at(-1) === undefined) values.pop()
  return JSON.stringify(values)
}

function unpack<Record>(text: string, fields: readonly (keyof Record)[]): Record {
  const values = JSON.parse(text) as unknown[]
  const record: { [field in keyof Record]?: unknown } = {}
  for (const [i, field] of fields.entries()) {
    if (values[i] != null) record[field] = values[i] // == : not there, or written by an older version
  }
  return record as Record
}
