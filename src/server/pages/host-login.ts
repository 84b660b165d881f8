import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { askForHandover } from '../accounts/handover-nonce.ts'
import { seeOther, withCookies } from './layout.ts'
import type { Site } from './site.ts'

/**
 * Sends the browser to the product, which knows who sits there, with the same words as an authorization request has. `state` is what waits:
 * the ticket, or a room of the account; `also` is what we ask besides the app. @spec OIDC Core §3.1.2.1
 */
export function askHost(
  site: Site,
  http: HttpRequest,
  login: string,
  state: string,
  interaction: Interaction | null,
  also: 'login' | 'select_account' | null,
): Reply {
  const { nonce, cookie } = askForHandover(site, http, state)
  const { prompt, max_age, login_hint, ui_locales, essential_acr } = interaction?.request ?? {}
  const asked = new Set(prompt?.split(' ').filter((word) => word === 'login' || word === 'select_account'))
  if (also) asked.add(also)
  const location = withQuery(login, {
    state,
    nonce,
    client_id: interaction?.client.client_id,
    prompt: asked.size > 0 ? [...asked].join(' ') : undefined,
    max_age: max_age?.toString(),
    login_hint,
    acr_values: essential_acr?.join(' '),
    ui_locales,
  })
  return withCookies(seeOther(location), cookie)
}
