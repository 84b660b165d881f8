import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { emailLink } from '../accounts/email-change.ts'
import { isMailable } from '../accounts/mail.ts'
import type { Person } from '../accounts/sessions.ts'
import { normalEmail } from '../accounts/users.ts'
import { accountPage, enter, enterByForm, isReply, roomPath } from './account.ts'
import { postTo, requireOutbox } from './forgot.ts'
import { readQuery } from './form.ts'
import { html } from './html.ts'
import { writeLetter } from './letters.ts'
import { deletionSection, emailSection, exportSection, nameSection, type ProfileTold } from './profile-sections.ts'
import { askAgain, backTo } from './recent.ts'
import type { Site } from './site.ts'

const LONGEST_NAME = 100

/** Who the person is to us and to apps, what we keep of them, and the way out. */
export async function showProfile(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enter(site, http, 'profile')
  return isReply(person) ? person : profilePage(site, person, { done: readQuery(http).get('done') })
}

async function profilePage(site: Site, person: Person, told: ProfileTold, status = 200): Promise<Reply> {
  return accountPage(site, {
    room: 'profile',
    ...(told.wrong && { title: site.words.errorTitle(site.words.account.rooms.profile) }),
    status,
    main: html`<div class="stack-s"><h1>${site.words.account.rooms.profile}</h1></div>
    ${nameSection(site, person, told)}
    ${await emailSection(site, person, told)}
    ${exportSection(site, person)}
    ${deletionSection(site)}`,
  })
}

/** Saves the name. */
export async function saveName(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'profile')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  const name = fields
    .get('name')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
  if ([...name].length > LONGEST_NAME)
    return profilePage(site, person, { done: '', typed: name, wrong: { name: site.words.accounts.profile.nameLong } }, 400)
  const { name: _before, ...rest } = person.user
  const user = name === '' ? rest : { ...rest, name }
  const by = { type: 'user', id: user.sub } as const
  if (!(await site.store.users.update(user, { replaces: person.user, by })))
    return profilePage(site, person, { done: '', typed: name, wrong: { name: site.words.accounts.password.stale } }, 409)
  return backTo(site, 'profile', 'name')
}

/** Has a link sent to the address that the person has, or wants. Nothing changes before it is opened, and nothing tells whose the address is. */
export async function askForEmail(site: Site, http: HttpRequest): Promise<Reply> {
  requireOutbox(site)
  const entered = await enterByForm(site, http, 'profile')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  const verify = fields.get('act') === 'verify'
  const email = verify ? person.user.email : normalEmail(fields.get('email'))
  if (!verify) {
    const away = await askAgain(site, person, 'profile')
    if (away) return away
    if (email.length > 254 || !isMailable(email))
      return profilePage(
        site,
        person,
        { done: '', typed: fields.get('email'), wrong: { email: site.words.accounts.profile.freshWrong } },
        400,
      )
  }
  await postTo(
    site,
    http,
    { email, kind: verify ? 'verify' : 'change', sub: person.user.sub, back: roomPath(site, 'profile') },
    async () => {
      const user = await site.store.users.find(person.user.sub)
      const free = email === user?.email || (await site.store.users.findByEmail(email)) === null
      // looked for after the person: where it was ended since, the letter would speak of the time after that
      const session = await site.store.sessions.find(person.session.session_hash, site.clock())
      if (!user || !free || !session || user.disabled_at !== undefined || user.password_hash !== person.user.password_hash) return null
      return writeLetter(site, email, email === user.email ? 'verify' : 'change', emailLink(site, user, email))
    },
  )
  return backTo(site, 'profile', 'sent')
}
