import type { Actor } from '../../core/model/audit.ts'
import type { Client } from '../../core/model/client.ts'
import { DAY } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { regionOf } from '../../core/model/network.ts'
import { narrowed, paused, resumed } from '../../core/model/restriction.ts'
import { hasScope, splitScope } from '../../core/model/scope.ts'
import { restrict, withdraw } from '../accounts/consents.ts'
import type { Person } from '../accounts/sessions.ts'
import { enterByForm, isReply, roomPath } from './account.ts'
import { appPath, clientOf } from './app-address.ts'
import { detailPage } from './app-detail.ts'
import { EARLIER_ENDS, findHolding, heldScopes, holds } from './app-facts.ts'
import type { Fields } from './form.ts'
import { seeOther } from './layout.ts'
import type { Site } from './site.ts'
import { clientName } from './text.ts'

type Change = Parameters<typeof restrict>[2]

const RESTING = { pause: paused, resume: resumed } as const

/** Takes back what one app was allowed, or lets it rest or go on. */
export async function changeApp(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'apps')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  const client_id = fields.get('client_id')
  const act = fields.get('act')
  if (act === 'revoke') return revoke(site, person, client_id)
  return rest(site, person, client_id, act, roomPath(site, 'apps'))
}

/** Lets an app rest or go on, and says so at `back`. */
async function rest(site: Site, person: Person, client_id: string, act: string, back: string): Promise<Reply> {
  if (act !== 'pause' && act !== 'resume') throw new OAuthError('invalid_request', 'The field act must be revoke, pause or resume.')
  const client = await site.store.clients.find(client_id)
  const change: Change = (consent, noted) => (client && holds(site, { consent, client }) ? RESTING[act](consent, noted) : null)
  const made = client && (await restrict(site, namesOf(person, client), change, byOf(person)))
  const done = act === 'pause' ? 'paused' : 'resumed'
  if (made) site.log.info({ event: `consent.${done}`, sub: person.user.sub, client_id })
  return seeOther(withQuery(back, { [done]: client_id }))
}

const byOf = ({ user }: Person): Actor => ({ type: 'user', id: user.sub })
const namesOf = ({ user }: Person, client: Client) => ({ sub: user.sub, client_id: client.client_id, client_name: clientName(client) })

async function revoke(site: Site, person: Person, client_id: string): Promise<Reply> {
  const { sub } = person.user
  const { consent } = await site.store.consents.find(sub, client_id)
  const client = await site.store.clients.find(client_id)
  const by = byOf(person)
  if (consent) await withdraw(site, consent, client ? clientName(client) : client_id, by)
  // a consent may be over, and what came from it not yet: to revoke is to end it all
  else if (client) await site.store.grants.withdraw({ sub, client_id }, by)
  site.log.info({ event: 'consent.withdrawn', sub, client_id })
  return seeOther(withQuery(roomPath(site, 'apps'), { revoked: client_id }))
}

/** On the page of one app: switches off what the person has switched off, and sets an earlier end; or lets it rest or go on. */
export async function narrowApp(site: Site, http: HttpRequest): Promise<Reply> {
  const entered = await enterByForm(site, http, 'apps')
  if (isReply(entered)) return entered
  const { person, fields } = entered
  const client_id = clientOf(site, http.path)
  const back = appPath(site, client_id)
  if (client_id !== '' && fields.get('act') !== '') return rest(site, person, client_id, fields.get('act'), back)
  const client = await site.store.clients.find(client_id)
  const consent = client && (await findHolding(site, person.user.sub, client))
  const near = regionOf(http.address)
  if (!client || !consent) return detailPage(site, person, client_id, { near })
  const held = heldScopes(site, { consent, client })
  // only what stood on the page: the app may have been allowed more in another window since
  const off = held.filter(({ word, locked }) => !locked && hasScope(fields.get('shown'), word) && !fields.scope.includes(word))
  if (held.length > 0 && off.length === held.length) return detailPage(site, person, client_id, { near, nothing_on: true })
  const words = new Set(off.map(({ word }) => word))
  const end = readEnd(site, fields)
  const made = await restrict(
    site,
    namesOf(person, client),
    (found, noted) =>
      narrowed(
        found,
        splitScope(found.scope)
          .filter((word) => words.has(word))
          .join(' '),
        end,
        noted,
      ),
    byOf(person),
  )
  if (made) site.log.info({ event: 'consent.narrowed', sub: person.user.sub, client_id })
  return seeOther(made ? withQuery(back, { saved: made.receipt.receipt_id }) : back)
}

/** '' leaves the end as it is. */
function readEnd(site: Site, fields: Fields): number | undefined {
  const until = fields.get('until')
  if (until === '') return undefined
  const days = EARLIER_ENDS.find((one) => until === `${one}d`)
  if (days === undefined) throw new OAuthError('invalid_request', 'The field until is unknown.')
  return site.clock() + days * DAY
}
