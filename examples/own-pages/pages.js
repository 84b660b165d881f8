// Both pages of the product: what they show comes from Vouchsafe as JSON, and what the person says goes back the same way. All texts are set
// as text, never as markup: names of apps come from strangers.
const vouchsafe = document.querySelector('meta[name=vouchsafe]').content
const ticket = new URLSearchParams(location.search).get('ticket') ?? ''
const byId = (id) => document.getElementById(id)

/** An answer of Vouchsafe. Where it says where to go next, the browser goes there. */
async function ask(path, body) {
  const response = await fetch(vouchsafe + path, {
    credentials: 'include',
    ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (answer.next) location.assign(answer.next)
  else if (!response.ok) byId('problem').textContent = answer.error_description
  return answer
}

function add(parent, tag, text, attributes = {}) {
  const element = document.createElement(tag)
  element.textContent = text
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  parent.append(element)
  return element
}

function addChoice(parent, type, name, value, text, { checked = false, disabled = false } = {}) {
  const label = add(parent, 'label', ` ${text}`)
  const input = document.createElement('input')
  Object.assign(input, { type, name, value, checked, disabled, id: `${name}-${value}` })
  label.prepend(input)
}

async function showSignIn() {
  const { client, login } = await ask(`/interaction?${new URLSearchParams({ ticket })}`)
  if (!client) return
  byId('title').textContent = `Sign in to go on to ${client.client_name}`
  byId('ours').href = login.ours // for whoever has a passkey or comes from another provider
  byId('email').value = login.email
  byId('sign-in').addEventListener('submit', async (event) => {
    event.preventDefault()
    const answer = await ask('/interaction/login', { ticket, email: byId('email').value, password: byId('password').value })
    if (answer.tries_left !== undefined) byId('problem').textContent = `That did not fit. ${answer.tries_left} tries are left.`
  })
}

async function showConsent() {
  const { client, redirect, account, consent } = await ask(`/interaction?${new URLSearchParams({ ticket })}`)
  if (!client) return
  if (!consent) return ask('/interaction/decision', { ticket }) // nobody is signed in any more: it says where to go
  byId('title').textContent = consent.title
  byId('host').textContent = redirect.host // the part that the app cannot choose a name for
  byId('account').textContent = account.email
  byId('unreviewed').hidden = client.reviewed
  byId('alike').hidden = !client.alike
  byId('native').hidden = !redirect.native
  byId('publisher').textContent = client.publisher ?? ''
  const list = byId('scopes')
  for (const text of [consent.paused, consent.offline]) if (text) add(list, 'li', text)
  for (const { title, was, is } of consent.difference?.changed ?? []) add(list, 'li', `${title}: ${was} → ${is}`)
  for (const place of consent.difference?.places ?? []) add(list, 'li', place)
  for (const { scope, title, description, required } of consent.scopes) {
    const item = add(list, 'li', '')
    addChoice(item, 'checkbox', 'scope', scope, title, { checked: required, disabled: required })
    add(item, 'p', description)
  }
  if (consent.claims) {
    const { names, title, required } = consent.claims
    addChoice(list, 'checkbox', 'claims', 'on', `${title}: ${names.join(', ')}`, { checked: required, disabled: required })
  }
  for (const { name } of consent.resources) add(list, 'li', name)
  for (const title of consent.already) add(byId('already'), 'li', title)
  byId('durations').hidden = consent.durations.length === 0 // of what is otherwise than before the end stays
  for (const { duration, title, note } of consent.durations)
    addChoice(byId('durations'), 'radio', 'duration', duration, `${title} ${note}`, { checked: duration === consent.proposed_duration })
  const decide = async (decision) => {
    const form = new FormData(byId('consent'))
    const answer = await ask('/interaction/decision', {
      ticket,
      sid: account.sid,
      looks: consent.looks,
      decision,
      scope: form.getAll('scope'),
      claims: form.has('claims'),
      duration: form.get('duration') ?? '',
    })
    if (answer.why === 'changed') location.reload() // another question than the one that was answered
    if (answer.why === 'nothing_on') byId('problem').textContent = 'Nothing is switched on: choose, or deny.'
  }
  byId('deny').addEventListener('click', () => decide('deny'))
  byId('allow').addEventListener('click', () => decide('allow'))
}

await (byId('sign-in') ? showSignIn() : showConsent())
