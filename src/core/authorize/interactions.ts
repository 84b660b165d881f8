import { sameText, sha256 } from '../crypto/hash.ts'
import { redirect } from '../http/reply.ts'
import { MINUTE } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import { pathsOf } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { withQuery } from '../model/form.ts'
import type { Interactions } from '../model/interactions.ts'
import { idleOf } from '../model/lifetimes.ts'
import { hostOf } from '../model/redirect-uri.ts'
import { writeDecision } from './consent-records.ts'
import { hashLooks } from './looks.ts'
import { bindTicket, browserOf, nameBrowser, openTicket } from './ticket.ts'

const LOGOUT_TIME = 30 * MINUTE

/** What the host's pages may do with a ticket; they only ever write facts and send the browser back to authorize. */
export function createInteractions(context: Context): Interactions {
  const { issuer, store, keys } = context
  const dialectNamed = (name: string) => context.dialects.find((dialect) => dialect.name === name) ?? context.dialects[0]!
  const authorizePath = (dialect: string) => pathsOf(dialectNamed(dialect), 'authorize')[0]
  const to = (ticket: string, dialect: string) => redirect(withQuery(issuer + authorizePath(dialect), { ticket }), 303)
  const dialectOf = (ticket: string) => keys.ticket.open(ticket)?.dialect ?? ''

  return {
    open: async (http, ticket) => {
      const { request, ours } = openTicket(context, http, ticket)
      if (!ours) return null
      const client = await store.clients.find(request.client_id)
      if (!client || client.disabled_at !== undefined)
        throw new OAuthError('unauthorized_client', 'This client is disabled.', { reason: 'unknown_client' })
      return { request, client, dialect: dialectNamed(request.dialect), looks: hashLooks(client) }
    },
    allow: ({ request, client, dialect }, { sub, scope, claims = [], duration = 'revoked', upon, shown, through = 'page' }) =>
      writeDecision(
        context,
        client,
        {
          sub,
          request,
          scope,
          claims,
          duration,
          client_name: client.client_name,
          redirect_host: hostOf(request.redirect_uri),
          rules: dialect.consent,
          through,
          ...(upon && { upon }),
          ...(shown && { shown }),
          idle: idleOf(context, client),
        },
        { type: 'user', id: sub },
      ),
    resume: (ticket) => to(ticket, dialectOf(ticket)),
    restart: (ticket) => to(ticket, dialectOf(ticket)),
    refuse: (request) => to(keys.ticket.seal({ ...request, denied_at: context.clock() }), request.dialect),
    settle: (request) => to(keys.ticket.seal({ ...request, no_stronger: true }), request.dialect),
    renew: (request) => {
      const { browser, cookie } = nameBrowser(context)
      return { ticket: request && bindTicket(context, request, browser), cookie }
    },
    openLogout: async (http, ticket) => {
      const request = keys.logout.open(ticket)
      if (!request || request.expires_at <= context.clock())
        throw new OAuthError('invalid_request', 'This request has ended.', { reason: 'ended' })
      const browser = browserOf(context, http)
      if (browser === null || !sameText(sha256(browser), request.browser)) return null
      return { request, client: request.client_id === undefined ? null : await store.clients.find(request.client_id) }
    },
    beginLogout: (http) => sealLogout(context, browserOf(context, http), {}),
  }
}

/** A sign-out on its way to the page that asks, bound to the browser like every ticket. */
export function sealLogout(
  context: Context,
  known: string | null,
  asked: { client_id?: string; post_logout_redirect_uri?: string; state?: string; sid?: string; sub?: string },
): ReturnType<Interactions['beginLogout']> {
  const { browser, cookie } = known === null ? nameBrowser(context) : { browser: known, cookie: null }
  const ticket = context.keys.logout.seal({ ...asked, expires_at: context.clock() + LOGOUT_TIME, browser: sha256(browser) })
  return { ticket, headers: cookie === null ? {} : { 'set-cookie': cookie } }
}
