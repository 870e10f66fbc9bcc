// The whole run as one strip: each packet a segment as wide as it has steps, but never too narrow to be seen.
// More packets than `MAX_SEGMENTS` are put together in groups; a group with a drop shows the drop. Pure.
import type { PacketRow } from '../../../engine/index.ts'

const MAX_SEGMENTS = 400

export interface Segment {
  /** First packet of the segment, and how many packets it stands for. */
  readonly index: number
  readonly count: number
  /** Share of the strip in percent. */
  readonly width: number
  readonly outcome: PacketRow['outcome']
  readonly fault: boolean
}

export function segments(packets: readonly PacketRow[]): readonly Segment[] {
  const ran = packets.filter((p) => p.ticks > 0)
  const total = ran.reduce((sum, p) => sum + p.ticks, 0)
  const size = Math.ceil(ran.length / MAX_SEGMENTS)
  const out: Segment[] = []
  for (let i = 0; i < ran.length; i += size) {
    const group = ran.slice(i, i + size)
    const ticks = group.reduce((sum, p) => sum + p.ticks, 0)
    const outcomes = group.map((p) => p.outcome)
    out.push({
      index: group[0].index,
      count: group.length,
      width: (100 * ticks) / total,
      outcome: outcomes.includes('dropped') ? 'dropped' : outcomes.includes('passed') ? 'passed' : 'other',
      fault: group.some((p) => p.verdict === 'fault'),
    })
  }
  return out
}
