import { numericDate } from '../../core/model/clock.ts'
import type { StoredKey } from '../../core/model/stored-key.ts'
import { type Call, type Command, EXIT, withStore } from './command.ts'
import { moment, printList } from './output.ts'

export const keysList: Command = {
  name: 'keys list',
  about: 'list the keys, without their private parts; there are none before the first start',
  flags: {},
  async run(call) {
    return withStore(call, async (store) => {
      printKeys(call, await store.keys.list())
      return EXIT.ok
    })
  },
}

/** Prints keys without what is sealed in them; in JSON their moments are in seconds. */
export function printKeys(call: Call, keys: readonly StoredKey[]): void {
  if (call.flags['json'] === true) printList(call, keys.map(showKey), {})
  else printList(call, keys, COLUMNS)
}

const COLUMNS = {
  kid: ({ kid }: StoredKey) => kid,
  use: ({ use }: StoredKey) => use,
  status: ({ status }: StoredKey) => status,
  created: ({ created_at }: StoredKey) => moment(created_at),
  active: ({ active_at }: StoredKey) => moment(active_at),
  retired: ({ retired_at }: StoredKey) => moment(retired_at),
}

function showKey({ sealed: _, created_at, active_at, retired_at, ...key }: StoredKey): Record<string, unknown> {
  return {
    ...key,
    created_at: numericDate(created_at),
    ...(active_at !== undefined && { active_at: numericDate(active_at) }),
    ...(retired_at !== undefined && { retired_at: numericDate(retired_at) }),
  }
}
