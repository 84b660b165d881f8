// The one script for people: browsers hand out passkeys to scripts only. It asks for one and sends the form.

const form = document.getElementById('passkey-form')
const field = document.getElementById('passkey-answer')
const failed = document.getElementById('passkey-failed')
const start = document.getElementById('passkey-start')

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
const named = (list) => list.map((one) => ({ ...one, id: toBytes(one.id) }))

/** What the server asks for, in the form in which browsers take it. */
function readOptions() {
  const options = JSON.parse(form.dataset.options)
  return {
    ...options,
    challenge: toBytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
    ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
    ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) }),
  }
}

/** What the authenticator has answered, as text. */
function write({ id, rawId, type, response, authenticatorAttachment }) {
  const parts = {}
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) parts[name] = toText(response[name])
  }
  const transports = response.getTransports?.()
  return JSON.stringify({
    id,
    rawId: toText(rawId),
    type,
    clientExtensionResults: {},
    ...(authenticatorAttachment && { authenticatorAttachment }),
    response: { ...parts, ...(transports && { transports }) },
  })
}

async function ask(event) {
  event.preventDefault()
  failed.hidden = true
  start.disabled = true
  try {
    const publicKey = readOptions()
    const answer = await (form.dataset.passkey === 'create'
      ? navigator.credentials.create({ publicKey })
      : navigator.credentials.get({ publicKey }))
    field.value = write(answer)
    form.submit()
  } catch {
    failed.hidden = false
    start.disabled = false
  }
}

if (window.PublicKeyCredential) {
  document.getElementById('passkey-without').hidden = true
  form.hidden = false
  form.addEventListener('submit', ask)
}
