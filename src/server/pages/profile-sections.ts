import type { Person } from '../accounts/sessions.ts'
import { formSeal } from './account.ts'
import { field } from './field.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { missingProof } from './proof.ts'
import { againNotice } from './recent.ts'
import type { Site } from './site.ts'
import { bdi } from './text.ts'

/** What the room is told of the form that was sent last. */
export interface ProfileTold {
  /** The name of what was done, out of the address; '' where nothing was. */
  done: string
  /** What is wrong with a field. */
  wrong?: { name?: string; email?: string }
  /** What was typed into it, which stays there. */
  typed?: string
}

export function nameSection(site: Site, person: Person, { done, wrong, typed }: ProfileTold): Html {
  const { name, nameHint, nameSubmit, saved, sent, sentText } = site.words.accounts.profile
  return html`${done === 'name' && notice(saved)}
    ${done === 'sent' && notice(sent, sentText)}
    <section class="card" aria-labelledby="profile-name-title">
      <div class="card-head"><h2 id="profile-name-title">${name}</h2></div>
      <form class="card-body stack" method="post" action="${site.base}/account/profile">
        ${formSeal(site, person)}
        ${field({ id: 'profile-name', name: 'name', label: name, autocomplete: 'name', value: (wrong?.name === undefined ? person.user.name : typed) ?? '', hint: nameHint, error: wrong?.name, longest: 100, required: false })}
        <p><button type="submit" class="button" id="profile-name-submit">${nameSubmit}</button></p>
      </form>
    </section>`
}

/** Where there is no mail server an operator changes it. */
export async function emailSection(site: Site, person: Person, told: ProfileTold): Promise<Html> {
  const { email, confirmed, unconfirmed } = site.words.accounts.profile
  const { user } = person
  const state = user.email_verified
    ? html`<span class="badge badge-good">${icon('check')}${confirmed}</span>`
    : html`<span class="badge badge-caution">${unconfirmed}</span>`
  return html`<section class="card" aria-labelledby="profile-email-title">
      <div class="card-head"><div><h2 id="profile-email-title">${email}</h2><p class="row" id="profile-email">${bdi(user.email)} ${state}</p></div></div>
      ${site.outbox && html`<div class="card-body stack">${!user.email_verified && verifyForm(site, person)}${await changeForm(site, person, told)}</div>`}
    </section>`
}

function verifyForm(site: Site, person: Person): Html {
  return html`<form method="post" action="${site.base}/account/email">
        ${formSeal(site, person)}
        <button type="submit" class="button" id="profile-verify" name="act" value="verify">${site.words.accounts.profile.verifySubmit}</button>
      </form>`
}

async function changeForm(site: Site, person: Person, { wrong, typed = '' }: ProfileTold): Promise<Html> {
  const error = wrong?.email
  const { fresh, freshHint, changeSubmit } = site.words.accounts.profile
  if ((await missingProof(site, person)) !== null) return againNotice(site, 'profile')
  return html`<form class="stack" method="post" action="${site.base}/account/email">
        ${formSeal(site, person)}
        ${field({ id: 'profile-new-email', name: 'email', label: fresh, type: 'email', autocomplete: 'email', value: error === undefined ? '' : typed, hint: freshHint, error, longest: 254 })}
        <p><button type="submit" class="button" id="profile-change" name="act" value="change">${changeSubmit}</button></p>
      </form>`
}

export function exportSection(site: Site, person: Person): Html {
  const words = site.words.accounts.profile
  return html`<section class="card" aria-labelledby="profile-export-title">
      <div class="card-head"><div><h2 id="profile-export-title">${words.export}</h2><p class="muted small">${words.exportText}</p></div></div>
      <form class="card-body" method="post" action="${site.base}/account/export">
        ${formSeal(site, person)}
        <button type="submit" class="button" id="profile-export">${words.exportSubmit}</button>
      </form>
    </section>`
}

export function deletionSection(site: Site): Html {
  const words = site.words.accounts.profile
  return html`<section class="card" aria-labelledby="profile-delete-title">
      <div class="card-head"><div><h2 id="profile-delete-title">${words.delete}</h2><p class="muted small">${words.deleteText}</p></div></div>
      <div class="card-body"><a class="button button-danger-quiet" href="${site.base}/account/delete" id="profile-delete">${words.deleteLink}</a></div>
    </section>`
}

function notice(title: string, text = ''): Html {
  return html`<div class="notice notice-good" role="status" id="notice">${icon('check')}<div><strong>${title}</strong>${text}</div></div>`
}
