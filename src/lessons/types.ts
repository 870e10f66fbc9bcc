// A lesson as data: texts in both languages, a project to start from, one that solves it, and what is checked. Writing one needs no
// TypeScript beyond literals; nothing in it is code but the eBPF source.
import type { Project } from '../engine/index.ts'

export interface Text {
  readonly en: string
  readonly ko: string
}

/** What must be so for a lesson to be done. Every kind is judged by building and running the learner's project. */
export type Check =
  | { readonly kind: 'compiles' }
  | { readonly kind: 'accepted' }
  /** Rejected with a message that contains this text. */
  | { readonly kind: 'rejected'; readonly message: string }
  /** Verdict by packet index of the scenario. */
  | { readonly kind: 'verdict'; readonly packet: number; readonly verdict: string }
  /** Value (hex, as memory holds it) under a key after the last packet. */
  | { readonly kind: 'map-value'; readonly map: string; readonly key: string; readonly value: string }
  | { readonly kind: 'instructions-at-most'; readonly count: number }
  | { readonly kind: 'source-has'; readonly text: string }

export interface Lesson {
  readonly id: string
  readonly track: number
  readonly title: Text
  /** Markdown without raw HTML. */
  readonly body: Text
  readonly start: Project
  readonly solution: Project
  readonly checks: readonly Check[]
  /** From the gentlest to the plainest. */
  readonly hints: readonly Text[]
}

export interface CheckResult {
  readonly check: Check
  readonly passed: boolean
  /** What was found instead, as plain data ("XDP_PASS"); empty where it passed. */
  readonly found: string
}
