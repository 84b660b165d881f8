import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openServer, type TestServer } from '../support/server.ts'
import { byId, findBarriers, findOverflows, noChromium, openBrowser } from './chromium.ts'

const GLYPH = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" rx="6" fill="#7a1f5c"/></svg>'
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

describe('a theme in a browser', { skip: noChromium }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-theme-'))
  let browser: Browser
  let server: TestServer
  let page: Page
  let authorize = ''

  before(async () => {
    writeFileSync(join(folder, 'glyph.svg'), GLYPH)
    writeFileSync(join(folder, 'dark.png'), Buffer.from(PNG, 'base64'))
    const theme = {
      light: { accent: '#7a1f5c', accent_hover: '#5c1745', accent_soft: '#f7e9f2', on_accent: '#ffffff' },
      dark: { accent: '#f2a7d6', accent_hover: '#f8c8e5', accent_soft: '#35162a', on_accent: '#2b0a20' },
      glyph: join(folder, 'glyph.svg'),
      glyph_dark: join(folder, 'dark.png'),
      radius: 2,
      font: ['DejaVu Sans'],
    }
    const slots = {
      login: 'New here? [Open an account](https://product.example/join).',
      consent: '[Our desk](https://product.example/desk) helps.',
      foot: 'A house of words.',
    }
    server = await openServer({ settings: { product: { name: 'Plum Ledger' }, theme, slots } })
    const metadata = { client_name: 'App', redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' }
    const { client_id } = server.run('client', 'add', '--metadata', JSON.stringify(metadata))
    const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
    authorize = `${server.issuer}/authorize?${new URLSearchParams({ client_id, response_type: 'code', redirect_uri: 'https://app.example/cb', scope: 'openid profile email', ...challenge })}`
    browser = await openBrowser()
    page = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
  })
  after(async () => {
    await browser?.close()
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('sign-in, consent and an error pass axe in light and dark, and stay inside the page', async () => {
    const found: string[] = []
    const look = async () => found.push(...(await findBarriers(page)))
    await page.goto(authorize)
    await look()
    await byId(page, 'login-email').fill('mara@otterbakery.example')
    await byId(page, 'login-password').fill('otter-lantern-62')
    await byId(page, 'login-submit').click()
    await byId(page, 'consent-allow').waitFor()
    await look()
    found.push(...(await findOverflows(page)))
    await page.goto(`${server.issuer}/nowhere`)
    await look()
    assert.deepEqual(found, [])
  })

  it('its colours and corners are worn, and its glyph is drawn: the SVG by day, the bitmap by night', async () => {
    const copy = await (await browser.newContext()).newPage()
    const refused: string[] = []
    copy.on('console', (message) => refused.push(message.text()))
    for (const [colorScheme, colour, width] of [
      ['light', 'rgb(122, 31, 92)', 28],
      ['dark', 'rgb(242, 167, 214)', 28],
    ] as const) {
      await copy.emulateMedia({ colorScheme })
      await copy.goto(`${server.issuer}/login`)
      const worn = await copy.evaluate(async () => {
        const image = document.querySelector<HTMLImageElement>('.brand img')!
        await image.decode()
        const { backgroundColor, borderRadius } = getComputedStyle(document.getElementById('login-submit')!)
        return { backgroundColor, borderRadius, width: image.clientWidth, src: image.currentSrc }
      })
      assert.deepEqual([worn.backgroundColor, worn.borderRadius, worn.width], [colour, '2px', width], colorScheme)
      assert.ok(worn.src.startsWith(`${server.issuer}/glyph.svg?`))
    }
    assert.deepEqual(refused, [], 'the policy lets all of it through')
    await copy.context().close()
  })
})
