// The simulated Linux: maps, helper bodies, contexts, test runs.
export { helperBody, modelledHelpers } from './helpers/index.ts'
export { type AddressPlace, callStack, describeAddress, type FrameView, type StackBytes, stackFrame } from './inspect.ts'
export {
  type Outcome,
  outcome,
  type PacketContext,
  packetBytes,
  runInvocation,
  runsPackets,
  type StartResult,
  startInvocation,
  stepInvocation,
} from './invocation.ts'
export {
  addMap,
  createKernel,
  type Kernel,
  type KernelOptions,
  type KernelSnapshot,
  type LoadedProgram,
  type MapChange,
  mapAt,
  type PerfRecord,
  type Redirect,
  restoreKernel,
  saveKernel,
} from './kernel.ts'
export { modelledKfuncs } from './kfuncs/index.ts'
export { type LoadResult, loadProgram } from './load.ts'
export { type Log, logged } from './log.ts'
export { modelledMaps } from './maps/create.ts'
export type { KernelMap, MapEntry, MapPlace } from './maps/map.ts'
export type { RingBuffer, RingbufMap, RingRecord } from './maps/ringbuf.ts'
export { type TestRunOptions, type TestRunResult, testRun, testRunOn } from './test-run.ts'
export { runTimers, type TimerTrouble } from './timers.ts'
export type {
  Attachment,
  ScenarioFile,
  ScenarioHost,
  ScenarioInterface,
  ScenarioLink,
  ScenarioMap,
  ScenarioMapEntry,
  ScenarioNode,
  ScenarioPod,
  ScenarioProcess,
  ScenarioRoute,
  ScenarioRule,
  ScenarioServer,
  ScenarioView,
  Stimulus,
} from './world/scenario.ts'
