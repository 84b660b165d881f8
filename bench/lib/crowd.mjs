import { setTimeout } from 'node:timers/promises'
import { headerOf } from './connection.mjs'
import { PEOPLE } from './fixtures.mjs'
import { signIn } from './pages.mjs'

/** So many browsers sign in with a password, over and over; who is sent away comes back when he was told to. */
export class Crowd {
  #coming = true
  #all
  #began = performance.now()
  #leaving = new AbortController()
  #seen = { signed_in: 0, refused: 0, told_when: 0, errors: 0 }

  constructor(server, size) {
    this.#all = Array.from({ length: size }, (_, i) => this.#come(server.connect(), i % PEOPLE))
  }

  /** What has happened until now, and in how many seconds. */
  look() {
    return { ...this.#seen, seconds: (performance.now() - this.#began) / 1_000 }
  }

  /** Nobody comes again; kept when the last has been answered. */
  async disperse() {
    this.#coming = false
    this.#leaving.abort()
    await Promise.all(this.#all)
  }

  async #come(connection, person) {
    while (this.#coming) {
      const answer = await signIn(connection, person).catch((cause) => ({ status: 0, head: '', body: cause.message }))
      const after = Number(headerOf(answer, 'retry-after'))
      if (answer.status === 303) this.#seen.signed_in += 1
      else if (answer.status !== 503) this.#seen.errors += 1
      else {
        this.#seen.refused += 1
        if (after > 0) this.#seen.told_when += 1
        await setTimeout((after || 1) * 1_000, null, { signal: this.#leaving.signal }).catch(() => undefined)
      }
    }
    connection.close()
  }
}
