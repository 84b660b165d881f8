import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { WITH_CODE } from '../accounts/acr.ts'
import { newCodesSeed } from '../accounts/recovery-codes.ts'
import { codeOfNewApp } from '../accounts/second-factor.ts'
import { hasShownFactor, isRecent, isSessionMac, type Person, shownHash, strengthen } from '../accounts/sessions.ts'
import { openStep, peekStep, sealStep } from '../accounts/steps.ts'
import { newTotpSecret, otpauthUri, toBase32 } from '../accounts/totp.ts'
import { accountPage, againPath, enter, enterRecently, formSeal, isReply, roomPath, staleForm } from './account.ts'
import { minutesUntil } from './dates.ts'
import { codeField } from './factor-view.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import { html } from './html.ts'
import { seeOther, withCookies } from './layout.ts'
import { missingProof } from './proof.ts'
import { qrCode } from './qr.ts'
import { codesIfNone } from './recovery-codes.ts'
import { type Waiting, waitingField, waitingOf } from './required.ts'
import { additionOf, backToRoom, endWithOthers, keepingOf, othersBox } from './security-parts.ts'
import type { Site } from './site.ts'

/** Shows a new secret, and asks for a code that proves that an app has taken it. Nothing is stored before that. */
export async function showSetUp(site: Site, http: HttpRequest): Promise<Reply> {
  const person = await enterRecently(site, http, 'security')
  return isReply(person) ? person : setUpPage(site, person, await newSetUp(site, person), { waiting: waitingOf(readQuery(http)) })
}

/** Turns codes on, or off. */
export async function submitTotp(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const person = await enter(site, http, 'security')
  if (isReply(person)) return (await showOnceMore(site, http, fields, null)) ?? person
  if (!isSessionMac(site, person.session, fields.get('csrf'))) {
    const answer = await showOnceMore(site, http, fields, person)
    if (answer) return answer
    throw staleForm(roomPath(site, 'security'))
  }
  if ((await missingProof(site, person)) !== null)
    return (await showOnceMore(site, http, fields, person)) ?? seeOther(againPath(site, 'security'))
  if (fields.get('turn') !== 'off') return turnOn(site, http, person, fields)
  const options = { by: { type: 'user', id: person.user.sub } as const, ...keepingOf(fields, person) }
  const removed = hasShownFactor(person.session) && (await site.store.factors.removeTotp(person.user.sub, options))
  if (removed) await endWithOthers(site, fields, person)
  return backToRoom(site, person, removed ? 'app_off' : 'not_changed')
}

async function turnOn(site: Site, http: HttpRequest, person: Person, fields: Fields): Promise<Reply> {
  const { sub } = person.user
  const step = openStep(site, fields.get('setup'), 'new_totp', person.session.session_hash)
  const [secret, seed] = (step?.sub === sub ? step.value : undefined)?.split(' ') ?? []
  const { code, setUp } = site.words.factors
  const waiting = waitingOf(fields)
  const others = fields.get('others') === 'on'
  // another picture in the same place looks like the one that the app has taken, so it is said
  if (secret === undefined) return setUpPage(site, person, await newSetUp(site, person), { waiting, others, problem: setUp.tooOld })
  const again = (problem: string) => setUpPage(site, person, { secret, seed }, { waiting, others, problem })
  const shown = await codeOfNewApp(site, sub, secret, fields.get('code'), http.address)
  if (shown === 'wrong') return again(setUp.wrong)
  if (typeof shown === 'object') return again(code.paused(minutesUntil(shown.paused_until, site.clock())))
  const options = { by: { type: 'user', id: sub } as const, ...additionOf(fields, person) }
  const totp = { sub, sealed: site.keys.factors.totp.seal({ sub, secret }), last_step: shown, created_at: site.clock() }
  if (!(await site.store.factors.setTotp(totp, options)))
    return (await showOnceMore(site, http, fields, person)) ?? seeOther(againPath(site, 'security'))
  const { person: now, cookies } = await strengthen(site, person, WITH_CODE)
  await endWithOthers(site, fields, now)
  return withCookies((await codesIfNone(site, now, waiting, { seed })) ?? backToRoom(site, now, 'app_on'), ...cookies)
}

