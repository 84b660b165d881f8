import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { completeDialect, standard } from '../../src/core/model/dialect.ts'
import { type ConfigError, readConfig } from '../../src/server/config.ts'
import { contrast, GROUNDS } from '../../src/server/pages/theme.ts'
import { findSvgProblem } from '../../src/server/svg.ts'
import { readSlots, readTheme, readThemes } from '../../src/server/theme.ts'
import { ids, tags, textOf, type Visit } from '../support/browser.ts'
import { makeFolder } from '../support/program.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

const css = readFileSync('src/server/pages/vouchsafe.css', 'utf8')
const OURS = {
  light: { accent: '#0c5c4b', accent_hover: '#08463a', accent_soft: '#e4f0eb', on_accent: '#ffffff' },
  dark: { accent: '#74d3b7', accent_hover: '#97e2cb', accent_soft: '#16302a', on_accent: '#05231b' },
}
const PLUM = {
  light: { accent: '#7a1f5c', accent_hover: '#5c1745', accent_soft: '#f7e9f2', on_accent: '#fff' },
  dark: { accent: '#f2a7d6', accent_hover: '#f8c8e5', accent_soft: '#35162a', on_accent: '#2b0a20' },
}
const NAVY = {
  light: { accent: '#1d3f8c', accent_hover: '#15306b', accent_soft: '#e8eefa', on_accent: '#ffffff' },
  dark: { accent: '#a5c3ff', accent_hover: '#c6d9ff', accent_soft: '#172445', on_accent: '#071536' },
}
const NS = 'xmlns="http://www.w3.org/2000/svg"'
const GLYPH = `<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg ${NS} viewBox="0 0 28 28"><circle cx="14" cy="14" r="14" fill="#7a1f5c"/></svg>`
// one pixel
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

/** The tokens of one `:root` block. */
function tokens(block: string): Record<string, string> {
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*([^;}]+)/g)].map(([, name, value]) => [name!, value!.trim()]))
}

describe('contrast', () => {
  for (const [one, other, ratio] of [
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#000000', 21],
    ['#777777', '#ffffff', 4.47],
    ['#767676', '#ffffff', 4.54],
    ['#123456', '#123456', 1],
  ] as const) {
    it(`WCAG 2.2 §1.4.3 of ${one} on ${other} is ${ratio}`, () => {
      assert.ok(Math.abs(contrast(one, other) - ratio) < 0.01)
    })
  }
  it('is measured against the grounds that the style sheet has', () => {
    const light = tokens(css.slice(css.indexOf(':root {'), css.indexOf('@media')))
    const dark = tokens(css.slice(css.indexOf('@media (prefers-color-scheme: dark)'), css.indexOf('@media (prefers-contrast')))
    for (const [scheme, found] of [
      ['light', light],
      ['dark', dark],
    ] as const) {
      for (const [name, colour] of Object.entries(GROUNDS[scheme])) assert.equal(found[name], colour, `${scheme} ${name}`)
      assert.deepEqual(
        [found['accent'], found['accent-hover'], found['accent-soft'], found['on-accent']],
        Object.values(OURS[scheme]),
        'our own colours are a theme that would pass',
      )
    }
    assert.ok(readTheme(OURS, '/'))
  })
})

