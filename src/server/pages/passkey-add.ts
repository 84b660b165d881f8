import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { WITH_PASSKEY } from '../accounts/acr.ts'
import { arePasskeysPossible, creationOptions, newChallenge, readNewPasskey } from '../accounts/passkeys.ts'
import { type Person, strengthen } from '../accounts/sessions.ts'
import { openStep, sealStep } from '../accounts/steps.ts'
import { enterRecently, formSeal, isReply, roomPath } from './account.ts'
import { type Fields, readQuery } from './form.ts'
import { html } from './html.ts'
import { seeOther, withCookies } from './layout.ts'
import { passkeyPage } from './passkey-view.ts'
import { codesIfNone } from './recovery-codes.ts'
import { waitingField, waitingOf } from './required.ts'
import { additionOf, backToRoom, endWithOthers, othersBox } from './security-parts.ts'
import type { Site } from './site.ts'
import { cleanText } from './text.ts'

/** Asks the browser to make a passkey for whoever has signed in a moment ago. */
export async function showAddPasskey(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enterRecently(site, http, 'security')
  if (isReply(person)) return person
  if (!arePasskeysPossible(site.issuer)) return seeOther(roomPath(site, 'security'))
  return ask(site, person, readQuery(http), false)
}

/** Of a form that was refused, what was typed stays. */
async function ask(site: Site, person: Person, typed: Fields, refused: boolean): Promise<Reply> {
  const { addPasskey: words } = site.words.factors
  const { passkeys } = await site.store.factors.find(person.user.sub)
  const value = newChallenge()
  const challenge = sealStep(site, { kind: 'new_passkey', binding: person.session.session_hash, sub: person.user.sub, value })
  return passkeyPage(site, {
    title: words.title,
    text: words.text,
    what: 'create',
    action: '/account/security/passkeys',
    options: creationOptions(site, site.product.name, value, person.user, passkeys),
    fields: html`${formSeal(site, person)}
      <input type="hidden" name="act" value="add">
      <input type="hidden" name="challenge" value="${challenge}">
      ${waitingField(waitingOf(typed))}
      <div class="field">
        <label for="passkey-label">${words.label}</label>
        <input id="passkey-label" name="label" type="text" value="${typed.get('label')}" maxlength="60" autocomplete="off" aria-describedby="passkey-hint">
        <p class="field-hint" id="passkey-hint">${words.hint}</p>
      </div>
      ${othersBox(site, 'passkey', typed.get('others') === 'on')}`,
    start: words.start,
    failedText: words.failedText,
    refused: refused ? { title: words.refused, text: words.refusedText } : undefined,
    back: { to: roomPath(site, 'security'), text: words.back },
  })
}

/** Takes what the authenticator has made. With the first factor come the recovery codes. */
export async function addPasskey(site: Site, person: Person, fields: Fields): Promise<Reply> {
  const step = openStep(site, fields.get('challenge'), 'new_passkey', person.session.session_hash)
  const label = cleanText(fields.get('label')) || site.words.factors.addPasskey.unnamed
  const passkey = step?.sub === person.user.sub ? await readNewPasskey(site, step, fields.get('answer'), label) : null
  const options = { by: { type: 'user', id: person.user.sub } as const, ...additionOf(fields, person) }
  if (!passkey || !(await site.store.factors.addPasskey(passkey, options))) return ask(site, person, fields, true)
  const { person: now, cookies } = await strengthen(site, person, WITH_PASSKEY)
  await endWithOthers(site, fields, now)
  return withCookies((await codesIfNone(site, now, waitingOf(fields))) ?? backToRoom(site, now, 'passkey_added'), ...cookies)
}
