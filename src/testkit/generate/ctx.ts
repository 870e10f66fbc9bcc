// Lane ctx: one access of the context at any offset and size of any program type, and something done with what was read. The return value
// shows what was read where the type can be run, so contexts are compared by content as well as by rule.
import { ctxAccess, progType, progTypes } from '../../abi/index.ts'
import { randomPacket } from './packet.ts'
import type { Random } from './random.ts'
import type { Sketch } from './record.ts'

const RUNNABLE = ['xdp', 'sched_cls', 'socket_filter', 'cgroup_skb']
/** Types that Linux lets anybody load without BTF, a hook or a target. */
const LOADABLE = progTypes
  .map((row) => row.name)
  .filter((name) => !['tracing', 'struct_ops', 'ext', 'lsm', 'syscall', 'lirc_mode2', 'netfilter'].includes(name))
const SIZES = ['u8', 'u16', 'u32', 'u64', 's8', 's16', 's32']

export function ctxSketch(r: Random): Sketch {
  const type = r.chance(70) ? r.pick(RUNNABLE) : r.pick(LOADABLE)
  const size = r.pick(SIZES)
  const offset = place(r, type, Number(size.slice(1)) / 8)
  const at = `(r6 ${offset < 0 ? '-' : '+'} ${Math.abs(offset)})`
  const kind = r.below(12)
  const lines = ['r6 = r1', `w0 = ${exitValue(r, type)}`]
  if (kind < 7) {
    lines.push(`r2 = *(${size} *)${at}`)
    if (r.chance(50) && ctxAccess(type, offset, Number(size.slice(1)) / 8)?.kind !== 'scalar') lines.push(...pointerUse(r))
    else if (r.chance(85)) lines.push('r0 = r2')
  } else if (kind < 9) lines.push('r2 = 7', `*(${unsigned(size)} *)${at} = r2`)
  else if (kind < 10) lines.push(`*(${unsigned(size)} *)${at} = ${r.pick([0, 1, -1])}`)
  else if (kind < 11) lines.push('r2 = 7', `lock *(${r.pick(['u32', 'u64'])} *)${at} += r2`)
  else lines.push(r.chance(50) ? `r2 = load_acquire((${unsigned(size)} *)${at})` : `r2 = 3; store_release((${unsigned(size)} *)${at}, r2)`)
  if (r.chance(8)) lines.splice(1, 0, `r6 += ${r.pick([4, 8, -4, 76])}`)
  lines.push('exit')
  return { gen: `${type}/${size}/${offset}`, type, text: lines.join('\n'), packet: randomPacket(r), flags: r.chance(10) ? 1 : 0 }
}

/** Mostly where something is, or just beside it. */
function place(r: Random, type: string, size: number): number {
  if (r.chance(15)) return r.between(-16, 260)
  for (let i = 0; i < 8; i++) {
    const at = 4 * r.below(56)
    if (ctxAccess(type, at, size) ?? ctxAccess(type, at, 4)) return r.chance(80) ? at : at + r.between(-3, 3)
  }
  return 4 * r.below(56)
}

function exitValue(r: Random, type: string): number {
  const range = progType(type)?.retRange
  if (!range || r.chance(10)) return r.pick([0, 1, 2, 3])
  return r.between(range[0], range[1])
}

const unsigned = (size: string): string => size.replace('s', 'u')

/** What was read may be a pointer: looked at, moved, given away. */
function pointerUse(r: Random): string[] {
  return r.pick([
    ['r0 = *(u8 *)(r2 + 0)'],
    ['if r2 == 0 goto +1', 'r0 = *(u32 *)(r2 + 4)'],
    ['r2 += 4'],
    ['r3 = r2', 'r3 -= r2', 'r0 = r3'],
    ['*(u64 *)(r10 - 8) = r2', 'r3 = *(u64 *)(r10 - 8)', 'r0 = r3'],
    ['r0 = r2'],
    ['*(u32 *)(r10 - 4) = r2'],
    ['r3 = *(u32 *)(r6 + 80)', 'r4 = r2', 'r4 += 2', 'if r4 > r3 goto +1', 'r0 = *(u16 *)(r2 + 0)'],
    ['r3 = *(u32 *)(r6 + 4)', 'r4 = r2', 'r4 += 2', 'if r4 > r3 goto +1', 'r0 = *(u16 *)(r2 + 0)'],
  ])
}