describe('a theme that is wrong stops the start with one sentence', () => {
  for (const [given, why] of [
    ['plum', /must be an object/],
    [{ colour: 1 }, /member colour that is not known/],
    [{ light: PLUM.light }, /both, light and dark/],
    [{ ...PLUM, light: { ...PLUM.light, accent: 'plum' } }, /light.accent to be a colour/],
    [{ ...PLUM, light: { ...PLUM.light, accent: '#7a1f5c; } body { display: none' } }, /light.accent to be a colour/],
    [{ ...PLUM, dark: { ...PLUM.dark, on_accent: undefined } }, /dark.on_accent to be a colour/],
    [{ ...PLUM, light: { ...PLUM.light, caution: '#fff' } }, /has light, which has a member caution/],
    [
      { ...PLUM, light: { ...PLUM.light, on_accent: '#b06a98' } },
      /has on_accent on accent in light with a contrast of 2\.\d:1, and needs 4\.5:1\./,
    ],
    [{ ...PLUM, light: { ...PLUM.light, accent_hover: '#ff9edb' } }, /has on_accent on accent_hover in light/],
    [
      { ...PLUM, dark: { ...PLUM.dark, accent: '#7a1f5c', on_accent: '#ffffff' } },
      /has on_accent on accent_hover in dark|has accent on surface in dark/,
    ],
    [{ ...PLUM, light: { ...PLUM.light, accent_soft: '#a05080' } }, /has accent on accent_soft in light/],
    [{ radius: 25 }, /radius to be a whole number of pixels from 0 to 24/],
    [{ radius: '1px; }' }, /radius/],
    [{ font: [] }, /font/],
    [{ font: ['Inter"; } body { display: none; } "'] }, /font/],
    [{ font: ['url(https://evil.example/f)'] }, /font/],
    [{ glyph: '/nowhere/glyph.svg' }, /glyph that cannot be read: ENOENT/],
    [{ glyph: '/proc/self/mem' }, /glyph/],
    [{ glyph_dark: 'x.svg' }, /glyph_dark without glyph/],
  ] as const) {
    it(`${why}`, () => {
      assert.throws(() => readTheme(given, '/'), why)
    })
  }
  it('named ones too, by their name', () => {
    for (const [given, why] of [
      [{ Plum: PLUM }, /name that is not/],
      [{ plum: { ...PLUM, dialects: ['nobody'] } }, /theme plum that names a dialect that is not on/],
      [
        { plum: { ...PLUM, dialects: ['standard'] }, navy: { ...NAVY, dialects: ['standard'] } },
        /theme navy that is for the dialect standard, and so is plum/,
      ],
      [{ plum: { radius: -1 } }, /theme plum that needs radius/],
    ] as const)
      assert.throws(() => readThemes(given, '/', ['standard']), why)
  })
  it('words of the product’s own: bounded, in English at least, with links that may stand there', () => {
    for (const [given, why] of [
      [{ header: 'x' }, /member header that is not known/],
      [{ login: { de: 'Nur deutsch' } }, /without the language en/],
      [{ login: 'x'.repeat(501) }, /500 characters/],
      [{ foot: 'See [here](http://example.com/)' }, /foot with a link that must use https/],
      [{ foot: 'See [here](javascript:alert)' }, /foot with a link that must be an absolute https address/],
    ] as const)
      assert.throws(() => readSlots(given), why)
  })
  it('all of it at once, where the settings are read', async (test) => {
    const cwd = makeFolder(test)
    const theme = { ...PLUM, light: { ...PLUM.light, on_accent: '#b06a98' } }
    writeFileSync(join(cwd, 'vouchsafe.config.json'), JSON.stringify({ theme, slots: { top: 'x' }, themes: { plum: { radius: 99 } } }))
    const problems = await readConfig({ cwd }).then(
      () => [],
      (cause: ConfigError) => cause.problems,
    )
    assert.deepEqual(
      problems.map((problem) => problem.split(' has ')[0]!.split(' needs ')[0]),
      ['theme in vouchsafe.config.json', 'themes in vouchsafe.config.json', 'slots in vouchsafe.config.json'],
    )
  })
})

