// A lesson as data: a folder of C sources, one text per language and `lesson.json`, which says what is checked. Nothing in it is code but the
// eBPF source, so a lesson may come from anywhere.
//
//   lesson.json          what this file describes          start/*.c      what the learner opens
//   en.md, ko.md         the texts, by section ids         solution/*.c   what passes every check
//   predict/NAME.c       programs to predict about         wrong/NAME.c   what fails the check that `wrong` names
//
// Invariant: everything that a text claims about a verdict, a message or a figure stands in a form that `examine` proves by building.
import type { Project, Scenario } from '../engine/index.ts'

export interface Text {
  readonly en: string
  readonly ko: string
}

/** One fact that must hold after a build and run. `program` is a C function's name; the attached program where it is left out. */
export type Condition =
  | { readonly kind: 'compiles' }
  | { readonly kind: 'accepted'; readonly program?: string }
  /** Rejected, with a message that contains this text. */
  | { readonly kind: 'rejected'; readonly program?: string; readonly message: string }
  /** Accepted, or rejected only behind the line that holds this text: a step on the way. */
  | { readonly kind: 'gets-past'; readonly text: string }
  /** What the program returned for a packet (0-based): "XDP_DROP". */
  | { readonly kind: 'verdict'; readonly packet: number; readonly verdict: string }
  /** The same for all packets in order. */
  | { readonly kind: 'verdicts'; readonly verdicts: readonly string[] }
  /** Bytes (hex) of a packet after the program, from `offset` on. */
  | { readonly kind: 'bytes'; readonly packet: number; readonly offset: number; readonly hex: string }
  | { readonly kind: 'length'; readonly packet: number; readonly bytes: number }
  /** After the last packet: a number (little-endian) of `size` bytes at `offset` of the value under a key (hex, or the index of an array). */
  | {
      readonly kind: 'map'
      readonly map: string
      readonly key: string | number
      readonly number: number
      readonly offset?: number
      readonly size?: number
      readonly node?: string
    }
  /** `node` here and above: the host whose map it is; that of the last run where it is left out. */
  | { readonly kind: 'map-value'; readonly map: string; readonly key: string | number; readonly hex: string; readonly node?: string }
  | { readonly kind: 'no-entry'; readonly map: string; readonly key: string | number; readonly node?: string }
  | { readonly kind: 'map-entries'; readonly map: string; readonly count: number; readonly node?: string }
  /** Records that user space receives through a ring buffer or perf buffer; `hex` stands at `offset` of the record `index`. */
  | { readonly kind: 'records'; readonly map: string; readonly count: number }
  | { readonly kind: 'record'; readonly map: string; readonly index: number; readonly offset?: number; readonly hex: string }
  /** A line printed by bpf_printk that contains the text. */
  | { readonly kind: 'printk'; readonly text: string }
  | { readonly kind: 'printk-lines'; readonly count: number }
  /** A view of user space (index in the scenario) shows a line with this text: of a log, a tree ("  " a level), "a;b;c 12" of a flame graph, "4 -> 7: 3"
      of a histogram, "key: value" of a table. */
  | { readonly kind: 'shown'; readonly view: number; readonly text: string; readonly count?: number }
  /** The world's log holds a fact so many times; facts in words are read by world-facts.ts. */
  | { readonly kind: 'world'; readonly fact: string; readonly count: number }
  /** Records of `map` name processes by their pid (u32 at `offset`): every process of the facts is named, and at most `false` others. */
  | {
      readonly kind: 'alerts'
      readonly map: string
      readonly offset?: number
      readonly facts: readonly string[]
      readonly false?: number
    }
  /** Numbers in records (`size` bytes at `offset`) have the percentiles that the times between two facts of the same task have in the world's log, in
      nanoseconds. */
  | {
      readonly kind: 'percentiles'
      readonly map: string
      readonly offset?: number
      readonly size?: number
      readonly from: string
      readonly to: string
      readonly of: readonly string[]
      /** Nanoseconds that a program may take itself; 1000 where it is left out. */
      readonly within?: number
    }
  /** The first packet on so many CPUs at once: whatever turns they take, the number under the key is this at the end. */
  | {
      readonly kind: 'race'
      readonly cpus: number
      readonly map: string
      readonly key: string | number
      readonly number: number
      readonly offset?: number
      readonly size?: number
    }
  | { readonly kind: 'instructions-at-most'; readonly count: number; readonly program?: string }
  /** Instructions that the verifier looked at. */
  | { readonly kind: 'steps-at-most'; readonly count: number; readonly program?: string }
  /** Instructions of all runs together. */
  | { readonly kind: 'executed-at-most'; readonly count: number }
  /** Lines of the world's log about requests that contain the text ("200 from r1"): `count` of them, at least one where it is left out. */
  | { readonly kind: 'note'; readonly text: string; readonly node?: string; readonly count?: number }
  /** Share of the requests that were answered (in time, where that is given), of one node's where it is named. */
  | { readonly kind: 'answered-at-least'; readonly percent: number; readonly node?: string; readonly withinMs?: number }
  /** Events of packets in the world's log ("delivered", "dropped"), from `fromMs` until before `toMs`: at least and at most so many. */
  | {
      readonly kind: 'packets'
      readonly node: string
      readonly what: string
      readonly place?: string
      readonly why?: string
      readonly fromMs?: number
      readonly toMs?: number
      readonly atLeast?: number
      readonly atMost?: number
    }
  /** Share of the flows from before user space last wrote a map that leave for another IPv4 destination after it. */
  | { readonly kind: 'moved-at-most'; readonly percent: number }
  /** Text of the source, comments left out, blanks not counted. */
  | { readonly kind: 'uses'; readonly text: string }
  | { readonly kind: 'avoids'; readonly text: string }

