import { createHash, randomBytes } from 'node:crypto'
import { type Exchange, Refused, shorten } from './oidc.ts'

/** One request of a walk. Texts that begin with `$` stand for what is known by then: `$state`, `$code`, `$access_token`. */
export interface Step {
  title: string
  method: string
  /** Below the issuer. */
  path: string
  /** Who asks, in the Authorization header; nobody unless said. */
  auth?: string
  send: Readonly<Record<string, string | undefined>>
}

/** How a client of one dialect goes its way. The first step is the browser's, the others are the app's own. */
export interface Walk {
  dialect: string
  title: string
  about: string
  client_id: string
  client_secret: string
  steps: readonly Step[]
}

/** What must come back unchanged, or fit, when the browser returns. */
export interface WalkFlow {
  dialect: string
  state: string
  code_verifier: string
}

type Known = Readonly<Record<string, string>>

const random = (): string => randomBytes(32).toString('base64url')

/** The address to send the browser to, and what to keep until it comes back. */
export function beginWalk(walk: Walk, issuer: string, redirect_uri: string): { url: string; flow: WalkFlow } {
  const flow = { dialect: walk.dialect, state: random(), code_verifier: random() }
  const code_challenge = createHash('sha256').update(flow.code_verifier).digest('base64url')
  const [ask] = walk.steps
  if (!ask) throw new Error('The walk has no first step.')
  const query = new URLSearchParams(fill(ask.send, { ...walkKnown(walk), ...flow, redirect_uri, code_challenge }))
  return { url: `${issuer}${ask.path}?${query}`, flow }
}

/** Takes what the browser brought back, and goes the rest of the way. Throws Refused where the issuer says no. @spec RFC 6749 §10.12, RFC 9207 §2.4 */
export async function finishWalk(walk: Walk, flow: WalkFlow, issuer: string, url: URL): Promise<Exchange[]> {
  const answer = Object.fromEntries(url.searchParams)
  if (answer['state'] !== flow.state || answer['iss'] !== issuer) throw new Error('The answer is not one to what was asked.')
  if (answer['error'] !== undefined) throw new Refused(answer['error'], answer['error_description'] ?? 'No reason was given.')
  const wire: Exchange[] = []
  let known: Known = { ...walkKnown(walk), ...flow, redirect_uri: url.origin + url.pathname, code: answer['code'] ?? '' }
  for (const step of walk.steps.slice(1)) {
    const { exchange, answered } = await take(step, issuer, known)
    wire.push(exchange)
    known = { ...known, ...answered }
  }
  return wire
}

const walkKnown = ({ client_id, client_secret }: Walk): Known => ({ client_id, client_secret })

/** One request as anybody would send it, and its answer. */
async function take(step: Step, issuer: string, known: Known): Promise<{ exchange: Exchange; answered: Known }> {
  const authorization = authorize(step, known)
  const sent = fill(step.send, known)
  const response = await fetch(issuer + step.path, {
    method: step.method,
    headers: { accept: 'application/json', ...(authorization !== undefined && { authorization }) },
    body: Object.keys(sent).length > 0 ? new URLSearchParams(sent) : null,
    redirect: 'error',
    signal: AbortSignal.timeout(5000),
  })
  const text = await response.text()
  const answer = text === '' ? {} : readJson(text)
  if (!response.ok) throw new Refused(textOf(answer['error'], 'refused'), `${step.title}: answered ${response.status}.`)
  const shown = { ...(authorization !== undefined && { authorization }), ...sent }
  const exchange: Exchange = {
    channel: 'back',
    title: step.title,
    method: step.method,
    url: issuer + step.path,
    sent: shorten(shown),
    status: response.status,
    received: shorten(answer),
  }
  const texts = Object.entries(answer).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { exchange, answered: Object.fromEntries(texts) }
}

/** @spec RFC 6749 §2.3.1, RFC 6750 §2.1 */
function authorize({ auth }: Step, known: Known): string | undefined {
  if (auth === 'bearer') return `Bearer ${known['access_token'] ?? ''}`
  if (auth !== 'basic') return undefined
  const pair = [known['client_id'], known['client_secret']].map((part) => encodeURIComponent(part ?? '')).join(':')
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** The fields of a request with what is known in place of the words that stand for it. */
function fill(fields: Step['send'], known: Known): Record<string, string> {
  const filled = Object.entries(fields).map(([name, text = '']): [string, string] => {
    const value = text.startsWith('$') ? known[text.slice(1)] : text
    if (value === undefined) throw new Error(`Nothing is known yet of ${text}.`)
    return [name, value]
  })
  return Object.fromEntries(filled)
}

function readJson(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)
