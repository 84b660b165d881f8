import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { MailLink } from '../../core/model/mail-link.ts'
import { changeEmail, type LinkOutcome, undoEmail, undoLink, verifyEmail } from '../accounts/email-change.ts'
import { openLink, sealLink, stateOf } from '../accounts/mail-links.ts'
import { createForm, submitCreated } from './create.ts'
import { signedInElsewhere } from './error.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import { type Html, html } from './html.ts'
import { seeOther } from './layout.ts'
import { writeLetter } from './letters.ts'
import { resetForm, submitReset } from './reset.ts'
import type { Site } from './site.ts'
import { linkOver, slip } from './slip.ts'
import { bdi } from './text.ts'

/** Shows what a link from a letter would do, and a button for it. Opening it changes nothing: programs that look after mail open links too. */
export async function showLink(site: Site, http: HttpRequest): Promise<Reply> {
  const token = readQuery(http).get('token')
  const link = openLink(site, token)
  return link ? actOf(site, link).show(site, link, token) : linkOver(site)
}

/** Does it. */
export async function submitLink(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const link = openLink(site, fields.get('token'))
  return link ? actOf(site, link).submit(site, link, fields) : linkOver(site)
}

/** Where the product signs people in, nobody gets a password here or an account. */
function actOf(site: Site, { act }: MailLink): Act {
  if (site.host_login && (act === 'reset' || act === 'create')) throw signedInElsewhere()
  return acts[act]
}

/** What a link can do. */
interface Act {
  show(site: Site, link: MailLink, token: string): Reply
  submit(site: Site, link: MailLink, fields: Fields): Promise<Reply>
}

const acts: Readonly<Record<MailLink['act'], Act>> = {
  create: { show: createForm, submit: submitCreated },
  reset: { show: (site, link, token) => resetForm(site, link, token), submit: submitReset },
  verify: {
    show: (site, { email }, token) => {
      const { verify, verifyText, verifySubmit } = site.words.accounts.link
      return ask(site, token, { title: verify, text: verifyText(bdi(email)), submit: verifySubmit })
    },
    submit: async (site, link) => done(site, await verifyEmail(site, link), site.words.accounts.link.verified),
  },
  change: {
    show: (site, { email }, token) => {
      const { change, changeText, changeSubmit } = site.words.accounts.link
      return ask(site, token, { title: change, text: changeText(bdi(email)), submit: changeSubmit })
    },
    submit: submitChange,
  },
  undo: {
    show: (site, { email }, token) => {
      const { undo, undoText, undoSubmit } = site.words.accounts.link
      return ask(site, token, { title: undo, text: undoText(bdi(email)), submit: undoSubmit, danger: true })
    },
    submit: submitUndo,
  },
}

/** An address that nobody had confirmed may be a stranger's: that one gets no way back in. */
async function submitChange(site: Site, link: MailLink): Promise<Reply> {
  const outcome = await changeEmail(site, link)
  if (typeof outcome === 'object' && outcome.before.email_verified) {
    const letter = writeLetter(site, outcome.before.email, 'changed', undoLink(site, outcome))
    site.outbox?.post(async () => letter)
  }
  return done(site, outcome, site.words.accounts.link.changed)
}

/** Straight on to a new password, where there was one: whoever reads that mail may choose it. */
async function submitUndo(site: Site, link: MailLink): Promise<Reply> {
  const outcome = await undoEmail(site, link)
  if (typeof outcome !== 'object' || outcome.user.password_hash === undefined || site.host_login)
    return done(site, outcome, site.words.accounts.link.undone)
  const { email, sub } = outcome.user
  const token = sealLink(site, { act: 'reset', email, sub, state: stateOf(outcome.user) })
  return seeOther(withQuery(`${site.base}/link`, { token }))
}

function ask(
  site: Site,
  token: string,
  { title, text, submit, danger }: { title: string; text: Html; submit: string; danger?: boolean },
): Reply {
  const body = html`<form method="post" action="${site.base}/link">
      <input type="hidden" name="token" value="${token}">
      <button type="submit" class="button button-wide ${danger ? 'button-danger' : 'button-primary'}" id="link-submit">${submit}</button>
    </form>`
  return slip(site, { id: 'link-title', title, text, body })
}

function done(site: Site, outcome: LinkOutcome, title: string): Reply {
  if (outcome === 'over') return linkOver(site)
  const { taken, takenText, doneText, signIn } = site.words.accounts.link
  const next = { href: `${site.base}/login?next=profile`, label: signIn }
  if (outcome === 'taken') return slip(site, { id: 'link-error', title: taken, text: takenText, status: 409, icon: 'alert', next })
  return slip(site, { id: 'link-done', title, text: doneText(bdi(outcome.user.email)), icon: 'check', next })
}
