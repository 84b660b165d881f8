import type { Reply } from '../../core/model/http.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import { scriptPath } from './script.ts'
import type { Site } from './site.ts'

/** What the page of passkeys is to show. */
export interface PasskeyView {
  title: string
  text: string
  /** Whether one is asked for or made. */
  what: 'get' | 'create'
  /** The path that takes the answer. */
  action: string
  /** What the script hands to the browser. */
  options: object
  /** What stands above the form. */
  above?: Html | null
  /** The hidden and other fields of the form. */
  fields: Html
  start: string
  failedText: string
  /** Why the last one was not taken. */
  refused?: { title: string; text: string } | undefined
  back: { to: string; text: string }
  form_action?: string
}

/** The one page with a script. Without one it says so, and leads back. */
export function passkeyPage(site: Site, view: PasskeyView): Reply {
  const { passkey } = site.words.factors
  return page(site, {
    title: view.refused ? site.words.errorTitle(view.title) : view.title,
    status: view.refused ? 403 : 200,
    script: scriptPath(site),
    ...(view.form_action !== undefined && { form_action: view.form_action }),
    main: html`<div class="width-s stack-l">
<div class="stack-s">
  <h1>${view.title}</h1>
  <p class="muted">${view.text}</p>
</div>
<div class="slip">
  <div class="slip-body stack">
    ${view.above}
    ${view.refused && notice('danger', 'passkey-error', view.refused.title, view.refused.text, false)}
    ${notice('caution', 'passkey-without', passkey.noScript, passkey.noScriptText, false)}
    ${notice('danger', 'passkey-failed', passkey.failed, view.failedText, true)}
    <form class="stack" id="passkey-form" method="post" action="${site.base}${view.action}" data-passkey="${view.what}" data-options="${JSON.stringify(view.options)}" hidden>
      ${view.fields}
      <input type="hidden" id="passkey-answer" name="answer" value="">
      <button class="button button-primary button-wide" id="passkey-start" type="submit">${icon('key')}${view.start}</button>
    </form>
  </div>
  <div class="slip-tear"></div>
  <div class="slip-foot small"><a href="${view.back.to}" id="passkey-back">${view.back.text}</a></div>
</div>
</div>`,
  })
}

function notice(tone: 'danger' | 'caution', id: string, title: string, text: string, hidden: boolean): Html {
  return html`<div class="notice notice-${tone}" role="alert" id="${id}"${hidden && html` hidden`}>${icon('alert')}<div><strong>${title}</strong>${text}</div></div>`
}
