import type { Reply } from '../../core/model/http.ts'
import { type Html, html } from './html.ts'
import { type IconName, icon } from './icons.ts'
import { page } from './layout.ts'
import type { Frame, Site } from './site.ts'

/** A page that says one thing and leads on: what came of a letter, a new password, a farewell. */
export interface SlipParts {
  id: string
  title: string
  text: Html | string
  status?: number
  icon?: IconName
  /** The one way on. */
  next?: { href: string; label: string }
  /** What stands between the text and the way on. */
  body?: Html | null
}

/** Draws it. */
export function slip(frame: Frame, { id, title, text, status = 200, icon: drawing, next, body = null }: SlipParts): Reply {
  return page(frame, {
    title: status < 400 ? title : frame.words.errorTitle(title),
    status,
    main: html`<div class="width-s stack-l">
<div class="slip">
  <div class="slip-body stack">
    ${drawing && html`<span class="mark mark-l mark-person mark-round" aria-hidden="true">${icon(drawing)}</span>`}
    <h1 id="${id}">${title}</h1>
    <p class="muted">${text}</p>
    ${body}
    ${next && html`<a class="button button-wide" href="${next.href}" id="${id}-next">${next.label}</a>`}
  </div>
</div>
</div>`,
  })
}

/** The same for a link that was used, is too old, or is none of ours. */
export function linkOver(site: Site): Reply {
  const { over, overText, signIn } = site.words.accounts.link
  const next = { href: `${site.base}/login`, label: signIn }
  return slip(site, { id: 'link-error', title: over, text: overText, status: 400, icon: 'alert', next })
}
