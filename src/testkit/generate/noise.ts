// Lane noise: bytes that no compiler writes. Whole random slots, known opcodes with random fields, and small sound programs with one field
// overwritten: what is judged before any instruction is walked (encoding, control flow, map references) is asked here.
import { KNOWN_OPCODES, putSlot } from '../../isa/index.ts'
import { randomPacket } from './packet.ts'
import { immediate, type Random } from './random.ts'
import { assembleText, type MapSketch, type Sketch } from './record.ts'

const OPCODES = [...KNOWN_OPCODES.keys()].filter((opcode) => KNOWN_OPCODES[opcode] === 1)
const MAPS: readonly MapSketch[] = [
  { type: 'array', key: 4, value: 8, max: 1 },
  { type: 'hash', key: 4, value: 8, max: 2 },
]

/** A few lines with one of most things, for one field to be overwritten in. */
const SOUND = [
  'r6 = r1',
  'r0 = 0',
  'r2 = 0x1234567890 ll',
  '*(u32 *)(r10 - 4) = 1',
  'r3 = r10',
  'r3 += -4',
  'w4 = *(u16 *)(r10 - 4)',
  'r4 = (s8)r4',
  'r4 = bswap32 r4',
  'lock *(u32 *)(r10 - 4) += r4',
  'r0 = cmpxchg_64(r10 - 16, r0, r4)',
  'if r4 == 7 goto done',
  'if w4 s< -3 goto +1',
  'r5 = map[m0] ll',
  'r5 = map[m0][0]+4 ll',
  'r0 = *(u32 *)(r5 + 0)',
  'call sub',
  'gotol done',
  'may_goto done',
  'r1 = 2',
  'r0 /= r1',
  'w0 s%= w1',
  'r0 = -r0',
  'done:',
  'r0 &= 1',
  'exit',
  'sub:',
  'w0 = w1',
  'exit',
]

export function noiseSketch(r: Random): Omit<Sketch, 'text'> & { readonly code: Uint8Array } {
  const rest = { type: r.pick(['socket_filter', 'xdp', 'sched_cls', 'cgroup_skb']), maps: MAPS, packet: randomPacket(r) }
  const kind = r.below(10)
  if (kind < 1) return { gen: 'bytes', code: randomBytes(r, 8 * r.between(1, 6)), ...rest }
  if (kind < 4) return { gen: 'opcodes', code: randomOpcodes(r), ...rest }
  return { gen: 'overwritten', code: overwritten(r), ...rest }
}

function randomBytes(r: Random, size: number): Uint8Array {
  const code = new Uint8Array(size)
  for (let i = 0; i < size; i++) code[i] = r.byte()
  return code
}

/** Known opcodes; fields are mostly 0 or small, so that what comes after the encoding is reached too. */
function randomOpcodes(r: Random): Uint8Array {
  const n = r.between(1, 8)
  const code = new Uint8Array(8 * (n + 2))
  putSlot(code, 0, 0xb7, 0, 0, 0, r.between(0, 3))
  for (let i = 1; i <= n; i++) {
    const small = () => (r.chance(70) ? 0 : r.chance(80) ? r.between(-2, n) : r.between(-32768, 32767))
    putSlot(
      code,
      i,
      r.pick(OPCODES),
      r.chance(90) ? r.below(11) : r.below(16),
      r.chance(60) ? 0 : r.below(12),
      small(),
      r.chance(50) ? small() : immediate(r),
    )
  }
  putSlot(code, n + 1, 0x95, 0, 0, 0, 0)
  return code
}

function overwritten(r: Random): Uint8Array {
  const code = assembleText(
    SOUND.filter((line) => line.endsWith(':') || line === 'exit' || /goto|call/.test(line) || r.chance(70)).join('\n'),
    MAPS,
  )
  const slots = code.length / 8
  for (let edits = r.between(1, 2); edits > 0; edits--) {
    const at = 8 * r.below(slots)
    const field = r.below(10)
    if (field < 3) code[at] = r.chance(50) ? r.byte() : r.pick(OPCODES)
    else if (field < 5) code[at + 1] = r.byte()
    else if (field < 7) {
      code[at + 2] = r.byte()
      code[at + 3] = r.pick([0, 0xff, code[at + 3], r.byte()])
    } else {
      const imm = immediate(r)
      for (let i = 0; i < 4; i++) code[at + 4 + i] = imm >> (8 * i)
    }
  }
  const cut = r.chance(6) ? code.slice(0, 8 * r.between(1, slots)) : code
  keepIndexes(cut)
  return cut
}

const LD_IMM64 = 0x18
/** Maps by index are looked up in user space's memory: what an index far out finds there is nobody's answer. */
function keepIndexes(code: Uint8Array): void {
  for (let at = 0; at + 8 <= code.length; at += 8) {
    if (code[at] === LD_IMM64 && (code[at + 1]! >> 4 === 5 || code[at + 1]! >> 4 === 6)) code.fill(0, at + 5, at + 8)
  }
}
