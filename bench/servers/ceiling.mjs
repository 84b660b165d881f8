// What no server can avoid for this work: two bare answers, two ES256 signatures, one durable commit of one row (C: one signature, no
// commit). Writes of one turn share a commit, which is synced before they are answered. This file is frozen: figures are held against it.
import { generateKeyPairSync, sign } from 'node:crypto'
import { fdatasync, openSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { WEB } from '../lib/fixtures.mjs'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const SIGNED = Buffer.from('x'.repeat(420))
const LOCATION = `${WEB.redirect_uri}?code=${'c'.repeat(330)}&state=s&iss=http%3A%2F%2F127.0.0.1`
const TOKENS = JSON.stringify({
  access_token: 'a'.repeat(450),
  token_type: 'Bearer',
  expires_in: 600,
  refresh_token: 'r'.repeat(62),
  id_token: 'i'.repeat(400),
  scope: 'openid',
})
const RECORD = JSON.stringify({ sid: 's'.repeat(22), scope: 'openid', auth_time: 1 })

const file = join(process.env.STATE, 'ceiling.db')
const database = new DatabaseSync(file)
database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = 4000; pragma cache_size = -32768')
database.exec(`create table grants (
  grant_id text not null primary key, sub text not null, client_id text not null, generation bigint not null, expires_at bigint not null,
  record text not null) without rowid`)
const insert = database.prepare('insert into grants values (?, ?, ?, ?, ?, ?)')
const begin = database.prepare('begin immediate')
const commit = database.prepare('commit')
begin.run()
insert.run('0', '', '', 0, 0, '')
commit.run()
const log = openSync(`${file}-wal`, 'r+')

let waiting = []
let committed = []
let syncing = false
let grants = 0

function commitAll() {
  const group = waiting
  waiting = []
  begin.run()
  for (const write of group) write.run()
  commit.run()
  committed.push(...group)
  if (!syncing) sync()
}

function sync() {
  syncing = committed.length > 0
  if (!syncing) return
  const group = committed
  committed = []
  fdatasync(log, (cause) => {
    if (cause) throw cause
    for (const write of group) write.done()
    sync()
  })
}

function insertGrant(done) {
  grants += 1
  const grant_id = Date.now().toString(36) + grants.toString(36).padStart(14, '0')
  const run = () => insert.run(grant_id, 'person-1', WEB.client_id, 1, 2e12, RECORD)
  if (waiting.push({ run, done }) === 1) setImmediate(commitAll)
}

function answer(response) {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', 'content-length': TOKENS.length })
  response.end(TOKENS)
}

createServer((request, response) => {
  if (request.url.startsWith('/authorize')) {
    response.writeHead(302, { location: LOCATION, 'content-length': 0 })
    response.end()
  } else if (request.method === 'POST') {
    let body = ''
    request.setEncoding('latin1')
    request.on('data', (text) => (body += text))
    request.on('end', () => {
      sign('sha256', SIGNED, privateKey)
      if (body.startsWith('grant_type=client_credentials')) return answer(response)
      sign('sha256', SIGNED, privateKey)
      insertGrant(() => answer(response))
    })
  } else {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 })
    response.end('{}')
  }
}).listen(Number(process.env.PORT), '127.0.0.1')
