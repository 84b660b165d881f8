import { SECOND } from '../../core/model/clock.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import { hostOf } from '../../core/model/redirect-uri.ts'
import type { FirstRun } from './first-run.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import type { Site } from './site.ts'
import { firstRunWords } from './words/first-run.ts'
import { english } from './words.ts'

/** What the page at the root is for, in a word: the tour of a first try, or the door of the product's accounts. */
export async function showHome(site: Site, http: HttpRequest): Promise<Reply> {
  return site.first_run && (await isFirstRun(site, http, site.first_run))
    ? firstRunPage({ ...site, words: english }, site.first_run)
    : homePage(site)
}

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'via']

/**
 * It shows a password, so only this computer may see it: the issuer is loopback, the visitor sits here, and the demo person is
 * the only one there is. The first person of the deployment's own ends it for good.
 */
async function isFirstRun(site: Site, http: HttpRequest, { email }: FirstRun): Promise<boolean> {
  if (!isThisComputer(site, http)) return false
  const people = await site.store.users.list({ after: '', limit: 2 })
  return people.every((user) => user.email === email.toLowerCase())
}

/** Whether the issuer is loopback and the visitor sits here. */
export function isThisComputer(site: Site, http: HttpRequest): boolean {
  if (!/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(site.issuer)) return false
  if (!/^(127\..*|::1|::ffff:127\..*)$/.test(http.address)) return false
  // a name that somebody pointed here, or a tunnel, is not this computer
  return http.header('host') === new URL(site.issuer).host && FORWARDED.every((name) => http.header(name) === undefined)
}

function firstRunPage(site: Site, run: FirstRun): Reply {
  return page(site, {
    brand: 'Vouchsafe',
    title: firstRunWords.title,
    aside: null,
    foot: html`<span>${firstRunWords.foot}</span>
  <span class="end">${firstRunWords.stop}</span>`,
    main: html`<div class="width-l stack-l">
<div class="slip">
  <div class="slip-body stack-l">
    <div class="first-head">
      <div class="stack">
        <p class="row"><span class="badge badge-good">${icon('check')}${firstRunWords.ready}</span><span class="small quiet">${firstRunWords.facts(run.version, (run.started_ms / SECOND).toFixed(1))}</span></p>
        <h1 class="first-title">${firstRunWords.title}</h1>
        <p class="muted">${firstRunWords.text}</p>
        <div class="row"><a class="button button-primary" href="${run.demo_app}" id="first-demo">${firstRunWords.demo}${icon('arrow', 'icon-s icon-flip')}</a></div>
      </div>
      ${pass(run)}
    </div>
  </div>
  <div class="slip-tear"></div>
  <div class="slip-foot first-grid">
    ${running(site, run)}
    ${fromHere(site)}
  </div>
</div>
</div>`,
  })
}

function pass({ email, password }: FirstRun): Html {
  return html`<div class="pass">
        <p class="field-label">${firstRunWords.signInAs}</p>
        <dl class="facts small">
          <div><dt>${firstRunWords.email}</dt><dd><span class="reference" id="first-email">${email}</span></dd></div>
          <div><dt>${firstRunWords.password}</dt><dd><span class="reference" id="first-password">${password}</span></dd></div>
        </dl>
        <p class="tiny quiet">${firstRunWords.made}</p>
      </div>`
}

function running(site: Site, run: FirstRun): Html {
  const metadata = `/.well-known/oauth-authorization-server${site.base}`
  return html`<section class="stack" aria-labelledby="runs-title">
      <h2 id="runs-title">${firstRunWords.running}</h2>
      <ul class="runs small">
        <li><span>${firstRunWords.server}</span><a class="mono" href="${site.issuer}">${hostOf(site.issuer)}</a></li>
        <li><span>${firstRunWords.metadata}</span><a class="mono" href="${metadata}">${metadata}</a></li>
        <li><span>${firstRunWords.demoApp}</span><a class="mono" href="${run.demo_app}">${hostOf(run.demo_app)}</a></li>
        <li><span>${firstRunWords.demoApi}</span><a class="mono" href="${run.demo_api}">${hostOf(run.demo_api)}</a></li>
        ${site.outbox?.shown && html`<li><span>${firstRunWords.mail}</span><a class="mono" href="${site.base}/mail" id="first-mail">${hostOf(site.issuer)}${site.base}/mail</a></li>`}
        <li><span>${firstRunWords.database}</span><code>${run.database}</code></li>
      </ul>
    </section>`
}

function fromHere(site: Site): Html {
  const { step1, step2, step3, step4, step5 } = firstRunWords
  return html`<section class="stack" aria-labelledby="next-title">
      <h2 id="next-title">${firstRunWords.fromHere}</h2>
      <ol class="steps steps-bare small">
        <li class="now"><span>${step1(`${site.base}/account/apps`)}</span></li>
        ${[step2, step3, step4, step5].map((step) => html`<li><span>${step}</span></li>`)}
      </ol>
    </section>`
}

function homePage(site: Site): Reply {
  return page(site, {
    title: site.words.home.title,
    main: html`<div class="width-s stack-l">
<div class="slip">
  <div class="slip-body stack">
    <h1>${site.words.home.heading(site.product.name)}</h1>
    <p class="muted">${site.words.home.text(site.product.name)}</p>
    <a class="button button-primary button-wide" href="${site.base}/login" id="home-login">${site.words.home.signIn}</a>
    <a class="button button-wide" href="${site.base}/account/apps" id="home-apps">${site.words.home.apps}</a>
  </div>
</div>
</div>`,
  })
}
