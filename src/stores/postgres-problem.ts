/** What sockets and PostgreSQL say, for an operator. @see PostgreSQL, Appendix A */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name of the host is not known',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'it did not answer in time',
  ECONNRESET: 'it ended the connection',
  ENOENT: 'its socket is not there',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is its own: name it, or who made it, as sslrootcert',
  SELF_SIGNED_CERT_IN_CHAIN: 'nobody here knows who made its certificate: name that file as sslrootcert',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody here knows who made its certificate: name that file as sslrootcert',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'nobody here knows who made its certificate: name that file as sslrootcert',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  '28P01': 'it does not take this user and password',
  '28000': 'it does not let this user in',
  '3D000': 'it has no database of this name',
  '53300': 'it has too many connections already',
  '57P03': 'it is not ready yet',
}
const MOST_CAUSES = 4

/** Why a database cannot be used, in one sentence that names its host and port, and never its password. */
export function explainUnusable(url: string, problem: unknown): string {
  const causes = [problem]
  for (let inner = problem; inner instanceof Error && inner.cause !== undefined && causes.length < MOST_CAUSES; inner = inner.cause) {
    causes.push(inner.cause)
  }
  const codes = causes.map((cause) => String((cause as { code?: unknown } | null)?.code ?? ''))
  const known = codes.find((code) => Object.hasOwn(REASONS, code))
  const last = causes.at(-1)
  const said = last instanceof Error ? last.message.replace(/\.$/, '') : String(last)
  return `PostgreSQL at ${placeOf(url)} cannot be used: ${known === undefined ? said : REASONS[known]}.`
}

function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'the given address'
  const { hostname, port, searchParams } = new URL(url)
  return `${hostname || searchParams.get('host') || 'localhost'}:${port || searchParams.get('port') || '5432'}`
}
