// Code made ready to run: the instruction columns with everything resolved that does not change while it runs. Immediates
// become extra registers that nobody writes (numbers from 11 up), so that `r1 += r2` and `r1 += 5` are one operation;
// jumps carry the slot that they go to; calls carry the function that answers them.
// The columns have one row more than there are slots: an invalid instruction, where control arrives that leaves the program.
// In: the bytes, and a Linker that knows addresses and helpers. Out: immutable Code; linking never fails, what cannot be
// resolved faults or is unsupported when it runs.
import { BPF_REG_FP, decodeInsn, insnTable, LD_IMM64 } from '../isa/index.ts'
import type { Machine } from './machine.ts'

/** What a helper did: nothing special; moved the machine itself (tail call, callback); or stopped it (`machine.status`). */
export type HelperResult = undefined | 'moved' | 'stopped'

/** Reads r1 to r5 and writes r0 of the machine. */
export type Helper = (m: Machine) => HelperResult

export interface Linker {
  /** Value of a ld_imm64 with src_reg 1, 2, 3, 5 or 6 as [lo, hi]; undefined = cannot be loaded. */
  readonly imm64: (src: number, imm: number, imm2: number) => readonly [number, number] | undefined
  readonly helper: (id: number) => Helper | undefined
  readonly kfunc: (btfId: number, off: number) => Helper | undefined
  /** Name of what a call asks for, for messages. */
  readonly callName: (kind: 'helper' | 'kfunc', id: number) => string
  /** Whether what a call answers, if it is a pointer, points to bytes (not to the context or what else has none). */
  readonly returnsRam: (kind: 'helper' | 'kfunc', id: number) => boolean
  /** How a call of a helper looks something up in a map whose address has this lower half; undefined = it has to be called. */
  readonly lookup: (helper: number, mapLo: number) => Lookup | undefined
  /** Ram offset of the 32-bit number that a helper answers; undefined = it has to be called. */
  readonly answerCell: (helper: number) => number | undefined
  /** A field of the context whose value lies in Ram; undefined where it has to be asked for. */
  readonly contextCell: (off: number, size: number) => ContextCell | undefined
  /** Whether the context is bytes in Ram; otherwise it has none, and accesses to it are answered by a port. */
  readonly contextInRam: boolean
  /**
   * Loads that find nothing give 0: the program may hold pointers of the kernel's own types, which lead anywhere.
   * Linux: BPF_PROBE_MEM.
   */
  readonly probes: boolean
  /** Upper half of user space's addresses of the program's arena; 0 = it has none. */
  readonly arenaHi: number
  /** Legacy packet loads: puts the value into r0, or answers false where the packet has no such bytes. */
  readonly loadPacket: (m: Machine, offset: number, size: number) => boolean
}

/** A table in Ram that compiled code can look keys up in. All are Ram offsets but `hi`, the upper half of addresses of values. */
export type Lookup = TableOfValues &
  /** The key is an index of 32 bits. */
  (
    | {
        readonly kind: 'array'
        readonly values: number
        readonly stride: number
        readonly entries: number
      }
    /** Chained elements under `table[jhash(key) & mask]`; the fields of an element by their distance. */
    | {
        readonly kind: 'chains'
        readonly table: number
        readonly mask: number
        readonly seed: number
        readonly next: number
        readonly hash: number
        readonly key: number
        /** Holds the Ram offset of the value. */
        readonly value: number
        /** A bit that is set in an element that was looked up. */
        readonly used?: { readonly at: number; readonly bit: number }
      }
  )

interface TableOfValues {
  readonly hi: number
  readonly keySize: number
  /** Bytes of a value that programs can access, and how: READ, WRITE or both. */
  readonly valueSize: number
  readonly rights: number
  readonly cpu?: PerCpu
}

/** Values of CPUs lie side by side: the one of the CPU whose number is in a cell of Ram is meant. */
export interface PerCpu {
  readonly cell: number
  readonly stride: number
}

/** A field of the context that Linux rewrites into a plain load. */
export interface ContextCell {
  /** Ram offset of 8 bytes, the value zero-extended. */
  readonly at: number
  /** Whether the value is a pointer to bytes. */
  readonly isPointer: boolean
}

/** Where in the register columns the constants begin. */
export const FIRST_CONSTANT = BPF_REG_FP + 1

