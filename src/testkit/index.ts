// What tests and measurements share: generators of programs, and the check that what is believed contains what happens.
export { generate, laneNames, laneShare } from './generate/lanes.ts'
export type { GeneratedRecord } from './generate/record.ts'
