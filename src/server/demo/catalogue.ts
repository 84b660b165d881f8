/** The words of one scope, as a configuration file would hold them. */
interface DemoScope {
  title: { en: string }
  description: { en: string }
  level: 2 | 3
  optional?: boolean
}

/** What the make-believe product Harbour Books declares: its scopes, and its one API, under the identifier `audience`. */
export function demoCatalogue(audience: string): {
  scopes: Record<string, DemoScope>
  resources: Record<string, { name: { en: string }; scopes: string[] }>
} {
  const scopes: Record<string, DemoScope> = {
    'invoices.read': {
      title: { en: 'See invoices' },
      description: { en: 'Numbers, dates, amounts and customers. Not the attached files.' },
      level: 2,
    },
    'bank.read': {
      title: { en: 'See bank movements' },
      description: { en: 'Dates, amounts and counterparties of the last 12 months. Never account logins.' },
      level: 2,
      optional: true,
    },
    'invoices.send': {
      title: { en: 'Create and send invoices' },
      description: { en: 'Your customers would see them as coming from you.' },
      level: 3,
      optional: true,
    },
  }
  return { scopes, resources: { [audience]: { name: { en: 'Harbour Books' }, scopes: Object.keys(scopes) } } }
}

/** What Tallyboat asks for. */
export const DEMO_SCOPE = 'openid profile email offline_access invoices.read invoices.send'

/** What Tallyboat says of itself when it is registered; `app_url` has no trailing slash. @spec RFC 7591 §2 */
export function demoClientMetadata(app_url: string): Record<string, unknown> {
  return {
    client_name: 'Tallyboat',
    client_uri: app_url,
    redirect_uris: [`${app_url}/callback`],
    post_logout_redirect_uris: [`${app_url}/signed-out`],
    policy_uri: `${app_url}/privacy`,
    tos_uri: `${app_url}/terms`,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
    scope: DEMO_SCOPE,
  }
}
