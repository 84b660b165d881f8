import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'

/** Where Chromium is; null where this machine has none. */
export const CHROMIUM: string | null =
  [process.env['CHROMIUM'], '/usr/bin/chromium'].find((path) => path !== undefined && existsSync(path)) ?? null

/** For the options of a suite: says why it is left out. */
export const noChromium: string | false = CHROMIUM === null && 'there is no Chromium at /usr/bin/chromium or where CHROMIUM says'

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

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * What axe finds on this page in both colour schemes, one line for each place. Scripts are off where people walk, so axe looks at the
 * same markup and style sheet in a context of its own.
 */
export async function findBarriers(page: Page): Promise<string[]> {
  const browser = page.context().browser()
  if (!browser) throw new Error('The page has no browser.')
  const context = await browser.newContext({ bypassCSP: true, reducedMotion: 'reduce' })
  try {
    const copy = await context.newPage()
    const body = await page.content()
    await copy.route(page.url(), (route) => route.fulfill({ body, contentType: 'text/html; charset=utf-8' }))
    await copy.goto(page.url())
    await copy.evaluate(axe)
    const found: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await copy.emulateMedia({ colorScheme })
      const { violations } = await copy.evaluate(() => (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run())
      for (const { id, nodes } of violations)
        for (const { target } of nodes) found.push(`${colorScheme} ${new URL(page.url()).pathname} ${id}: ${target.join(' ')}`)
    }
    return found
  } finally {
    await context.close()
  }
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
