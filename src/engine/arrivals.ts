// The stimuli of a scenario as packets in order of arrival. In: stimuli. Out: packets, and diagnostics about captures.
// A capture keeps its distances in time; captures and single packets follow one another a millisecond apart.
import { fromHex } from '../base/index.ts'
import type { Diagnostic } from '../diag/index.ts'
import { readCapture } from '../packet/index.ts'
import { firstSteps } from './captures/first-steps.generated.ts'
import { fromBase64Url } from './link.ts'
import type { Stimulus } from './project.ts'

export interface Arrival {
  /** Nanoseconds since the scenario began. */
  readonly atNs: number
  readonly data: Uint8Array
}

export interface Arrivals {
  readonly packets: readonly Arrival[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What a capture holds, before it becomes a stimulus. */
export interface CaptureReport {
  readonly packets: number
  readonly diagnostics: readonly Diagnostic[]
}

/** Captures that come with the project, by name. */
const CAPTURES: Readonly<Record<string, string>> = { 'first-steps': firstSteps }
const MAX_PACKETS = 10_000
const GAP_NS = 1_000_000

export function readArrivals(stimuli: readonly Stimulus[]): Arrivals {
  const packets: Arrival[] = []
  const diagnostics: Diagnostic[] = []
  let atNs = 0
  for (const stimulus of stimuli) {
    const read = readStimulus(stimulus)
    diagnostics.push(...read.diagnostics)
    const first = read.packets[0]?.atNs ?? 0
    let last = 0
    for (const p of read.packets.slice(0, MAX_PACKETS - packets.length)) {
      last = Math.max(last, p.atNs - first)
      packets.push({ atNs: atNs + Math.max(0, p.atNs - first), data: p.data })
    }
    atNs += last + GAP_NS
  }
  return { packets, diagnostics }
}

/** How many packets a capture's bytes hold, and what is wrong with them. */
export function readCaptureBytes(bytes: Uint8Array): CaptureReport {
  const { packets, diagnostics } = readCapture(bytes)
  return { packets: packets.length, diagnostics }
}

function readStimulus(s: Stimulus): Arrivals {
  if (s.kind === 'packet') {
    const data = fromHex(s.hex)
    return data ? { packets: [{ atNs: 0, data }], diagnostics: [] } : fault('input.not-hex', s.hex.slice(0, 20))
  }
  if (s.kind !== 'pcap' && s.kind !== 'capture') return fault('input.unsupported', `stimuli of kind ${s.kind}`)
  const base64 = s.kind === 'pcap' ? s.base64 : Object.hasOwn(CAPTURES, s.name) ? CAPTURES[s.name] : undefined
  if (base64 === undefined) return fault('input.no-capture', s.name)
  const bytes = fromBase64Url(base64)
  return bytes ? readCapture(bytes) : fault('input.not-base64', s.name)
}

function fault(code: Diagnostic['code'], what: string): Arrivals {
  return { packets: [], diagnostics: [{ code, severity: 'error', params: [what], labels: [], fixes: [] }] }
}
