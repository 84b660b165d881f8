import { sha256 } from '../../src/core/crypto/hash.ts'
import type { User } from '../../src/core/model/user.ts'
import { addUser } from '../../src/server/accounts/users.ts'
import { listen } from '../../src/server/node.ts'
import type { UpstreamSettings } from '../../src/server/upstreams/upstream-settings.ts'
import { findPorts } from './program.ts'
import { PROVIDER_SECRET } from './provider.ts'
import { openSite, PASSWORD, type TestSite } from './site.ts'

/** Two servers of ours behind sockets: people of `works` sign in there and come in at `books`. Two hosts, as cookies know no ports. */
export interface TwoSites {
  works: TestSite
  books: TestSite
  /** Somebody of `works`, with an address that was verified. */
  pia: User
  close(): Promise<void>
}

/** An upstream for tests, by the name of `works`. */
export function upstreamAt(issuer: string, more: Partial<UpstreamSettings> = {}): UpstreamSettings {
  return {
    id: 'works',
    label: { en: 'Harbour Works', de: 'Hafenwerke' },
    issuer,
    client_id: 'us',
    client_secret: PROVIDER_SECRET,
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid profile email',
    claims: ['name'],
    joining: 'verified',
    linking: true,
    ...more,
  }
}

export async function openTwoSites(): Promise<TwoSites> {
  const port = await findPorts(2)
  const [theirs, ours] = [`http://127.0.0.1:${port}`, `http://localhost:${port + 1}`]
  const works = await openSite({ config: { issuer: theirs, default_resource: theirs, product: { name: 'Harbour Works' } } })
  const books = await openSite({ config: { issuer: ours, default_resource: ours, upstreams: [upstreamAt(theirs)] } })
  const doors = [
    await listen(works.app.handle, { port, host: '127.0.0.1' }),
    await listen(books.app.handle, { port: port + 1, host: '127.0.0.1' }),
  ]
  await works.addClient({
    client_id: 'us',
    client_name: 'Harbour Books',
    client_secrets: [{ hash: sha256(PROVIDER_SECRET), hint: 'ssss', created_at: 0 }],
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [`${ours}/login/upstream/works/callback`],
    scope: 'openid profile email',
  })
  const person = { email: 'pia@works.example', email_verified: true, password: PASSWORD, name: 'Pia Berg' }
  const pia = await addUser(works.store, person, () => works.time.now)
  return {
    works,
    books,
    pia,
    close: async () => {
      for (const door of doors) await door.close(0)
      await works.close()
      await books.close()
    },
  }
}
