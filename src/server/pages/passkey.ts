import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { addAmr, WITH_PASSKEY } from '../accounts/acr.ts'
import { newChallenge, provePasskey, requestOptions } from '../accounts/passkeys.ts'
import { findPerson } from '../accounts/sessions.ts'
import { bindBrowser, bindingOf, openStep, sealStep } from '../accounts/steps.ts'
import { countAddress, forgiveAddress } from '../accounts/throttle.ts'
import { isReply } from './account.ts'
import { arrive, type Errand, momentOf, onErrand, readErrand, readFormErrand } from './arrive.ts'
import { signedInElsewhere } from './error.ts'
import { finish, type Halfway, readHalfway, speakOn } from './factor.ts'
import { errandFields, whoIs } from './factor-view.ts'
import { readPost, readQuery } from './form.ts'
import { html } from './html.ts'
import { seeOther, withCookies } from './layout.ts'
import { showAddPasskey } from './passkey-add.ts'
import { passkeyPage } from './passkey-view.ts'
import { pausedPage } from './paused.ts'
import type { Site } from './site.ts'
import { formTarget } from './text.ts'

/** Asks for a passkey: in place of the password, or after it. With `do=add` one is made. */
export async function showPasskey(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = readQuery(http)
  if (fields.get('do') === 'add') {
    if (site.host_login) throw signedInElsewhere()
    return showAddPasskey(site, http)
  }
  const errand = await readErrand(site, http, fields)
  if (isReply(errand)) return errand
  if (site.host_login) return seeOther(onErrand(site, '/login', errand))
  const halfway = fields.get('state') === '' ? null : await readHalfway(site, http, fields, errand)
  if (halfway && isReply(halfway)) return halfway
  return ask(site, http, errand, halfway, false)
}

/** Each time another challenge, good once and in this browser. */
async function ask(site: Site, http: HttpRequest, errand: Errand, halfway: Halfway | null, refused: boolean): Promise<Reply> {
  const spoken = await speakOn(site, http, errand)
  const { passkey: words } = spoken.words.factors
  const { binding, cookies } = bindBrowser(site, http)
  const value = newChallenge()
  const challenge = sealStep(site, { kind: 'passkey', binding, value, ...(halfway && { sub: halfway.user.sub }) })
  const reply = passkeyPage(spoken, {
    title: words.title,
    text: words.text(site.product.name),
    what: 'get',
    action: '/login/passkey',
    options: requestOptions(site, value, halfway?.factors.passkeys ?? []),
    above: halfway && whoIs(spoken, halfway.user, errand),
    fields: html`${errandFields(errand)}
      <input type="hidden" name="challenge" value="${challenge}">
      ${halfway && html`<input type="hidden" name="state" value="${halfway.state}">`}`,
    start: words.start,
    failedText: words.failedText,
    refused: refused ? { title: words.refused, text: words.refusedText } : undefined,
    back: { to: backOf(site, errand, halfway), text: words.back },
    form_action: formTarget(errand.interaction?.request.redirect_uri),
  })
  return withCookies(reply, ...cookies)
}

/** Whoever has shown a password, and has something else than passkeys, is asked for that; others begin anew. */
function backOf(site: Site, errand: Errand, halfway: Halfway | null): string {
  const others = halfway && (halfway.factors.totp !== null || halfway.factors.recovery_codes > 0)
  if (!others) return onErrand(site, '/login', errand)
  return onErrand(site, '/login/factor', errand, { state: halfway.state, ...(halfway.factors.totp === null && { with: 'recovery' }) })
}

/** Takes the answer of an authenticator, and goes on to where they were going. */
export async function submitPasskey(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const errand = await readFormErrand(site, http, fields)
  if (isReply(errand)) return errand
  if (site.host_login) return seeOther(onErrand(site, '/login', errand)) // no second door beside the product's
  const halfway = fields.get('state') === '' ? null : await readHalfway(site, http, fields, errand)
  if (halfway && isReply(halfway)) return halfway
  const over = await countAddress(site, http.address)
  if (over) return pausedPage(site, over.ends_at, onErrand(site, '/login', errand))
  const step = openStep(site, fields.get('challenge'), 'passkey', bindingOf(site, http))
  const user = step && step.sub === halfway?.user.sub ? await provePasskey(site, step, fields.get('answer')) : null
  if (!user || user.disabled_at !== undefined) return ask(site, http, errand, halfway, true)
  await forgiveAddress(site, http.address)
  if (halfway) return finish(site, http, halfway, WITH_PASSKEY)
  return arrive(
    site,
    http,
    user,
    { auth_time: momentOf(site, errand), amr: addAmr([], WITH_PASSKEY) },
    await findPerson(site, http),
    errand,
  )
}
