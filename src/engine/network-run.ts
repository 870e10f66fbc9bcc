// A scenario that is more than packets at one program: hosts and pods with a kernel for each host, and processes on them.
// Simulated networks and processes are a large part of the engine that many programs need nothing of, so a page loads this module by itself.
import type { Program } from '../isa/index.ts'
import {
  attachesToProcesses,
  createKernel,
  createWorld,
  type Kernel,
  type LoadedProgram,
  loadProgram,
  type NetInput,
  type ProcessProgram,
  type ProgramAttachment,
  planNetwork,
  planProcesses,
} from '../kernel/index.ts'
import type { Scenario } from './project.ts'
import { kfuncNames, type RunSettings } from './run.ts'
import { putPrograms, tailCallTargets } from './tail-calls.ts'
import { addMaps, type ChosenProgram, failed, fillMaps, hasProcesses, type WorldResult } from './world-run.ts'

/** From so many events on, compiling programs pays. */
const COMPILED_FROM = 64

/** Hosts and pods with a kernel for each host; `all`: programs of the object, among which tail calls find theirs. */
export function createNetworkRun(
  chosen: readonly ChosenProgram[],
  all: readonly Program[],
  inputs: readonly NetInput[],
  scenario: Scenario,
  types: RunSettings['kernel'],
): WorldResult {
  const kernels = new Map<string, Kernel>()
  const programs: ProgramAttachment[] = []
  const watching: ProcessProgram[] = []
  const hosts = scenario.nodes.filter((n) => n.kind === 'host')
  const hostOf = (node: string): string => {
    const found = scenario.nodes.find((n) => n.name === node)
    return found?.kind === 'pod' ? found.host : found?.kind === 'host' ? found.name : (hosts[0]?.name ?? '')
  }
  for (const [i, host] of hosts.entries()) {
    const own = chosen.filter((c) => hostOf(c.at.node) === host.name)
    const engine = own.length === 0 || inputs.length < COMPILED_FROM ? 'interp' : 'jit'
    const kernel = createKernel({ seed: scenario.seed + i, kfuncName: kfuncNames(types), engine, verified: true })
    kernels.set(host.name, kernel)
    const targets = own.flatMap((c) => tailCallTargets(c.program, all))
    const loaded = new Map<Program, LoadedProgram>()
    for (const program of new Set([...own.map((c) => c.program), ...targets])) {
      const refused = addMaps(kernel, program)
      if (refused) return refused
      const result = loadProgram(kernel, program)
      if (!result.ok) return failed({ errno: result.errno, unsupported: result.unsupported ?? '' })
      loaded.set(program, result.program)
    }
    putPrograms(kernel, [...loaded.keys()])
    for (const { program, at } of own) {
      const found = loaded.get(program)
      if (!found) continue
      if (attachesToProcesses(program.type)) watching.push({ program: found, node: at.node, target: at.target ?? '' })
      else programs.push({ program: found, at })
    }
  }
  const unfit = fillMaps([...kernels.values()], scenario.maps)
  if (unfit) return unfit
  const { seed, nodes, links = [] } = scenario
  const network = planNetwork({ seed, nodes, links, kernels, programs, inputs })
  if (!hasProcesses(scenario) && watching.length === 0) {
    const world = createWorld({ plan: network.plan, kernels, planned: network.planned })
    network.join(world)
    return { ok: true, world, faults: network.faults }
  }
  if (!types) return failed({ unsupported: "processes without the kernel's types" })
  const processes = planProcesses({ seed, nodes, stimuli: scenario.stimuli, types, kernels, programs: watching })
  const [first] = processes.unsupported
  if (first !== undefined) return failed({ unsupported: first })
  const known = new Set(network.plan.nodes.map((n) => n.name))
  const plan = {
    ...network.plan,
    nodes: [...network.plan.nodes, ...processes.nodes.filter((n) => !known.has(n.name))],
    hooks: [...network.plan.hooks, ...processes.hooks],
  }
  const world = createWorld({ plan, kernels, planned: [...network.planned, ...processes.planned].sort((a, b) => a.atNs - b.atNs) })
  network.join(world)
  return { ok: true, world, faults: network.faults, acts: processes.faults, processes: processes.join(world) }
}
