// The acts of the typed generator: each looks whether it can be done in the state that the writer is in, writes a few lines, and changes the
// state. An act that cannot be done writes nothing.

import { DATA } from '../frontier/skeleton.ts'
import { EDGES } from '../random.ts'
import {
  afterCall,
  bound,
  copyKnowledge,
  emit,
  forgetPacket,
  having,
  type Kind,
  label,
  meet,
  NONE,
  num,
  number,
  set,
  source,
  target,
  type Writer,
} from './state.ts'

type Act = (w: Writer) => void

const ALU = ['+=', '-=', '*=', '|=', '&=', '^=']
const JUMPS = ['==', '!=', '>', '>=', '<', '<=', 's>', 's>=', 's<', 's<=', '&']
const SIZES = ['u8', 'u16', 'u32', 'u64'] as const
const LOADS = ['u8', 'u16', 'u32', 'u64', 's8', 's16', 's32'] as const
const bytesOf = (size: string): number => Number(size.slice(1)) / 8
const free = (w: Writer): number => ([1, 2, 3, 4, 5].some((i) => w.locked.has(i)) ? 0 : 1)

const arithmetic: Act = (w) => {
  const { r } = w
  const a = number(w)
  const wide = r.chance(60)
  const x = `${wide ? 'r' : 'w'}${a}`
  const b = r.chance(50) ? number(w, a) : undefined
  const right = b === undefined ? String(r.pick(EDGES)) : `${wide ? 'r' : 'w'}${b}`
  switch (r.below(7)) {
    case 0:
    case 1:
    case 2:
      emit(w, `${x} ${r.pick(ALU)} ${right}`)
      break
    case 3:
      emit(w, `${x} ${r.pick(['/=', '%=', 's/=', 's%='])} ${right === '0' ? '3' : right}`)
      break
    case 4:
      emit(w, `${x} ${r.pick(['<<=', '>>=', 's>>='])} ${b === undefined ? r.below(wide ? 64 : 32) : right}`)
      break
    case 5:
      emit(
        w,
        r.pick([
          `${x} = -${x}`,
          `r${a} = bswap${r.pick([16, 32, 64])} r${a}`,
          `r${a} = be${r.pick([16, 32, 64])} r${a}`,
          `r${a} = le${r.pick([16, 32])} r${a}`,
        ]),
      )
      break
    default: {
      const from = number(w, a)
      emit(w, `${x} = (${r.pick(wide ? ['s8', 's16', 's32'] : ['s8', 's16'])})${wide ? 'r' : 'w'}${from}`)
    }
  }
  set(w, a, num())
}

const move: Act = (w) => {
  const from = w.r.below(10)
  if (w.know.regs[from]!.is === 'none') return
  const to = target(w, from)
  const kind = w.know.regs[from]!
  if (kind.is === 'num' && w.r.chance(40)) {
    emit(w, `w${to} = w${from}`)
    set(w, to, num(Math.min(kind.max, 0xffffffff)))
    return
  }
  emit(w, `r${to} = r${from}`)
  set(w, to, kind)
}

const fresh: Act = (w) => source(w, target(w))

// ---- stack ----

const store: Act = (w) => {
  const { r } = w
  const slot = 8 * r.between(3, 12)
  const known = w.know.slots.get(slot)
  const pointer = r.chance(25) ? r.below(10) : -1
  if (pointer >= 0 && !['none', 'num'].includes(w.know.regs[pointer]!.is)) {
    emit(w, `*(u64 *)(r10 - ${slot}) = r${pointer}`)
    w.know.slots.set(slot, w.know.regs[pointer]!)
    return
  }
  // Narrow stores only where the slot holds plain bytes already: what is read later is then always initialised.
  const size = known?.is === 'num' ? r.pick(SIZES) : 'u64'
  const at = slot - bytesOf(size) * r.below(8 / bytesOf(size))
  const from = number(w)
  emit(w, `*(${size} *)(r10 - ${at}) = ${r.chance(70) ? `r${from}` : r.pick(EDGES)}`)
  w.know.slots.set(slot, num())
}

