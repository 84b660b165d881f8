import process from 'node:process'
import { Flows } from './flows.mjs'
import { makeFolder, removeFolder } from './folder.mjs'
import { TARGETS } from './targets.mjs'

const ADDRESS = '127.0.0.1'
const PORT = 4000 // nobody listens there: it is only in the issuer

/** Our application in this process, and clients that call it without a socket: by its records, and by web requests. */
export async function openInside({ people }) {
  const { createApp } = await import('../../src/server/app.ts')
  const { openStore } = await import('../../src/server/store.ts')
  const { fill } = await import('../servers/fill.mjs')
  const { configure } = await import('../servers/settings.mjs')
  const folder = makeFolder()
  const config = await configure({ PORT: String(PORT), STATE: folder })
  const store = await openStore(config)
  await fill(store)
  const app = await createApp({ config, store })
  return {
    ways: [await enter('handle(record)', byRecords(app), people), await enter('fetch(Request)', byRequests(app), people)],
    close: async () => {
      await app.close()
      removeFolder(folder)
    },
  }
}

/** One of the two ways in, as the rounds take a server: what it uses of the processor is what this process does. */
async function enter(name, request, people) {
  const connect = () => ({ open: async () => undefined, close: () => undefined, request })
  const server = { target: { ...TARGETS.vouchsafe, name }, port: PORT, pid: process.pid, connect }
  const flows = new Flows(server)
  return { server, flows, jars: await flows.people(people) }
}

function byRecords({ handle }) {
  return async (method, path, lines = '', body = '') => {
    const headers = readLines(lines, body)
    const [pathname, query = ''] = path.split('?')
    const reply = await handle({ method, path: pathname, query, address: ADDRESS, header: (name) => headers[name], text: async () => body })
    return { status: reply.status, head: headOf(Object.entries(reply.headers)), body: reply.body }
  }
}

function byRequests({ fetch }) {
  return async (method, path, lines = '', body = '') => {
    const init = { method, headers: readLines(lines, body), ...(method === 'POST' && { body }) }
    const response = await fetch(new Request(`http://${ADDRESS}:${PORT}${path}`, init), ADDRESS)
    return { status: response.status, head: headOf(response.headers), body: await response.text() }
  }
}

/** Header lines as a record, with the type of a form where there is one. */
function readLines(lines, body) {
  const headers = { host: `${ADDRESS}:${PORT}` }
  for (const line of lines.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2)
  }
  if (body !== '') headers['content-type'] = 'application/x-www-form-urlencoded'
  return headers
}

/** Header lines of an answer, as a connection would have read them. */
function headOf(headers) {
  let head = ''
  for (const [name, value] of headers) for (const one of [value].flat()) head += `\r\n${name}: ${one}`
  return head
}
