/** The HTTP methods of the Streamable HTTP transport. */
import { refuse } from '@countersign/core'
import type { Check } from './check.ts'

/** `POST` calls; `GET` and `DELETE` open and end what the older protocol versions call a session. */
export const httpMethod: Check = ({ incoming }) => {
  switch (incoming.method) {
    case 'POST':
    case 'GET':
    case 'DELETE':
      return undefined
    default:
      return refuse('method_not_allowed')
  }
}
