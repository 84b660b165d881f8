import type { Client } from '../../core/model/client.ts'
import { findHolding, lateWords } from './app-facts.ts'
import type { Fields } from './form.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import type { Site } from './site.ts'
import { bdi, clientName } from './text.ts'

/** What may have been done, by the name of the field that says with which app. */
const DONE = ['revoked', 'paused', 'resumed'] as const

/** Says what was just done: only where it is so, about an app that exists, so that a link cannot tell an untruth. */
export async function appNotice(site: Site, sub: string, fields: Fields): Promise<Html | null> {
  const done = DONE.find((name) => fields.get(name) !== '')
  const client = done ? await site.store.clients.find(fields.get(done)) : null
  if (!done || !client) return null
  const consent = await findHolding(site, sub, client)
  const stands = consent === null ? 'revoked' : consent.paused_at === undefined ? 'resumed' : 'paused'
  return stands === done ? notice(site, done, client) : null
}

function notice(site: Site, done: (typeof DONE)[number], client: Client): Html {
  const words = site.words.apps
  const name = bdi(clientName(client))
  const [title, text] = {
    revoked: [words.revoked(name), words.revokedText],
    paused: [words.isPaused(name), words.isPausedText],
    resumed: [words.goesOn(name), words.goesOnText],
  }[done] as [Html, string]
  const link = done !== 'revoked' && html` <a href="#grant-${client.client_id}">${words.show}</a>`
  return goodNotice(title, html`${text}${done !== 'resumed' && lateWords(site, client)}${link}`)
}

/** Confirms an act. */
export function goodNotice(title: Html | string, text: Html | string): Html {
  return html`<div class="notice notice-good" role="status" id="notice">${icon('check')}<div><strong>${title}</strong>${text}</div></div>`
}
