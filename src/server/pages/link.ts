import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { MailLink } from '../../core/model/mail-link.ts'
import type { User } from '../../core/model/user.ts'
import { changeEmail, hasNoPasswordYet, type LinkOutcome, undoEmail, undoLink, verifyEmail } from '../accounts/email-change.ts'
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
  return link ? actOf(site, link).submit(site, link, fields, http) : linkOver(site)
}

/** Where the product signs people in, nobody gets a password here or an account. */
function actOf(site: Site, { act }: MailLink): Act {
  if (site.host_login && (act === 'reset' || act === 'create')) throw signedInElsewhere()
  return acts[act]
}

/** What a link can do. */
interface Act {
  show(site: Site, link: MailLink, token: string): Reply
  submit(site: Site, link: MailLink, fields: Fields, http: HttpRequest): Promise<Reply>
}

const acts: Readonly<Record<MailLink['act'], Act>> = {
  create: { show: createForm, submit: submitCreated },
  reset: { show: (site, link, token) => resetForm(site, link, token), submit: submitReset },
  verify: {
    show: (site, { email }, token) => {
      const { verify, verifyText, verifySubmit } = site.words.accounts.link
      return ask(site, token, { title: verify, text: verifyText(bdi(email)), submit: verifySubmit })
    },
    submit: async (site, link) => done(site, link, await verifyEmail(site, link), site.words.accounts.link.verified),
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
  return done(site, link, outcome, site.words.accounts.link.changed)
}

/**
 * Straight on to a new password, where there was one: whoever reads that mail may choose it, and comes back to that for as long as it was not
 * chosen.
 */
async function submitUndo(site: Site, link: MailLink): Promise<Reply> {
  const outcome = await undoEmail(site, link)
  const user = typeof outcome === 'object' ? outcome.user : outcome === 'over' ? await findDone(site, link) : null
  const chooses = user && !site.host_login && (typeof outcome === 'object' ? user.password_hash !== undefined : hasNoPasswordYet(user))
  if (!user || !chooses) return done(site, link, outcome, site.words.accounts.link.undone)
  const token = sealLink(site, { act: 'reset', email: user.email, sub: user.sub, state: stateOf(user) })
  return seeOther(withQuery(`${site.base}/link`, { token }))
}

/** Whose address is what this link was to make it: a second click on the button is told that it is done, and changes nothing. */
async function findDone(site: Site, { sub, email }: MailLink): Promise<User | null> {
  const user = await site.store.users.find(sub)
  return user && user.disabled_at === undefined && user.email === email && user.email_verified ? user : null
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

async function done(site: Site, link: MailLink, outcome: LinkOutcome, title: string): Promise<Reply> {
  const so = outcome === 'over' && link.act !== 'undo' ? await findDone(site, link) : null
  if (outcome === 'over' && !so) return linkOver(site)
  const { taken, takenText, doneText, signIn } = site.words.accounts.link
  const next = { href: `${site.base}/login?next=profile`, label: signIn }
  if (outcome === 'taken') return slip(site, { id: 'link-error', title: taken, text: takenText, status: 409, icon: 'alert', next })
  return slip(site, { id: 'link-done', title, text: doneText(bdi(link.email)), icon: 'check', next })
}
