import { systemClock } from '../core/model/clock.ts'
import { OAuthError } from '../core/model/error.ts'
import type { Directory, Upstream } from './accounts/elsewhere.ts'
import { callbackOf } from './accounts/upstream-flow.ts'
import type { Config } from './config.ts'
import { openElsewhere } from './upstreams.ts'

interface Finding {
  check: string
  ok: boolean
  found: string
  fix?: string
}

/** Whether the places answer where people may sign in beside this server. Nobody is sent there. */
export async function examineElsewhere(config: Config): Promise<Finding[]> {
  const { upstreams, directory } = await openElsewhere(config, systemClock)
  const asked = [...upstreams.values()].map((upstream) => examineUpstream(config, upstream))
  return Promise.all(directory ? [...asked, examineDirectory(directory)] : asked)
}

async function examineUpstream(config: Config, upstream: Upstream): Promise<Finding> {
  const check = `upstream ${upstream.id}`
  const redirect_uri = callbackOf(config, upstream)
  try {
    await upstream.begin({ redirect_uri, state: 'doctor', nonce: 'doctor', code_verifier: 'd'.repeat(43) })
    return { check, ok: true, found: `${upstream.issuer} tells its metadata; ${redirect_uri} must be registered there.` }
  } catch (cause) {
    return {
      check,
      ok: false,
      found: `${upstream.issuer} tells no metadata that can be used: ${sayWhy(cause)}`,
      fix: 'Write the issuer as its own metadata do, and let this machine reach it.',
    }
  }
}

async function examineDirectory(directory: Directory): Promise<Finding> {
  const check = 'directory'
  try {
    await directory.prove('nobody@doctor.invalid', 'no password')
    return { check, ok: true, found: 'It lets our account in, and is searched.' }
  } catch (cause) {
    return {
      check,
      ok: false,
      found: `It cannot be asked: ${sayWhy(cause)}`,
      fix: 'Look at url, ca, bind_dn and base under ldap, and at VOUCHSAFE_LDAP_PASSWORD.',
    }
  }
}

/** The innermost reason. */
function sayWhy(cause: unknown): string {
  if (cause instanceof OAuthError && cause.cause !== undefined) return sayWhy(cause.cause)
  return cause instanceof Error ? cause.message : String(cause)
}