const fill: Act = (w) => {
  const pointers = [...w.know.slots].filter(([, kind]) => kind.is !== 'none')
  if (pointers.length === 0) return
  const [slot, kind] = w.r.pick(pointers)
  const to = target(w)
  emit(w, `r${to} = *(u64 *)(r10 - ${slot})`)
  set(w, to, kind.is === 'num' ? num() : kind)
}

/** A stretch of initialised stack: lowest offset below r10. */
function stretch(w: Writer, size: number): number {
  const from = 8 * w.r.between(13, 20) + size
  for (let at = from; at > from - size; at -= 8) {
    if (w.know.slots.get(at)?.is === 'num') continue
    emit(w, `*(u64 *)(r10 - ${at}) = ${w.r.pick([0, 1, -1, 0x55aa])}`)
    w.know.slots.set(at, num())
  }
  return from
}

const variableStack: Act = (w) => {
  const low = stretch(w, 32)
  const n = number(w)
  bound(w, n, w.r.pick([7, 15, 24, 28]))
  const p = target(w, n)
  emit(w, `r${p} = r10; r${p} += -${low}; r${p} += r${n}`)
  if (w.r.chance(40)) {
    emit(w, `*(u8 *)(r${p} + ${w.r.below(4)}) = ${w.r.below(256)}`)
    set(w, p, NONE)
    return
  }
  const to = target(w)
  emit(w, `r${to} = *(${w.r.pick(['u8', 's8'])} *)(r${p} + ${w.r.below(4)})`)
  if (to !== p) set(w, p, NONE)
  set(w, to, num())
}

// ---- packets ----

const provePacket: Act = (w) => {
  const place = DATA[w.type]
  const context = having(w, 'ctx')
  if (!place || context === undefined || w.out === '') return
  const [data, end] = place
  const n = w.r.pick([1, 14, 20, 34, 42])
  const p = target(w, context)
  const e = target(w, context, p)
  const t = target(w, context, p, e)
  const [test, jump] = w.r.pick([
    [`r${t} > r${e}`, true],
    [`r${e} < r${t}`, true],
    [`r${t} <= r${e}`, false],
    [`r${e} >= r${t}`, false],
  ] as const)
  emit(w, `r${p} = *(u32 *)(r${context} + ${data}); r${e} = *(u32 *)(r${context} + ${end}); r${t} = r${p}; r${t} += ${n}`)
  emit(w, jump ? `if ${test} goto ${w.out}` : `if ${test} goto +1; goto ${w.out}`)
  const base = w.know.proven.length
  w.know.proven.push(n)
  set(w, p, { is: 'pkt', base, off: 0 })
  set(w, t, { is: 'pkt', base, off: n })
  set(w, e, NONE)
}

const packetAccess: Act = (w) => {
  const p = having(w, 'pkt')
  if (p === undefined) return
  const kind = w.know.regs[p]!
  if (kind.is !== 'pkt') return
  const size = w.r.pick(LOADS)
  const room = (w.know.proven[kind.base] ?? 0) - bytesOf(size)
  if (room < 0) return
  const at = w.r.between(0, room) - kind.off
  const where = `(r${p} ${at < 0 ? '-' : '+'} ${Math.abs(at)})`
  if (w.type !== 'cgroup_skb' && w.r.chance(35)) {
    emit(w, `*(${size.replace('s', 'u')} *)${where} = ${w.r.chance(50) ? `r${number(w, p)}` : w.r.pick(EDGES)}`)
    return
  }
  const to = target(w)
  emit(w, `r${to} = *(${size} *)${where}`)
  set(w, to, num(size.startsWith('u') && size !== 'u64' ? 256 ** bytesOf(size) - 1 : undefined))
}

const variablePacket: Act = (w) => {
  const place = DATA[w.type]
  const context = having(w, 'ctx')
  const p = having(w, 'pkt')
  if (!place || context === undefined || p === undefined || w.out === '') return
  const n = number(w, p, context)
  bound(w, n, w.r.pick([3, 15, 31, 63]))
  const v = target(w, p, context, n)
  const e = target(w, p, context, n, v)
  const room = w.r.pick([1, 4, 8])
  emit(
    w,
    `r${v} = r${p}; r${v} += r${n}; r${n} = r${v}; r${n} += ${room}; r${e} = *(u32 *)(r${context} + ${place[1]}); if r${n} > r${e} goto ${w.out}`,
  )
  set(w, n, NONE)
  set(w, e, NONE)
  const base = w.know.proven.length
  w.know.proven.push(room)
  set(w, v, { is: 'pkt', base, off: 0 })
}

