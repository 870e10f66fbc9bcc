// The Project: the only input of everything. Plain versioned JSON; what a link encodes, what a file saves, what a test fixes.
// The parts of a scenario are described in `kernel/world/scenario.ts`.
import type { Attachment, ScenarioLink, ScenarioMap, ScenarioNode, ScenarioView, Stimulus } from '../kernel/index.ts'
import type { Privilege } from '../verifier/index.ts'

export type { Attachment, ScenarioLink, ScenarioMap, ScenarioNode, ScenarioView, Stimulus } from '../kernel/index.ts'

export interface ProjectFile {
  readonly path: string
  readonly text: string
}

export interface BuildOptions {
  /** Path of the file that is compiled. */
  readonly main: string
  /** Paths of further C files that are compiled for themselves and linked with it. */
  readonly units?: readonly string[]
  readonly cpu: 1 | 2 | 3 | 4
  readonly defines: Readonly<Record<string, string>>
}

export interface VerifierOptions {
  /** Log level shown in the page: 1, 2, or with 4 for statistics. */
  readonly logLevel: number
  /** prog_flags that are added to those of the programs: BPF_F_STRICT_ALIGNMENT 1, ANY_ALIGNMENT 2, TEST_STATE_FREQ 8, TEST_REG_INVARIANTS 128. */
  readonly flags: number
  /** Who loads: root unless told, somebody with CAP_BPF alone, or with no capability. */
  readonly privilege?: Privilege
}

export interface Scenario {
  /** Seed of the simulated random numbers and clock. */
  readonly seed: number
  readonly nodes: readonly ScenarioNode[]
  readonly links?: readonly ScenarioLink[]
  readonly attach: readonly Attachment[]
  readonly maps: readonly ScenarioMap[]
  readonly stimuli: readonly Stimulus[]
  readonly views: readonly ScenarioView[]
}

/** Where the sender of a link was looking. */
export interface ProjectView {
  readonly packet: number
  /** Step within the packet's run. */
  readonly step: number
  readonly panels: readonly string[]
  readonly cursorLine: number
}

export interface Project {
  readonly version: 1
  readonly files: readonly ProjectFile[]
  readonly build: BuildOptions
  readonly verifier: VerifierOptions
  readonly scenario: Scenario
  readonly view?: ProjectView
}
