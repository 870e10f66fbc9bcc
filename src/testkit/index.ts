// What tests and measurements share: generators of programs, and the check that what is believed contains what happens.
export { type Beliefs, type Followed, follow } from './containment.ts'
export { helperSequence } from './generate/helper-sequence.ts'
export { generate, laneNames, laneShare, namedProgram } from './generate/lanes.ts'
export { seeded } from './generate/random.ts'
export { type GeneratedRecord, toRecord } from './generate/record.ts'