describe('a drawing', () => {
  const drawing = (inside: string, root = `${NS} viewBox="0 0 9 9"`) => `<svg ${root}>${inside}</svg>`
  for (const good of [
    GLYPH,
    drawing('<title>A &amp; B</title><g fill="none"><path d="M0 0h9"/></g>'),
    drawing('<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><path fill="url(#a)" d="M0 0"/>'),
  ]) {
    it(`is taken: ${good.slice(-60)}`, () => assert.equal(findSvgProblem(good), null))
  }
  for (const [bad, why] of [
    [drawing('<script>alert(1)</script>'), /element script/],
    [drawing('<SCRIPT>alert(1)</SCRIPT>'), /element SCRIPT/],
    [drawing('<svg:script xmlns:svg="http://www.w3.org/2000/svg"/>'), /element svg:script/],
    [drawing('<path onload="alert(1)"/>'), /attribute onload/],
    [drawing('', `${NS} viewBox="0 0 9 9" onload="alert(1)"`), /attribute onload/],
    [drawing('<a href="https://evil.example/"><path/></a>'), /element a,/],
    [drawing('<image href="https://evil.example/x.png"/>'), /element image/],
    [drawing('<foreignObject/>'), /element foreignObject/],
    [drawing('<use href="#a"/>'), /element use/],
    [drawing('<animate attributeName="href"/>'), /element animate/],
    [drawing('<set/>'), /element set/],
    [drawing('<style>@import "https://evil.example/x.css"</style>'), /element style/],
    [drawing('<path style="fill:red"/>'), /attribute style/],
    [drawing('<path fill="url(https://evil.example/#a)"/>'), /leads out/],
    [drawing('<path fill="URL( //evil.example/#a )"/>'), /leads out/],
    [drawing('<path fill="u\\72l(//evil.example)"/>'), /leads out/],
    [drawing('<linearGradient href="https://evil.example/#a"/>'), /leads out/],
    [drawing('<linearGradient xlink:href="data:image/svg+xml,x"/>'), /leads out/],
    [`<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${drawing('<title>&x;</title>')}`, /document type/],
    [drawing('<title>&x;</title>'), /entity/],
    [drawing('<path fill="&#117;rl(x)"/>'), /entity in an attribute/],
    [drawing('<![CDATA[<script>]]>'), /CDATA/],
    [`<?xml-stylesheet href="https://evil.example/x"?>${drawing('')}`, /instruction/],
    [drawing('', 'viewBox="0 0 9 9"'), /needs xmlns/],
    [drawing('', 'xmlns="http://www.w3.org/1999/xhtml" viewBox="0 0 9 9"'), /another xmlns/],
    [drawing('', NS), /viewBox/],
    [drawing('<g>'), /well-formed/],
    [`${drawing('')}<svg ${NS} viewBox="0 0 1 1"/>`, /behind its end/],
    [drawing('<path d="a" d="b"/>'), /well-formed/],
    [drawing('<path d=a/>'), /well-formed/],
    [drawing('<g>'.repeat(40) + '</g>'.repeat(40)), /levels deep/],
    [drawing(`<path d="${'1 '.repeat(40_000)}"/>`), /larger than 64/],
    ['<html></html>', /element html/],
    ['', /well-formed/],
  ] as const) {
    it(`is refused with ${why}: ${bad.slice(0, 70).replaceAll(NS, '…')}`, () => assert.match(findSvgProblem(bad) ?? '', why))
  }
  it('of a thousand kilobytes of tags is read in no time', () => {
    const began = performance.now()
    findSvgProblem(drawing('<g a="'.repeat(10_000)))
    findSvgProblem(`<svg ${' '.repeat(60_000)}`)
    findSvgProblem('<!--'.repeat(15_000))
    assert.ok(performance.now() - began < 1_000)
  })
})

