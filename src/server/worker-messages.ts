import type { Milliseconds } from '../core/model/clock.ts'
import { type Config, ConfigError } from './config.ts'
import type { Look } from './serve.ts'

/** What whoever started the workers says to one of them. */
export type ToWorker = { serve: Config } | { look: number } | { stop: Milliseconds }

/** What a worker says: that it listens, why it cannot, or how it is. */
export type FromWorker = { ready: true } | { failed: Failure } | ({ looked: number } & Look)

/** An error on its way between two processes, with what an operator is told by. */
interface Failure {
  /** Every wrong setting, where it is that. */
  problems?: readonly string[]
  message: string
  code?: string
  port?: number
}

export function toFailure(cause: unknown): Failure {
  if (cause instanceof ConfigError) return { message: cause.message, problems: cause.problems }
  const { message, code, port } = (cause instanceof Error ? cause : new Error(String(cause))) as NodeJS.ErrnoException & { port?: number }
  return { message, ...(typeof code === 'string' && { code }), ...(typeof port === 'number' && { port }) }
}

/** The error again, so that it is told here as it would have been there. */
export function fromFailure({ problems, message, ...members }: Failure): Error {
  return problems ? new ConfigError(problems) : Object.assign(new Error(message), members)
}
