// The verifier's working state in flat words: one Int32Array holds whole states, and "a register" is an offset `r` into it.
//
//   frame  |header 16|r0 28|r1 28| ... |r10 28|slot fp-8 30|slot fp-16 30| ... |      (FRAME_WORDS at 64 slots)
//   slot   |spilled register 28|8 slot-type bytes in 2 words|                            slot i covers fp-8*(i+1) .. fp-8*i-1
//   reg    |TYPE OFF A B C D|value mask|smin smax umin umax|s32 u32 bounds|ID REF FRAMENO SUBREG PRECISE -|
//           `------------------ compared word for word -------------------' `-- compared through id maps --'
//
// A 64-bit number is a pair of words, high word first; unsigned 32-bit words are kept as int32 (read them with >>> 0).
// Only the slots below ALLOCATED_SLOTS mean anything, so a frame that is put by needs frameWords(slots) words.
// Copying a register copies REG_WORDS words; copying a frame is one run of words. A word that a kind does not use is 0.
// Names and numbers follow Linux 6.18: struct bpf_reg_state, struct bpf_func_state, enum bpf_reg_type, enum bpf_type_flag.

// ---- register block ----
export const REG_WORDS = 28
export const TYPE = 0
/** Fixed offset of a pointer; of a scalar that is linked by ADD_CONST, its distance from the id's value. */
export const OFF = 1
/** First word by kind: RANGE, MAP, MEM_SIZE, BTF, SUBPROGNO, DYNPTR_TYPE. */
export const WORD_A = 2
/** Second word by kind: MAP_UID, BTF_ID, DYNPTR_ID, FIRST_SLOT. */
export const WORD_B = 3
/** Third word by kind: ITER_STATE, IRQ_CLASS. */
export const WORD_C = 4
/** Fourth word by kind: ITER_DEPTH. */
export const WORD_D = 5
export const VALUE_HI = 6
export const VALUE_LO = 7
export const MASK_HI = 8
export const MASK_LO = 9
export const SMIN_HI = 10
export const SMIN_LO = 11
export const SMAX_HI = 12
export const SMAX_LO = 13
export const UMIN_HI = 14
export const UMIN_LO = 15
export const UMAX_HI = 16
export const UMAX_LO = 17
export const S32MIN = 18
export const S32MAX = 19
export const U32MIN = 20
export const U32MAX = 21
/** Equality "up to ids" compares the words before this one. */
export const COMPARED_WORDS = 22
/** Shared by registers that are equal or differ by a constant; ADD_CONST marks the latter. 0 = none. */
export const ID = 22
export const REF_OBJ_ID = 23
/** Frame whose stack an fp pointer points into. */
export const FRAMENO = 24
/** 1 + instruction that defined only the low half; 0 = none. */
export const SUBREG_DEF = 25
export const PRECISE = 26

// What words A to D hold, by kind.
/** pkt, pkt_meta: bytes proven readable; a negative number for "beyond or at the end". */
export const RANGE = WORD_A
/** map_ptr, map_value, map_key: index into the program's map table. */
export const MAP = WORD_A
/** map_ptr, map_value: distinguishes lookups in an outer map; 0 = none. */
export const MAP_UID = WORD_B
export const MEM_SIZE = WORD_A
/** mem: the dynptr that a slice belongs to. */
export const DYNPTR_ID = WORD_B
/** ptr_, iterator slots: which BTF (0 = the kernel's, 1 = the program's). */
export const BTF = WORD_A
export const BTF_ID = WORD_B
export const SUBPROGNO = WORD_A
export const DYNPTR_TYPE = WORD_A
export const FIRST_SLOT = WORD_B
export const ITER_STATE = WORD_C
export const ITER_DEPTH = WORD_D
export const IRQ_CLASS = WORD_C