/** `words`: bytes of the condition as the lesson wrote them ("ip:10.0.0.1 u16:80"), by field. */
export type Worded = Condition & { readonly words?: Readonly<Record<string, string>> }
export type Check = Worded & { readonly id: string }

/** A further run with other packets or maps, whose conditions are not shown. */
export interface HiddenRun {
  readonly id: string
  readonly scenario: Scenario
  /** Its packets in words; empty where it has no packets of its own. */
  readonly packets: readonly string[]
  /** What its own maps hold, in words, a map each; empty where they hold the same. */
  readonly contents: readonly string[]
  readonly checks: readonly Check[]
}

/** What the learner is asked before the page shows it. `on`: "start", "solution", or the name of a file in predict/. */
export interface Prediction {
  readonly id: string
  readonly on: string
  /** The verdict of the verifier (and the line where it is a rejection), what one packet gets, or a figure as texts name them, whose options are numbers
      or ranges. */
  readonly asks: 'verdict' | 'packet' | 'figure'
  readonly packet: number
  /** Empty unless a figure is asked for. */
  readonly figure: string
  readonly options: readonly string[]
  readonly answer: string
  /** 1-based line of the rejection; 0 where none is asked. */
  readonly line: number
}

/** One check that the break switch takes out of a program, and what Linux says then. */
export interface Break {
  readonly id: string
  /** Text in the solution; blanks do not count. */
  readonly find: string
  readonly replace: string
  readonly answer: 'accepted' | 'rejected'
  /** Part of the message of the rejection. */
  readonly message: string
  /** What changes where it is accepted: a check that fails then. */
  readonly fails: string
}

/** A change of the lesson's world that the learner switches on and off: more hosts, packets, acts. Its checks are shown with what came of it; they count
    for nothing else. */
export interface Play {
  readonly id: string
  readonly scenario: Scenario
  readonly checks: readonly Check[]
}

export interface Step {
  readonly id: string
  readonly checks: readonly string[]
  readonly predict: readonly string[]
  readonly breaks: readonly string[]
  readonly plays: readonly string[]
}

/** By what a challenge is scored; the smaller the better. `par` is what the solution that comes with it reaches. */
export interface Score {
  readonly by: 'instructions' | 'steps' | 'executed'
  readonly par: number
}

export interface Lesson {
  readonly id: string
  readonly kind: 'lesson' | 'challenge'
  readonly track: number
  readonly order: number
  readonly minutes: number
  readonly texts: { readonly en: LessonText; readonly ko: LessonText }
  readonly steps: readonly Step[]
  readonly checks: readonly Check[]
  readonly hidden: readonly HiddenRun[]
  readonly predictions: readonly Prediction[]
  readonly breaks: readonly Break[]
  readonly plays: readonly Play[]
  readonly start: Project
  readonly solution: Project
  /** Sources by name under predict/. */
  readonly predict: Readonly<Record<string, string>>
  readonly wrong: readonly { readonly name: string; readonly text: string; readonly fails: string }[]
  /** Figures that the texts name as {{where.what}}: "solution.instructions". */
  readonly facts: Readonly<Record<string, number>>
  readonly score: Score | undefined
}

/** A text taken apart by its headings of the form `## Words {#id}`. */
export interface LessonText {
  readonly title: string
  readonly intro: string
  readonly sections: readonly Section[]
}

export interface Section {
  readonly id: string
  readonly heading: string
  /** Markdown. */
  readonly body: string
}

export interface CheckResult {
  readonly id: string
  readonly passed: boolean
  /** What was found instead, as plain data ("XDP_PASS"); empty where it passed, but for what checks of a play counted. */
  readonly found: string
}

/** What a hand-in is worth, found by building and running it. */
export interface Grade {
  readonly checks: readonly CheckResult[]
  readonly hidden: readonly { readonly id: string; readonly passed: boolean }[]
  readonly passed: boolean
  readonly verdict: 'accepted' | 'rejected' | 'unsupported' | 'errors'
  /** Of the attached program; 0 where there is none. */
  readonly instructions: number
  readonly steps: number
  /** Instructions of all runs. */
  readonly executed: number
}
