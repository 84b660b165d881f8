import { type Milliseconds, SECOND, systemClock } from '../core/model/clock.ts'
import { OAuthError } from '../core/model/error.ts'
import type { Directory, Upstream } from './accounts/elsewhere.ts'
import type { HostLogin } from './accounts/handover.ts'
import { callbackOf } from './accounts/upstream-flow.ts'
import type { Config } from './config.ts'
import { ask, clockApart, type Finding, ok, wrong } from './doctor-ask.ts'
import { secretVariable } from './elsewhere-settings.ts'
import { openElsewhere } from './upstreams.ts'

/** How far a clock may be off before what others sign is refused. */
const SKEW: Readonly<Record<'upstream' | 'host', Milliseconds>> = { upstream: 30 * SECOND, host: 5 * SECOND }
const IN_TIME = 'Keep both machines in time by NTP. Codes of authenticator apps need the right time too.'

/** Whether the places answer where people may sign in beside this server. Nobody is sent there. */
export async function examineElsewhere(config: Config): Promise<Finding[]> {
  const { upstreams, directory } = await openElsewhere(config, systemClock)
  const asked = [...upstreams.values()].map((upstream) => examineUpstream(config, upstream))
  if (directory) asked.push(examineDirectory(directory))
  if (config.host_login) asked.push(examineHost(config.host_login))
  return Promise.all(asked)
}

async function examineUpstream(config: Config, upstream: Upstream): Promise<Finding> {
  const check = `upstream ${upstream.id}`
  const redirect_uri = callbackOf(config, upstream)
  try {
    await upstream.begin({ redirect_uri, state: 'doctor', nonce: 'doctor', code_verifier: 'd'.repeat(43) })
    const clock = await findSkew(`${upstream.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, SKEW.upstream)
    if (clock !== null) return wrong(check, `${upstream.issuer} ${clock}: its ID tokens would be refused.`, IN_TIME)
    if (!(await upstream.knowsUs(redirect_uri)))
      return wrong(
        check,
        `${upstream.issuer} does not take our client_id and secret.`,
        `Look at client_id and token_endpoint_auth_method of ${upstream.id} under upstreams, and at ${secretVariable(upstream.id)}.`,
      )
    return ok(check, `${upstream.issuer} tells its metadata, and knows us; ${redirect_uri} must be registered there.`)
  } catch (cause) {
    const fix = 'Write the issuer as its own metadata do, and let this machine reach it.'
    return wrong(check, `${upstream.issuer} tells no metadata that can be used: ${sayWhy(cause)}`, fix)
  }
}

/** The product where people are signed in. Asked without anything, it may answer whatever it likes. */
async function examineHost({ login }: HostLogin): Promise<Finding> {
  const check = 'host login'
  const answer = await ask(login)
  if (typeof answer === 'string')
    return wrong(
      check,
      `${login} does not answer: ${answer}`,
      'Start the product, or mend login under host_login. People must reach it too.',
    )
  if (answer.status === 404 || answer.status === 405)
    return wrong(check, `${login} answers ${answer.status}.`, 'Let the product answer a GET there, or mend login under host_login.')
  const clock = await findSkew(login, SKEW.host)
  if (clock !== null) return wrong(check, `The product ${clock}: what it signs would be refused.`, IN_TIME)
  return ok(check, `${login} answers, in time with us.`)
}

/** What is wrong with a clock; null where nothing is. */
async function findSkew(url: string, most: Milliseconds): Promise<string | null> {
  const asked = Date.now()
  const answer = await ask(url)
  const apart = typeof answer === 'string' ? null : clockApart(answer, asked)
  return apart === null || apart <= most ? null : `has a clock that differs from ours by ${Math.round(apart / SECOND)} s`
}

async function examineDirectory(directory: Directory): Promise<Finding> {
  const check = 'directory'
  try {
    await directory.prove('nobody@doctor.invalid', 'no password')
    return ok(check, 'It lets our account in, and is searched.')
  } catch (cause) {
    const fix = 'Look at url, ca, bind_dn and base under ldap, and at VOUCHSAFE_LDAP_PASSWORD.'
    return wrong(check, `It cannot be asked: ${sayWhy(cause)}`, fix)
  }
}

/** The innermost reason. */
function sayWhy(cause: unknown): string {
  if (cause instanceof OAuthError && cause.cause !== undefined) return sayWhy(cause.cause)
  return cause instanceof Error ? cause.message : String(cause)
}