/** Set in ID where the scalar is `id + OFF` (added 64 bits wide, or 32 and zero-extended) and not the id's value itself. */
export const ADD_CONST64 = 1 << 31
export const ADD_CONST32 = 1 << 30
/** Either of them. */
export const ADD_CONST = ADD_CONST64 | ADD_CONST32

// ---- frame ----
export const MAX_FRAMES = 8
export const REGS = 11
export const MAX_SLOTS = 64
export const SLOT_WORDS = REG_WORDS + 2
/** Offset of the two slot-type words within a slot; byte 0 of the first word is the lowest address. */
export const SLOT_TYPE = REG_WORDS

export const CALLSITE = 0
export const FRAME_NO = 1
export const FRAME_SUBPROG = 2
/** Slots in use (allocated_stack / 8). */
export const ALLOCATED_SLOTS = 3
export const CALLBACK_DEPTH = 4
/** Bits: IN_CALLBACK_FN, IN_ASYNC_CALLBACK_FN, IN_EXCEPTION_CALLBACK_FN. */
export const FRAME_FLAGS = 5
export const RET_RANGE_MIN = 6
export const RET_RANGE_MAX = 7
export const ASYNC_ENTRY_CNT = 8
export const FRAME_HEADER_WORDS = 16
export const IN_CALLBACK_FN = 1
export const IN_ASYNC_CALLBACK_FN = 2
export const IN_EXCEPTION_CALLBACK_FN = 4

export const FRAME_REGS = FRAME_HEADER_WORDS
export const FRAME_SLOTS = FRAME_REGS + REGS * REG_WORDS
export const FRAME_WORDS = FRAME_SLOTS + MAX_SLOTS * SLOT_WORDS
/** A working state: room for every frame at its largest. */
export const STATE_WORDS = MAX_FRAMES * FRAME_WORDS

/** Words that a frame with so many stack slots needs. */
export const frameWords = (slots: number): number => FRAME_SLOTS + slots * SLOT_WORDS
/** Offset of register `regno` of the frame at `frame`. */
export const regAt = (frame: number, regno: number): number => frame + FRAME_REGS + regno * REG_WORDS
/** Offset of stack slot `spi` (0 = fp-8) of the frame at `frame`; its spilled register lies there. */
export const slotAt = (frame: number, spi: number): number => frame + FRAME_SLOTS + spi * SLOT_WORDS

// ---- slot types, one byte each ----
export const STACK_INVALID = 0
export const STACK_SPILL = 1
export const STACK_MISC = 2
export const STACK_ZERO = 3
export const STACK_DYNPTR = 4
export const STACK_ITER = 5
export const STACK_IRQ_FLAG = 6
/** As the log prints them. */
export const SLOT_TYPE_CHARS = '?rm0dif'

/** Type of byte `i` (0 = lowest address) of the slot at `slot`. */
export const slotType = (s: Int32Array, slot: number, i: number): number => (s[slot + SLOT_TYPE + (i >> 2)]! >> ((i & 3) << 3)) & 0xff
export function setSlotType(s: Int32Array, slot: number, i: number, type: number): void {
  const w = slot + SLOT_TYPE + (i >> 2)
  const shift = (i & 3) << 3
  s[w] = (s[w]! & ~(0xff << shift)) | (type << shift)
}
/** Gives all eight bytes of a slot one type. */
export function fillSlotType(s: Int32Array, slot: number, type: number): void {
  s[slot + SLOT_TYPE] = type * 0x01010101
  s[slot + SLOT_TYPE + 1] = type * 0x01010101
}

