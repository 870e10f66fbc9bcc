// The interpreter: executes instructions until the program exits, faults, meets what is not modelled, or its fuel is used up.
// Stopping for fuel keeps everything, so run(1) is a step and run(n) reaches the n-th step from a keyframe.
//
// Registers are (hi, lo) pairs of int32 in two typed arrays; an immediate is one more register (see code.ts), so each operation
// has one body for both of its forms. Each load and store first tries the region that it found last time.
// Semantics: RFC 9669; where it leaves a choice, what Linux 6.18's x86-64 JIT does.
import { atomic32, atomic64 } from './atomic.ts'
import { call, exit, type Machine, mayGoto, stop, stopAccess, stopUnsupported } from './machine.ts'
import { holds, NOWHERE, READ, type Word, WRITE } from './memory.ts'
import { PAGE_SHIFT } from './ram.ts'
import { arsh64, div32, div64, lsh64, mod32, mod64, mul64, rsh64, sdiv32, sdiv64, smod32, smod64, swap } from './wide.ts'

export type Stop = 'fuel' | 'exited' | 'fault' | 'unsupported'

/** What executes code: up to `fuel` instructions from where the machine stands. The interpreter is one. */
export type Engine = (m: Machine, fuel: number) => Stop

/** Immediate of an addr_space_cast to user space's form. */
const CAST_USER = 1 << 16
const LOAD_ACQ = 0x100
const STORE_REL = 0x110
const word: Word = { lo: 0, hi: 0 }

/** Bytes of an access by the opcode's size bits. */
const SIZES = [4, 2, 1, 8] as const

