/** Our agent as it is, for the scenarios that are about what it ships: DPoP, and client credentials with a key. */
import { createPrivateKey } from 'node:crypto'
import { createAgent } from '@countersign/client'
import { authorize, redirectUri } from './browser.ts'
import { requireText, type Scenario } from './scenario.ts'
import { runSession } from './session.ts'

await runSession(async (scenario) => {
  const agent =
    scenario.name === 'auth/client-credentials-jwt'
      ? await createAgent({ credentials: readKeyCredentials(scenario), bearer: readBearerPermission() })
      : await createAgent({ credentials: { clientId: 'agent', redirectUri, authorize } })
  return agent.fetch
})

function readKeyCredentials(scenario: Scenario) {
  const privateJwk = createPrivateKey(requireText(scenario, 'private_key_pem')).export({ format: 'jwk' })
  return { clientId: requireText(scenario, 'client_id'), privateJwk }
}

/** The suite's authorization server has no DPoP in that scenario; without this permission the agent refuses its token. */
function readBearerPermission() {
  return process.argv.includes('--bearer') ? 'allowed' : 'refused'
}
