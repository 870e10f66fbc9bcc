// A program as the kernel is given it, with what is known about where it came from. The bytes are the truth.
// Map loads are ld_imm64 with src_reg 5 (BPF_PSEUDO_MAP_IDX: imm = index in `maps`) or 6 (BPF_PSEUDO_MAP_IDX_VALUE: the second
// imm = offset in the value), so that a program stands on its own without file descriptors.
import type { Span } from '../diag/index.ts'

/** Index of an 8-byte instruction slot within a program; the second half of ld_imm64 has a slot of its own, as in the kernel. */
export type InsnIdx = number

/** From this instruction on (until the next record), the code belongs to this source line. */
export interface LineInfo {
  readonly insn: InsnIdx
  /** Path as in the object's BTF; the log prints the base name. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based. */
  readonly column: number
  /** The line's text as stored in BTF. */
  readonly text: string
}

/** A function within a program; `start` is its first slot. Entry 0 is the main program. */
export interface SubprogInfo {
  readonly start: InsnIdx
  readonly name: string
  /** BTF id of the FUNC in `Program.btf`; 0 where there is none. */
  readonly typeId: number
  /** Verified alone by its BTF arguments (Linux: global function). */
  readonly isGlobal: boolean
}

/** Where a C variable lives between two instructions (`to` exclusive). Known for code of our own compiler only. */
export interface VarLocation {
  readonly name: string
  /** C spelling of the type. */
  readonly type: string
  readonly from: InsnIdx
  readonly to: InsnIdx
  readonly place:
    | { readonly kind: 'reg'; readonly reg: number }
    | { readonly kind: 'stack'; readonly offset: number; readonly size: number }
}

/** A map as the object describes it; what lives at run time is `KernelMap`. */
export interface MapDef {
  readonly name: string
  /** Name of abi's map type row: 'array', 'hash', 'percpu_array', ... */
  readonly type: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  /** BTF type ids in `Program.btf`; 0 where unknown. */
  readonly keyTypeId: number
  readonly valueTypeId: number
  /** Entries put in before the program is loaded, in order (a queue or stack has an empty key). */
  readonly init: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[]
  /** BPF_MAP_FREEZE after init: constant for the program (`.rodata`). */
  readonly frozen: boolean
  /** Data section maps: the variables inside, for people. */
  readonly section?: string
  /** map_extra of BPF_MAP_CREATE: a bloom filter's number of hashes, an arena's address; absent = 0. */
  readonly extra?: number
  /** Maps of maps: what the maps in it are like. */
  readonly inner?: MapDef
  /** Places that the declaration fills with maps or, in a prog_array, with programs of the object. */
  readonly slots?: readonly MapSlot[]
}

export type MapSlot =
  | { readonly kind: 'map'; readonly index: number; readonly map: MapDef }
  | { readonly kind: 'program'; readonly index: number; readonly program: string }

export interface Program {
  readonly name: string
  /** ELF section, empty where there is none. */
  readonly section: string
  /** Name of abi's program type row: 'xdp', 'sched_cls', 'socket_filter', ... */
  readonly type: string
  /** Linux's expected_attach_type. */
  readonly attachType: number
  /**
   * What the program attaches to, by its name in the kernel's BTF (Linux: attach_btf_id): the typedef 'btf_trace_sched_switch', the function
   * 'bpf_iter_task' or 'tcp_connect', the struct 'tcp_congestion_ops' (attachType is then the number of its member).
   */
  readonly attachTo?: string
  readonly license: string
  /** prog_flags: 1 strict alignment, 2 any alignment, 8 TEST_STATE_FREQ, 0x80 TEST_REG_INVARIANTS. */
  readonly flags: number
  /** 8 bytes a slot. */
  readonly code: Uint8Array
  readonly maps: readonly MapDef[]
  readonly lines: readonly LineInfo[]
  /** Source span of each slot where known (finer than lines). */
  readonly spans: readonly (Span | undefined)[]
  readonly subprogs: readonly SubprogInfo[]
  readonly vars: readonly VarLocation[]
  /** Raw .BTF bytes; absent where the program came without. */
  readonly btf?: Uint8Array
}
