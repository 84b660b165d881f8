import type { Reply } from '../../core/model/http.ts'
import { hostOf } from '../../core/model/redirect-uri.ts'
import { type Html, html } from './html.ts'
import type { Frame } from './site.ts'
import { slot } from './slots.ts'
import { linkTo } from './text.ts'

/** What one page puts into the frame that all share. */
export interface PageParts {
  /** Without the product's name: that is added. */
  title: string | Html
  main: Html
  status?: number
  /** Where else a form may lead in the end, as `formTarget` tells. */
  form_action?: string
  headers?: Reply['headers']
  /** What stands at the end of the head, in place of "Help". */
  aside?: Html | null
  /** What stands in the foot, in place of the product's own links. */
  foot?: Html
  /** The address of the one script of a page that cannot do without. */
  script?: string
  /** In place of the product's name, in the head and the title. */
  brand?: string
}

/** A whole page: one heading, one main, no script but on the page of passkeys, nothing from elsewhere. */
export function page(frame: Frame, parts: PageParts): Reply {
  const brand = parts.brand ?? frame.product.name
  const document = html`<!doctype html>
<html lang="${frame.words.lang}" dir="${frame.words.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${parts.title}${parts.brand === undefined && ` · ${brand}`}</title>
<link rel="stylesheet" href="${frame.base}/style.css?${frame.look.sheet.version}">
<link rel="icon" href="${frame.look.icon}" type="image/svg+xml">${
    parts.script !== undefined &&
    html`
<script src="${parts.script}" defer></script>`
  }
</head>
<body class="page">
<a class="skip" href="#main">${frame.words.skip}</a>
<header class="page-head">
  <a class="brand" href="${linkTo(frame.product.home) ?? `${frame.base}/`}">${frame.look.glyph}${brand}</a>
  ${parts.aside === undefined ? helpLink(frame) : parts.aside}
</header>
<main class="page-main" id="main">
${parts.main}
</main>
<footer class="page-foot">
  ${parts.foot ?? foot(frame)}
</footer>
</body>
</html>
`
  return {
    status: parts.status ?? 200,
    headers: {
      ...securityHeaders(frame, formTargets(frame, parts.form_action ?? ''), parts.script === undefined ? "'none'" : "'self'"),
      ...parts.headers,
    },
    body: document.text,
  }
}

/** Sends the browser on after a form; always 303, so that no browser sends the form again. @spec RFC 9700 §4.12 */
export function seeOther(location: string, headers: Reply['headers'] = {}): Reply {
  return { status: 303, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', ...headers }, body: '' }
}

/** The same reply with further cookies. */
export function withCookies(reply: Reply, ...cookies: string[]): Reply {
  const own = reply.headers['set-cookie'] ?? []
  return { ...reply, headers: { ...reply.headers, 'set-cookie': [...(typeof own === 'string' ? [own] : own), ...cookies] } }
}

/** A form of ours may lead to the product in the end, to sign in or out there, or to a page that it draws itself. */
function formTargets({ host_login, own_pages }: Frame, form_action: string): string {
  const given = [host_login?.login, host_login?.logout, own_pages?.login, own_pages?.consent]
  const addresses = given.filter((address) => address !== undefined)
  return [...new Set([form_action, ...addresses.map((address) => new URL(address).origin)])].filter(Boolean).join(' ')
}

function securityHeaders(frame: Frame, form_action: string, script_src: string): Reply['headers'] {
  const policy = `default-src 'none'; style-src 'self'; img-src 'self'; script-src ${script_src}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': form_action === '' ? policy : `${policy} ${form_action}`,
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(frame.issuer.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  }
}

function helpLink({ product, words }: Frame): Html | null {
  const help = linkTo(product.help)
  return help === null ? null : html`<a class="small" href="${help}">${words.help}</a>`
}

function foot(frame: Frame): Html {
  const { issuer, product, words } = frame
  const privacy = linkTo(product.privacy)
  const terms = linkTo(product.terms)
  return html`${privacy && html`<a href="${privacy}">${words.privacy}</a>`}
  ${terms && html`<a href="${terms}">${words.terms}</a>`}
  ${slot(frame, 'foot')}
  <span class="end">${words.keptBy(hostOf(issuer))}</span>`
}
