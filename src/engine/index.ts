// Project in, everything out: build, load, verify, run, timeline, links.

export { defaultProject } from './default-project.ts'
export { type Compressor, crc32Text, decodeLink, encodeLink, fromBase64Url, type LinkFault, type LinkResult, toBase64Url } from './link.ts'
export { LINK_DICTIONARY_1 } from './link-dictionary.ts'
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
export { type ProjectResult, QUOTAS, readProject } from './read-project.ts'
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
