import { numericDate, systemClock } from '../../core/model/clock.ts'
import type { StoredReceipt } from '../../core/model/receipt.ts'
import { receiptFile } from '../accounts/receipts.ts'
import { type Command, EXIT, withStore } from './command.ts'
import { moment, printList } from './output.ts'
import { findPerson, PERSON_FLAGS } from './users.ts'

export const receiptsList: Command = {
  name: 'receipts list',
  args: 'SUB|EMAIL',
  about: "list a person's receipts, the newest first: 5000 at most",
  flags: PERSON_FLAGS,
  async run(call) {
    return withStore(call, async (store, { issuer }) => {
      const { sub } = await findPerson(call, store)
      const { receipts } = await receiptFile({ issuer, store, clock: systemClock }, sub)
      if (call.flags['json'] === true) printList(call, receipts.map(showReceipt), {})
      else printList(call, receipts, COLUMNS)
      return EXIT.ok
    })
  },
}

const COLUMNS = {
  number: ({ seq }: StoredReceipt) => String(seq ?? '-'),
  at: ({ at }: StoredReceipt) => moment(at),
  decision: ({ decision }: StoredReceipt) => decision,
  through: ({ through }: StoredReceipt) => through ?? '-',
  client_id: ({ client_id }: StoredReceipt) => client_id,
  receipt_id: ({ receipt_id }: StoredReceipt) => receipt_id,
  scope: ({ scope }: StoredReceipt) => scope,
}

/** Moments in seconds. */
function showReceipt({ at, expires_at, ...receipt }: StoredReceipt): Record<string, unknown> {
  return { ...receipt, at: numericDate(at), ...(expires_at !== undefined && { expires_at: numericDate(expires_at) }) }
}
