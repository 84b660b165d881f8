import { createHash, randomBytes } from 'node:crypto'
import { headerOf, Jar } from './connection.mjs'
import { SERVICE, WEB } from './fixtures.mjs'

const encode = encodeURIComponent
const HOPS = 12

/** PKCE is the client's work: done before, so that the generator does little while it measures. */
const PROOFS = Array.from({ length: 64 }, () => {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
})

/** What the clients do, the same at every server. Each of the methods A to E is one unit of work and throws where it is answered wrongly. */
export class Flows {
  #server
  #paths
  #target
  #turn = 0
  /** How many answers an authorization took; 1 where session and consent were there. */
  hops = 0

  constructor(server) {
    this.#server = server
    this.#target = server.target
    this.#paths = server.target.paths
    const { extra = {}, scope = 'openid' } = server.target
    const form = (words) =>
      Object.entries(words)
        .map(([name, value]) => `&${name}=${encode(value)}`)
        .join('')
    const web = form({ client_id: WEB.client_id, client_secret: WEB.client_secret })
    const asked = form({ client_id: WEB.client_id, redirect_uri: WEB.redirect_uri, scope, ...extra.authorize })
    this.authorizations = PROOFS.map(
      ({ challenge }) => `${this.#paths.authorize}?response_type=code${asked}&code_challenge=${challenge}&code_challenge_method=S256`,
    )
    this.redemptions = PROOFS.map(
      ({ verifier }) =>
        `grant_type=authorization_code&code_verifier=${verifier}${web}${form({ redirect_uri: WEB.redirect_uri, ...extra.token })}&code=`,
    )
    this.refresh = `grant_type=refresh_token${web}${form(extra.refresh ?? {})}&refresh_token=`
    const service = form({ client_id: SERVICE.client_id, client_secret: SERVICE.client_secret, ...extra.service })
    this.service = `grant_type=client_credentials${service}`
    this.introspection = `token_type_hint=access_token${web}&token=`
  }

  /** Signs so many people in and has them consent, by the server's own pages; their cookies. */
  async people(count) {
    const connection = this.#server.connect()
    const jars = []
    for (let person = 0; person < count; person++) {
      const jar = new Jar()
      await this.#target.enter({ connection, jar, person, flows: this })
      jars.push(jar)
    }
    connection.close()
    return jars
  }

  /** Follows the server's redirects to the client; the code. `headers` go with each request. */
  async authorize(connection, jar, proof, headers = '') {
    this.#turn += 1
    let path = `${this.authorizations[proof]}&state=s${this.#turn}&nonce=n${this.#turn}`
    for (let hop = 1; hop <= HOPS; hop++) {
      const answer = await connection.request('GET', path, jar.line + headers)
      jar.keep(answer)
      const location = headerOf(answer, 'location')
      if (!location) throw new Error(`authorize was answered ${answer.status}: ${answer.body.slice(0, 200)}`)
      if (location.startsWith(WEB.redirect_uri)) {
        this.hops = hop
        return codeOf(location)
      }
      path = this.local(location)
    }
    throw new Error('The redirects do not come to an end.')
  }

  /** An address of this server as a path. */
  local(location) {
    const origin = `http://127.0.0.1:${this.#server.port}`
    const path = location.startsWith(origin) ? location.slice(origin.length) : location
    if (!path.startsWith('/')) throw new Error(`The redirect leads away: ${location}`)
    return path
  }

  /** A whole code flow. */
  async A(connection, { jar, proof }) {
    const code = await this.authorize(connection, jar, proof)
    return this.#post(connection, this.#paths.token, this.redemptions[proof] + code)
  }

  /** A refresh with rotation; `held` keeps the newest token. */
  async B(connection, { held }) {
    const body = await this.#post(connection, this.#paths.token, this.refresh + held.refresh_token)
    const at = body.indexOf('"refresh_token":"') + 17
    held.refresh_token = encode(body.slice(at, body.indexOf('"', at)))
    return body
  }

  async C(connection) {
    return this.#post(connection, this.#paths.token, this.service)
  }

  async D(connection, { held }) {
    const body = await this.#post(connection, this.#paths.introspect, this.introspection + held.access_token)
    if (!body.includes('"active":true')) throw new Error(`introspection was answered ${body.slice(0, 200)}`)
    return body
  }

  /** Discovery and JWKS in turn. */
  async E(connection) {
    this.#turn += 1
    const { status, body } = await connection.request('GET', this.#turn % 2 ? this.#paths.jwks : this.#paths.discovery)
    if (status !== 200) throw new Error(`discovery was answered ${status}`)
    return body
  }

  async #post(connection, path, form) {
    const { status, body } = await connection.request('POST', path, '', form)
    if (status !== 200) throw new Error(`${path} was answered ${status}: ${body.slice(0, 200)}`)
    return body
  }
}

function codeOf(location) {
  const code = new URL(location).searchParams.get('code')
  if (code === null) throw new Error(`There is no code in ${location}.`)
  return encode(code)
}

/** What a server issues, looked at before anything is measured: servers that do less work per flow must be seen to. */
export async function inspect(server, flows, jars) {
  const connection = server.connect()
  const { works } = server.target
  const issued = {}
  try {
    const tokens = JSON.parse(await flows.A(connection, { jar: jars[0], proof: 0 }))
    issued.hops = flows.hops
    issued.access_token = formatOf(tokens.access_token)
    issued.id_token = tokens.id_token ? formatOf(tokens.id_token) : 'none'
    issued.refresh_token = tokens.refresh_token ? 'yes' : 'none'
    const held = heldOf(tokens)
    if (works.includes('B')) issued.rotates = JSON.parse(await flows.B(connection, { held })).refresh_token !== tokens.refresh_token
    if (works.includes('C')) issued.service_token = formatOf(JSON.parse(await flows.C(connection)).access_token)
    if (works.includes('D')) await flows.D(connection, { held })
    if (works.includes('E')) await flows.E(connection)
    return issued
  } finally {
    connection.close()
  }
}

/** What a client keeps of an answer, ready to be sent. */
export function heldOf({ access_token, refresh_token = '' }) {
  return { access_token: encode(access_token), refresh_token: encode(refresh_token) }
}

/** The algorithm of a JWT, or that it is none. */
function formatOf(token) {
  try {
    return JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).alg ?? 'opaque'
  } catch {
    return 'opaque'
  }
}
