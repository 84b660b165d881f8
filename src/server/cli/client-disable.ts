import type { Client } from '../../core/model/client.ts'
import { systemClock } from '../../core/model/clock.ts'
import { CLIENT_ID_FLAG, changeClient, showWhole } from './clients.ts'
import { type Call, type Command, EXIT, type ExitCode, subject } from './command.ts'
import { printDone } from './output.ts'
import { withStoreOf } from './store-of-client.ts'

export const clientDisable: Command = {
  name: 'client disable',
  args: 'CLIENT_ID',
  about: 'shut a client out, and end all that people have given to it',
  flags: { 'client-id': CLIENT_ID_FLAG },
  run: (call) => change(call, 'Disabled', (client) => ({ ...client, disabled_at: client.disabled_at ?? systemClock() })),
}

export const clientEnable: Command = {
  name: 'client enable',
  args: 'CLIENT_ID',
  about: 'let a disabled client in again; what was ended stays ended',
  flags: { 'client-id': CLIENT_ID_FLAG },
  run: (call) => change(call, 'Enabled', ({ disabled_at: _, ...client }) => client),
}

async function change(call: Call, done: 'Disabled' | 'Enabled', after: (client: Client) => Client): Promise<ExitCode> {
  const client_id = subject(call, 'client-id')
  return withStoreOf(call, client_id, async (store) => {
    // also on the way back: a server that had not noticed yet may have given something meanwhile
    const client = await changeClient(store, client_id, after, { withdraw: true })
    printDone(call, `${done} ${client_id}.`, showWhole(client))
    return EXIT.ok
  })
}
