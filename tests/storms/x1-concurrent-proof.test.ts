/** X1, counted, for longer than every run of the tests can take. */
import { describeProofRace } from '../support/storms/proof-race.ts'

describeProofRace(50)
