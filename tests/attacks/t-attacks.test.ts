/** The attacks of the token talk. */
import { describeAttacks } from '../support/lab-attacks.ts'

describeAttacks('T')