/**
 * The form was sent twice, as by a slow double click, and the browser shows what comes second: by then the session in which the app was set
 * up has been replaced by one that has shown it. Whoever comes with either of the two, and with a code of that app, sees once more the codes
 * that came with it, or nobody might ever see them. Null where that is not so.
 */
async function showOnceMore(site: Site, http: HttpRequest, fields: Fields, person: Person | null): Promise<Reply | null> {
  const setup = fields.get('setup')
  const step = person ? peekStep(site, setup, 'new_totp') : openStep(site, setup, 'new_totp', shownHash(site, http))
  const [secret, seed] = step?.value?.split(' ') ?? []
  if (!step?.sub || !secret || !seed || !(await isSetUp(site, step.sub, secret))) return null
  if (person && (person.user.sub !== step.sub || !isRecent(site, person.session))) return null
  if (typeof (await codeOfNewApp(site, step.sub, secret, fields.get('code'), http.address)) !== 'number') return null
  const user = await site.store.users.find(step.sub)
  // bound to no session: the one of this form may just have been replaced
  return user && user.disabled_at === undefined ? codesIfNone(site, { user }, waitingOf(fields), { seed, repeated: true }) : null
}

/** Whether the app with this secret is the one that counts already: the form was sent twice. */
async function isSetUp(site: Site, sub: string, secret: string): Promise<boolean> {
  const { totp } = await site.store.factors.find(sub)
  return totp !== null && site.keys.factors.totp.open(totp.sealed)?.secret === secret
}

/** What is set up: the secret of the app, and what recovery codes are made of, where the person has none yet. */
interface SetUp {
  secret: string
  seed?: string | undefined
}

async function newSetUp(site: Site, { user }: Person): Promise<SetUp> {
  const { recovery_codes } = await site.store.factors.find(user.sub)
  return { secret: newTotpSecret(), ...(recovery_codes === 0 && { seed: newCodesSeed() }) }
}

interface Shown {
  waiting: Waiting
  /** Why the last code was not taken. */
  problem?: string
  /** Whether the other sessions are to end. */
  others?: boolean
}

async function setUpPage(site: Site, person: Person, { secret, seed }: SetUp, { waiting, problem, others }: Shown): Promise<Reply> {
  const { setUp, code } = site.words.factors
  const setup = sealStep(site, {
    kind: 'new_totp',
    binding: person.session.session_hash,
    sub: person.user.sub,
    value: seed === undefined ? secret : `${secret} ${seed}`,
  })
  const uri = otpauthUri(site.product.name, person.user.email, secret)
  return accountPage(site, {
    room: 'security',
    title: problem === undefined ? setUp.title : site.words.errorTitle(setUp.title),
    status: problem === undefined ? 200 : 403,
    main: html`<div class="stack-s">
      <h1>${setUp.title}</h1>
      <p class="muted">${setUp.scan}</p>
    </div>
    ${await qrCode(uri, setUp.picture)}
    <p>${setUp.orType}<br><bdi class="reference" dir="ltr" id="totp-key">${inGroups(toBase32(secret))}</bdi></p>
    <p class="small"><a href="${uri}" id="totp-link">${setUp.link}</a></p>
    <form class="stack width-s" method="post" action="${site.base}/account/security/totp">
      ${formSeal(site, person)}
      <input type="hidden" name="setup" value="${setup}">
      ${waitingField(waiting)}
      ${codeField({ label: setUp.label, hint: code.hint, recovery: false, problem })}
      ${othersBox(site, 'totp', others)}
      <div class="row"><button class="button button-primary" id="factor-submit" type="submit">${setUp.submit}</button>
      <a class="button" href="${roomPath(site, 'security')}" id="totp-back">${setUp.back}</a></div>
    </form>`,
  })
}

const inGroups = (key: string): string => (key.match(/.{1,4}/g) ?? []).join(' ')
