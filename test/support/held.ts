import assert from 'node:assert/strict'
import type { Flow } from './flow.ts'

/** When something was asked for and when it was answered, by the clock of the test; an answer that never came is at Infinity. */
interface Span {
  asked: number
  answered: number
}

/** One grant as its client knows it from the answers it has had: each of them must hold for ever. */
export interface Held {
  code: string
  /** When the code was answered, which was upon a consent. */
  issued: number
  redeemed: Span
  /** Refresh tokens in the order in which they were answered. */
  tokens: string[]
  /** One less than tokens, or as many where the last answer never came. */
  rotations: Span[]
  revoked: Span | null
}

export interface WorkOptions {
  /** Where the load is written down, while it runs. */
  grants: Held[]
  /** True when it shall end. */
  over(): boolean
  /** The moment, by whatever clock the test has; all moments are 0 unless given. */
  stamp?(): number
  /** Told of each 503, which then is an answer that never came; without this it is a failure like any other. */
  unavailable?(): void
}

class Unavailable extends Error {}
/** Nobody answered: what was asked for may have been done or not. */
const isGone = (cause: unknown) => cause instanceof TypeError || cause instanceof Unavailable

/** A client that goes through flows until it is told to stop. Where nobody answers it leaves that grant as it is and begins another. */
export async function work(flow: Pick<Flow, 'code' | 'redeem' | 'refresh' | 'revoke'>, options: WorkOptions): Promise<void> {
  while (!options.over()) {
    try {
      await walk(flow, options)
    } catch (cause) {
      if (!isGone(cause)) throw cause
      await new Promise((resolve) => setTimeout(resolve, 20)) // a port that nobody has refuses at once
    }
  }
}

async function walk(
  flow: Pick<Flow, 'code' | 'redeem' | 'refresh' | 'revoke'>,
  { grants, stamp = () => 0, unavailable }: WorkOptions,
): Promise<void> {
  async function span<T extends { status: number } | number>(into: Span, ask: () => Promise<T>): Promise<T> {
    into.asked = stamp()
    const answer = await ask()
    if (unavailable && (typeof answer === 'number' ? answer : answer.status) === 503) {
      unavailable()
      throw new Unavailable()
    }
    into.answered = stamp()
    return answer
  }
  const open = (): Span => ({ asked: stamp(), answered: Number.POSITIVE_INFINITY })
  const code = await flow.code()
  const grant: Held = { code, issued: stamp(), redeemed: open(), tokens: [], rotations: [], revoked: null }
  grants.push(grant)
  const first = await span(grant.redeemed, () => flow.redeem(code))
  assert.equal(first.status, 200)
  grant.tokens.push(first.body.refresh_token!)
  while (Math.random() < 0.6 && grant.rotations.length < 3) {
    const rotation = open()
    grant.rotations.push(rotation)
    const next = await span(rotation, () => flow.refresh(grant.tokens.at(-1)!))
    assert.equal(next.status, 200)
    grant.tokens.push(next.body.refresh_token!)
  }
  if (Math.random() < 0.5) return
  grant.revoked = open()
  assert.equal(await span(grant.revoked, () => flow.revoke(grant.tokens.at(-1)!)), 200)
}

/** How often each kind of answer was held against the server. */
export interface Seen {
  redeemed: number
  rotated: number
  revoked: number
  /** Asked for and never answered, a redemption as well as a rotation or a revocation. */
  unanswered: number
}

export const nothingSeen = (): Seen => ({ redeemed: 0, rotated: 0, revoked: 0, unanswered: 0 })

/** Holds every answer that came before `moment` against a server that was started again; throws where one was not kept. */
export async function check(flow: Pick<Flow, 'redeem' | 'refresh'>, grant: Held, seen: Seen, moment = 0): Promise<void> {
  const { code, redeemed, tokens, revoked } = grant
  if (redeemed.asked > moment) return
  for (const { asked, answered } of [redeemed, ...grant.rotations, ...(revoked ? [revoked] : [])])
    if (asked <= moment && answered > moment) seen.unanswered++
  if (redeemed.answered > moment) {
    await flow.redeem(code) // it may have been spent
    return refused(await flow.redeem(code), 'a code was good twice')
  }
  seen.redeemed++
  const rotations = grant.rotations.filter((rotation) => rotation.answered <= moment).length
  if (rotations > 0) seen.rotated++
  const newest = await flow.refresh(tokens[rotations]!)
  if (revoked && revoked.answered <= moment) {
    seen.revoked++
    refused(newest, 'a revocation was lost')
  } else if (!revoked || revoked.asked > moment) {
    // a rotation that was never answered is answered again
    assert.equal(
      newest.status,
      200,
      `a ${rotations > 0 ? 'rotation' : 'redemption'} was lost, ${grant.rotations.length - rotations} under way: ${JSON.stringify(newest.body)}`,
    )
    if (rotations > 0) refused(await flow.refresh(tokens[rotations - 1]!), 'a used refresh token came back')
  }
  refused(await flow.redeem(code), 'a code was good twice')
}

function refused(answer: { body: { error?: string } }, what: string): void {
  assert.equal(answer.body.error, 'invalid_grant', `${what}: ${JSON.stringify(Object.keys(answer.body))}`)
}
