/** The attacks of the threat analysis. */
import { describeAttacks } from '../support/lab-attacks.ts'

describeAttacks('A')
