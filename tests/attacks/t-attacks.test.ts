/** The attacks of the token talk. */
import { verifies } from '../requirements/verifies.ts'
import { describeAttacks } from '../support/lab-attacks.ts'

describeAttacks('T', {
  'A text is given in another normal form, which looks the same': verifies('RFC9396-12-1'),
})
