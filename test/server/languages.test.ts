import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { standardScopes } from '../../src/core/model/scope.ts'
import { chooseLanguage, english, LANGUAGES, wordsIn } from '../../src/server/pages/words.ts'
import { ids, tags, textOf } from '../support/browser.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

/** What is the same word, or none of ours, in both languages: seen by somebody, not forgotten. */
const ALIKE: Readonly<Record<string, readonly string[]>> = { es: ['errorTitle'] }

/** Every text of a catalogue by its place; where one is made of something, of the same for all. */
function textsOf(words: object, place = ''): [place: string, text: string][] {
  return Object.entries(words).flatMap(([name, value]): [string, string][] => {
    const here = place === '' ? name : `${place}.${name}`
    if (typeof value === 'string') return [[here, value]]
    if (typeof value === 'function') return [[here, shown(value('7', '7', '7'))]]
    return textsOf(value, here)
  })
}

const shown = (value: string | { text: string }): string => (typeof value === 'string' ? value : value.text)

describe('languages', () => {
  for (const [accept_language, ui_locales, lang] of [
    ['', undefined, 'en'],
    ['de', undefined, 'de'],
    ['de-CH,en;q=0.9', undefined, 'de'],
    ['en;q=0.8, fr;q=0.9', undefined, 'fr'],
    ['xx, nl;q=0.9, es-MX;q=0.5', undefined, 'es'],
    ['fr;q=0, ja;q=0.1', undefined, 'ja'],
    ['*', undefined, 'en'],
    ['AR', undefined, 'ar'],
    ['de;q=2, fr;q=nonsense', undefined, 'en'],
    ['de', 'fr-CA de', 'fr'],
    ['de', 'xx-YY', 'de'],
    [`${'x,'.repeat(8_000)}de`, undefined, 'en'],
    ['constructor, __proto__;q=0.9', 'toString', 'en'],
  ] as const) {
    it(`RFC 9110 §12.5.4 ${JSON.stringify(accept_language.slice(0, 40))} with ui_locales ${ui_locales ?? 'left out'} is ${lang}`, () => {
      assert.equal(chooseLanguage(accept_language, ui_locales), lang)
    })
  }

  it('are six, and each knows its own name and direction', async () => {
    assert.deepEqual(LANGUAGES, ['en', 'de', 'es', 'fr', 'ja', 'ar'])
    for (const lang of LANGUAGES) {
      const words = await wordsIn(lang)
      assert.equal(words.lang, lang)
      assert.equal(words.dir, lang === 'ar' ? 'rtl' : 'ltr')
    }
  })

  for (const lang of LANGUAGES.slice(1)) {
    it(`${lang} says everything, and nothing of it in English`, async () => {
      const own = new Map(textsOf(await wordsIn(lang)))
      const all = textsOf(english)
      assert.deepEqual([...own.keys()].sort(), all.map(([place]) => place).sort())
      const same = all.filter(([place, text]) => own.get(place) === text && place !== 'dir').map(([place]) => place)
      assert.deepEqual(same, ALIKE[lang] ?? [])
      for (const [place, text] of own) assert.notEqual(text.trim(), '', place)
    })

    it(`${lang} has the same names, hosts and links in each sentence`, async () => {
      const own = new Map(textsOf(await wordsIn(lang)))
      const parts = (text: string) => (text.match(/<a href="[^"]*">|<span class="host"[^>]*>|<b>/g) ?? []).sort()
      for (const [place, text] of textsOf(english)) assert.deepEqual(parts(own.get(place)!), parts(text), place)
    })

    it(`${lang} has texts for the scopes that OpenID Connect defines`, () => {
      for (const [name, { title, description }] of Object.entries(standardScopes)) {
        for (const texts of [title, description]) assert.ok(texts[lang] && texts[lang] !== texts['en'], name)
      }
    })
  }
})

describe('pages in a language', () => {
  let site: TestSite
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  const speaking = (lang: string) => ({ 'sec-fetch-site': 'none', 'accept-language': lang })

  for (const lang of LANGUAGES) {
    it(`${lang}: sign-in, home and errors, by what the browser asks for`, async () => {
      const words = await wordsIn(lang)
      for (const [path, heading] of [
        ['/login', words.login.title],
        ['/', words.home.heading('Harbour Books')],
        ['/nowhere', words.reasons.not_found.title('').text],
      ] as const) {
        const { html } = await site.browser().get(ISSUER + path, speaking(lang))
        assert.ok(html.startsWith(`<!doctype html>\n<html lang="${lang}" dir="${words.dir}">`), path)
        assert.ok(html.includes(`>${heading}</h1>`), `${path}: ${heading}`)
      }
    })

    it(`OIDC Core §3.1.2.1 ${lang}: sign-in and consent in the language of ui_locales, whatever the browser asks for`, async () => {
      const words = await wordsIn(lang)
      const browser = site.browser()
      const login = await browser.follow(await browser.get(site.authorizeUrl({ ui_locales: lang }), speaking('sv, de')), ISSUER)
      assert.equal(tags(login.html, 'html')[0]?.['lang'], lang)
      assert.ok(textOf(login.html).includes(words.login.email))
      const consent = await site.signIn(site.browser(), { ui_locales: lang })
      assert.equal(tags(consent.html, 'html')[0]?.['lang'], lang)
      for (const text of [words.consent.allow, words.consent.deny, words.consent.howLong, words.consent.revoked])
        assert.ok(textOf(consent.html).includes(text), text)
      assert.ok(ids(consent.html).includes('consent-allow'))
      const date = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : `${lang}-u-nu-latn`, {
        day: 'numeric',
        month: 'long',
        timeZone: 'UTC',
      })
      assert.ok(textOf(consent.html).includes(date.format(site.time.now + 30 * 86_400_000)), 'the end of thirty days')
    })
  }
})
