/** Reads a body that may be hostile or endless: never more than a limit is held. */

/**
 * Collects a stream.
 *
 * @param limit octets
 * @returns undefined when the stream holds more than that; it is cancelled then
 */
export async function readBounded(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.byteLength
    if (length > limit) {
      // The other side may never acknowledge the cancellation; nobody waits for it.
      reader.cancel().catch(() => undefined)
      return undefined
    }
    chunks.push(read.value)
  }
  return joinChunks(chunks, length)
}

function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}
