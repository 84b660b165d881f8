import assert from 'node:assert/strict'

/** What takes a request and gives an answer: an app in this process, or `fetch` for one behind a socket. */
type Fetch = (request: Request, address?: string) => Promise<Response>

/** One answer, with what a test looks at. */
export interface Visit {
  url: string
  status: number
  headers: Headers
  /** The lines of set-cookie. */
  cookies: string[]
  html: string
  /** Where it sends the browser, absolute; '' where it does not. */
  location: string
}

/** A browser that keeps cookies and says where its forms come from. It follows nothing by itself. */
export interface Browser {
  get(url: string, headers?: Record<string, string>): Promise<Visit>
  /** Sends a form as the page at the same origin would. Fields may repeat where their value is a list. */
  post(url: string, fields: FormFields, headers?: Record<string, string>): Promise<Visit>
  /** Fills in the form with this action on a page, and presses the button with this name and value. */
  submit(visit: Visit, fields: FormFields, button?: string): Promise<Visit>
  /** Follows redirects as long as they stay at `origin`; the last answer. */
  follow(visit: Visit, origin: string): Promise<Visit>
  readonly jar: Map<string, string>
}

export type FormFields = Readonly<Record<string, string | readonly string[]>>

export function openBrowser(fetch: Fetch, address = '203.0.113.7'): Browser {
  const jar = new Map<string, string>()

  async function send(method: string, url: string, headers: Record<string, string>, body?: string): Promise<Visit> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = { ...headers, ...(cookie !== '' && { cookie }) }
    const response = await fetch(new Request(url, { method, headers: sent, body: body ?? null, redirect: 'manual' }), address)
    const cookies = response.headers.getSetCookie()
    for (const line of cookies) keep(jar, line)
    const location = response.headers.get('location')
    return {
      url,
      status: response.status,
      headers: response.headers,
      cookies,
      html: await response.text(),
      location: location === null ? '' : new URL(location, url).href,
    }
  }

  const browser: Browser = {
    jar,
    get: (url, headers = { 'sec-fetch-site': 'none' }) => send('GET', url, headers),
    post: (url, fields, headers = { 'sec-fetch-site': 'same-origin', origin: 'null' }) =>
      send('POST', url, { 'content-type': 'application/x-www-form-urlencoded', ...headers }, encode(fields)),
    submit: (visit, fields, button) => {
      const form = readForm(visit.html, button)
      return browser.post(new URL(form.action, visit.url).href, { ...form.fields, ...fields })
    },
    follow: async (visit, origin) => {
      let last = visit
      for (let hops = 0; last.location !== '' && new URL(last.location).origin === origin; hops++) {
        assert.ok(hops < 10, 'the redirects come to an end')
        last = await browser.get(last.location)
      }
      return last
    },
  }
  return browser
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const at = pair.indexOf('=')
  if (attributes.includes('Max-Age=0')) jar.delete(pair.slice(0, at))
  else jar.set(pair.slice(0, at), pair.slice(at + 1))
}

function encode(fields: FormFields): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, String(one))
  return form.toString()
}

/** What the form that holds the button would send as it stands, and where to; without a button the first form of the page. */
export function readForm(html: string, button?: string): { action: string; fields: Record<string, string> } {
  const forms = [...html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)]
  const pressed = button === undefined ? undefined : tags(html, 'button').find((one) => one['id'] === button)
  assert.ok(button === undefined || pressed, `there is a button ${button}`)
  const form = forms.find(([text]) => button === undefined || text.includes(`id="${pressed?.['form'] ?? button}"`))
  assert.ok(form, 'there is a form')
  const fields: Record<string, string> = {}
  for (const input of tags(form[2]!, 'input')) {
    const off = (input['type'] === 'checkbox' || input['type'] === 'radio') && input['checked'] === undefined
    if (input['name'] !== undefined && !off && input['disabled'] === undefined) fields[input['name']] = input['value'] ?? ''
  }
  if (pressed?.['name'] !== undefined) fields[pressed['name']] = pressed['value'] ?? ''
  return { action: decode(form[1]!), fields }
}

/** The attributes of every tag of one kind. */
export function tags(html: string, kind: string): Record<string, string>[] {
  return [...html.matchAll(new RegExp(`<${kind}\\b([^>]*)>`, 'g'))].map(([, inside]) =>
    Object.fromEntries([...inside!.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)].map(([, name, value]) => [name!, decode(value ?? '')])),
  )
}

/** The ids of a page, in their order. */
export function ids(html: string): string[] {
  return [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => decode(id!))
}

/** The text of a page as a person reads it. */
export function textOf(html: string): string {
  return decode(html.replaceAll(/<title>[\s\S]*?<\/title>/g, ' ').replaceAll(/<[^>]*>/g, ' ')).replaceAll(/[^\S\u00A0]+/g, ' ')
}

function decode(text: string): string {
  const signs: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return text.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => signs[name]!)
}
