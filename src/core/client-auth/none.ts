import type { ClientAuthMethod } from '../model/context.ts'

/** A public client only says who it is; its code is tied to it by PKCE. @spec RFC 6749 §3.2.1, OIDC Core §9 */
export const none: ClientAuthMethod = {
  claim: (http, params) => {
    const basic = /^basic(?: |$)/i.test(http.header('authorization') ?? '')
    return basic || params.client_secret !== undefined ? undefined : params.client_id
  },
  prove: () => true,
}
