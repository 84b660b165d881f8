import { type Dialect, pathsOf } from '../../core/model/dialect.ts'
import type { Cast } from './cast.ts'
import type { Connection } from './connection.ts'
import { authorizationWords, documentsOf, type Flows, type Tokens } from './flows.ts'

export type WorkName = 'code_flow' | 'refresh' | 'client_credentials' | 'introspection' | 'discovery'

/** One of those who work at the same time: a connection, and what it holds. */
export interface Seat {
  connection: Connection
  tokens: Tokens | null
}

export interface Work {
  name: WorkName
  /** What it waits for beside the processor: a write that is kept, something that is read, or nothing. */
  waits_for: 'write' | 'read' | 'nothing'
  /** What a seat needs first. */
  prepare?(seat: Seat): Promise<unknown>
  unit(seat: Seat): Promise<unknown>
}

/** The works that this dialect has, and why the others are not there. */
export interface Plan {
  works: Work[]
  left_out: { work: WorkName; reason: string }[]
}

/** What is measured, in this order. */
export function planWorks(dialect: Dialect, cast: Cast, flows: Flows): Plan {
  const reasons = findReasons(dialect, cast)
  const all = describeWorks(flows)
  return {
    works: all.filter(({ name }) => reasons[name] === undefined),
    left_out: all.flatMap(({ name }) => (reasons[name] === undefined ? [] : [{ work: name, reason: reasons[name] }])),
  }
}

function describeWorks(flows: Flows): Work[] {
  async function open(seat: Seat): Promise<Tokens> {
    seat.tokens ??= await flows.codeFlow(seat.connection)
    return seat.tokens
  }
  return [
    { name: 'code_flow', waits_for: 'write', unit: ({ connection }) => flows.codeFlow(connection) },
    {
      name: 'refresh',
      waits_for: 'write',
      prepare: open,
      async unit(seat) {
        const { refresh_token = '' } = await open(seat)
        seat.tokens = null // a token whose answer did not come is not shown again
        seat.tokens = await flows.refresh(seat.connection, refresh_token)
      },
    },
    { name: 'client_credentials', waits_for: 'read', unit: ({ connection }) => flows.clientCredentials(connection) },
    {
      name: 'introspection',
      waits_for: 'read',
      prepare: open,
      unit: async (seat) => flows.introspect(seat.connection, (await open(seat)).access_token),
    },
    { name: 'discovery', waits_for: 'nothing', unit: ({ connection }) => flows.discover(connection) },
  ]
}

/** Why a work is not there, in one sentence; undefined of those that are. */
function findReasons(dialect: Dialect, cast: Cast): Record<WorkName, string | undefined> {
  const { name, required } = dialect
  const sent = authorizationWords(dialect, cast, 0)
  const unsent = required.filter((word) => sent[word] === undefined)
  const asks =
    unsent.length > 0 ? `The dialect ${name} asks for ${unsent.join(', ')} at authorize, which the bench does not send.` : undefined
  const lacks = (type: string) => (cast.grant_types.includes(type) ? undefined : `The dialect ${name} has no grant_type ${type}.`)
  return {
    code_flow: asks,
    refresh: asks ?? lacks('refresh_token'),
    client_credentials: lacks('client_credentials'),
    introspection: asks ?? findClosed(dialect, cast),
    discovery: documentsOf(dialect).length === 0 ? `The dialect ${name} publishes neither metadata nor keys.` : undefined,
  }
}

function findClosed(dialect: Dialect, { client_secret }: Cast): string | undefined {
  if (pathsOf(dialect, 'introspect').length === 0) return `The dialect ${dialect.name} has no introspection.`
  if (dialect.introspection.callers.includes('client') && client_secret !== undefined) return undefined
  return `The dialect ${dialect.name} lets no client introspect.`
}
