// What tests and measurements share: generators of programs, and the check that what is believed contains what happens.
export { type Beliefs, type Followed, follow } from './containment.ts'
export { generate, laneNames, laneShare, namedProgram } from './generate/lanes.ts'
export type { GeneratedRecord } from './generate/record.ts'
