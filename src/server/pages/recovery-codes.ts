import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { FactorOptions } from '../../core/model/store.ts'
import { hasFactor } from '../accounts/factors.ts'
import { CODES, newRecoveryCodes } from '../accounts/recovery-codes.ts'
import { hasShownFactor, type Person } from '../accounts/sessions.ts'
import { accountPage, againPath, enterRecentlyByForm, isReply, roomPath } from './account.ts'
import { html } from './html.ts'
import { seeOther } from './layout.ts'
import type { Waiting } from './required.ts'
import { backToRoom, keepingOf } from './security-parts.ts'
import type { Site } from './site.ts'

/** New codes in place of all those before. */
export async function makeRecoveryCodes(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterRecentlyByForm(site, http, 'security')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  // a factor that came since the session was looked at was not shown in it
  if (!hasShownFactor(person.session) || !hasFactor(await site.store.factors.find(person.user.sub)))
    return backToRoom(site, person, 'not_changed')
  return codesPage(site, person, keepingOf(fields, person), {}, {})
}

/** Whose codes they are; they are made in this session only, where it is known. */
type Sitting = Pick<Person, 'user'> & Partial<Pick<Person, 'session'>>

/** Where codes come from when a form that makes them may be sent twice. */
export interface Seeded {
  seed?: string | undefined
  /** Whether the form was sent before: what it has made is shown once more, or nobody might ever see it. */
  repeated?: boolean
}

/** With the first factor come the codes; null where there are some. */
export async function codesIfNone(site: Site, person: Sitting, waiting: Waiting, seeded: Seeded = {}): Promise<Reply | null> {
  const { recovery_codes } = await site.store.factors.find(person.user.sub)
  const own = seeded.seed !== undefined && seeded.repeated && recovery_codes === CODES
  return recovery_codes === 0 || own ? codesPage(site, person, {}, waiting, seeded) : null
}

/** The only moment at which they are shown. */
async function codesPage(
  site: Site,
  { user, session }: Sitting,
  options: FactorOptions,
  { ticket }: Waiting,
  { seed }: Seeded,
): Promise<Reply> {
  const next = ticket === undefined ? roomPath(site, 'security') : String(site.interactions.resume(ticket).headers['location'])
  const { newCodes } = site.words.factors
  const { codes, hashes } = newRecoveryCodes(seed)
  const by = { type: 'user', id: user.sub } as const
  const kept = await site.store.factors.setRecoveryCodes(user.sub, hashes, {
    by,
    ...options,
    ...(session && { session: session.session_hash }),
  })
  if (!kept) return seeOther(againPath(site, 'security'))
  return accountPage(site, {
    room: 'security',
    title: newCodes.title,
    main: html`<div class="stack-s">
      <h1>${newCodes.title}</h1>
      <p class="muted">${newCodes.text}</p>
    </div>
    <ol class="codes" id="recovery-codes">${codes.map((code) => html`<li><bdi class="reference" dir="ltr">${code}</bdi></li>`)}</ol>
    <p><a class="button button-primary" href="${next}" id="recovery-done">${newCodes.done}</a></p>`,
  })
}
