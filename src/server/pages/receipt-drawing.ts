import type { Shown } from '../../core/model/receipt.ts'
import { claimNames } from './consent-view.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { bdi } from './text.ts'
import { inLanguage, type Words } from './words.ts'

type Said = Readonly<Record<string, Html | string | undefined>>

interface Drawing {
  said: Said
  /** What became of each thing that could be switched. */
  state: { on: string; off: string; required: Html | string | undefined }
}

/** The page that was answered, in its own words: nothing in it can be pressed any more. */
export function drawAgain(shown: Shown, then: Words): Html {
  const { resources = [], already = [], difference } = shown
  const said: Said = shown.said ?? saidBefore(shown, then)
  const drawing: Drawing = { said, state: { on: then.receipts.on, off: then.receipts.off, required: said['required'] } }
  return html`<div class="slip" id="receipt-shown" lang="${shown.language}" dir="${then.dir}">
      <div class="slip-body stack-l">
        <div class="stack-s">
          <h3>${said['heading'] ?? shown.title}</h3>
          <p class="small muted"><b>${said['standing']}</b>${said['standing_text'] && html`<br>${said['standing_text']}`}</p>
          ${line(said['since'])}
          ${titled(said['alike'], said['alike_text'])}
          ${titled(said['here'], said['here_text'])}
          ${titled(said['rests'], said['rests_text'])}
        </div>
        ${!difference && addresses(shown, said)}
        ${(said['what'] || said['explain']) && html`<div class="stack-s"><h4 class="field-label">${said['what']}</h4>${line(said['explain'])}</div>`}
        ${difference ? news(shown, drawing) : levels(shown, drawing)}
        ${resources.length > 0 && part(said['place'] ?? said['where'], html`${said['place'] && line(said['where'])}${resources.map((one) => html`<p class="small">${inLanguage(one.name, one.lang)}</p>`)}`)}
        ${difference && differenceOf(difference, said)}
        ${already.length > 0 && part(difference ? said['stays'] : said['already'], html`${titles(already)}${line(said['already_text'])}`)}
        ${line(said['until'] && html`${said['until']} ${said['earlier']}`)}
        ${howLong(shown, drawing)}
        ${line(said['offline'])}
        ${said['will_not'] && part(said['will_not'], line(said['will_not_text']))}
        ${line(said['next'])}
        ${line(said['own'])}
        ${said['allow'] && html`<p class="small muted">${said['deny']} · ${said['allow']}</p>`}
      </div>
    </div>`
}

/** Of a receipt without its sentences: what a page said that no page of ours drew, as far as it is known. */
function saidBefore({ client, product = '', native, redirect_host, offline, title, difference }: Shown, { consent, again }: Words): Said {
  const name = bdi(client.name)
  const [one, two, three] = [consent.levels[1], consent.levels[2], consent.levels[3]]
  return {
    heading: difference || product === '' ? title : consent.heading(name, product),
    standing: client.reviewed ? consent.reviewed : consent.unverified,
    ...(!client.reviewed && product !== '' && { standing_text: consent.unverifiedText(name, product) }),
    ...(native && { here_text: consent.hereText(name, redirect_host) }),
    sent_to: consent.sentTo,
    level_1: one.title,
    note_1: one.note,
    level_2: two.title,
    note_2: two.note,
    level_3: three.title,
    note_3: three.note,
    ...{ added_1: again.added[1], added_2: again.added[2], added_3: again.added[3] },
    required: consent.required,
    where: consent.where,
    ...{ is_now: again.isNow, none: again.none, gone: again.gone },
    stays: consent.already(name),
    already: consent.already(name),
    how_long: consent.howLong,
    ...(offline && { offline: consent.offline }),
  }
}

const line = (text: Html | string | undefined): Html | null => (text === undefined ? null : html`<p class="small muted">${text}</p>`)

function titled(title: Html | string | undefined, text: Html | string | undefined): Html | null {
  return text === undefined ? null : html`<p class="small">${title && html`<b>${title}</b><br>`}${text}</p>`
}

