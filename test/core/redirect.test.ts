import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Client, isRegisteredRedirect } from '../../src/core/model/client.ts'
import { redirectHost } from '../../src/core/model/redirect-uri.ts'

const registered = [
  'https://app.example/cb',
  'http://127.0.0.1/cb',
  'http://[::1]:8080/cb',
  'http://localhost:3000/cb',
  'com.example.app:/cb',
  'https://app.example/q?a=1',
]
const client = { redirect_uris: registered } as Client

const cases: [uri: string, allowed: boolean][] = [
  ...registered.map((uri): [string, boolean] => [uri, true]),
  ['https://app.example/cb/', false],
  ['https://app.example/cb?x=1', false],
  ['https://app.example/cb#x', false],
  ['https://app.example/c', false],
  ['https://app.example/cb2', false],
  ['https://app.example/CB', false],
  ['https://APP.example/cb', false],
  ['https://app.example:443/cb', false],
  ['https://app.example./cb', false],
  ['http://app.example/cb', false],
  ['https://app.example.evil.example/cb', false],
  ['https://sub.app.example/cb', false],
  ['https://evil.example/cb', false],
  ['https://evil.example@app.example/cb', false],
  ['https://app.example@evil.example/cb', false],
  ['https://app.example\\@evil.example/cb', false],
  ['https://app.example/x/../cb', false],
  ['https://app.example/%2e%2e/cb', false],
  ['https://app.example/%63b', false],
  ['https://app.example/%2563b', false],
  ['https://app.example/cb;x', false],
  ['https://app.example/cb\t', false],
  ['https://app.example/\ncb', false],
  [' https://app.example/cb', false],
  ['https://äpp.example/cb', false],
  ['https://app.example/q?a=1&b=2', false],
  ['com.example.app:/cb2', false],
  ['com.example.app://cb', false],
  ['javascript:alert(1)', false],
  ['', false],
  // RFC 8252 §7.3: on loopback the port, and nothing but the port, may differ
  ['http://127.0.0.1:1/cb', true],
  ['http://127.0.0.1:65535/cb', true],
  ['http://127.0.0.1:65536/cb', false],
  ['http://127.0.0.1:0/cb', false],
  ['http://127.0.0.1:080/cb', false],
  ['http://127.0.0.1:/cb', false],
  ['http://127.0.0.1:8080', false],
  ['http://127.0.0.1:8080/cb/', false],
  ['http://127.0.0.1:8080/cb?x', false],
  ['http://127.0.0.1:8080/\\cb', false],
  ['http://127.0.0.1@evil.example/cb', false],
  ['http://user@127.0.0.1:8080/cb', false],
  ['http://127.0.0.1.evil.example/cb', false],
  ['http://127.1:8080/cb', false],
  ['http://0x7f.1/cb', false],
  ['http://2130706433/cb', false],
  ['http://127.0.0.2/cb', false],
  ['https://127.0.0.1/cb', false],
  ['http://[::1]:1/cb', true],
  ['http://[::1]/cb', true],
  ['http://[0:0:0:0:0:0:0:1]/cb', false],
  ['http://[::ffff:127.0.0.1]/cb', false],
  ['http://localhost:3001/cb', false],
  ['http://localhost/cb', false],
]

for (const [uri, allowed] of cases) {
  it(`RFC 9700 §4.1.3 ${JSON.stringify(uri)} is ${allowed ? '' : 'not '}the registered redirect`, () => {
    assert.equal(isRegisteredRedirect(client, uri), allowed)
  })
}

it('whose an address is: its host with its port, on loopback without, or its scheme', () => {
  const owners = {
    'https://app.example/cb': 'app.example',
    'https://app.example:8443/cb': 'app.example:8443',
    'http://127.0.0.1:4711/cb': '127.0.0.1',
    'http://localhost:3000/cb': 'localhost',
    'com.example.app:/cb': 'com.example.app:',
  }
  for (const [uri, owner] of Object.entries(owners)) assert.equal(redirectHost(uri), owner)
})
