// Lane typed: whole programs that Linux accepts by construction, with branches, loops, functions, maps and packets, ending in a result into
// which all numbers that are left have gone, so that a slip anywhere shows.
import { progType } from '../../../abi/index.ts'
import { randomPacket } from '../packet.ts'
import type { Random } from '../random.ts'
import type { MapSketch, Sketch } from '../record.ts'
import { acts } from './acts.ts'
import { emit, type Kind, NONE, set, type Writer } from './state.ts'

const TYPES = ['xdp', 'xdp', 'sched_cls', 'sched_cls', 'socket_filter', 'cgroup_skb']

export function typedSketch(r: Random): Sketch {
  const type = r.pick(TYPES)
  const w: Writer = {
    r,
    type,
    maps: Array.from({ length: r.between(1, 4) }, () => randomMap(r)),
    lines: [],
    subs: [],
    know: { regs: new Array<Kind>(10).fill(NONE), slots: new Map(), proven: [] },
    locked: new Set([6]),
    labels: 0,
    depth: 0,
    frame: 0,
    out: 'out',
  }
  emit(w, 'r6 = r1')
  set(w, 6, { is: 'ctx' })
  if (r.chance(70)) set(w, 1, { is: 'ctx' })
  acts(w, r.between(5, 30))
  finish(w)
  const left = w.lines.join('\n')
  if (/goto out\b/.test(left)) emit(w, `out: r0 = ${r.below(2)}; exit`)
  for (let i = 0; i < w.subs.length; i++) writeFunction(w, i)
  return { gen: type, type, text: w.lines.join('\n'), maps: w.maps, packet: randomPacket(r), flags: r.chance(5) ? r.pick([2, 8, 0x80]) : 0 }
}

function writeFunction(w: Writer, i: number): void {
  const { label, args } = w.subs[i]!
  w.know = { regs: new Array<Kind>(10).fill(NONE), slots: new Map(), proven: [] }
  for (const [k, kind] of args.entries()) set(w, k + 1, kind.is === 'pkt' ? NONE : kind)
  w.locked.clear()
  w.frame = 1 + i
  w.depth = 1
  w.out = `out_${label}`
  const from = w.lines.length
  emit(w, `${label}: r0 = ${w.r.below(100)}`)
  set(w, 0, { is: 'num', max: 100 })
  acts(w, w.r.between(1, 6))
  finish(w)
  if (w.lines.slice(from).some((line) => line.includes(`goto ${w.out}`))) emit(w, `${w.out}: r0 = ${w.r.below(9)}; exit`)
}

/** Folds every number into r0, within what the type may return. */
function finish(w: Writer): void {
  const { regs, slots } = w.know
  const first = regs.findIndex((kind) => kind.is === 'num')
  if (first !== 0) emit(w, first > 0 ? `r0 = r${first}` : 'r0 = 1')
  for (let i = 1; i < 10; i++) if (regs[i]!.is === 'num') emit(w, `r0 *= 31; r0 += r${i}`)
  for (const [at, kind] of slots) if (kind.is === 'num') emit(w, `r1 = *(u64 *)(r10 - ${at}); r0 *= 33; r0 ^= r1`)
  emit(w, 'r1 = r0; r1 >>= 32; r0 ^= r1')
  const range = w.frame === 0 ? progType(w.type)?.retRange : undefined
  if (range) emit(w, `r0 &= ${range[1]}`)
  emit(w, 'exit')
}

function randomMap(r: Random): MapSketch {
  const type = r.pick([
    'array',
    'array',
    'percpu_array',
    'hash',
    'hash',
    'lru_hash',
    'percpu_hash',
    'queue',
    'stack',
    'ringbuf',
    'prog_array',
  ])
  if (type === 'ringbuf') return { type, key: 0, value: 0, max: 4096 }
  if (type === 'prog_array') return { type, key: 4, value: 4, max: 2 }
  const value = r.pick([8, 16, 24, 40, 64])
  if (type === 'queue' || type === 'stack')
    return { type, key: 0, value, max: r.between(1, 3), init: r.chance(50) ? [['', bytes(r, value)]] : [] }
  const key = type.includes('array') ? 4 : r.pick([4, 8, 16])
  const max = r.between(1, 4)
  const init: [string, string][] = []
  for (let i = 0; i < max; i++)
    if (r.chance(60))
      init.push([
        i
          .toString(16)
          .padStart(2, '0')
          .padEnd(2 * key, '0'),
        bytes(r, value),
      ])
  return { type, key, value, max, init }
}

function bytes(r: Random, size: number): string {
  return Array.from({ length: size }, () => (r.chance(60) ? 0 : r.byte()).toString(16).padStart(2, '0')).join('')
}
