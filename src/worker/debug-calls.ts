// What the worker answers about a run under the magnifying glass, loaded with the first such question.
export { moveAids, raceRun, startRaceGrid, wasmView, watches } from '../engine/index.ts'
