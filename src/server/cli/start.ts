import { relative } from 'node:path'
import type { Actor } from '../../core/model/audit.ts'
import type { ClientMetadata } from '../../core/model/client.ts'
import { readClientMetadata } from '../../core/model/client-metadata.ts'
import { systemClock } from '../../core/model/clock.ts'
import type { Dialect } from '../../core/model/dialect.ts'
import type { Log } from '../../core/model/log.ts'
import type { Store } from '../../core/model/store.ts'
import { walks } from '../../dialects/walks/index.ts'
import { registerClient, withNewSecret } from '../accounts/clients.ts'
import { hashPassword } from '../accounts/password.ts'
import { addUser } from '../accounts/users.ts'
import type { Config } from '../config.ts'
import { demoCatalogue, demoClientMetadata } from '../demo/catalogue.ts'
import type { Demo } from '../demo/demo.ts'
import type { Walk } from '../demo/walk.ts'
import { DIALECTS, dialectOf } from '../dialects/choose.ts'
import { createLog } from '../log.ts'
import type { FirstRun } from '../pages/first-run.ts'
import { isLoopback } from '../settings.ts'
import { openStore, sqliteFile } from '../store.ts'
import { rulesOf } from './clients.ts'
import { type Call, CliError, type Command, configOf, EXIT } from './command.ts'
import { explainPort, PATIENCE, SERVE_FLAGS } from './serve.ts'
import { untilStopped } from './until-stopped.ts'
import { version } from './version.ts'

/** Fixed names, by which a database of the demo is known again. */
const DEMO_CLIENT = 'tallyboat'
const DEMO_EMAIL = 'mara@demo.example'
const DEMO_PERSON = {
  given_name: 'Mara',
  family_name: 'Lind',
  company: 'Otter Bakery',
  job_title: 'Owner',
  picture: 'https://otterbakery.example/mara.jpg',
}
/** The standard product name, for which the demo's own stands in. */
const UNNAMED = 'Vouchsafe'

/** Where the demo is, and who may sign in there. */
interface DemoPlan {
  host: string
  app_port: number
  api_port: number
  app_url: string
  api_url: string
  client_secret: string
  /** The ways through the other dialects that are on. */
  walks: Walk[]
  password: string
}

export const start: Command = {
  name: 'start',
  about: 'run the server for a first try: on this computer, with a demo app and a demo API on the next two ports',
  flags: { ...SERVE_FLAGS, 'no-demo': { type: 'boolean', about: 'leave the demo out' } },
  async run(call) {
    const stopped = untilStopped()
    const given = await configOf(call, { dialects: DIALECTS })
    if ((given.workers ?? 1) > 1) throw new CliError(EXIT.usage, 'start is one process: for several workers run vouchsafe serve.')
    const log = createLog(given.log ?? 'warn')
    const store = await openStore(given)
    const plan = (await wantsDemo(call, given, store)) ? await prepareDemo(given, store) : null
    // without the demo nobody is trying anything out: only what was asked for is on
    const config = plan ? withDemo(given, plan) : await configOf(call)
    const first_run = plan ? tellFirstRun(call, config, plan) : undefined
    const { startServer } = await import('../serve.ts')
    const server = await startServer(config, { log, store, show_mail: isOwnComputer(config), ...(first_run && { first_run }) }).catch(
      (cause: unknown) => explainPort(cause, config),
    )
    const demo = plan
      ? await openDemo(config, plan, log).catch(async (cause: unknown) => {
          await server.stop(0)
          return explainPort(cause, config)
        })
      : null
    if (first_run) first_run.started_ms = Math.round(performance.now())
    call.io.stdout(`${config.issuer}\n${first_run ? tell(first_run) : ''}`)
    const reason = await stopped
    await Promise.all([server.stop(PATIENCE[reason]), demo?.close()])
    return EXIT.ok
  },
}

/** Nobody else comes to such an address. */
function isOwnComputer({ issuer }: Pick<Config, 'issuer'>): boolean {
  const { protocol, hostname } = new URL(issuer)
  return protocol === 'http:' && isLoopback(hostname)
}

/** Only on this computer, with the standard that its app speaks, and in a database that is new or was made for it. */
async function wantsDemo(call: Call, { issuer, dialects, host_login }: Config, store: Store): Promise<boolean> {
  if (host_login) return false // the demo's person has a password of ours, which would open nothing
  if (call.flags['no-demo'] === true || !isOwnComputer({ issuer }) || !dialects.includes('standard')) return false
  if (await store.clients.find(DEMO_CLIENT)) return true
  const first = { after: '', limit: 1 }
  const [clients, users] = await Promise.all([store.clients.list(first), store.users.list(first)])
  return clients.length === 0 && users.length === 0
}

