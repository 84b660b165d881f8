import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Person } from '../accounts/sessions.ts'
import { accountPage, enter, isReply } from './account.ts'
import { factorSections } from './factor-sections.ts'
import { readQuery } from './form.ts'
import { html } from './html.ts'
import { passwordSection } from './password-section.ts'
import type { Section, Told } from './section.ts'
import { noticeOf } from './security-parts.ts'
import type { Site } from './site.ts'

/** In the order in which they stand there. */
const sections: readonly Section[] = [passwordSection, factorSections]

/** How one signs in, and what keeps others from it. */
export async function showSecurity(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'security')
  if (isReply(person)) return person
  const fields = readQuery(http)
  return securityPage(site, person, { done: fields.get('done'), seal: fields.get('seal') })
}

/** The room, also after a form of it was refused. */
export async function securityPage(site: Site, person: Person, told: Told, status = 200): Promise<Reply> {
  const shown = await Promise.all(sections.map((section) => section(site, person, told)))
  return accountPage(site, {
    room: 'security',
    ...(told.problem && { title: site.words.errorTitle(site.words.account.rooms.security) }),
    status,
    main: html`<div class="stack-s">
      <h1>${site.words.account.rooms.security}</h1>
      <p class="muted">${site.words.factors.room.text}</p>
    </div>
    ${noticeOf(site, person, told)}
    ${shown.flatMap((section) => section ?? [])}`,
  })
}
