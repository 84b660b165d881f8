import { type Milliseconds, SECOND } from '../core/model/clock.ts'
import type { StoreNotice } from '../core/model/store.ts'
import type { Client } from './postgres-pool.ts'
import type { Sql, Statement } from './sql.ts'

/** How often is looked whether keys have changed while nothing is listened to. Clients are cached for no longer than that. */
const POLL: Milliseconds = 400
/** How often a connection that is listened to has to show that it is there. */
const HEARTBEAT: Milliseconds = 5 * SECOND
const FIRST_PAUSE: Milliseconds = 200
const LONGEST_PAUSE: Milliseconds = 10 * SECOND
/** Characters of a client_id that stand in a notice; the server takes 8000 bytes. Of a longer one all clients are told. */
const LONGEST = 1_000

const CHANNEL = 'vouchsafe'
const LISTEN = `listen ${CHANNEL}`

/** Tells all nodes when, and only if, the transaction that it is part of is committed. */
export function notify({ clients, keys }: StoreNotice): Statement {
  const told: StoreNotice = { ...(clients !== undefined && { clients: clients.length > LONGEST ? '' : clients }), ...(keys && { keys }) }
  return { text: `select pg_notify('${CHANNEL}', $1)`, values: [JSON.stringify(told)] }
}

/** Any change of a row is another `xmin`. */
const stampText = "select coalesce(string_agg(kid || ' ' || cast(xmin as text), ',' order by kid), '') as stamp from keys"

export interface Notices {
  watch(listener: (notice: StoreNotice) => void): () => void
  close(): Promise<void>
}

export interface NoticesOptions {
  all: Sql['all']
  /** A connection to listen on; absent where a pooler would hand it on. */
  connect?: () => Client
}

/**
 * What other nodes have changed: listened to on a connection of its own where there can be one, and looked for where there cannot or it
 * is lost. Begins with the first who wants to know.
 */
export function createNotices({ all, connect }: NoticesOptions): Notices {
  const listeners = new Set<(notice: StoreNotice) => void>()
  const tell = (notice: StoreNotice): void => {
    for (const listener of listeners) listener(notice)
  }
  const ear = connect ? createEar(connect, tell) : null
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | null = null
  let stamp: unknown

  async function look(): Promise<void> {
    if (ear?.isOpen()) return ear.check()
    ear?.tryAgain()
    try {
      const [row] = await all(stampText, [])
      if (row?.['stamp'] !== stamp) tell({ keys: true })
      stamp = row?.['stamp']
    } catch {
      stamp = undefined // what could not be seen may have changed
    }
  }

  function start(): void {
    ear?.tryAgain()
    timer = setInterval(() => {
      looking ??= look().finally(() => {
        looking = null
      })
    }, POLL)
    timer.unref()
  }

  async function stop(): Promise<void> {
    clearInterval(timer)
    timer = undefined
    await ear?.close()
  }

  return {
    watch: (listener) => {
      listeners.add(listener)
      if (timer === undefined) start()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) void stop()
      }
    },
    close: async () => {
      listeners.clear()
      await within(SECOND, stop())
      await within(SECOND, looking)
    },
  }
}

interface Ear {
  isOpen(): boolean
  /** Connects once more, unless it is too early for that. Tells all that may have been missed. */
  tryAgain(): void
  /** Asks from time to time whether the connection is still there: a firewall may have forgotten it. */
  check(): Promise<void>
  close(): Promise<void>
}

function createEar(connect: () => Client, tell: (notice: StoreNotice) => void): Ear {
  let client: Client | null = null
  let isOpen = false
  let connecting = false
  let pause = FIRST_PAUSE
  let next = 0
  let heard = 0

  async function open(): Promise<void> {
    const opened = connect()
    client = opened
    opened.on('notification', ({ payload }) => tell(readNotice(payload)))
    opened.on('end', () => lose(opened))
    await opened.connect()
    await opened.query(LISTEN)
    if (client !== opened) return void opened.end()
    ;(opened as unknown as { unref(): void }).unref() // who forgets to close a store is not kept waiting
    isOpen = true
    heard = performance.now()
    pause = FIRST_PAUSE
    tell({ clients: '', keys: true })
  }

  function lose(lost: Client): void {
    if (client !== lost) return
    client = null
    isOpen = false
    next = performance.now() + pause
    pause = Math.min(LONGEST_PAUSE, pause * 2)
    void lost.end().catch(() => undefined)
  }

  return {
    isOpen: () => isOpen,
    tryAgain: () => {
      if (client || connecting || performance.now() < next) return
      connecting = true
      open()
        .catch(() => client && lose(client))
        .finally(() => {
          connecting = false
        })
    },
    check: async () => {
      const asked = client
      if (!asked || performance.now() < heard + HEARTBEAT) return
      heard = performance.now()
      const answered = await Promise.race([
        asked.query(LISTEN).then(
          () => true,
          () => false,
        ),
        late(2 * SECOND),
      ])
      if (!answered) lose(asked)
    },
    close: async () => {
      const closed = client
      client = null
      isOpen = false
      // a server that does not answer does not say goodbye either
      if (closed)
        await within(
          SECOND,
          closed.end().catch(() => undefined),
        )
    },
  }
}

/** Whatever comes of it, or nothing after so long. Its timer holds the process, which would else be over before it has closed. */
async function within<T>(most: Milliseconds, work: T | Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, most, undefined)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function late(after: Milliseconds): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(resolve, after, false).unref()
  })
}

/** Everybody who may use the database can send one: what is not ours tells that anything may have changed. */
function readNotice(payload: string | undefined): StoreNotice {
  try {
    const { clients, keys } = JSON.parse(payload ?? '') as StoreNotice
    return { ...(typeof clients === 'string' && { clients }), ...(keys === true && { keys }) }
  } catch {
    return { clients: '', keys: true }
  }
}
