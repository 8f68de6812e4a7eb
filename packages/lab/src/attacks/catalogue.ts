/** All attacks of the lab, in the order of the catalogue. */
import type { Attack } from '../attack.ts'
import { tokenExfiltration } from './t1-token-exfiltration.ts'
import { scopeIgnored } from './t2-scope.ts'
import { confusedDeputy } from './t3-confused-deputy.ts'
import { replay } from './t4-replay.ts'
import { codeInterception } from './t5-code-interception.ts'
import { clientCredentialTheft } from './t6-client-credentials.ts'

/** Each is an entry of its own: reading this list is reading what is tried. */
export const attacks: readonly Attack[] = [
  tokenExfiltration,
  scopeIgnored,
  confusedDeputy,
  replay,
  codeInterception,
  clientCredentialTheft,
]