/** Registers the demo's app and person, or renews what they had: its secret and password are new at each start. */
async function prepareDemo(config: Config, store: Store): Promise<DemoPlan> {
  const { issuer, port } = config
  if (port > 65_533) throw new CliError(EXIT.usage, 'The demo needs the two ports above: choose a lower --port, or --no-demo.')
  const { hostname } = new URL(issuer)
  const [app_url, api_url] = [`http://${hostname}:${port + 1}`, `http://${hostname}:${port + 2}`]
  const client_secret = await renewClient(store, DEMO_CLIENT, readClientMetadata(demoClientMetadata(app_url), DIALECTS))
  const walks = await prepareWalks(config, store, app_url)
  const password = makePassword()
  await renewPerson(store, password)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    app_port: port + 1,
    api_port: port + 2,
    app_url,
    api_url,
    client_secret,
    walks,
    password,
  }
}

/** The app once more for each other dialect that is on: a client belongs to one. */
async function prepareWalks({ dialects, own_dialects }: Config, store: Store, app_url: string): Promise<Walk[]> {
  const prepared: Walk[] = []
  for (const { client, ...walk } of walks) {
    const dialect = dialects.includes(walk.dialect) ? dialectOf(walk.dialect, own_dialects) : null
    if (!dialect) continue
    const client_id = `${DEMO_CLIENT}-${walk.dialect}${dialect.client_id_suffix}`
    const redirect_uris = [`${app_url}/callback/${walk.dialect}`]
    const metadata = readDemoMetadata({ ...demoClientMetadata(app_url), ...client, redirect_uris }, dialect)
    prepared.push({ ...walk, client_id, client_secret: await renewClient(store, client_id, metadata) })
  }
  return prepared
}

function readDemoMetadata(metadata: Record<string, unknown>, dialect: Dialect): ClientMetadata {
  return readClientMetadata({ ...metadata, dialect: dialect.name }, [dialect.name], rulesOf(dialect))
}

/** The make-believe is the server's own. */
const SERVER: Actor = { type: 'server' }

async function renewClient(store: Store, client_id: string, metadata: ClientMetadata): Promise<string> {
  const added = await registerClient(store, metadata, { client_id, reviewed: true, by: SERVER }, systemClock)
  if (added?.client_secret !== undefined) return added.client_secret
  const before = await store.clients.find(client_id)
  if (!before) throw new Error('The demo client was deleted meanwhile.')
  const { client, client_secret } = withNewSecret({ ...before, ...metadata, client_secrets: [] }, systemClock())
  await store.clients.update(client, { by: SERVER })
  return client_secret
}

async function renewPerson(store: Store, password: string): Promise<void> {
  const user = await store.users.findByEmail(DEMO_EMAIL)
  if (user) {
    const renewed = { ...user, claims: { ...user.claims, ...DEMO_PERSON }, password_hash: await hashPassword(password) }
    await store.users.update(renewed, { by: SERVER })
  } else await addUser(store, { email: DEMO_EMAIL, password, name: 'Mara Lind', claims: DEMO_PERSON }, systemClock, SERVER)
}

/** The make-believe product's catalogue beside the configured one. */
function withDemo(config: Config, { api_url }: DemoPlan): Config {
  const { scopes, resources } = demoCatalogue(api_url)
  const product = config.product.name === UNNAMED ? { ...config.product, name: 'Harbour Books' } : config.product
  return { ...config, product, scopes: { ...scopes, ...config.scopes }, resources: { ...resources, ...config.resources } }
}

async function openDemo({ issuer }: Config, plan: DemoPlan, log: Log): Promise<Demo> {
  const { startDemo } = await import('../demo/demo.ts')
  const { host, app_port, api_port, api_url, client_secret, walks } = plan
  return startDemo({
    issuer,
    app: { host, port: app_port, client_id: DEMO_CLIENT, client_secret },
    api: { host, port: api_port, audience: api_url },
    walks,
    log: {
      info: (event) => log.info(event as Parameters<Log['info']>[0]),
      error: (event) => log.error(event as Parameters<Log['error']>[0]),
    },
  })
}

function tellFirstRun(call: Call, { database }: Config, { app_url, api_url, password }: DemoPlan): FirstRun {
  const file = sqliteFile(database) ?? database
  const shown = file === ':memory:' ? file : relative(call.io.cwd, file)
  return { demo_app: app_url, demo_api: api_url, email: DEMO_EMAIL, password, database: shown, version: version(), started_ms: 0 }
}

function tell({ demo_app, demo_api, email, password }: FirstRun): string {
  return `
  demo app   ${demo_app}
  demo API   ${demo_api}
  sign in    ${email}  ${password}
`
}

/** Six syllables, 38 random bits: enough for a person of make-believe behind a throttle on one computer. */
function makePassword(): string {
  const syllables = [...crypto.getRandomValues(new Uint8Array(12))]
  let text = ''
  for (let i = 0; i < syllables.length; i += 2) {
    const [consonant = 0, vowel = 0] = syllables.slice(i, i + 2)
    text += `${i === 4 || i === 8 ? '-' : ''}${'bdfghjklmnprstvz'[consonant % 16]}${'aeiou'[vowel % 5]}`
  }
  return text
}
