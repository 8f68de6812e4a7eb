/** A17: credentials over plain HTTP, and a proxy header that says it was TLS. */
import type { Attack } from '../attack.ts'
import { proxiedIn } from '../scene/scene.ts'

/** Whoever is on the way reads, and says that nobody could. */
export const plainHttp: Attack = {
  id: 'A17',
  title: 'Credentials travel over plain HTTP, and a header says that it was TLS',
  source: { document: 'threat-analysis', section: '5.5 Transport Security Dependency' },
  needs: 'a server that believes whoever says how a request came',
  steps: [
    'A server stands behind a proxy that ends TLS, and can be reached without it.',
    'A request comes over plain HTTP, with the header of the proxy.',
  ],
  analog: 'A postcard on which somebody has written “sealed”.',
  variants: [
    {
      title: 'Plain HTTP, said to have been TLS',
      common: { trustedProxies: ['192.0.2.1'] },
      weakened: { weakSettings: ['everyone_is_the_proxy'] },
      run: (scene) => proxiedIn(scene).call({ 'x-forwarded-proto': 'https' }),
      stoppedBy: 'insecure_transport',
      status: 400,
    },
  ],
}
