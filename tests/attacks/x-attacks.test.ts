/** The attacks that no document named before. */
import { describeAttacks } from '../support/lab-attacks.ts'

describeAttacks('X')
