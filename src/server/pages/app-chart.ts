import { DAY } from '../../core/model/clock.ts'
import type { Consent } from '../../core/model/grant.ts'
import { usesByDay } from './app-facts.ts'
import { day, figures } from './dates.ts'
import { type Html, html } from './html.ts'
import type { Site } from './site.ts'

const HEIGHT = 76
const STEP = 21.3

/** Use by the day, today last, with its first day and its last in words. */
export function chart(site: Site, uses: readonly number[]): Html {
  const most = Math.max(...uses)
  const now = site.clock()
  const bars = uses.map((count, i) => {
    const height = count === 0 ? 1 : Math.max(3, Math.round((count / most) * HEIGHT))
    const look = i === uses.length - 1 ? 'bar' : 'bar-2'
    return html`<rect class="${look}" x="${(4 + i * STEP).toFixed(1)}" y="${80 - height}" width="14" height="${height}"/>`
  })
  return html`<div class="chart-frame">
        <svg class="chart chart-short" viewBox="0 0 640 80" preserveAspectRatio="none" role="img" aria-labelledby="use-title"><title id="use-title">${site.words.apps.chart(figures(most, site.words))}</title>
          <path class="grid" d="M0 .5h640M0 40.5h640M0 79.5h640"/>
          ${bars}
        </svg>
        <p class="axis"><span>${day(now - (uses.length - 1) * DAY, now, site.words)}</span><span>${site.words.apps.today}</span></p>
      </div>`
}

const SPARK_HEIGHT = 26
const SPARK_STEP = 4

/** The same in small, beside an app in the list; nothing where it was not of use. */
export function spark(site: Site, consent: Consent): Html | null {
  const uses = usesByDay(consent, site.clock())
  const most = Math.max(...uses)
  if (most === 0) return null
  const bars = uses.map((count, i) => {
    const height = count === 0 ? 1 : Math.max(3, Math.round((count / most) * SPARK_HEIGHT))
    return html`<rect class="${count === 0 ? 'bar-3' : 'bar'}" x="${i * SPARK_STEP}" y="${28 - height}" width="3" height="${height}"/>`
  })
  return html`<svg class="chart spark" viewBox="0 0 ${uses.length * SPARK_STEP} 28" preserveAspectRatio="none" role="img" aria-label="${site.words.apps.chart(figures(most, site.words))}">${bars}</svg>`
}