/** Executes up to `fuel` instructions. */
export function run(m: Machine, fuel: number): Stop {
  if (m.status !== 'ready') return m.status
  m.isStackEmpty = false
  const memory = m.memory
  const end = m.steps + fuel
  // Whatever may change the code or move the memory comes back to here; the inner loop works on locals.
  entry: for (;;) {
    const { lo, hi, code, sites } = m
    const { opcode, dst, src, off, target } = code
    const { view, dirty } = memory.ram
    let left = end - m.steps
    let pc = m.pc
    for (;;) {
      if (left <= 0) {
        leave(m, pc, end)
        return 'fuel'
      }
      left--
      const op = opcode[pc]
      const d = dst[pc]
      const s = src[pc]
      switch (op) {
        // 64-bit arithmetic
        case 0x07: // add
        case 0x0f: {
          const l = (lo[d] + lo[s]) | 0
          hi[d] = hi[d] + hi[s] + (l >>> 0 < lo[s] >>> 0 ? 1 : 0)
          lo[d] = l
          break
        }
        case 0x17: // sub
        case 0x1f: {
          const borrow = lo[d] >>> 0 < lo[s] >>> 0 ? 1 : 0
          hi[d] = hi[d] - hi[s] - borrow
          lo[d] = lo[d] - lo[s]
          break
        }
        case 0x27: // mul
        case 0x2f:
          mul64(lo, hi, d, lo[s], hi[s])
          break
        case 0x37: // div
        case 0x3f:
          if (off[pc] === 1) sdiv64(lo, hi, d, lo[s], hi[s])
          else div64(lo, hi, d, lo[s], hi[s])
          break
        case 0x47: // or
        case 0x4f:
          lo[d] |= lo[s]
          hi[d] |= hi[s]
          break
        case 0x57: // and
        case 0x5f:
          lo[d] &= lo[s]
          hi[d] &= hi[s]
          break
        case 0x67: // lsh
        case 0x6f:
          lsh64(lo, hi, d, lo[s])
          break
        case 0x77: // rsh
        case 0x7f:
          rsh64(lo, hi, d, lo[s])
          break
        case 0x87: {
          // neg
          const l = -lo[d] | 0
          hi[d] = ~hi[d] + (l === 0 ? 1 : 0)
          lo[d] = l
          break
        }
        case 0x97: // mod
        case 0x9f:
          if (off[pc] === 1) smod64(lo, hi, d, lo[s], hi[s])
          else mod64(lo, hi, d, lo[s], hi[s])
          break
        case 0xa7: // xor
        case 0xaf:
          lo[d] ^= lo[s]
          hi[d] ^= hi[s]
          break
        case 0xbf: {
          // mov of a register, movsx, addr_space_cast
          const width = off[pc]
          if (width === 0) {
            lo[d] = lo[s]
            hi[d] = hi[s]
          } else if (width === 1) {
            // addr_space_cast: an arena's pointer to the kernel's or user space's form.
            const { arenaHi } = code.linker
            hi[d] = code.imm[pc] === CAST_USER && lo[s] !== 0 ? arenaHi : 0
            lo[d] = lo[s]
          } else {
            const shift = 32 - width
            lo[d] = (lo[s] << shift) >> shift
            hi[d] = lo[d] >> 31
          }
          break
        }
        case 0xb7: // mov of an immediate
          lo[d] = lo[s]
          hi[d] = hi[s]
          break
        case 0xc7: // arsh
        case 0xcf:
          arsh64(lo, hi, d, lo[s])
          break
        case 0xd7: // bswap
          swap(lo, hi, d, code.imm[pc])
          break

        // 32-bit arithmetic
        case 0x04: // add
        case 0x0c:
          lo[d] = lo[d] + lo[s]
          hi[d] = 0
          break
        case 0x14: // sub
        case 0x1c:
          lo[d] = lo[d] - lo[s]
          hi[d] = 0
          break
        case 0x24: // mul
        case 0x2c:
          lo[d] = Math.imul(lo[d], lo[s])
          hi[d] = 0
          break
        case 0x34: // div
        case 0x3c:
          lo[d] = off[pc] === 1 ? sdiv32(lo[d], lo[s]) : div32(lo[d], lo[s])
          hi[d] = 0
          break
        case 0x44: // or
        case 0x4c:
          lo[d] |= lo[s]
          hi[d] = 0
          break
        case 0x54: // and
        case 0x5c:
          lo[d] &= lo[s]
          hi[d] = 0
          break
        case 0x64: // lsh
        case 0x6c:
          lo[d] <<= lo[s]
          hi[d] = 0
          break
        case 0x74: // rsh
        case 0x7c:
          lo[d] >>>= lo[s]
          hi[d] = 0
          break
        case 0x84: // neg
          lo[d] = -lo[d]
          hi[d] = 0
          break
        case 0x94: // mod
        case 0x9c:
          lo[d] = off[pc] === 1 ? smod32(lo[d], lo[s]) : mod32(lo[d], lo[s])
          hi[d] = 0
          break
        case 0xa4: // xor
        case 0xac:
          lo[d] ^= lo[s]
          hi[d] = 0
          break
        case 0xb4: // mov of an immediate
          lo[d] = lo[s]
          hi[d] = 0
          break
        case 0xbc: {
          // mov of a register, movsx
          const shift = off[pc] === 0 ? 0 : 32 - off[pc]
          lo[d] = (lo[s] << shift) >> shift
          hi[d] = 0
          break
        }
        case 0xc4: // arsh
        case 0xcc:
          lo[d] >>= lo[s]
          hi[d] = 0
          break
        case 0xd4: // to little-endian: truncates
          if (code.imm[pc] !== 64) hi[d] = 0
          if (code.imm[pc] === 16) lo[d] &= 0xffff
          break
        case 0xdc: // to big-endian
          swap(lo, hi, d, code.imm[pc])
          break

        // 64-bit jumps
        case 0x05: // ja
        case 0x06: // gotol
          pc = target[pc]
          continue
        case 0x15: // jeq
        case 0x1d:
          pc = lo[d] === lo[s] && hi[d] === hi[s] ? target[pc] : pc + 1
          continue
        case 0x25: // jgt
        case 0x2d:
          pc = (hi[d] === hi[s] ? lo[d] >>> 0 > lo[s] >>> 0 : hi[d] >>> 0 > hi[s] >>> 0) ? target[pc] : pc + 1
          continue
        case 0x35: // jge
        case 0x3d:
          pc = (hi[d] === hi[s] ? lo[d] >>> 0 >= lo[s] >>> 0 : hi[d] >>> 0 > hi[s] >>> 0) ? target[pc] : pc + 1
          continue
        case 0x45: // jset
        case 0x4d:
          pc = ((lo[d] & lo[s]) | (hi[d] & hi[s])) !== 0 ? target[pc] : pc + 1
          continue
        case 0x55: // jne
        case 0x5d:
          pc = lo[d] !== lo[s] || hi[d] !== hi[s] ? target[pc] : pc + 1
          continue
        case 0x65: // jsgt
        case 0x6d:
          pc = (hi[d] === hi[s] ? lo[d] >>> 0 > lo[s] >>> 0 : hi[d] > hi[s]) ? target[pc] : pc + 1
          continue
        case 0x75: // jsge
        case 0x7d:
          pc = (hi[d] === hi[s] ? lo[d] >>> 0 >= lo[s] >>> 0 : hi[d] > hi[s]) ? target[pc] : pc + 1
          continue
        case 0xa5: // jlt
        case 0xad:
          pc = (hi[d] === hi[s] ? lo[d] >>> 0 < lo[s] >>> 0 : hi[d] >>> 0 < hi[s] >>> 0) ? target[pc] : pc + 1
          continue
        case 0xb5: // jle
        case 0xbd:
          pc = (hi[d] === hi[s] ? lo[d] >>> 0 <= lo[s] >>> 0 : hi[d] >>> 0 < hi[s] >>> 0) ? target[pc] : pc + 1
          continue
        case 0xc5: // jslt
        case 0xcd:
          pc = (hi[d] === hi[s] ? lo[d] >>> 0 < lo[s] >>> 0 : hi[d] < hi[s]) ? target[pc] : pc + 1
          continue
        case 0xd5: // jsle
        case 0xdd:
          pc = (hi[d] === hi[s] ? lo[d] >>> 0 <= lo[s] >>> 0 : hi[d] < hi[s]) ? target[pc] : pc + 1
          continue

        // 32-bit jumps
        case 0x16: // jeq
        case 0x1e:
          pc = lo[d] === lo[s] ? target[pc] : pc + 1
          continue
        case 0x26: // jgt
        case 0x2e:
          pc = lo[d] >>> 0 > lo[s] >>> 0 ? target[pc] : pc + 1
          continue
        case 0x36: // jge
        case 0x3e:
          pc = lo[d] >>> 0 >= lo[s] >>> 0 ? target[pc] : pc + 1
          continue
        case 0x46: // jset
        case 0x4e:
          pc = (lo[d] & lo[s]) !== 0 ? target[pc] : pc + 1
          continue
        case 0x56: // jne
        case 0x5e:
          pc = lo[d] !== lo[s] ? target[pc] : pc + 1
          continue
        case 0x66: // jsgt
        case 0x6e:
          pc = lo[d] > lo[s] ? target[pc] : pc + 1
          continue
        case 0x76: // jsge
        case 0x7e:
          pc = lo[d] >= lo[s] ? target[pc] : pc + 1
          continue
        case 0xa6: // jlt
        case 0xae:
          pc = lo[d] >>> 0 < lo[s] >>> 0 ? target[pc] : pc + 1
          continue
        case 0xb6: // jle
        case 0xbe:
          pc = lo[d] >>> 0 <= lo[s] >>> 0 ? target[pc] : pc + 1
          continue
        case 0xc6: // jslt
        case 0xce:
          pc = lo[d] < lo[s] ? target[pc] : pc + 1
          continue
        case 0xd6: // jsle
        case 0xde:
          pc = lo[d] <= lo[s] ? target[pc] : pc + 1
          continue

        case 0xe5: // may_goto
          m.steps = end - left
          pc = mayGoto(m) ? target[pc] : pc + 1
          continue

        case 0x18: // ld_imm64
          if (s < 0) {
            leave(m, pc, end - left)
            stopUnsupported(m, `ld_imm64 with src_reg ${code.bytes[8 * pc + 1] >> 4}`)
            return 'unsupported'
          }
          lo[d] = lo[s]
          hi[d] = hi[s]
          pc += 2
          continue

        // loads
        case 0x61: // u32
        case 0x69: // u16
        case 0x71: // u8
        case 0x79: // u64
        case 0x81: // s32
        case 0x89: // s16
        case 0x91: {
          // s8
          const size = SIZES[(op >> 3) & 3]
          const o = off[pc]
          const al = (lo[s] + o) | 0
          const ah = (hi[s] + (o >> 31) + (al >>> 0 < o >>> 0 ? 1 : 0)) | 0
          let r = sites[pc]
          let at = (al - r.baseLo) >>> 0
          if (ah !== r.baseHi || at < r.from || at + size > r.to || (r.stride !== 0 && (at % r.stride) + size > r.elem)) {
            r = memory.find(ah, al, size, READ) ?? NOWHERE
            if (r === NOWHERE && code.linker.probes) {
              lo[d] = hi[d] = 0
              break
            }
            if (r === NOWHERE) {
              leave(m, pc, end - left)
              stopAccess(m, ah, al, size, false)
              return 'fault'
            }
            sites[pc] = r
            at = (al - r.baseLo) >>> 0
          }
          if (r.port !== undefined) {
            if (!r.port.load(at, size, word)) {
              leave(m, pc, end - left)
              stopAccess(m, ah, al, size, false)
              return 'fault'
            }
            lo[d] = word.lo
            hi[d] = word.hi
            if (op >= 0x81) {
              const shift = 32 - 8 * size
              lo[d] = (lo[d] << shift) >> shift
              hi[d] = lo[d] >> 31
            }
            break
          }
          at = al
          switch (op) {
            case 0x61:
              lo[d] = view.getInt32(at, true)
              hi[d] = 0
              break
            case 0x69:
              lo[d] = view.getUint16(at, true)
              hi[d] = 0
              break
            case 0x71:
              lo[d] = view.getUint8(at)
              hi[d] = 0
              break
            case 0x79:
              lo[d] = view.getInt32(at, true)
              hi[d] = view.getInt32(at + 4, true)
              break
            case 0x81:
              lo[d] = view.getInt32(at, true)
              hi[d] = lo[d] >> 31
              break
            case 0x89:
              lo[d] = view.getInt16(at, true)
              hi[d] = lo[d] >> 31
              break
            default:
              lo[d] = view.getInt8(at)
              hi[d] = lo[d] >> 31
          }
          if (r.shadow !== 0 && !marked(view, at + r.shadow, size)) noteUnwritten(m, pc)
          break
        }

        // stores
        case 0x62: // of an immediate: u32
        case 0x6a: // u16
        case 0x72: // u8
        case 0x7a: // u64
        case 0x63: // of a register: u32
        case 0x6b: // u16
        case 0x73: // u8
        case 0x7b: {
          // u64
          const size = SIZES[(op >> 3) & 3]
          const o = off[pc]
          const al = (lo[d] + o) | 0
          const ah = (hi[d] + (o >> 31) + (al >>> 0 < o >>> 0 ? 1 : 0)) | 0
          let r = sites[pc]
          let at = (al - r.baseLo) >>> 0
          if (ah !== r.baseHi || at < r.from || at + size > r.to || (r.stride !== 0 && (at % r.stride) + size > r.elem)) {
            r = memory.find(ah, al, size, WRITE) ?? NOWHERE
            // What is written to a page of an arena that is not there is lost.
            if (r === NOWHERE && ah === 0 && code.linker.arenaHi !== 0) break
            if (r === NOWHERE) {
              leave(m, pc, end - left)
              stopAccess(m, ah, al, size, true)
              return 'fault'
            }
            sites[pc] = r
            at = (al - r.baseLo) >>> 0
          }
          if (r.port !== undefined) {
            if (!r.port.store(at, size, lo[s], hi[s])) {
              leave(m, pc, end - left)
              stopAccess(m, ah, al, size, true)
              return 'fault'
            }
            break
          }
          at = al
          dirty[at >>> PAGE_SHIFT] = 1
          switch (size) {
            case 4:
              view.setInt32(at, lo[s], true)
              if (r.shadow !== 0) view.setInt32(at + r.shadow, -1)
              break
            case 2:
              view.setInt16(at, lo[s], true)
              if (r.shadow !== 0) view.setInt16(at + r.shadow, -1)
              break
            case 1:
              view.setInt8(at, lo[s])
              if (r.shadow !== 0) view.setInt8(at + r.shadow, -1)
              break
            default:
              view.setInt32(at, lo[s], true)
              view.setInt32(at + 4, hi[s], true)
              if (r.shadow !== 0) {
                view.setInt32(at + r.shadow, -1)
                view.setInt32(at + r.shadow + 4, -1)
              }
          }
          dirty[(at + size - 1) >>> PAGE_SHIFT] = 1
          // What was written of the stack belongs to the machine's state: stepping back forgets it too.
          if (r.shadow !== 0) dirty[(at + r.shadow) >>> PAGE_SHIFT] = 1
          break
        }

        // atomics, load-acquire, store-release
        case 0xc3:
        case 0xcb:
        case 0xd3:
        case 0xdb:
          leave(m, pc, end - left)
          if (!atomic(m, op, code.imm[pc])) return 'fault'
          break

        // legacy packet loads
        case 0x20: // abs: u32
        case 0x28: // u16
        case 0x30: // u8
        case 0x40: // ind: u32
        case 0x48: // u16
        case 0x50: {
          // u8
          leave(m, pc, end - left)
          const base = op >= 0x40 ? lo[s] : 0
          if (!code.linker.loadPacket(m, (base + code.imm[pc]) | 0, SIZES[(op >> 3) & 3])) {
            lo[0] = hi[0] = 0
            if (!exit(m)) return outcome(m)
            continue entry
          }
          break
        }

        case 0x85: {
          // call
          leave(m, pc, end - left)
          if (s === 1) {
            if (!call(m, target[pc])) return 'fault'
            continue entry
          }
          const helper = code.calls[pc]
          if (helper === undefined) {
            stopUnsupported(m, code.linker.callName(s === 0 ? 'helper' : 'kfunc', code.imm[pc]))
            return 'unsupported'
          }
          const result = helper(m)
          if (memory.readUnwritten) {
            memory.readUnwritten = false
            noteUnwritten(m, pc)
          }
          if (result === 'stopped') return outcome(m)
          if (result === undefined) m.pc = pc + 1
          continue entry
        }

        case 0x95: // exit
          leave(m, pc, end - left)
          if (!exit(m)) return outcome(m)
          continue entry

        default:
          leave(m, pc, end - left)
          if (pc >= code.length) stop(m, 'bad-jump', 'control leaves the program')
          else
            stop(m, 'bad-instruction', `opcode 0x${code.bytes[8 * pc].toString(16).padStart(2, '0')} with these fields is no instruction`)
          return 'fault'
      }
      pc++
    }
  }
}

