/** Whether an authorization server tells anybody which tokens are good (RFC 7662 §2.1). */
import { type Check, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { readObject, readText } from '../target/json-document.ts'

import { specifications } from './specifications.ts'

const open: Weakness = {
  id: 'introspection_open',
  severity: 'medium',
  title: 'An authorization server tells strangers about tokens',
  spec: {
    sentence:
      'To prevent token scanning attacks, the endpoint MUST also require some form of authorization to access this endpoint.',
    link: specifications.rfc7662('2.1'),
  },
  fix: 'Demand client authentication at the introspection endpoint.',
}

/** The check. */
export const introspection: Check = {
  name: 'introspection',
  title: 'Is introspection closed to strangers?',
  weaknesses: [open],
  async run(context) {
    const endpoints = context.target.authorizationServers.flatMap(
      ({ metadata }) => readText(metadata?.document, 'introspection_endpoint') ?? [],
    )
    if (endpoints.length === 0) return skip('no authorization server that was looked at has introspection')
    const sightings: Sighting[] = []
    for (const url of endpoints) {
      const answer = await context.probe.send({
        url,
        headers: [['Content-Type', 'application/x-www-form-urlencoded']],
        body: 'token=countersign-audit-no-token',
      })
      const tells = answer.status === 200 && typeof readObject(answer.body)?.active === 'boolean'
      if (tells) sightings.push(sight(context, open, 'A stranger was told whether a token is active.', answer))
    }
    return sightings
  },
}
