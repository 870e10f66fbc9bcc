// The stimuli of a scenario on one axis of time. In: stimuli. Out: frames, requests, writes and changes in order of time, and diagnostics with the place of
// what is not understood. A stimulus begins at its `atMs`; without it a millisecond after what the one before has planned.
import { fromHex } from '../base/index.ts'
import type { Diagnostic } from '../diag/index.ts'
import type { NetInput } from '../kernel/index.ts'
import { readTraffic } from '../packet/index.ts'
import { type Arrival, readArrivals } from './arrivals.ts'
import type { Scenario, Stimulus } from './project.ts'

export interface Inputs {
  readonly inputs: readonly NetInput[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Frames, requests and the like of one scenario. */
const MAX_INPUTS = 100_000
const MS = 1_000_000
const GAP_NS = MS
const REQUEST_EVERY_MS = 1000

export function readInputs(scenario: Scenario): Inputs {
  const inputs: NetInput[] = []
  const diagnostics: Diagnostic[] = []
  let nowNs = 0
  for (const [index, stimulus] of scenario.stimuli.entries()) {
    const startNs = stimulus.atMs === undefined ? nowNs : Math.round(stimulus.atMs * MS)
    const read = readStimulus(scenario, stimulus, index, startNs)
    diagnostics.push(...read.diagnostics)
    const room = MAX_INPUTS - inputs.length
    if (read.inputs.length > room) diagnostics.push(warning('input.limit', `${MAX_INPUTS} stimuli`))
    for (const input of read.inputs.slice(0, room)) inputs.push(input)
    nowNs = Math.max(startNs, read.endNs) + GAP_NS
  }
  // Stable: what has the same time keeps the scenario's order.
  inputs.sort((a, b) => a.atNs - b.atNs)
  return { inputs, diagnostics }
}

interface ReadStimulus extends Inputs {
  /** When the last thing that it has planned happens. */
  readonly endNs: number
}

function readStimulus(scenario: Scenario, s: Stimulus, index: number, startNs: number): ReadStimulus {
  const only = (inputs: readonly NetInput[], endNs: number = startNs): ReadStimulus => ({ inputs, diagnostics: [], endNs })
  switch (s.kind) {
    case 'capture':
    case 'pcap':
    case 'packet': {
      const { packets, diagnostics } = readArrivals([s])
      return { ...frames(scenario, s, packets, startNs, false), diagnostics }
    }
    case 'traffic': {
      const read = readTraffic(s.text, scenario.seed + index)
      if (!read.ok) {
        const params = [`scenario.stimuli[${index}].text`, String(read.at + 1), read.expected]
        return { inputs: [], diagnostics: [{ code: 'input.traffic', severity: 'error', params, labels: [], fixes: [] }], endNs: startNs }
      }
      return { ...frames(scenario, s, read.frames, startNs, true), diagnostics: [] }
    }
    case 'request': {
      const everyNs = Math.round((s.everyMs ?? REQUEST_EVERY_MS) * MS)
      const count = s.count ?? 1
      const node = s.node ?? clientOf(scenario)
      const turns = Array.from(
        { length: Math.min(count, MAX_INPUTS) },
        (_, turn): NetInput => ({ kind: 'request', atNs: startNs + turn * everyNs, node, request: s, stimulus: index, turn }),
      )
      return only(turns, startNs + (count - 1) * everyNs)
    }
    case 'map': {
      const key = fromHex(s.key) ?? new Uint8Array(0)
      const value = s.value === undefined ? undefined : fromHex(s.value)
      return only([{ kind: 'map', atNs: startNs, node: s.node ?? '', map: s.map, key, value }])
    }
    case 'batch':
      return only([{ kind: 'batch', atNs: startNs, batch: s }])
    case 'change':
      return only([{ kind: 'change', atNs: startNs, change: s }])
    case 'wait':
      return only([], startNs + Math.round(s.ms * MS))
    case 'acts':
      return only([])
  }
}

/** Where frames come in: as told, else where the first program is attached, else at the first interface of the first host. */
function frames(
  scenario: Scenario,
  s: Stimulus & { readonly interface?: string },
  packets: readonly Arrival[],
  startNs: number,
  addressed: boolean,
) {
  const [attached] = scenario.attach
  const node = s.node ?? attached?.node ?? scenario.nodes[0]?.name ?? ''
  const place = s.interface ?? (attached?.node === node ? attached.interface : '')
  const first = packets[0]?.atNs ?? 0
  let endNs = startNs
  const inputs = packets.map(({ atNs, data }): NetInput => {
    const at = startNs + Math.max(0, atNs - (addressed ? 0 : first))
    endNs = Math.max(endNs, at)
    return { kind: 'frame', atNs: at, node, interface: place, bytes: data, addressed }
  })
  return { inputs, endNs }
}

/** The first node that could ask: one without servers where there is such. */
function clientOf({ nodes }: Scenario): string {
  const able = nodes.filter((n) => n.kind === 'host' || n.kind === 'pod')
  return (able.find((n) => !n.servers || n.servers.length === 0) ?? able[0])?.name ?? ''
}

/** The frames among the inputs: what a single host without a network is given. */
export const framesOf = (inputs: readonly NetInput[]): Arrival[] =>
  inputs.flatMap((i) => (i.kind === 'frame' ? [{ atNs: i.atNs, data: i.bytes }] : []))

const warning = (code: Diagnostic['code'], what: string): Diagnostic => ({
  code,
  severity: 'warning',
  params: [what],
  labels: [],
  fixes: [],
})
