/** Bytes of an answer: metadata, keys, tokens or claims have a few thousand. */
const MOST = 262_144

/** `fetch` that follows nothing, and reads no more than any honest answer has. */
export async function boundedFetch(url: string, init: object): Promise<Response> {
  // the library names the options by types of its own; both sides are those of fetch
  const response = await fetch(url, { ...(init as RequestInit), redirect: 'manual' })
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > MOST) throw new TypeError('The answer is too long.')
    parts.push(part)
  }
  const { status, headers } = response
  return new Response(parts.length > 0 ? Buffer.concat(parts) : null, { status, headers })
}
