import { headerOf } from './connection.mjs'
import { emailOf, PASSWORD, WEB } from './fixtures.mjs'

const STEPS = 12
const FROM_OUR_PAGE = 'Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n'

/** Signs a person in and consents by our own pages, as a browser without scripts would. */
export async function enterByPages({ connection, jar, person, flows }) {
  let answer = await visit(connection, jar, `${flows.authorizations[0]}&state=s`)
  for (let step = 0; step < STEPS; step++) {
    const location = headerOf(answer, 'location')
    if (location?.startsWith(WEB.redirect_uri)) return
    if (location) answer = await visit(connection, jar, flows.local(location))
    else if (answer.body.includes('id="login-submit"'))
      answer = await submit(connection, jar, answer, 'login-submit', { email: emailOf(person), password: PASSWORD })
    else answer = await submit(connection, jar, answer, 'consent-allow', {})
  }
  throw new Error('The pages do not come to an end.')
}

/** Sends the form of our sign-in page, as a new browser; the answer. */
export function signIn(connection, person) {
  const form = new URLSearchParams({ next: 'apps', email: emailOf(person), password: PASSWORD })
  return connection.request('POST', '/login', FROM_OUR_PAGE, form.toString())
}

async function visit(connection, jar, path) {
  const answer = await connection.request('GET', path, `${jar.line}Sec-Fetch-Site: none\r\n`)
  jar.keep(answer)
  return answer
}

async function submit(connection, jar, { status, body }, button, fields) {
  const pressed = attributesOf([...body.matchAll(/<button\b[^>]*>/g)].find(([tag]) => tag.includes(`id="${button}"`))?.[0] ?? '')
  const forms = [...body.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)]
  const form = forms.find(([text]) => text.includes(`id="${pressed.form ?? button}"`)) // a button may stand outside of its form
  if (!form) throw new Error(`There is no ${button} on the page, which was answered ${status}.`)
  const filled = new URLSearchParams()
  for (const [input] of form[2].matchAll(/<input\b[^>]*>/g)) {
    const { name, value = '', type } = attributesOf(input)
    const off = (type === 'checkbox' || type === 'radio') && !/\schecked/.test(input)
    if (name && !off) filled.set(name, value)
  }
  if (pressed.name) filled.set(pressed.name, pressed.value ?? '')
  for (const [name, value] of Object.entries(fields)) filled.set(name, value)
  const action = attributesOf(`<form action="${form[1]}">`).action
  const answer = await connection.request('POST', action, jar.line + FROM_OUR_PAGE, filled.toString())
  jar.keep(answer)
  return answer
}

const SIGNS = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }

function attributesOf(tag) {
  const decode = (text) => text.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name) => SIGNS[name])
  return Object.fromEntries([...tag.matchAll(/([a-z-]+)="([^"]*)"/g)].map(([, name, value]) => [name, decode(value)]))
}
