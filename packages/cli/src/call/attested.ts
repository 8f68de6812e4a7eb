/** Who says which agent `call` is: an attestation issuer, and a word on stderr when that one does not answer. */
import { type AttestationSource, type AttestFromOptions, AuthorizationRefused, attestFrom } from '@countersign/client'
import { wrongUsage } from '../exit.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Creates the source. It tells once that there is no attestation to be had; servers that can do without go on. */
export function createAttestationSource(options: AttestFromOptions, terminal: Terminal): AttestationSource {
  const source = openSource(options)
  let wasTold = false
  return async (request) => {
    try {
      return await source(request)
    } catch (error) {
      if (!wasTold) {
        const why = error instanceof AuthorizationRefused ? error.message : 'It gave no usable answer.'
        terminal.note(`${terminal.styleNote('yellow', 'Not attested:')} ${why}`)
      }
      wasTold = true
      throw error
    }
  }
}

function openSource(options: AttestFromOptions): AttestationSource {
  try {
    return attestFrom(options)
  } catch (error) {
    if (error instanceof AuthorizationRefused) throw wrongUsage(error.message)
    throw error
  }
}
