// The Project: the only input of everything. Plain versioned JSON; what a link encodes, what a file saves, what a test fixes.

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
  /** prog_flags as in Program. */
  readonly flags: number
}

/** A host, with the interfaces on which programs sit. */
export interface ScenarioNode {
  readonly name: string
  readonly kind: 'host'
  readonly interfaces: readonly string[]
}

/** Which program runs where. `program` is the C function's name; empty = the object's first program. */
export interface Attachment {
  readonly program: string
  readonly node: string
  readonly interface: string
}

export interface ScenarioMapEntry {
  readonly key: string
  readonly value: string
}

/** Initial contents put in by user space before the first stimulus; keys and values in hex. */
export interface ScenarioMap {
  readonly name: string
  readonly entries: readonly ScenarioMapEntry[]
}

/** What happens, in order. A capture is named ('first-steps') or brought along in base64 (pcap or pcapng). */
export type Stimulus =
  | { readonly kind: 'capture'; readonly name: string }
  | { readonly kind: 'pcap'; readonly name: string; readonly base64: string }
  | { readonly kind: 'packet'; readonly hex: string }

/** How user space shows what it receives. */
export interface ScenarioView {
  readonly kind: 'table'
  readonly map: string
}

export interface Scenario {
  /** Seed of the simulated random numbers and clock. */
  readonly seed: number
  readonly nodes: readonly ScenarioNode[]
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
