// The smallest world: one host, one program, packets that arrive at it one after the other as in a test run, and go nowhere else. Its runs are
// what BPF_PROG_TEST_RUN would answer over the same maps. Packets come by the hundred thousand, so it has no queue, and its log is not kept but told
// from what became of each packet: entry 2i is that packet i arrived, 2i + 1 what became of it.
import { assert } from '../../base/index.ts'
import { type Kernel, type KernelSnapshot, type LoadedProgram, restoreKernel, saveKernel } from '../kernel.ts'
import { packetContext, prepare } from './invoke.ts'
import type { Activation, Hook, World, WorldEvent, WorldSnapshot, WorldStep } from './types.ts'

type Meaning = 'passed' | 'dropped' | 'redirected'

export interface SingleWorldOptions {
  readonly kernel: Kernel
  readonly program: LoadedProgram
  /** Host and interface that the packets come in at. */
  readonly node: string
  readonly interface: string
  /** In order of time. */
  readonly arrivals: readonly { readonly atNs: number; readonly data: Uint8Array }[]
  /** What the program's answer means for a packet: passed, dropped or sent on. */
  readonly meaning: (retval: number) => Meaning
}

const MEANINGS: readonly Meaning[] = ['passed', 'dropped', 'redirected']

interface Snapshot extends WorldSnapshot {
  readonly packet: number
  readonly kernel: KernelSnapshot
}

export function createSingleWorld({ kernel, program, node, interface: place, arrivals, meaning }: SingleWorldOptions): World {
  const hook: Hook = { name: program.program.type, node, place }
  /** Index in MEANINGS by packet, and what went wrong where something did. Written anew by what runs anew. */
  const became = new Uint8Array(arrivals.length)
  const troubles = new Map<number, string>()
  /** Packet that comes next, or is under way. */
  let packet = 0
  let state: 'between' | 'running' | 'finished' = 'between'

  function begin(): WorldStep {
    const arrival = arrivals[packet]
    if (!arrival) return { kind: 'over' }
    const refused = prepare(kernel, program, packetContext(program, arrival.data), arrival.atNs)
    state = 'running'
    const activation: Activation = {
      hook,
      kernel,
      program,
      atNs: arrival.atNs,
      cpu: 0,
      packet: arrival.data,
      subject: '',
      event: 2 * packet,
    }
    return { kind: 'activation', activation: refused === '' ? activation : { ...activation, refused } }
  }

  function eventAt(index: number): WorldEvent {
    const i = index >> 1
    const { atNs } = arrivals[i]
    if (index % 2 === 0) return { kind: 'packet', atNs, packet: i, node, place, what: 'arrived', why: '' }
    return { kind: 'packet', atNs, packet: i, node, place, what: MEANINGS[became[i]], why: troubles.get(i) ?? hook.name }
  }

  return {
    plan: {
      nodes: [{ kind: 'host', name: node, on: '', interfaces: [{ name: place, ifindex: 1, mac: '', addresses: [] }] }],
      links: [],
      hooks: [{ ...hook, program: program.program.name }],
    },
    stopped: '',
    kernels: new Map([[node, kernel]]),
    events: {
      get count() {
        return 2 * packet + (state === 'between' ? 0 : 1)
      },
      at: eventAt,
    },
    next() {
      assert(state !== 'running', 'the last activation has been finished')
      if (state === 'between') return begin()
      state = 'between'
      packet++
      return { kind: 'event' }
    },
    finish({ retval, fault, unsupported }) {
      assert(state === 'running', 'an activation waits for its result')
      state = 'finished'
      const trouble = fault || unsupported
      became[packet] = MEANINGS.indexOf(trouble === '' ? meaning(retval) : 'dropped')
      if (trouble !== '') troubles.set(packet, trouble)
    },
    save() {
      assert(state === 'between', 'a world is saved between events')
      const snapshot: Snapshot = { atNs: arrivals[packet]?.atNs ?? 0, packet, kernel: saveKernel(kernel) }
      return snapshot
    },
    restore(saved) {
      const s = saved as Snapshot
      packet = s.packet
      state = 'between'
      restoreKernel(kernel, s.kernel)
    },
  }
}