// ---- maps ----

function keyOnStack(w: Writer, size: number): void {
  const key = w.r.chance(80) ? w.r.below(4) : w.r.between(0, 9)
  emit(w, size === 4 ? `*(u32 *)(r10 - 8) = ${key}` : `*(u64 *)(r10 - 8) = ${key}`)
  if (size === 16) emit(w, `*(u64 *)(r10 - 16) = ${key & 1}`)
}
const keyPointer = (size: number): string => `r2 = r10; r2 += -${size === 16 ? 16 : 8}`

const pickMap = (w: Writer, fits: (type: string) => boolean): number | undefined => {
  const all = w.maps.map((_, i) => i).filter((i) => fits(w.maps[i]!.type))
  return all.length > 0 ? w.r.pick(all) : undefined
}
const holdsValues = (type: string): boolean => /array$|hash$/.test(type) && type !== 'prog_array'

const lookup: Act = (w) => {
  const map = pickMap(w, holdsValues)
  if (map === undefined || !free(w) || w.locked.has(0) || w.out === '') return
  const { key } = w.maps[map]!
  keyOnStack(w, key)
  emit(w, `${keyPointer(key)}; r1 = map[m${map}] ll; call bpf_map_lookup_elem`)
  afterCall(w, NONE)
  const v = target(w)
  emit(
    w,
    w.r.pick([
      `r${v} = r0; if r${v} == 0 goto ${w.out}`,
      `if r0 == 0 goto ${w.out}; r${v} = r0`,
      `if r0 != 0 goto +1; goto ${w.out}; r${v} = r0`,
    ]),
  )
  set(w, v, { is: 'value', map, off: 0 })
}

/** A place within a value for an access of some size, aligned where atomics need it. */
function place(w: Writer, reg: number, size: number, aligned: boolean): string | undefined {
  const kind = w.know.regs[reg]!
  if (kind.is !== 'value') return undefined
  const room = w.maps[kind.map]!.value - size
  if (room < 0) return undefined
  const at = aligned ? size * w.r.between(0, Math.floor(room / size)) : w.r.between(0, room)
  const off = at - kind.off
  return `(r${reg} ${off < 0 ? '-' : '+'} ${Math.abs(off)})`
}

const valueAccess: Act = (w) => {
  const v = having(w, 'value')
  if (v === undefined) return
  const size = w.r.pick(LOADS)
  const where = place(w, v, bytesOf(size), false)
  if (!where) return
  if (w.r.chance(50)) {
    const from = number(w, v)
    emit(w, `*(${size.replace('s', 'u')} *)${where} = ${w.r.chance(60) ? `r${from}` : w.r.pick(EDGES)}`)
    return
  }
  const to = target(w)
  emit(w, `r${to} = *(${size} *)${where}`)
  set(w, to, num(size.startsWith('u') && size !== 'u64' ? 256 ** bytesOf(size) - 1 : undefined))
}

const variableValue: Act = (w) => {
  const v = having(w, 'value')
  if (v === undefined) return
  const kind = w.know.regs[v]!
  if (kind.is !== 'value' || kind.off !== 0) return
  const { value } = w.maps[kind.map]!
  const mask = w.r.pick([3, 7, 15, 12].filter((m) => m < value))
  if (mask === undefined) return
  const n = number(w, v)
  bound(w, n, mask)
  const p = target(w, v, n)
  emit(w, `r${p} = r${v}; r${p} += r${n}`)
  const to = target(w, p)
  emit(
    w,
    w.r.chance(60)
      ? `r${to} = *(u8 *)(r${p} + ${value - mask - 1})`
      : `*(u8 *)(r${p} + 0) = ${w.r.below(256)}; r${to} = *(u8 *)(r${p} + 0)`,
  )
  set(w, p, NONE)
  set(w, to, num(255))
}

