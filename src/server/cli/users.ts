import { numericDate } from '../../core/model/clock.ts'
import type { Store } from '../../core/model/store.ts'
import type { User } from '../../core/model/user.ts'
import { normalEmail } from '../accounts/users.ts'
import { type Call, CliError, EXIT, type Flag, textFlag } from './command.ts'

// What the commands on people have in common.

export const PERSON_FLAGS: Readonly<Record<string, Flag>> = {
  sub: { type: 'string', value: 'SUB', about: 'the person, by subject' },
  email: { type: 'string', value: 'ADDRESS', about: 'the person, by email' },
}

/** The person named by --sub, --email, or an argument that is either. Throws where there is none. */
export async function findPerson(call: Call, store: Store): Promise<User> {
  const [sub, email] = [textFlag(call, 'sub'), textFlag(call, 'email')]
  const [name, ...others] = [...call.args, sub, email].filter((given) => given !== undefined)
  if (name === undefined || others.length > 0)
    throw new CliError(EXIT.usage, 'Name one person: by --sub, by --email, or by an argument that is either.')
  const byEmail = sub === undefined && name.includes('@')
  const user = byEmail ? await store.users.findByEmail(normalEmail(name)) : await store.users.find(name)
  if (!user) throw new CliError(EXIT.not_found, `There is no person of this ${byEmail ? 'email' : 'sub'}.`)
  return user
}

/** The person as an operator sees them: without the password's hash. Moments in seconds. */
export function showUser(shown: User): Record<string, unknown> {
  const { password_hash: _, email_changes: __, email_changed_at, ended_at, created_at, disabled_at, ...user } = shown
  return {
    ...user,
    created_at: numericDate(created_at),
    ...(email_changed_at !== undefined && { email_changed_at: numericDate(email_changed_at) }),
    ...(ended_at !== undefined && { ended_at: numericDate(ended_at) }),
    ...(disabled_at !== undefined && { disabled_at: numericDate(disabled_at) }),
  }
}