/** Where the answer went, and the app's papers. */
function addresses({ client, redirect_host }: Shown, said: Said): Html {
  const papers = [client.policy_uri, client.tos_uri].filter((address) => address !== undefined)
  return html`<dl class="facts small">
          <div><dt>${said['sent_to']}</dt><dd class="host">${redirect_host}</dd></div>
          ${papers.length > 0 && html`<div><dt>${said['papers']}</dt><dd>${said['papers_text']} ${papers.map((address) => html`<span class="host">${address}</span> `)}</dd></div>`}
        </dl>`
}

const LEVELS = [1, 2, 3] as const

/** By their levels, as on the page. */
function levels({ scopes, claims }: Shown, drawing: Drawing): Html {
  const { said } = drawing
  const details = claims && scopeItem({ ...claims, text: claimNames(claims.names) }, drawing)
  return html`${LEVELS.map((level) => {
    const here = scopes.filter((scope) => scope.level === level)
    const more = level === 1 && details
    if (here.length === 0 && !more) return html``
    return html`<div>
          <h4 class="level level-${level}"><span class="level-gauge" aria-hidden="true"><i></i><i></i><i></i></span>${said[`level_${level}`]}<span class="level-note">${said[`note_${level}`]}</span></h4>
          <ul class="scopes">${here.map((scope) => scopeItem(scope, drawing))}${more}</ul>
        </div>`
  })}`
}

/** One after another under what was new about it, as on the page that showed the difference. */
function news({ scopes, claims }: Shown, drawing: Drawing): Html {
  const { said } = drawing
  const details = claims && { ...claims, text: claimNames(claims.names), level: 1 }
  return html`${[...scopes, ...(details ? [details] : [])].map(
    (one) =>
      html`<div class="stack-s"><p class="change-word">${said[`added_${one.level}`]}</p><ul class="scopes">${scopeItem(one, drawing)}</ul></div>`,
  )}`
}

const titles = (list: readonly string[]): Html => html`<ul class="may">${list.map((title) => html`<li>${title}</li>`)}</ul>`

function part(title: Html | string | undefined, body: Html | null): Html {
  return html`<section class="stack-s">${title && html`<h4 class="field-label">${title}</h4>`}${body}</section>`
}

type Item = Pick<Shown['scopes'][number], 'title' | 'text' | 'lang' | 'text_lang' | 'required' | 'on'>

function scopeItem({ title, text, lang, text_lang, required, on }: Item, { state }: Drawing): Html {
  return html`<li class="scope">
            <span class="scope-name">${inLanguage(title, lang)}</span>
            <div class="scope-text stack-s"><p>${inLanguage(text, text_lang)}</p></div>
            <div class="scope-control"><span class="locked">${chosen(on, state)}${required && state.required && html`, ${state.required}`}</span></div>
          </li>`
}

const chosen = (on: boolean, state: Drawing['state']): Html =>
  on ? html`${icon('check', 'icon-s')}${state.on}` : html`${icon('no', 'icon-s')}${state.off}`

/** All that there was to choose from, and what was. */
function howLong({ duration, durations }: Shown, { said }: Drawing): Html | null {
  if (duration === undefined) return null
  if (!durations) return part(said['how_long'], html`<p class="small">${duration}</p>`)
  const list = durations.map(
    ({ title, note, on }) =>
      html`<li class="row">${on ? html`${icon('check', 'icon-s')}<b>${title}</b>` : title}${note && html`<span class="muted">${note}</span>`}</li>`,
  )
  return part(said['how_long'], html`<ul class="small stack-s">${list}</ul>`)
}

function differenceOf({ changed, gone }: NonNullable<Shown['difference']>, said: Said): Html | null {
  if (changed.length + gone.length === 0) return null
  return html`${changed.map((one) =>
    part(
      one.what,
      html`${line(said['changed'])}<p class="small"><span class="was">${one.was || said['none']}</span> <span class="visually-hidden">${said['is_now']} </span>${one.is || said['none']}</p>`,
    ),
  )}
        ${gone.length > 0 && part(said['gone'], html`${titles(gone)}${line(said['gone_text'])}`)}`
}