/** Two names for one number: what is learnt of one holds of the other. */
const linkedIndex: Act = (w) => {
  const v = having(w, 'value')
  if (v === undefined || w.out === '') return
  const kind = w.know.regs[v]!
  if (kind.is !== 'value' || kind.off !== 0) return
  const { value } = w.maps[kind.map]!
  if (value < 8) return
  const a = number(w, v)
  const b = target(w, v, a)
  const p = target(w, v, a, b)
  const plus = w.r.below(3)
  emit(
    w,
    `w${a} = w${a}; r${b} = r${a}; r${b} += ${plus}; if r${a} > ${value - plus - 1} goto ${w.out}; r${p} = r${v}; r${p} += r${b}; r${b} = *(u8 *)(r${p} + 0)`,
  )
  set(w, a, num(value))
  set(w, b, num(255))
  set(w, p, NONE)
}

const atomic: Act = (w) => {
  const { r } = w
  const size = r.pick([4, 8])
  const v = having(w, 'value')
  const stack = v === undefined || r.chance(40)
  const where = stack ? `(r10 - ${stretch(w, 8) - (size === 4 ? 4 * r.below(2) : 0)})` : place(w, v, size, true)
  if (!where) return
  const a = number(w, ...(v === undefined ? [] : [v]))
  const type = size === 8 ? 'u64' : 'u32'
  const bare = where.slice(1, -1)
  const wide = size === 8 ? 'r' : 'w'
  const fetch = size === 8 ? '64' : ''
  switch (r.below(6)) {
    case 0:
    case 1:
      emit(w, `lock *(${type} *)${where} ${r.pick(['+=', '&=', '|=', '^='])} ${wide}${a}`)
      return
    case 2:
      emit(w, `${wide}${a} = atomic${fetch}_fetch_${r.pick(['add', 'and', 'or', 'xor'])}((${type} *)${where}, ${wide}${a})`)
      break
    case 3:
      emit(w, size === 8 ? `r${a} = xchg_64(${bare}, r${a})` : `w${a} = xchg32_32(${bare}, w${a})`)
      break
    case 4:
      if (w.know.regs[0]!.is !== 'num' || w.locked.has(0)) return
      emit(w, size === 8 ? `r0 = cmpxchg_64(${bare}, r0, r${a})` : `w0 = cmpxchg32_32(${bare}, w0, w${a})`)
      set(w, 0, num())
      return
    default:
      emit(w, `store_release((${type} *)${where}, ${wide}${a}); ${wide}${a} = load_acquire((${type} *)${where})`)
  }
  set(w, a, num())
}

const mapHelper: Act = (w) => {
  const { r } = w
  if (!free(w) || w.locked.has(0)) return
  const map = r.below(w.maps.length)
  const { type, key, value } = w.maps[map]!
  const from = stretch(w, Math.max(8, (value + 7) & ~7))
  if (holdsValues(type)) {
    keyOnStack(w, key)
    const first = `${keyPointer(key)}; r1 = map[m${map}] ll`
    if (r.chance(70)) emit(w, `${first}; r3 = r10; r3 += -${from}; r4 = ${r.pick([0, 0, 1, 2])}; call bpf_map_update_elem`)
    else emit(w, `${first}; call bpf_map_delete_elem`)
  } else if (type === 'queue' || type === 'stack') {
    const first = `r1 = map[m${map}] ll; r2 = r10; r2 += -${from}`
    emit(
      w,
      r.chance(50)
        ? `${first}; r3 = ${r.pick([0, 2])}; call bpf_map_push_elem`
        : `${first}; call ${r.pick(['bpf_map_pop_elem', 'bpf_map_peek_elem'])}`,
    )
  } else if (type === 'ringbuf') {
    if (r.chance(50)) emit(w, `r1 = map[m${map}] ll; r2 = r10; r2 += -${from}; r3 = 8; r4 = 0; call bpf_ringbuf_output`)
    else {
      const done = label(w, 'none')
      emit(w, `r1 = map[m${map}] ll; r2 = 16; r3 = 0; call bpf_ringbuf_reserve; if r0 == 0 goto ${done}`)
      emit(
        w,
        `*(u64 *)(r0 + 0) = ${r.pick(EDGES)}; *(u64 *)(r0 + 8) = ${r.below(256)}; r1 = r0; r2 = 0; call bpf_ringbuf_${r.pick(['submit', 'submit', 'discard'])}; ${done}: r0 = 7`,
      )
    }
  } else {
    const context = having(w, 'ctx')
    if (context === undefined || w.frame > 0) return
    emit(w, `r1 = r${context}; r2 = map[m${map}] ll; r3 = ${r.below(3)}; call bpf_tail_call; r0 = 5`)
  }
  afterCall(w, num())
}

