import { type Clock, HOUR, type Milliseconds, SECOND } from '../../core/model/clock.ts'

/** How long what was read is used. */
const FRESH: Milliseconds = HOUR
/** How long it goes on where it cannot be read again. */
const STALE: Milliseconds = 24 * HOUR
/** After a failure nobody is asked again for so long, however many people come. */
const PAUSE: Milliseconds = 5 * SECOND

/** Reads something once for all who ask, again after an hour, and keeps it for a day where its source is away. */
export function createMetadata<Metadata>(read: () => Promise<Metadata>, clock: Clock): () => Promise<Metadata> {
  let kept: { metadata: Metadata; at: Milliseconds } | null = null
  let failure: { cause: unknown; at: Milliseconds } | null = null
  let running: Promise<Metadata> | null = null

  async function readAnew(): Promise<Metadata> {
    try {
      const metadata = await read()
      kept = { metadata, at: clock() }
      failure = null
      return metadata
    } catch (cause) {
      failure = { cause, at: clock() }
      throw cause
    } finally {
      running = null
    }
  }

  return async () => {
    if (kept && clock() - kept.at < FRESH) return kept.metadata
    try {
      if (!running && failure && clock() - failure.at < PAUSE) throw failure.cause
      running ??= readAnew()
      return await running
    } catch (cause) {
      if (kept && clock() - kept.at < STALE) return kept.metadata
      throw cause
    }
  }
}