export interface Code {
  readonly name: string
  readonly length: number
  readonly opcode: Uint8Array
  readonly dst: Uint8Array
  /** Register or constant. */
  readonly src: Int32Array
  readonly off: Int32Array
  readonly imm: Int32Array
  /** Slot that a jump or a call of a subprogram goes to; `length` where that is outside. */
  readonly target: Int32Array
  readonly constLo: Int32Array
  readonly constHi: Int32Array
  /** Whether an instruction names r10. */
  readonly usesStack: boolean
  readonly calls: readonly (Helper | undefined)[]
  readonly linker: Linker
  /** The bytes that this was made from. */
  readonly bytes: Uint8Array
}

/** Address of the instruction at a slot, as function pointers have it. */
export const TEXT_HI = 0xffffffff | 0
export const TEXT_LO = 0xc0000000 | 0

/** Slot of a function pointer, or -1. */
export function slotOfAddress(code: Code, lo: number, hi: number): number {
  const off = (lo - TEXT_LO) >>> 0
  return hi === TEXT_HI && off % 8 === 0 && off / 8 < code.length ? off / 8 : -1
}

const SRC_FUNC = 4
/** Stands in the opcode column for what is no instruction; LD|W|IMM, which does not exist. */
const INVALID = 0x00

export function link(name: string, bytes: Uint8Array, linker: Linker): Code {
  const t = insnTable(bytes)
  const src = new Int32Array(t.length + 1)
  const opcode = padded(t.opcode, new Uint8Array(t.length + 1))
  const off = padded(t.off, new Int32Array(t.length + 1))
  const target = new Int32Array(t.length + 1).fill(t.length)
  const calls: (Helper | undefined)[] = new Array(t.length).fill(undefined)
  const constants = new Map<string, number>()
  const constLo: number[] = []
  const constHi: number[] = []
  const constant = (lo: number, hi: number): number => {
    const key = `${lo},${hi}`
    let index = constants.get(key)
    if (index === undefined) {
      index = FIRST_CONSTANT + constLo.length
      constants.set(key, index)
      constLo.push(lo)
      constHi.push(hi)
    }
    return index
  }
  for (let i = 0; i < t.length; i++) {
    const op = t.opcode[i]
    const cls = op & 0x07
    src[i] = t.src[i]
    if (t.dst[i] > BPF_REG_FP || t.src[i] > BPF_REG_FP || decodeInsn(t, i).kind === 'invalid') {
      opcode[i] = INVALID
      continue
    }
    if (op === LD_IMM64) {
      const imm2 = i + 1 < t.length ? t.imm[i + 1] : 0
      let value: readonly [number, number] | undefined = [t.imm[i], imm2]
      if (t.src[i] === SRC_FUNC) value = [(TEXT_LO + 8 * (i + 1 + t.imm[i])) | 0, TEXT_HI]
      else if (t.src[i] !== 0) value = linker.imm64(t.src[i], t.imm[i], imm2)
      src[i] = value && i + 1 < t.length ? constant(value[0], value[1]) : -1
      i++
    } else if (cls === 0x02 || (cls >= 0x04 && (op & 0x08) === 0)) {
      src[i] = constant(t.imm[i], t.imm[i] >> 31)
    }
    if (cls === 0x05 || cls === 0x06) {
      if (op === 0x06) target[i] = i + 1 + t.imm[i]
      else if (op === 0x85) {
        if (t.src[i] === 1) target[i] = i + 1 + t.imm[i]
        else calls[i] = t.src[i] === 0 ? linker.helper(t.imm[i]) : linker.kfunc(t.imm[i], t.off[i])
      } else if (op !== 0x95) target[i] = i + 1 + t.off[i]
      if (target[i] < 0 || target[i] > t.length) target[i] = t.length
    }
  }
  // What a call is (helper 0, subprogram 1, kfunc 2) has to stay readable although calls have an immediate.
  for (let i = 0; i < t.length; i++) if (opcode[i] === 0x85) src[i] = t.src[i]
  return {
    name,
    length: t.length,
    opcode,
    dst: padded(t.dst, new Uint8Array(t.length + 1)),
    src,
    off,
    imm: padded(t.imm, new Int32Array(t.length + 1)),
    target,
    constLo: Int32Array.from(constLo),
    constHi: Int32Array.from(constHi),
    usesStack: t.dst.includes(BPF_REG_FP) || t.src.includes(BPF_REG_FP),
    calls,
    linker,
    bytes,
  }
}

function padded<T extends Uint8Array | Int32Array>(column: ArrayLike<number>, into: T): T {
  into.set(column)
  return into
}