describe('pages with a theme', () => {
  let site: TestSite
  before(async () => {
    const named = readThemes({ navy: NAVY, plain: { ...OURS, radius: 0, dialects: ['acme'] } }, '/', ['acme'])
    const paths = { authorize: '/acme/authorize', token: '/acme/token' }
    const acme = completeDialect({ name: 'acme', source: standard.source, base: '/acme', paths, discovery: [] })
    const own = { ...readTheme({ ...PLUM, radius: 12, font: ['Inter', 'Noto Sans'] }, '/'), glyph: GLYPH.slice(GLYPH.indexOf('<svg')) }
    site = await openSite({
      config: {
        dialects: ['standard', 'acme'],
        own_dialects: [acme],
        themes: { own, named },
        slots: readSlots({
          login: {
            en: 'New here? [Open an account](https://harbourbooks.example/join) <b>today</b>.',
            de: 'Neu hier? [Konto anlegen](https://harbourbooks.example/de)',
          },
          consent: 'Questions: [our desk](https://harbourbooks.example/desk)',
          foot: 'Harbour Books & Sons',
        }),
      },
    })
  })
  after(() => site.close())

  const sheetOf = async (page: Visit) => {
    const href = tags(page.html, 'link').find(({ rel }) => rel === 'stylesheet')?.['href'] ?? ''
    return site.browser().get(`${ISSUER}${href}`)
  }
  const read = (fields: Record<string, string>, browser = site.browser()) => site.signIn(browser, fields)

  it('wear its colours, corners and font in the one style sheet, without a style attribute and under the same policy', async () => {
    const page = await site.browser().get(`${ISSUER}/login`)
    const sheet = await sheetOf(page)
    assert.equal(sheet.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.ok(sheet.html.startsWith(css), 'ours first, so that the theme wins')
    const [light, dark] = sheet.html.slice(css.length).split('@media')
    const { accent, 'accent-line': line, 'r-m': radius, sans } = tokens(`${light};`)
    assert.deepEqual([accent, radius, sans], ['#7a1f5c', '12px', '"Inter", "Noto Sans", system-ui, sans-serif'])
    assert.match(line!, /^#[0-9a-f]{6}$/)
    assert.ok(dark?.includes('--on-accent: #2b0a20'))
    assert.ok(
      sheet.html.includes('(prefers-contrast: more) { :root { --accent: #5c1745 } }'),
      'the stronger one where contrast is asked for',
    )
    assert.ok(!page.html.includes('style='))
    const policy =
      "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    assert.equal(page.headers.get('content-security-policy'), policy)
  })

  it('show its glyph, which is an image from here that can do nothing', async () => {
    const page = await site.browser().get(`${ISSUER}/login`)
    const src = tags(page.html, 'img')[0]?.['src'] ?? ''
    assert.equal(tags(page.html, 'link').find(({ rel }) => rel === 'icon')?.['href'], src)
    const glyph = await site.browser().get(ISSUER + src)
    assert.equal(glyph.headers.get('content-type'), 'image/svg+xml')
    assert.equal(glyph.headers.get('content-security-policy'), "default-src 'none'; img-src data:; sandbox")
    assert.equal(glyph.headers.get('x-content-type-options'), 'nosniff')
    assert.ok(glyph.html.startsWith('<svg'))
    assert.equal((await site.browser().get(`${ISSUER}/glyph.svg?other`)).status, 404)
  })

  it('an old version of a sheet is answered with the present one', async () => {
    assert.equal(
      (await site.browser().get(`${ISSUER}/style.css?old`)).html,
      (await sheetOf(await site.browser().get(`${ISSUER}/login`))).html,
    )
  })

  it('of one app wear its theme at sign-in, consent and on its errors; one that is gone is none', async () => {
    for (const [client_id, theme, accent] of [
      ['navy-app', 'navy', '#1d3f8c'],
      ['gone-app', 'gone', '#7a1f5c'],
      ['odd-app', 'constructor', '#7a1f5c'],
    ] as const) {
      await site.addClient({ client_id, theme })
      const login = await site.browser().follow(await site.browser().get(site.authorizeUrl({ client_id })), ISSUER)
      const error = await site.browser().get(site.authorizeUrl({ client_id, redirect_uri: 'https://other.example/' }))
      for (const page of [login, await read({ client_id }), error]) {
        assert.equal(
          tokens(`${(await sheetOf(page)).html.slice(css.length).split('@media')[0]};`)['accent'],
          accent,
          `${client_id} ${page.url}`,
        )
      }
    }
  })

  it('of a dialect wear what was named for it', async () => {
    await site.addClient({ client_id: 'acme-app', dialect: 'acme' })
    const browser = site.browser()
    const url = site.authorizeUrl({ client_id: 'acme-app' }).replace('/authorize?', '/acme/authorize?')
    const login = await browser.follow(await browser.get(url), ISSUER)
    assert.ok(ids(login.html).includes('login-email'), `${login.status} ${login.url}`)
    const { accent, 'r-m': radius } = tokens(`${(await sheetOf(login)).html.slice(css.length).split('@media')[0]};`)
    assert.deepEqual([accent, radius], ['#0c5c4b', '0px'])
  })

  it('carry words of the product’s own: escaped, with links, in the language there is', async () => {
    const browser = site.browser()
    const { html } = await browser.get(`${ISSUER}/login`)
    assert.ok(
      html.includes(
        '<span id="slot-login">New here? <a href="https://harbourbooks.example/join" rel="noopener noreferrer">Open an account</a> &lt;b&gt;today&lt;/b&gt;.</span>',
      ),
    )
    assert.ok(html.includes('<span id="slot-foot">Harbour Books &amp; Sons</span>'))
    const german = await browser.get(`${ISSUER}/login`, { 'sec-fetch-site': 'none', 'accept-language': 'de' })
    assert.ok(textOf(german.html).includes('Neu hier? Konto anlegen'))
    const french = await browser.get(`${ISSUER}/login`, { 'sec-fetch-site': 'none', 'accept-language': 'fr' })
    assert.ok(french.html.includes('<span id="slot-login" lang="en" dir="ltr">New here?'))
    assert.ok(ids((await read({})).html).includes('slot-consent'))
  })
})

describe('a glyph that is a bitmap', () => {
  it('is known by what it begins with, and wrapped so that a browser draws it like the others', (test) => {
    const cwd = makeFolder(test)
    writeFileSync(join(cwd, 'glyph.png'), PNG)
    writeFileSync(join(cwd, 'not.png'), Buffer.from([0, 1, 2, 255]))
    const { glyph } = readTheme({ glyph: 'glyph.png' }, cwd)
    assert.ok(glyph?.includes(`href="data:image/png;base64,${PNG.toString('base64')}"`))
    assert.throws(() => readTheme({ glyph: 'not.png' }, cwd), /neither SVG nor PNG/)
    writeFileSync(join(cwd, 'large.png'), Buffer.concat([PNG, Buffer.alloc(140_000)]))
    assert.throws(() => readTheme({ glyph: 'large.png' }, cwd), /more than 128 KiB/)
  })
})
