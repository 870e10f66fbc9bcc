// A scenario of processes with programs compiled by our compiler, driven to its end: what tests of hooks, of small worlds and of views stand on.
// In: C (behind the usual headers) and a scenario. Out: the kernel with its maps, the world's log, what user space sees.
import { expect } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { kfuncNames, observe, openC, type UserView, userViews, viewTypes } from '../engine/index.ts'
import {
  createKernel,
  createWorld,
  type Kernel,
  loadProgram,
  outcome,
  planProcesses,
  runInvocation,
  type ScenarioNode,
  type ScenarioView,
  type Stimulus,
  type World,
  type WorldEvent,
} from '../kernel/index.ts'
import { keptKernel } from '../loader/index.ts'

const types = await loadKernelBtf()

const HEAD = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
`

const PATH = 't.bpf.c'
const SETTINGS = { include: () => undefined, includeDirs: [], defines: {}, cpu: 3, kernel: keptKernel(types) } as const

export const HOST: ScenarioNode = { kind: 'host', name: 'web', interfaces: [{ name: 'eth0', addresses: ['10.0.0.1/24'] }] }
export const SHELL: ScenarioNode = { kind: 'process', name: 'shell', on: 'web', exe: '/bin/bash', pid: 700 }

export interface Scene {
  readonly nodes?: readonly ScenarioNode[]
  readonly acts?: string
  readonly stimuli?: readonly Stimulus[]
  /** Target of each program by its name, where the section does not say it. */
  readonly targets?: Readonly<Record<string, string>>
  readonly engine?: 'interp' | 'jit'
}

interface Ran {
  readonly kernel: Kernel
  readonly world: World
  readonly events: readonly WorldEvent[]
  readonly unsupported: readonly string[]
  readonly faults: readonly string[]
  /** The bytes of the one value of an array, or of a variable's section. */
  readonly bytes: (map: string) => DataView
  readonly calls: (name: string) => readonly number[]
}

export function prepare(source: string, scene: Scene) {
  const opened = openC('t.bpf.c', HEAD + source, {
    include: () => undefined,
    includeDirs: [],
    defines: {},
    cpu: 3,
    kernel: keptKernel(types),
  })
  const wrong = [...opened.diagnostics, ...opened.loading].filter((d) => d.severity === 'error')
  expect(wrong.map((d) => `${d.code} ${d.params.join(' ')}`)).toEqual([])
  const nodes = scene.nodes ?? [HOST, SHELL]
  const stimuli = scene.stimuli ?? [{ kind: 'acts', process: 'shell', text: scene.acts ?? '' }]
  const kernel = createKernel({ seed: 1, engine: scene.engine ?? 'interp', verified: true, kfuncName: kfuncNames(types) })
  const programs = opened.programs.map((program) => {
    const loaded = loadProgram(kernel, program)
    if (!loaded.ok) throw new Error(`${program.name}: ${loaded.unsupported ?? loaded.errno}`)
    return { program: loaded.program, node: '', target: scene.targets?.[program.name] ?? '' }
  })
  const host = kernelHost(scene)
  const kernels = new Map([[host, kernel]])
  const processes = planProcesses({ seed: 1, nodes, stimuli, types, kernels, programs })
  expect(processes.faults).toEqual([])
  const world = createWorld({ plan: { nodes: [], links: [], hooks: processes.hooks }, kernels, planned: processes.planned })
  const known = processes.join(world)
  return { kernel, world, processes, known, opened }
}

/** Goes on to the end, or for so many events. */
export function drive(world: World, kernel: Kernel, faults: string[], events = Number.POSITIVE_INFINITY): void {
  for (let left = events; left > 0; ) {
    const next = world.next()
    if (next.kind === 'over') return
    if (next.kind === 'event') {
      left--
      continue
    }
    const { refused, program } = next.activation
    if (refused) world.finish({ retval: 0, fault: '', unsupported: refused })
    else {
      runInvocation(kernel, 1_000_000)
      const end = outcome(kernel)
      const trouble = end.fault?.text ?? end.unsupported ?? (end.kind === 'fuel' ? 'fuel' : '')
      if (trouble !== '') faults.push(`${program.program.name}: ${trouble}`)
      world.finish({ retval: end.retval, fault: end.fault?.text ?? '', unsupported: end.unsupported ?? '' })
    }
  }
}

export function run(source: string, scene: Scene = {}): Ran {
  const { kernel, world, processes } = prepare(source, scene)
  const faults: string[] = []
  drive(world, kernel, faults)
  expect(faults).toEqual([])
  expect(world.stopped).toBe('')
  const events = Array.from({ length: world.events.count }, (_, i) => world.events.at(i))
  return {
    kernel,
    world,
    events,
    unsupported: processes.unsupported,
    faults,
    bytes: (name) => {
      const map = kernel.maps.find((m) => m.def.name === name || m.def.name.endsWith(name))
      const value = map?.entries()[0]?.value
      if (!value) throw new Error(`no value in ${name}: ${kernel.maps.map((m) => m.def.name)}`)
      return new DataView(value.buffer, value.byteOffset, value.byteLength)
    },
    calls: (name) => events.flatMap((e) => (e.kind === 'syscall' && e.name === name ? [e.result] : [])),
  }
}

export const text = (view: DataView, at: number): string => {
  let out = ''
  for (let i = at; i < view.byteLength && view.getUint8(i) !== 0; i++) out += String.fromCharCode(view.getUint8(i))
  return out
}

const kernelHost = (scene: Scene): string => (scene.nodes ?? [HOST]).find((n) => n.kind === 'host')?.name ?? ''

/** What user space shows at the end. */
export function viewsOf(source: string, scene: Scene, views: readonly ScenarioView[]): readonly UserView[] {
  const { kernel, world, known, opened } = prepare(source, scene)
  const read = new Set(views.filter((v) => v.kind === 'log' || v.kind === 'tree').map((v) => v.map))
  const seen = observe(world, read, new Set(views.filter((v) => v.kind === 'series').map((v) => v.map)))
  const faults: string[] = []
  drive(seen.world, kernel, faults)
  expect(faults).toEqual([])
  const btf = viewTypes(opened, [{ path: PATH, text: HEAD + source }], SETTINGS, views)
  const symbol = (address: bigint, pid: number) => known.symbol(kernelHost(scene), address, pid)
  return userViews({ views, kernel, btf, records: seen.records(), samples: seen.samples(), symbol })
}
