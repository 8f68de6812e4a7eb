/** T9: a URL that somebody else had a hand in points inward. */
import type { Attack, AttackVariant } from '../attack.ts'
import { inwardIn } from '../scene/scene.ts'

function leading(title: string, inward: string): AttackVariant {
  return {
    title,
    common: { inward },
    weakened: { weakSettings: ['naive_fetch'] },
    run: (scene) => inwardIn(scene).call(),
    stoppedBy: 'never_connects',
    status: 503,
  }
}

/** The server can reach what the attacker cannot. */
export const inwardUrls: Attack = {
  id: 'T9',
  title: 'A URL in metadata leads a server to a place inside',
  source: { document: 'token-talk', section: 'Non-generic extras: SSRF protection on introspection' },
  needs: 'a server that goes wherever it is sent',
  steps: [
    'An issuer says in its metadata that its keys are at an address inside, in one spelling or another.',
    'Somebody shows a token of that issuer, and the server goes to fetch the keys.',
  ],
  analog: 'A courier who is let in everywhere, with an address on the parcel that somebody else wrote.',
  variants: [
    leading('The place of the keys is on this machine', '127.0.0.1'),
    leading('It is written as a number', '2130706433'),
  ],
}
