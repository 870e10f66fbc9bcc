// The contract between a world and who drives it. A world is a queue of events in simulated time. An event is carried out by a generator that
// yields an Activation whenever a hook has a program: the driver runs the program (whole, or instruction by instruction), and hands its result
// back; the world goes on with it (a dropped packet ends, a denied open fails).
//
//   driver                       world
//   next() ───────────────────▶  takes the next event, carries it out up to the next hook with a program
//          ◀─────────────────── { kind: 'activation' }: contexts are set, the kernel's machine stands before the first instruction
//   ... runs the machine ...
//   finish(result) ──────────▶  goes on
//          ◀─────────────────── { kind: 'event' }: the event is over, the world may be saved here; { kind: 'over' }: nothing is left to happen
//
// A world is saved between events only; a point within one is reached by replaying it, which is deterministic. All state of a world is plain data.
import type { Kernel, LoadedProgram } from '../kernel.ts'

/** Where in the simulated Linux a program runs. */
export interface Hook {
  /** "xdp", "tc ingress", "cgroup/connect4", "kprobe", "tracepoint", "lsm" ... as a person names it. */
  readonly name: string
  /** Host or pod. */
  readonly node: string
  /** Interface, function, tracepoint or cgroup. */
  readonly place: string
}

/** One run of one program. */
export interface Activation {
  readonly hook: Hook
  readonly kernel: Kernel
  readonly program: LoadedProgram
  /** Simulated time since the scenario began. */
  readonly atNs: number
  readonly cpu: number
  /** Packet that the program is given (whole frame as it came), where it is given one. */
  readonly packet?: Uint8Array
  /** What it runs for: "curl(812) openat /etc/shadow", "IPv4 10.0.0.1 > 10.0.0.2 TCP ...". */
  readonly subject: string
  /** Index of the event in the world's log that it belongs to; -1 = none was logged yet. */
  readonly event: number
  /** Why it cannot be run, where something of it is not modelled: the driver hands that back as the result. */
  readonly refused?: string
}

export interface ActivationResult {
  readonly retval: number
  /** A sentence on what went wrong; empty where nothing did. */
  readonly fault: string
  /** What is not modelled; empty where all was. */
  readonly unsupported: string
}

/** What became of a packet at one place of its way, or what a process did: the world's own log, which pictures and time lines are drawn from. */
export type WorldEvent =
  /** A packet at a place: it came in at an interface, passed a hook, was forwarded, changed, delivered to a socket, or went nowhere. */
  | {
      readonly kind: 'packet'
      readonly atNs: number
      /** The same number for one packet on all of its way, whatever changes it. */
      readonly packet: number
      readonly node: string
      readonly place: string
      readonly what: 'sent' | 'arrived' | 'passed' | 'dropped' | 'redirected' | 'rewritten' | 'forwarded' | 'delivered' | 'answered'
      /** Reason or target in a word: "xdp", "no route", "veth-shop". */
      readonly why: string
    }
  /** A system call with its result (negative errno). */
  | {
      readonly kind: 'syscall'
      readonly atNs: number
      readonly node: string
      readonly pid: number
      readonly comm: string
      readonly name: string
      /** Arguments for people: ["/etc/shadow", "O_RDONLY"]. */
      readonly args: readonly string[]
      readonly result: number
    }
  | {
      readonly kind: 'process'
      readonly atNs: number
      readonly node: string
      readonly pid: number
      readonly ppid: number
      readonly what: 'fork' | 'exec' | 'exit' | 'killed' | 'switch'
      readonly comm: string
    }
  /** User space touched a map. */
  | { readonly kind: 'map'; readonly atNs: number; readonly node: string; readonly map: string; readonly what: 'update' | 'delete' }
  /** Something that a person asked of the world: a request with its outcome. */
  | {
      readonly kind: 'note'
      readonly atNs: number
      readonly node: string
      readonly text: string
      /** How a turn of a stimulus went. */
      readonly request?: { readonly stimulus: number; readonly turn: number; readonly ok: boolean; readonly tookNs: number }
    }

export type WorldStep =
  | { readonly kind: 'activation'; readonly activation: Activation }
  | { readonly kind: 'event' }
  | { readonly kind: 'over' }

/** The lie of the land: what a map of the world shows. */
export interface WorldPlan {
  readonly nodes: readonly PlanNode[]
  readonly links: readonly { readonly a: PlanPlace; readonly b: PlanPlace }[]
  /** Hooks with programs, in order of attachment. */
  readonly hooks: readonly PlanHook[]
}

export interface PlanNode {
  readonly kind: 'host' | 'pod' | 'process'
  readonly name: string
  /** Host that a pod is on, or host or pod that a process runs on; empty for hosts. */
  readonly on: string
  readonly interfaces: readonly PlanInterface[]
}

export interface PlanInterface {
  readonly name: string
  readonly ifindex: number
  readonly mac: string
  readonly addresses: readonly string[]
}

interface PlanPlace {
  readonly node: string
  readonly interface: string
}

export interface PlanHook extends Hook {
  /** C function of the program. */
  readonly program: string
}

export interface World {
  readonly plan: WorldPlan
  /** Named limit that ended it early; empty where none did. */
  readonly stopped: string
  /** One for each host that has programs, by its name; the first one is the one that is shown unless told otherwise. */
  readonly kernels: ReadonlyMap<string, Kernel>
  readonly events: { readonly count: number; at(index: number): WorldEvent }
  next(): WorldStep
  finish(result: ActivationResult): void
  /** Only between events. */
  save(): WorldSnapshot
  restore(snapshot: WorldSnapshot): void
}

/** Opaque to the driver; immutable. */
export interface WorldSnapshot {
  /** Simulated time since the scenario began. */
  readonly atNs: number
}
