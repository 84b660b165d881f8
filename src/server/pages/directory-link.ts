import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { linkDirectory } from '../accounts/directory.ts'
import type { Person } from '../accounts/sessions.ts'
import { formSeal, roomPath } from './account.ts'
import { field } from './field.ts'
import type { Fields } from './form.ts'
import { type Html, html } from './html.ts'
import { seeOther } from './layout.ts'
import { missingProof } from './proof.ts'
import { againNotice } from './recent.ts'
import type { Site } from './site.ts'
import { bdi } from './text.ts'
import { taken } from './upstream.ts'

/** Stands for the directory where an address names a provider: none has such an id. */
export const DIRECTORY = 'ldap:'

/** Asks for the password of the directory, where it may know the person by their email. */
export async function directorySection(site: Site, person: Person, heading: (text: string) => Html, problem?: string): Promise<Html> {
  const { title, text, label, submit } = site.words.accounts.directory
  const form = html`<form class="stack" method="post" action="${site.base}/account/identities">
          ${formSeal(site, person)}
          ${field({ id: 'directory-password', name: 'password', label, type: 'password', autocomplete: 'off', error: problem })}
          <p><button type="submit" class="button" id="directory-link" name="add" value="${DIRECTORY}">${submit}</button></p>
        </form>`
  return html`<section class="card">
      <div class="card-head"><div>${heading(title)}<p class="muted small">${text(bdi(person.user.email))}</p></div></div>
      <div class="card-body">${(await missingProof(site, person)) === null ? form : againNotice(site, 'identities')}</div>
    </section>`
}

/** Links it; what is wrong with the password, else, and the status of saying so. */
export async function submitDirectory(
  site: Site,
  http: HttpRequest,
  person: Person,
  fields: Fields,
): Promise<Reply | { problem: string; status: number }> {
  const { directory } = site
  if (!directory) throw new OAuthError('invalid_request', 'There is no such provider.', { status: 404, reason: 'not_found' })
  const outcome = await linkDirectory({ ...site, directory }, person, fields.get('password'), http.address)
  if (outcome === 'taken') throw taken(site)
  if (outcome === 'wrong') return { problem: site.words.accounts.directory.wrong, status: 403 }
  if (outcome !== 'linked') return { problem: site.words.accounts.password.paused, status: 429 }
  site.log.info({ event: 'identity.linked', sub: person.user.sub, upstream: DIRECTORY })
  return seeOther(withQuery(roomPath(site, 'identities'), { linked: DIRECTORY }))
}