/** Writes back what the loop keeps to itself. */
function leave(m: Machine, pc: number, steps: number): void {
  m.pc = pc
  m.steps = steps
}

/** Whether the marks of an access are all set. */
function marked(view: DataView, at: number, size: number): boolean {
  switch (size) {
    case 8:
      return (view.getInt32(at) & view.getInt32(at + 4)) === -1
    case 4:
      return view.getInt32(at) === -1
    case 2:
      return view.getInt16(at) === -1
    default:
      return view.getInt8(at) === -1
  }
}

function noteUnwritten(m: Machine, pc: number): void {
  if (m.unwrittenAt < 0) m.unwrittenAt = pc
}

const outcome = (m: Machine): Stop => (m.status === 'ready' ? 'fuel' : m.status)

/** STX|ATOMIC. The machine's pc is that of the instruction; false = stopped by a fault. */
function atomic(m: Machine, op: number, imm: number): boolean {
  const { lo, hi, code, memory, pc } = m
  const d = code.dst[pc]
  const s = code.src[pc]
  const o = code.off[pc]
  const size = SIZES[(op >> 3) & 3]
  const base = imm === LOAD_ACQ ? s : d
  const al = (lo[base] + o) | 0
  const ah = (hi[base] + (o >> 31) + (al >>> 0 < o >>> 0 ? 1 : 0)) | 0
  const rights = imm === LOAD_ACQ ? READ : imm === STORE_REL ? WRITE : READ | WRITE
  let r = m.sites[pc]
  if (!holds(r, ah, al, size, rights)) {
    r = memory.find(ah, al, size, rights) ?? NOWHERE
    if (r === NOWHERE || r.port) return stopAccess(m, ah, al, size, imm !== LOAD_ACQ)
    m.sites[pc] = r
  }
  const ram = memory.ram
  const at = al
  if (imm !== STORE_REL && r.shadow !== 0 && !marked(ram.view, at + r.shadow, size)) noteUnwritten(m, pc)
  if (imm === LOAD_ACQ) {
    lo[d] = size === 1 ? ram.view.getUint8(at) : size === 2 ? ram.view.getUint16(at, true) : ram.view.getInt32(at, true)
    hi[d] = size === 8 ? ram.view.getInt32(at + 4, true) : 0
    return true
  }
  if (imm === STORE_REL) {
    if (size === 1) ram.view.setInt8(at, lo[s])
    else if (size === 2) ram.view.setInt16(at, lo[s], true)
    else ram.view.setInt32(at, lo[s], true)
    if (size === 8) ram.view.setInt32(at + 4, hi[s], true)
  } else if (size === 8) atomic64(ram, at, imm, lo, hi, s)
  else atomic32(ram, at, imm, lo, hi, s)
  ram.touch(at, size)
  if (r.shadow !== 0) ram.fill(at + r.shadow, size, 0xff)
  return true
}
