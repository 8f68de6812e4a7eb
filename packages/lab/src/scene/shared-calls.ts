/** Calls to processes behind one name: each leaves a note, so that it can be counted how often the tool has run. */
import { type Holder, modernHeaders, toolCall } from './agent.ts'
import { type Scene, sharedIn } from './scene.ts'
import type { SharedProcess } from './shared-notes.ts'
import { type Sending, signProof } from './wire.ts'

/** What each of them writes. */
export const noteText = 'once'

const body = toolCall('write_note', { text: noteText })

/** Where it is to be made, and whether its proof is against a nonce of that process; by default it is. */
export interface WritingOptions {
  readonly at: SharedProcess
  readonly withNonce?: boolean
}

/** A call that writes a note, proven for the name that the processes go by. */
export async function proveWriting(
  { a }: Scene,
  { token, key }: Holder,
  { at, withNonce = true }: WritingOptions,
): Promise<Sending> {
  const { nonce } = withNonce ? await at.call({}) : {}
  const proof = { url: a.resource, token, content: body, ...(nonce !== undefined && { nonce }) }
  const dpop = await signProof(key, proof)
  return { headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }, body }
}

/** How many notes were written, by all processes together. */
export function countWritten(scene: Scene): number {
  const { one, other } = sharedIn(scene)
  return [one, other].reduce((sum, { notes }) => sum + notes.list(10).length, 0)
}
