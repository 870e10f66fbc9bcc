// Project in, everything out: build, load, verify, run, timeline, links.

// The pieces that the command line and the worker use as they are.
export { type KernelBtf, loadKernelBtf } from '../abi/index.ts'
export { fromHex, toHex } from '../base/index.ts'
export { PASS_NAMES } from '../compiler/index.ts'
export { type Diagnostic, type Language, makeSource, rejectionText, renderDiagnostics, type SourceFile } from '../diag/index.ts'
export type { Program } from '../isa/index.ts'
export type { WorldEvent } from '../kernel/index.ts'
export { joinObjects, type KernelTypes, keptKernel, type NamedObject, wholeKernel } from '../loader/index.ts'
export { readElf, writeElf } from '../object/index.ts'
export { readCapture, writePcap } from '../packet/index.ts'
export { readCapabilities, type StateView, startVerify, TEST_FLAGS, type VerifyResult, verify } from '../verifier/index.ts'
export { type Arrival, type CaptureReport, readCaptureBytes } from './arrivals.ts'
export { type Build, type BuildParts, type BuildWork, type MakeNetwork, startBuildWith } from './build.ts'
export { startBuild } from './build-whole.ts'
export { defaultProject } from './default-project.ts'
export { type CauseView, type Explanation, explain, type TurnView } from './explain/explain.ts'
export { reportLines } from './explain/report.ts'
export { type CompiledFilter, compileFilter } from './filter.ts'
export { FIRST_REVISION, type FirstAnswer } from './first-answer.ts'
export type { DiffRow } from './fix/diff.ts'
export { type CheckedFix, type FixSearch, type FixTask, startFixes } from './fix/fix.ts'
export { type Compressor, crc32Text, decodeLink, encodeLink, fromBase64Url, type LinkFault, type LinkResult, toBase64Url } from './link.ts'
export { LINK_DICTIONARY_1 } from './link-dictionary.ts'
export { disassembleProgram } from './listing.ts'
export { loadNetwork } from './load-network.ts'
export { logWindow } from './log-view.ts'
export { observe, type UserRecord } from './observe.ts'
export { explainLog, type OwnLog } from './own-log/open-log.ts'
export type {
  Attachment,
  BuildOptions,
  Project,
  ProjectFile,
  ProjectView,
  Scenario,
  ScenarioMap,
  ScenarioNode,
  ScenarioView,
  Stimulus,
  VerifierOptions,
} from './project.ts'
export type { RaceEnd } from './race.ts'
export { type ProjectResult, QUOTAS, readProject } from './read-project.ts'
export { type ProgramRecord, type RecordResult, readRecord } from './record.ts'
export { kfuncNames, type PacketOutcome, type RecordRun, type RunOutcome, runProgram, runRecord } from './run.ts'
export { tailCallTargets } from './tail-calls.ts'
export { type OwnSubject, type OwnView, openOwnLog, openOwnObject } from './thinking/own.ts'
export type { Thinking } from './thinking/thinking.ts'
export type { LoopView, PathRow, PathWindow, PrunedView, StepView, ThinkingView } from './thinking/views.ts'
export type { Work } from './thinking/work.ts'
export { type CompileSettings, type Opened, openAssembly, openC, openObject, readBtfFile, unmodelledFeature } from './toolchain.ts'
export { type RaceGrid, type RaceKind, type RaceRow, type RaceRun, type RaceStep, raceRun, startRaceGrid } from './two-cpus/two-cpus.ts'
export { type UserView, type UserViews, userViews } from './user-views.ts'
export { viewTypes } from './view-types.ts'
export type {
  ActivationRow,
  ActivationWindow,
  BuildReport,
  ByteMark,
  EventWindow,
  ExplanationView,
  FlowView,
  HookView,
  LanesView,
  LayerView,
  ListingRow,
  LogLine,
  LogWindow,
  MachineView,
  MapRowView,
  MapView,
  Move,
  NotRun,
  PacketRow,
  PassesView,
  PassWindow,
  ProgramReport,
  RegisterView,
  StackSlotView,
  TypeRow,
  TypesView,
  Verdict,
  VisitsView,
  WorldView,
} from './views.ts'
export { type WasmView, wasmView } from './wasm-view.ts'
export { moveAids, type WatchesView, type WatchRow, watches } from './watch/watch.ts'
export { frames } from './witness/frames.ts'
export type { RegisterInput, Witness, WitnessTask } from './witness/machine.ts'
export { startWitness, type WitnessSearch } from './witness/witness.ts'
