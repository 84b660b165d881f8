import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const WHOLE = '/usr/bin/chromium'
/** Chromium without windows of its own: the same engine draws and runs our pages, and each page costs a third. */
const SHELL = '/usr/bin/chromium-headless-shell'
/** `npm run matrix` says so: then every page is looked at in every way, in the browser that people have. */
const thorough = process.env['PAGES'] === 'thorough'

/** Where Chromium is; null where this machine has none. */
export const CHROMIUM: string | null =
  [process.env['CHROMIUM'], ...(thorough ? [WHOLE, SHELL] : [SHELL, WHOLE])].find((path) => path !== undefined && existsSync(path)) ?? null

/** For the options of a suite: says why it is left out. */
export const noChromium: string | false = CHROMIUM === null && `there is no Chromium at ${SHELL}, at ${WHOLE} or where CHROMIUM says`

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser with a profile of its own. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM ?? '', headless: true, args: FLAGS })
}

type Kind = 'with scripts' | 'without scripts'
/** A window is what costs most: each browser has one of each kind, and walk comes after walk in it. */
const windows: Readonly<Record<Kind, WeakMap<Browser, Promise<Page>>>> = { 'with scripts': new WeakMap(), 'without scripts': new WeakMap() }

/** Walks in a browser that knows nothing of the walks before, and leaves nothing to those that follow. One at a time. */
export async function visit(browser: Browser, kind: Kind, walk: (page: Page, context: BrowserContext) => Promise<void>): Promise<void> {
  if (!windows[kind].has(browser)) windows[kind].set(browser, openWindow(browser, kind))
  const page = (await windows[kind].get(browser))!
  const context = page.context()
  try {
    await walk(page, context)
  } catch (cause) {
    // nobody knows how it was left
    windows[kind].delete(browser)
    await context.close()
    throw cause
  }
  page.removeAllListeners()
  await page.unrouteAll()
  await page.goto('about:blank')
  for (const other of context.pages()) if (other !== page) await other.close()
  await context.clearCookies()
}

async function openWindow(browser: Browser, kind: Kind): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: kind === 'with scripts' })
  context.setDefaultTimeout(15_000)
  return context.newPage()
}

// its own value is large, and nobody wants it here
const axe = `${readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')};0`

/** Widths of a phone and a desk, in pixels. */
const WIDTHS = [390, 1280]
type Scheme = 'light' | 'dark'
/** The colour schemes that are looked at by each width: thoroughly both of both, elsewhere each once. */
const SCHEMES: Readonly<Record<number, readonly Scheme[]>> = thorough
  ? { 390: ['light', 'dark'], 1280: ['light', 'dark'] }
  : { 390: ['light'], 1280: ['dark'] }

/** One page of each browser in which copies are looked at: what axe costs most is to be compiled, and there it is once. */
const copies = new WeakMap<Browser, Promise<Page>>()

/** A page in a context of its own, where scripts may run: where people walk they are off. */
async function openCopies(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true, reducedMotion: 'reduce' })
  return context.newPage()
}

/** The same markup and style sheet as this page has. What is asked for in `work` is asked at each width. */
async function inCopy(page: Page, work: (copy: Page, width: number) => Promise<string[]>): Promise<string[]> {
  const browser = page.context().browser()
  if (!browser) throw new Error('The page has no browser.')
  if (!copies.has(browser)) copies.set(browser, openCopies(browser))
  const copy = (await copies.get(browser))!
  const [address, body] = [page.url(), await page.content()]
  await copy.route(address, (route) => route.fulfill({ body, contentType: 'text/html; charset=utf-8' }))
  try {
    await copy.goto(address)
    const found: string[] = []
    for (const width of WIDTHS) {
      await copy.setViewportSize({ width, height: 800 })
      for (const one of await work(copy, width)) found.push(`${width} ${new URL(address).pathname} ${one}`)
    }
    return found
  } finally {
    await copy.unroute(address)
  }
}

/** What axe finds on this page in both colour schemes and at both widths, one line for each place. */
export function findBarriers(page: Page): Promise<string[]> {
  return inCopy(page, barriersOf)
}

/** The same, and what runs over the side. */
export function findFaults(page: Page): Promise<string[]> {
  return inCopy(page, async (copy, width) => [...(await barriersOf(copy, width)), ...(await overflowsOf(copy))])
}

async function barriersOf(copy: Page, width: number): Promise<string[]> {
  const found: string[] = []
  if (!(await copy.evaluate(() => 'axe' in globalThis))) await copy.evaluate(axe)
  for (const colorScheme of SCHEMES[width] ?? []) {
    await copy.emulateMedia({ colorScheme })
    const { violations } = await copy.evaluate(() =>
      (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
        resultTypes: ['violations'],
        preload: false, // our pages have no media, and no rule that is on looks into style sheets
      }),
    )
    for (const { id, nodes } of violations) for (const { target } of nodes) found.push(`${colorScheme} ${id}: ${target.join(' ')}`)
  }
  return found
}

/** What runs over the side of this page, or of what holds it, with texts as they are and twice as large. */
export function findOverflows(page: Page): Promise<string[]> {
  return inCopy(page, overflowsOf)
}

async function overflowsOf(copy: Page): Promise<string[]> {
  const found: string[] = []
  for (const size of ['100%', '200%']) {
    const over = await copy.evaluate((fontSize) => {
      document.documentElement.style.setProperty('font-size', fontSize, 'important')
      const lines: string[] = []
      const page = document.documentElement
      if (page.scrollWidth > page.clientWidth) lines.push(`the page is ${page.scrollWidth - page.clientWidth} px too wide`)
      for (const element of document.body.querySelectorAll('*')) {
        const { left, right } = element.getBoundingClientRect()
        const unseen = right <= left || element.closest('.skip, .visually-hidden, svg, .account-nav > *') !== null // the last may be scrolled
        if (unseen || (left >= -1 && right <= page.clientWidth + 1)) continue
        lines.push(`${element.tagName.toLowerCase()}.${element.className} ${(element.textContent ?? '').trim().slice(0, 30)}`)
      }
      document.documentElement.style.removeProperty('font-size')
      return lines
    }, size)
    for (const one of over) found.push(`at ${size}: ${one}`)
  }
  return found
}

/** Presses Tab until the element with this id has the focus; throws where it cannot be reached so, or where the focus cannot be seen. */
export async function tabTo(page: Page, id: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const focus = await page.evaluate(() => {
      const element = document.activeElement
      if (!element || element === document.body) return null
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      return { id: element.id, seen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 }
    })
    if (focus && !focus.seen) throw new Error(`The focus on ${focus.id || 'an element without id'} cannot be seen.`)
    if (focus?.id === id) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${id} cannot be reached by the keyboard on ${page.url()}.`)
}

/** Reaches an element by the keyboard and presses a key on it. */
export async function pressOn(page: Page, id: string, key: 'Enter' | 'Space'): Promise<void> {
  await tabTo(page, id)
  await page.keyboard.press(key)
}

/** The element with this id; ids may hold dots and colons. */
export function byId(page: Page, id: string) {
  return page.locator(`[id="${id}"]`)
}