const packetHelper: Act = (w) => {
  const { r, type } = w
  const context = having(w, 'ctx')
  if (context === undefined || !free(w) || w.locked.has(0)) return
  const from = stretch(w, 16)
  const buffer = (reg: number): string => `r${reg} = r10; r${reg} += -${from}`
  const skb = [
    `r1 = r${context}; r2 = ${r.between(0, 20)}; ${buffer(3)}; r4 = ${r.pick([1, 2, 4, 8, 16])}; call bpf_skb_load_bytes`,
    `${buffer(1)}; r2 = ${r.pick([0, 4, 8, 16])}; ${buffer(3)}; r4 = ${r.pick([0, 4, 8])}; r5 = ${r.pick(EDGES)}; call bpf_csum_diff`,
  ]
  const tc = [
    `r1 = r${context}; r2 = ${r.between(0, 20)}; ${buffer(3)}; r4 = ${r.pick([1, 2, 4, 6])}; r5 = ${r.pick([0, 1, 2])}; call bpf_skb_store_bytes`,
    `r1 = r${context}; r2 = 24; r3 = ${r.below(65536)}; r4 = ${r.below(65536)}; r5 = 2; call bpf_l3_csum_replace`,
    `r1 = r${context}; r2 = ${r.pick([14, 20, 34, 60])}; call bpf_skb_pull_data`,
    `r1 = r${context}; r2 = ${r.pick([0x8100, 0x88a8, 0])}; r3 = ${r.below(4096)}; call bpf_skb_vlan_push`,
    `r1 = r${context}; r2 = ${r.between(14, 80)}; r3 = 0; call bpf_skb_change_tail`,
  ]
  const xdp = [
    `r1 = r${context}; r2 = ${r.pick([0, -4, -16, 2, 14])}; call bpf_xdp_adjust_head`,
    `r1 = r${context}; r2 = ${r.pick([0, -4, 4, 20])}; call bpf_xdp_adjust_tail`,
    `r1 = r${context}; r2 = ${r.between(0, 20)}; ${buffer(3)}; r4 = ${r.pick([1, 4, 8, 16])}; call ${r.pick(['bpf_xdp_load_bytes', 'bpf_xdp_store_bytes'])}`,
    `${buffer(1)}; r2 = ${r.pick([0, 4, 8, 16])}; ${buffer(3)}; r4 = ${r.pick([0, 4, 8])}; r5 = ${r.pick(EDGES)}; call bpf_csum_diff`,
  ]
  emit(w, type === 'xdp' ? r.pick(xdp) : type === 'sched_cls' ? r.pick([...skb, ...tc]) : skb[0]!)
  afterCall(w, num())
  forgetPacket(w)
}

// ---- control ----

const MAX_DEPTH = 3

/** `count` acts, none of which may change a locked register. */
export function acts(w: Writer, count: number): void {
  for (let i = 0; i < count; i++) w.r.pick(w.depth < MAX_DEPTH ? ALL_ACTS : PLAIN_ACTS)(w)
}

const diamond: Act = (w) => {
  const { r } = w
  const a = number(w)
  const b = r.chance(30) ? number(w, a) : undefined
  const wide = r.chance(60) ? 'r' : 'w'
  const [other, end] = [label(w, 'else'), label(w, 'end')]
  emit(w, `if ${wide}${a} ${r.pick(JUMPS)} ${b === undefined ? r.pick(EDGES) : `${wide}${b}`} goto ${other}`)
  const before = copyKnowledge(w.know)
  w.depth++
  acts(w, r.between(1, 4))
  const left = w.know
  const hasElse = r.chance(70)
  // A label stands before an instruction; a move to itself changes nothing.
  emit(w, `${hasElse ? `${r.chance(85) ? 'goto' : 'gotol'} ${end}; ` : ''}${other}: r${a} = r${a}`)
  w.know = before
  if (hasElse) {
    acts(w, r.between(1, 4))
    const safe = target(w)
    emit(w, `${end}: r${safe} = ${r.pick(EDGES)}`)
    w.know = meet(left, w.know)
    set(w, safe, num())
  } else w.know = meet(left, w.know)
  w.depth--
}

