/** A scope is a space-separated set; order never matters. @spec RFC 6749 §3.3 */
export function splitScope(scope: string): string[] {
  if (!scope.includes(' ')) return scope === '' ? [] : [scope]
  return [...new Set(scope.split(' ').filter(Boolean))]
}

/** The words of `asked` that `granted` does not hold. */
export function missingScope(asked: string, granted: string): string[] {
  if (asked === granted) return []
  const held = new Set(splitScope(granted))
  return splitScope(asked).filter((word) => !held.has(word))
}

/** The words of `asked` that `granted` holds too, in the order in which they were asked for. */
export function commonScope(asked: string, granted: string): string {
  if (asked === granted) return asked
  const held = new Set(splitScope(granted))
  return splitScope(asked)
    .filter((word) => held.has(word))
    .join(' ')
}

/** Every word of both. */
export function joinScope(one: string, other: string): string {
  return [...new Set([...splitScope(one), ...splitScope(other)])].join(' ')
}

export function hasScope(scope: string, word: string): boolean {
  return scope === word || splitScope(scope).includes(word)
}

/** NQCHAR words with single spaces between them. @spec RFC 6749 §A.4 */
export function isScope(text: string): boolean {
  return /^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/.test(text)
}

/** What the person reads and decides about one scope. Texts by language tag; `en` is always there. */
export interface ScopeDefinition {
  /** A verb and an object, true when read after "may": "See invoices". */
  title: Readonly<Record<string, string>>
  /** What exactly, and what not: one sentence or two. */
  description: Readonly<Record<string, string>>
  /** 1 about you, 2 looks at your things, 3 acts in your name. */
  level: 1 | 2 | 3
  /** The person may switch it off without denying the whole; otherwise it is required of reviewed clients. */
  optional?: boolean
  /** Standard claims that it opens at userinfo. @spec OIDC Core §5.4 */
  claims?: readonly string[]
  /** Never shown, because it gives nothing by itself: `openid`, `offline_access`. */
  silent?: boolean
}

/** An API of the product. Its key in the catalogue is its identifier. @spec RFC 8707 §2 */
export interface ResourceDefinition {
  /** What people call it; by language tag. */
  name: Readonly<Record<string, string>>
  /** The scopes that make sense there; all of the catalogue unless given. */
  scopes?: readonly string[]
  access_token_format?: 'jwt' | 'opaque'
  /** Seconds that its access tokens live. */
  access_token_lifetime?: number
  /** The client that may introspect tokens made for it. @spec RFC 7662 §2.1 */
  client_id?: string
}

const own = (claims: readonly string[], title: string, description: string): ScopeDefinition => ({
  title: { en: title },
  description: { en: description },
  level: 1,
  claims,
})

/** The scopes that OpenID Connect defines; a deployment adds its own. @spec OIDC Core §5.4, OIDC Core §11 */
export const standardScopes: Readonly<Record<string, ScopeDefinition>> = {
  openid: { ...own(['sub'], 'Recognise you', 'A number that stands for you, and nothing else.'), silent: true },
  profile: own(
    [
      'name',
      'family_name',
      'given_name',
      'middle_name',
      'nickname',
      'preferred_username',
      'profile',
      'picture',
      'website',
      'gender',
      'birthdate',
      'zoneinfo',
      'locale',
      'updated_at',
    ],
    'Know who you are',
    'Your name, picture and the like. Not your email address.',
  ),
  email: own(['email', 'email_verified'], 'See your email address', 'The address, and whether it was checked.'),
  address: own(['address'], 'See your postal address', 'The address that you have entered here.'),
  phone: own(['phone_number', 'phone_number_verified'], 'See your phone number', 'The number, and whether it was checked.'),
  offline_access: { ...own([], 'Stay connected', 'It keeps its access while you are away, until you end it.'), silent: true },
}
