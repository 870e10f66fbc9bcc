// The smallest world: one host, one program, packets that arrive at it one after the other as in a test run, and go nowhere else. Its runs are
// what BPF_PROG_TEST_RUN would answer over the same maps; hundred thousands of packets are no burden.
import type { Kernel, LoadedProgram } from '../kernel.ts'
import { createWorld, type Happening, type WorldEngine, type WorldLimits } from './engine.ts'
import { invoke, packetContext } from './invoke.ts'
import type { Hook, World, WorldEvent } from './types.ts'

export interface SingleWorldOptions {
  readonly kernel: Kernel
  readonly program: LoadedProgram
  /** Host and interface that the packets come in at. */
  readonly node: string
  readonly interface: string
  /** In order of time. */
  readonly arrivals: readonly { readonly atNs: number; readonly data: Uint8Array }[]
  /** What the program's answer means for a packet: passed, dropped or sent on. */
  readonly meaning: (retval: number) => 'passed' | 'dropped' | 'redirected'
  readonly limits?: Partial<WorldLimits>
}

const PART = 'packets'

export function createSingleWorld({ kernel, program, node, interface: place, arrivals, meaning, limits }: SingleWorldOptions): World {
  const hook: Hook = { name: program.program.type, node, place }
  const world = createWorld({
    plan: {
      nodes: [{ kind: 'host', name: node, on: '', interfaces: [{ name: place, ifindex: 1, mac: '', addresses: [] }] }],
      links: [],
      hooks: [{ ...hook, program: program.program.name }],
    },
    kernels: new Map([[node, kernel]]),
    planned: arrivals.map(({ atNs }, index) => ({ atNs, part: PART, what: index })),
    ...(limits && { limits }),
  })
  world.add({
    name: PART,
    carryOut: (what) => arrive(what as number),
    save: () => undefined,
    restore: () => {},
  })

  function* arrive(index: number): Happening {
    const packet = arrivals[index].data
    tell(world, index, 'arrived', '')
    const result = yield* invoke(world, { hook, kernel, program, context: packetContext(program, packet) })
    const trouble = result.fault || result.unsupported
    tell(world, index, trouble === '' ? meaning(result.retval) : 'dropped', trouble || hook.name)
  }

  function tell(to: WorldEngine, packet: number, what: Extract<WorldEvent, { kind: 'packet' }>['what'], why: string): void {
    to.tell({ kind: 'packet', atNs: to.nowNs, packet, node, place, what, why })
  }
  return world
}
