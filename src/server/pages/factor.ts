import { SECOND } from '../../core/model/clock.ts'
import type { Factors } from '../../core/model/factor.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { User } from '../../core/model/user.ts'
import { acrOf, addAmr, WITH_CODE } from '../accounts/acr.ts'
import { hasFactor } from '../accounts/factors.ts'
import { type CodeOutcome, spendCode } from '../accounts/second-factor.ts'
import { findPerson } from '../accounts/sessions.ts'
import { bindingOf, openStep, personOf } from '../accounts/steps.ts'
import { isReply } from './account.ts'
import { arrive, type Errand, momentOf, onErrand, readErrand, readFormErrand } from './arrive.ts'
import { doesFor } from './better.ts'
import { minutesUntil } from './dates.ts'
import { factorPage } from './factor-view.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import { seeOther } from './layout.ts'
import type { Site } from './site.ts'
import { speak } from './words.ts'

/** Somebody who has shown one factor, and what they have besides. */
export interface Halfway {
  errand: Errand
  user: User
  factors: Factors
  /** What they showed, and when where it was long before. */
  amr: readonly string[]
  auth_time: number | undefined
  /** The sealed step, as it stands in the address and the form. */
  state: string
}

/** Who stands halfway; back to the beginning where that is over, was changed meanwhile, or is another browser's. */
export async function readHalfway(site: Site, http: HttpRequest, fields: Fields, errand: Errand): Promise<Halfway | Reply> {
  const state = fields.get('state')
  const step = openStep(site, state, 'sign_in', bindingOf(site, http))
  const user = step && (await personOf(site, step))
  // what a session has shown counts while that session is there
  if (step?.value !== undefined && (await findPerson(site, http))?.session.sid !== step.value)
    return seeOther(onErrand(site, '/login', errand))
  const factors = user && (await site.store.factors.find(user.sub))
  if (!factors || !hasFactor(factors)) return seeOther(onErrand(site, '/login', errand))
  return { errand, user, factors, amr: step.amr ?? [], auth_time: step.auth_time, state }
}

/** Asks for a code of the app or for one of the recovery codes; whoever has passkeys only is led to that page. */
export async function showFactor(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = readQuery(http)
  const errand = await readErrand(site, http, fields)
  if (isReply(errand)) return errand
  if (site.host_login) return seeOther(onErrand(site, '/login', errand)) // no second door beside the product's
  const halfway = await readHalfway(site, http, fields, errand)
  if (isReply(halfway)) return halfway
  const recovery = fields.get('with') === 'recovery'
  if (!recovery && leadsToPasskey(halfway)) return seeOther(onErrand(site, '/login/passkey', errand, { state: halfway.state }))
  return factorPage(await speakOn(site, http, errand), { ...halfway, recovery })
}

/** Where a code would not do: there is no app, or the app that asks needs more than a code. */
function leadsToPasskey({ factors, amr, errand }: Halfway): boolean {
  if (factors.passkeys.length === 0) return false
  const asked = errand.interaction?.request.essential_acr
  return factors.totp === null || (asked !== undefined && !doesFor(acrOf(addAmr(amr, WITH_CODE)), asked))
}

/** Takes a code, and goes on to where they were going. */
export async function submitFactor(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const errand = await readFormErrand(site, http, fields)
  if (isReply(errand)) return errand
  if (site.host_login) return seeOther(onErrand(site, '/login', errand)) // no second door beside the product's
  const halfway = await readHalfway(site, http, fields, errand)
  if (isReply(halfway)) return halfway
  const outcome = await spendCode(site, halfway.user, fields.get('code'), http.address)
  if (outcome === 'good') return finish(site, http, halfway, WITH_CODE)
  const spoken = await speakOn(site, http, errand)
  const reply = factorPage(spoken, { ...halfway, recovery: fields.get('with') === 'recovery', problem: problemOf(spoken, outcome, fields) })
  return typeof outcome === 'string' ? reply : paused(site, reply, outcome)
}

/** Both were shown: a session that says so. */
export async function finish(
  site: Site,
  http: HttpRequest,
  { user, errand, amr, auth_time }: Halfway,
  shown: readonly string[],
): Promise<Reply> {
  const before = await findPerson(site, http)
  const selected_at = before?.user.sub === user.sub ? before.session.selected_at : undefined
  const proof = { auth_time: auth_time ?? momentOf(site, errand), amr: addAmr(amr, shown), selected_at }
  return arrive(site, http, user, proof, before, errand)
}

function problemOf({ words, clock }: Site, outcome: Exclude<CodeOutcome, 'good'>, fields: Fields): string {
  if (typeof outcome !== 'string') return words.factors.code.paused(minutesUntil(outcome.paused_until, clock()))
  if (outcome === 'used') return words.factors.code.used
  return fields.get('with') === 'recovery' ? words.factors.code.recoveryWrong : words.factors.code.wrong
}

function paused(site: Site, reply: Reply, { paused_until }: { paused_until: number }): Reply {
  const retry_after = Math.max(1, Math.ceil((paused_until - site.clock()) / SECOND))
  return { ...reply, status: 429, headers: { ...reply.headers, 'retry-after': String(retry_after) } }
}

/** In the language that the app asked for, where there is one. */
export const speakOn = (site: Site, http: HttpRequest, { interaction }: Errand): Promise<Site> =>
  speak(site, http, interaction?.request.ui_locales)
