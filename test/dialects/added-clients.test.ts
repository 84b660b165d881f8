import assert from 'node:assert/strict'
import { it } from 'node:test'
import { makeFolder, runProgram } from '../support/program.ts'
import { VENDORS, type VendorName } from './vendors.ts'

/** What an operator gets who says nothing but where the client waits. */
const added: Readonly<Record<VendorName, object>> = {
  talque: { grant_types: ['authorization_code'], token_endpoint_auth_method: 'client_secret_post', scope: 'EMAIL PROFILE' },
  worksmart: {
    grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid profile email offline_access',
  },
  'screening-eagle': {
    grant_types: ['authorization_code', 'client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid email profile inspect',
  },
  telnyx: { grant_types: ['authorization_code'], token_endpoint_auth_method: 'client_secret_basic', scope: 'admin' },
}

for (const name of VENDORS) {
  it(`${name}: a client that is added with nothing but its callback can go the vendor’s way`, async (test) => {
    const folder = makeFolder(test)
    const metadata = JSON.stringify({ redirect_uris: ['https://app.example/cb'] })
    const { code, stdout, stderr } = await runProgram(folder, ['client', 'add', '--dialect', name, '--metadata', metadata, '--json'])
    assert.equal(code, 0, stderr)
    const { client_id, client_secret, dialect, grant_types, token_endpoint_auth_method, scope } = JSON.parse(stdout)
    assert.deepEqual([dialect, { grant_types, token_endpoint_auth_method, scope }], [name, added[name]])
    assert.match(client_secret, /^[\w-]{43}$/)
    assert.equal(client_id.endsWith('.worksmart.net'), name === 'worksmart', 'row 52: the ending of its ids')
  })
}
