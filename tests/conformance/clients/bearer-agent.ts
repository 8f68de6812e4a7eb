/**
 * The test client for the suite's `auth/` scenarios, most of which know neither DPoP nor client keys. Discovery, PKCE,
 * issuer checks, token requests, scopes and step-up are our agent's; added here are the permission for bearer tokens
 * and the ways to a client id that it does not ship.
 */
import { createAgent } from '@countersign/client'
import { chooseMethod, findClient, toCredentials } from './registration.ts'
import { createSecrets } from './secrets.ts'
import { runSession } from './session.ts'

await runSession(async (scenario) => {
  const secrets = createSecrets()
  const agent = await createAgent({
    bearer: 'allowed',
    fetch: secrets.fetch,
    // Every scope that a scenario demands is approved; at first everything is asked for where nothing is demanded.
    approve: async () => true,
    scopes: ({ challenged, supported }) => challenged ?? supported,
    credentials: async (server) => {
      const client = await findClient(scenario, server)
      secrets.keep(String(server.metadata.token_endpoint), chooseMethod(server.metadata), client)
      return toCredentials(client)
    },
  })
  return agent.fetch
})
