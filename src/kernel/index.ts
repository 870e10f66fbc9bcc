// The simulated Linux: maps, helper bodies, contexts, test runs, and what it asks of the world around programs.
export type { CallSite, FieldValue, ProgContext, SkbFields } from './context.ts'
export { helperBody, modelledHelpers } from './helpers/index.ts'
export type {
  Address,
  Counter,
  Device,
  Effect,
  FibQuery,
  Host,
  NameHost,
  NetHost,
  PerfHost,
  SocketQuery,
  StackHost,
  Task,
  TaskHost,
  UserMemory,
} from './host.ts'
export { type AddressPlace, callStack, describeAddress, type FrameView, type StackBytes, stackFrame } from './inspect.ts'
export { type Interleaved, interleave, type Lane } from './interleave.ts'
export {
  contextBytes,
  contextField,
  isXdp,
  type Outcome,
  outcome,
  type PacketContext,
  packetBytes,
  runInvocation,
  runsPackets,
  type StartResult,
  startInvocation,
  startProgram,
  stepInvocation,
} from './invocation.ts'
export {
  addMap,
  addSock,
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
export { type BatchOperation, type BatchRequest, mapBatch } from './maps/batch.ts'
export { modelledMaps } from './maps/create.ts'
export type { KernelMap, MapEntry, MapPlace } from './maps/map.ts'
export type { RingBuffer, RingbufMap, RingRecord } from './maps/ringbuf.ts'
export type { ProgramAttachment } from './net/attach.ts'
export { type NetInput, type NetworkPart, planNetwork } from './net/network.ts'
export { addObject, objectAt, removeObject } from './objects.ts'
export { type KernelReport, kernelReport } from './oops.ts'
export type { ActFault } from './process/acts/act.ts'
export {
  type Processes,
  type ProcessPlan,
  type ProcessProgram,
  planProcesses,
  type StimulusFault,
} from './process/processes.ts'
export type { ContainerInfo } from './process/setup.ts'
export type { Sock } from './sock.ts'
export { type PacketRunResult, type TestRunOptions, type TestRunResult, testRun, testRunOn } from './test-run.ts'
export { programText } from './wasm-text.ts'
export { attachesToNetwork, attachesToProcesses } from './world/attaches.ts'
export { createWorld, type WorldEngine } from './world/engine.ts'
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
export { createSingleWorld } from './world/single.ts'
export type { Activation, ActivationResult, PlanHook, World, WorldEvent, WorldPlan, WorldSnapshot } from './world/types.ts'
