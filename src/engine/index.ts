// Project in, everything out: build, load, verify, run, timeline, links.
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
export { type ProgramRecord, type RecordResult, readRecord } from './record.ts'
export type {
  BuildReport,
  ByteMark,
  LayerView,
  ListingRow,
  LogLine,
  LogWindow,
  MachineView,
  MapRowView,
  MapView,
  Move,
  PacketRow,
  ProgramReport,
  RegisterView,
  StackSlotView,
  Verdict,
  VisitsView,
} from './views.ts'
