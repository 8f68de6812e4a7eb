/** X1, counted; `tests/storms` has the long form. */
import { describeProofRace } from '../support/storms/proof-race.ts'

describeProofRace(8)
