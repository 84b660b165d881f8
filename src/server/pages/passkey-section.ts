import { MOST_PASSKEYS, type Passkey } from '../../core/model/factor.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { arePasskeysPossible } from '../accounts/passkeys.ts'
import { hasShownFactor } from '../accounts/sessions.ts'
import { enterRecentlyByForm, isReply } from './account.ts'
import { dayOf } from './dates.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { addPasskey } from './passkey-add.ts'
import { backToRoom, endWithOthers, keepingOf, othersBox } from './security-parts.ts'
import type { Site } from './site.ts'
import { bdi, cleanText } from './text.ts'

/** The passkeys of a person, and the way to another one. */
export function passkeySection({
  site,
  factors: { passkeys },
  seal,
}: {
  site: Site
  factors: { passkeys: readonly Passkey[] }
  seal: Html
}): Html {
  const { room, addPasskey } = site.words.factors
  const possible = arePasskeysPossible(site.issuer)
  return html`<section class="card" aria-labelledby="passkeys-title">
      <div class="card-head"><h2 id="passkeys-title">${room.passkeys}</h2></div>
      <div class="card-body stack">
        <p class="muted">${room.passkeysText}</p>
        ${passkeys.length === 0 ? html`<p>${room.noPasskey}</p>` : html`<ul class="grants" id="passkeys">${passkeys.map((passkey) => item(site, passkey, seal))}</ul>`}
        ${
          possible
            ? passkeys.length < MOST_PASSKEYS &&
              html`<p><a class="button button-s" href="${site.base}/login/passkey?do=add" id="passkey-add">${icon('plus', 'icon-s')}${addPasskey.start}</a></p>`
            : html`<p class="small">${room.passkeysElsewhere}</p>`
        }
      </div>
    </section>`
}

function item(site: Site, { passkey_id, label, created_at, used_at }: Passkey, seal: Html): Html {
  const { room } = site.words.factors
  const id = `passkey-${passkey_id}`
  const now = site.clock()
  const form = (
    what: string,
    inside: Html,
  ) => html`<form class="confirm-panel stack-s" method="post" action="${site.base}/account/security/passkeys">
            ${seal}
            <input type="hidden" name="passkey_id" value="${passkey_id}">
            <input type="hidden" name="act" value="${what}">
            ${inside}
          </form>`
  return html`<li class="grant" id="${id}">
        <div class="grant-head"><h3>${bdi(label)}</h3></div>
        <dl class="grant-facts">
          <div><dt>${room.added}</dt><dd>${dayOf(created_at, now, site.words)}</dd></div>
          <div><dt>${room.lastUsed}</dt><dd>${used_at === undefined ? room.never : dayOf(used_at, now, site.words)}</dd></div>
        </dl>
        <div class="grant-actions">
          <details>
            <summary class="button button-s" id="${id}-rename">${room.rename}<span class="visually-hidden"> ${bdi(label)}</span></summary>
            ${form(
              'rename',
              html`<div class="field"><label for="${id}-label">${room.name}</label><input id="${id}-label" name="label" type="text" maxlength="60" required value="${label}" autocomplete="off"></div>
            <p><button type="submit" class="button button-s" id="${id}-save">${room.save}</button></p>`,
            )}
          </details>
          <details>
            <summary class="button button-s button-danger-quiet" id="${id}-remove">${icon('no', 'icon-s')}${room.remove}<span class="visually-hidden"> ${bdi(label)}</span></summary>
            ${form(
              'remove',
              html`<p>${room.removeText(bdi(label))}</p>
            ${othersBox(site, id)}
            <p><button type="submit" class="button button-s button-danger" id="${id}-remove-confirm"><span>${room.removeOne(bdi(label))}</span></button></p>`,
            )}
          </details>
        </div>
      </li>`
}

/** Adds, renames or removes one. */
export async function changePasskey(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterRecentlyByForm(site, http, 'security')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  if (fields.get('act') === 'add') return addPasskey(site, person, fields)
  // a passkey that came since the session was looked at was not shown in it
  if (!hasShownFactor(person.session)) return backToRoom(site, person, 'not_changed')
  const { sub } = person.user
  const passkey_id = fields.get('passkey_id')
  const by = { type: 'user', id: sub } as const
  if (fields.get('act') === 'remove') {
    const removed = await site.store.factors.removePasskey(sub, passkey_id, { by, ...keepingOf(fields, person) })
    if (removed) await endWithOthers(site, fields, person)
    return backToRoom(site, person, removed ? 'passkey_removed' : 'not_changed')
  }
  const label = cleanText(fields.get('label'))
  const renamed = label !== '' && (await site.store.factors.renamePasskey(sub, passkey_id, label, { by }))
  return backToRoom(site, person, renamed ? 'passkey_renamed' : 'not_changed')
}
