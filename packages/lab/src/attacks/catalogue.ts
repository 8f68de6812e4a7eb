/** All attacks of the lab, in the order of the catalogue. */
import type { Attack } from '../attack.ts'
import { modelSpoofing } from './a1-model-spoofing.ts'
import { provenanceForgery } from './a2-provenance-forgery.ts'
import { attestationReplay } from './a3-attestation-replay.ts'
import { tampering } from './a4-tampering.ts'
import { lookAlikeIssuers } from './a5-look-alike-issuers.ts'
import { downgrade } from './a6-downgrade.ts'
import { attestationAudience } from './a7-attestation-audience.ts'
import { safetyDowngrade } from './a8-safety-downgrade.ts'
import { clocks } from './a9-clocks.ts'
import { storeFailure } from './a10-store-failure.ts'
import { keyPoisoning } from './a11-key-poisoning.ts'
import { coldStart } from './a12-cold-start.ts'
import { keyStorm } from './a13-key-storm.ts'
import { borrowedVoice } from './a15-borrowed-voice.ts'
import { plainHttp } from './a17-plain-http.ts'
import { tokenExfiltration } from './t1-token-exfiltration.ts'
import { scopeIgnored } from './t2-scope.ts'
import { confusedDeputy } from './t3-confused-deputy.ts'
import { replay } from './t4-replay.ts'
import { codeInterception } from './t5-code-interception.ts'
import { clientCredentialTheft } from './t6-client-credentials.ts'
import { capabilityStretched } from './t7-capability.ts'
import { leaningOnOneTool } from './t8-friction.ts'
import { inwardUrls } from './t9-ssrf.ts'
import { concurrency } from './x1-concurrency.ts'
import { bodySwap } from './x2-body-swap.ts'
import { bearerDowngrade } from './x3-bearer-downgrade.ts'
import { reencoding } from './x4-reencoding.ts'
import { htuGames } from './x5-htu-games.ts'
import { smuggling } from './x6-smuggling.ts'
import { refreshTokenTheft } from './x7-refresh-token-theft.ts'
import { mixUp } from './x8-mix-up.ts'
import { consent } from './x9-consent.ts'
import { browsers } from './x10-browsers.ts'
import { exhaustion } from './x11-exhaustion.ts'
import { secretsInLogs } from './x12-secrets-in-logs.ts'
import { passthrough } from './x13-passthrough.ts'
import { tokenExchange } from './x14-token-exchange.ts'
import { selfArming } from './x15-self-arming.ts'
import { sideDoors } from './x16-side-doors.ts'
import { refusedProofs } from './x17-refused-proofs.ts'
import { degradedProcess } from './x18-degraded-process.ts'
import { sessionsAndStreams } from './x19-sessions-and-streams.ts'

/** Each is an entry of its own: reading this list is reading what is tried. */
export const attacks: readonly Attack[] = [
  tokenExfiltration,
  scopeIgnored,
  confusedDeputy,
  replay,
  codeInterception,
  clientCredentialTheft,
  capabilityStretched,
  leaningOnOneTool,
  inwardUrls,
  modelSpoofing,
  provenanceForgery,
  attestationReplay,
  tampering,
  lookAlikeIssuers,
  downgrade,
  attestationAudience,
  safetyDowngrade,
  clocks,
  storeFailure,
  keyPoisoning,
  coldStart,
  keyStorm,
  borrowedVoice,
  plainHttp,
  concurrency,
  bodySwap,
  bearerDowngrade,
  reencoding,
  htuGames,
  smuggling,
  refreshTokenTheft,
  mixUp,
  consent,
  browsers,
  exhaustion,
  secretsInLogs,
  passthrough,
  tokenExchange,
  selfArming,
  sideDoors,
  refusedProofs,
  degradedProcess,
  sessionsAndStreams,
]