const loop: Act = (w) => {
  const { r } = w
  const counters = [6, 7, 8, 9].filter((i) => !w.locked.has(i))
  if (counters.length < 2) return
  const c = r.pick(counters)
  const n = r.between(1, 6)
  const again = label(w, 'again')
  const [begin, next, test] = r.pick([
    ['0', '+= 1', `< ${n}`],
    ['0', '+= 1', `!= ${n}`],
    [String(n), '-= 1', '!= 0'],
    [String(n), '-= 1', 's> 0'],
    ['1', '<<= 1', `s< ${1 << n}`],
  ] as const)
  emit(w, `r${c} = ${begin}`)
  // What the body changes is different in the next turn: nothing but what is locked and what lies in slots of numbers may be relied upon.
  const keep = copyKnowledge(w.know)
  const changed: Kind[] = keep.regs.map((kind, i) => (w.locked.has(i) ? kind : NONE))
  w.know = {
    regs: changed,
    slots: new Map([...keep.slots].filter(([, kind]) => kind.is === 'num').map(([at]) => [at, num()])),
    proven: keep.proven,
  }
  w.locked.add(c)
  set(w, c, num())
  const first = target(w)
  emit(w, `${again}: r${first} = r${c}`)
  set(w, first, num())
  w.depth++
  acts(w, r.between(1, 3))
  w.depth--
  w.locked.delete(c)
  emit(w, `r${c} ${next}; if ${r.chance(80) ? 'r' : 'w'}${c} ${test} goto ${again}`)
  set(w, c, num())
}

const call: Act = (w) => {
  const { r } = w
  if (w.frame >= 3 || w.subs.length > 4 || !free(w) || w.locked.has(0)) return
  const args: Kind[] = []
  const count = r.between(0, 3)
  for (let i = 1; i <= count; i++) {
    const from = r.below(10)
    const kind = w.know.regs[from]!
    if (r.chance(25)) {
      const low = stretch(w, 16)
      emit(w, `r${i} = r10; r${i} += -${low}`)
      args.push({ is: 'buffer', size: 16 })
    } else if (kind.is === 'none' || kind.is === 'buffer' || (from >= 1 && from < i)) {
      emit(w, `r${i} = ${r.pick(EDGES)}`)
      args.push(num())
    } else {
      if (from !== i) emit(w, `r${i} = r${from}`)
      args.push(kind.is === 'num' ? num() : kind)
    }
    set(w, i, args[i - 1]!)
  }
  const name = label(w, 'sub')
  emit(w, `call ${name}`)
  w.subs.push({ label: name, args })
  afterCall(w, num())
  // A function may change the packet, and writes what it likes into buffers that it was given.
  forgetPacket(w)
}

const buffer: Act = (w) => {
  const p = having(w, 'buffer')
  if (p === undefined) return
  const kind = w.know.regs[p]!
  if (kind.is !== 'buffer') return
  const size = w.r.pick(SIZES)
  const at = bytesOf(size) * w.r.below(Math.floor(kind.size / bytesOf(size)))
  if (w.r.chance(50)) emit(w, `*(${size} *)(r${p} + ${at}) = ${w.r.chance(50) ? `r${number(w, p)}` : w.r.pick(EDGES)}`)
  else {
    const to = target(w)
    emit(w, `r${to} = *(${size} *)(r${p} + ${at})`)
    set(w, to, num())
  }
}

const times = (n: number, act: Act): Act[] => new Array<Act>(n).fill(act)

const PLAIN_ACTS: readonly Act[] = [
  ...times(8, arithmetic),
  ...times(3, move),
  ...times(2, fresh),
  ...times(3, store),
  ...times(2, fill),
  variableStack,
  ...times(2, provePacket),
  ...times(4, packetAccess),
  variablePacket,
  ...times(3, lookup),
  ...times(4, valueAccess),
  ...times(2, variableValue),
  linkedIndex,
  ...times(3, atomic),
  ...times(3, mapHelper),
  ...times(2, packetHelper),
  ...times(2, buffer),
]
const ALL_ACTS: readonly Act[] = [...PLAIN_ACTS, ...times(5, diamond), ...times(2, loop), ...times(3, call)]
