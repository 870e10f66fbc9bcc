// Lane frontier: skeletons of what is hard to judge, their holes filled at random, swept by number or by seed.
import { randomPacket } from '../packet.ts'
import type { Random } from '../random.ts'
import type { Sketch } from '../record.ts'
import { CONTROL } from './control.ts'
import { MEMORY } from './memory.ts'
import { PACKETS } from './packets.ts'
import { SCALARS } from './scalars.ts'
import type { Skeletons } from './skeleton.ts'

const SKELETONS: Skeletons = { ...SCALARS, ...PACKETS, ...MEMORY, ...CONTROL }
const NAMES = Object.keys(SKELETONS)
const ANY_PACKET_TYPE = ['xdp', 'sched_cls', 'socket_filter', 'cgroup_skb']
/** prog_flags that change how Linux judges: strict alignment, any alignment, states at every jump, checked register invariants. */
const FLAGS = [1, 2, 8, 8, 0x80]

export function frontierSketch(r: Random): Sketch {
  const name = r.pick(NAMES)
  const { type, text, maps, flags } = SKELETONS[name]!(r)
  return {
    gen: name.replace(/\d$/, ''),
    type: typeof type === 'string' ? type : r.pick(type ?? ANY_PACKET_TYPE),
    text: reachable(text).join('\n'),
    maps: maps ?? [],
    flags: flags || (r.chance(6) ? r.pick(FLAGS) : 0),
    packet: randomPacket(r),
  }
}

/** Leaves out labelled blocks that this filling of the holes does not use: dead code would hide all else. */
function reachable(text: readonly string[]): readonly string[] {
  const whole = text.join('\n')
  return text.filter((line) => {
    const name = /^(out|sub|deeper):/.exec(line)?.[1]
    return name === undefined || new RegExp(`(goto|call|=) ${name}\\b`).test(whole)
  })
}
