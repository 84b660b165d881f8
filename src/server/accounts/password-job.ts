/** What a guess costs: 19 MiB and two passes, about 15 ms of one core. argon2id is the library's default. @spec RFC 9106 §4 */
export const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Make a hash of a password, or compare it with one. */
export interface PasswordJob {
  password: string
  password_hash?: string
}

export type PasswordAnswer = { hash: string } | { matches: boolean }