// ---- kinds: base number in the low byte, flags above ----
export const BASE_TYPE_MASK = 0xff
export const NOT_INIT = 0
export const SCALAR_VALUE = 1
export const PTR_TO_CTX = 2
export const CONST_PTR_TO_MAP = 3
export const PTR_TO_MAP_VALUE = 4
export const PTR_TO_MAP_KEY = 5
export const PTR_TO_STACK = 6
export const PTR_TO_PACKET_META = 7
export const PTR_TO_PACKET = 8
export const PTR_TO_PACKET_END = 9
export const PTR_TO_FLOW_KEYS = 10
export const PTR_TO_SOCKET = 11
export const PTR_TO_SOCK_COMMON = 12
export const PTR_TO_TCP_SOCK = 13
export const PTR_TO_TP_BUFFER = 14
export const PTR_TO_XDP_SOCK = 15
export const PTR_TO_BTF_ID = 16
export const PTR_TO_MEM = 17
export const PTR_TO_ARENA = 18
export const PTR_TO_BUF = 19
export const PTR_TO_FUNC = 20
export const CONST_PTR_TO_DYNPTR = 21

/** Base kinds as the log names them, by number. */
export const KIND_NAMES = [
  '?',
  'scalar',
  'ctx',
  'map_ptr',
  'map_value',
  'map_key',
  'fp',
  'pkt_meta',
  'pkt',
  'pkt_end',
  'flow_keys',
  'sock',
  'sock_common',
  'tcp_sock',
  'tp_buffer',
  'xdp_sock',
  'ptr_',
  'mem',
  'arena',
  'buf',
  'func',
  'dynptr_ptr',
] as const

export const PTR_MAYBE_NULL = 1 << 8
export const MEM_RDONLY = 1 << 9
export const MEM_RINGBUF = 1 << 10
export const MEM_USER = 1 << 11
export const MEM_PERCPU = 1 << 12
export const OBJ_RELEASE = 1 << 13
export const PTR_UNTRUSTED = 1 << 14
export const MEM_UNINIT = 1 << 15
export const DYNPTR_TYPE_LOCAL = 1 << 16
export const DYNPTR_TYPE_RINGBUF = 1 << 17
export const MEM_FIXED_SIZE = 1 << 18
export const MEM_ALLOC = 1 << 19
export const PTR_TRUSTED = 1 << 20
export const MEM_RCU = 1 << 21
export const NON_OWN_REF = 1 << 22
export const DYNPTR_TYPE_SKB = 1 << 23
export const DYNPTR_TYPE_XDP = 1 << 24
export const MEM_ALIGNED = 1 << 25
export const MEM_WRITE = 1 << 26
export const DYNPTR_TYPE_SKB_META = 1 << 27

export const baseType = (type: number): number => type & BASE_TYPE_MASK
export const typeFlags = (type: number): number => type & ~BASE_TYPE_MASK
export const mayBeNull = (type: number): boolean => (type & PTR_MAYBE_NULL) !== 0
/** Anything but an uninitialised register and a number. */
export const isPointer = (type: number): boolean => type !== NOT_INIT && type !== SCALAR_VALUE

// ---- whole blocks ----
/** Words from which on a copy as a whole is faster than a loop. */
const LONG_COPY = 256

/** Copies a register block; also within one array. */
export function copyReg(dst: Int32Array, d: number, src: Int32Array, r: number): void {
  for (let i = 0; i < REG_WORDS; i++) dst[d + i] = src[r + i]!
}
/** Copies a frame with the slots in use only; what lies beyond them in `dst` stays as it was. */
export function copyFrame(dst: Int32Array, d: number, src: Int32Array, frame: number): void {
  const n = frameWords(src[frame + ALLOCATED_SLOTS]!)
  if (dst === src) dst.copyWithin(d, frame, frame + n)
  else if (n > LONG_COPY) dst.set(src.subarray(frame, frame + n), d)
  else for (let i = 0; i < n; i++) dst[d + i] = src[frame + i]!
}
/** Makes at least `slots` stack slots usable; new ones are empty. */
export function growStack(s: Int32Array, frame: number, slots: number): void {
  const have = s[frame + ALLOCATED_SLOTS]!
  if (slots <= have) return
  s.fill(0, slotAt(frame, have), slotAt(frame, slots))
  s[frame + ALLOCATED_SLOTS] = slots
}
