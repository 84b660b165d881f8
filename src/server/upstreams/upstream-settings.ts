import type { Joining } from '../accounts/elsewhere.ts'

/** An OpenID provider where people may sign in, as the configuration names it. */
export interface UpstreamSettings {
  /** Stands in addresses and ids. */
  id: string
  /** By language; English is there. */
  label: Readonly<Record<string, string>>
  issuer: string
  client_id: string
  client_secret: string
  token_endpoint_auth_method: 'client_secret_basic' | 'client_secret_post'
  scope: string
  /** What is taken over of a new person beside the address. */
  claims: readonly string[]
  joining: Joining
  linking: boolean
  /** Whose addresses it can vouch for; any unless given. */
  domains?: readonly string[]
}

/** A directory whose people sign in with their passwords there. */
export interface LdapSettings {
  /** Stands in the identities of its people. */
  name: string
  url: string
  starttls: boolean
  /** Certificates to trust, in PEM, in place of those that Node does. */
  ca?: string
  bind_dn: string
  password: string
  base: string
  /** RFC 4515, with `{login}` where the escaped address goes. */
  filter: string
  attributes: { id: string; email: string; name?: string; given_name?: string; family_name?: string }
  email_verified: boolean
  joining: Joining
  only: boolean
}
