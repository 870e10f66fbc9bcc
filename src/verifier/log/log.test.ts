// Pointers and stack slots in the words of the log; numbers are compared with the kernel in ../domain/kernel.test.ts.
import { expect, test } from 'vitest'
import { markRegConst, markRegKnownZero, markRegNotInit, markRegUnknown } from '../domain/bounds.ts'
import {
  ADD_CONST64,
  BTF_ID,
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  DYNPTR_TYPE,
  FIRST_SLOT,
  FRAME_FLAGS,
  FRAME_NO,
  FRAMENO,
  fillSlotType,
  growStack,
  ID,
  IN_CALLBACK_FN,
  ITER_DEPTH,
  ITER_STATE,
  MAP,
  MASK_HI,
  MASK_LO,
  MEM_RDONLY,
  MEM_SIZE,
  NON_OWN_REF,
  OFF,
  PRECISE,
  PTR_MAYBE_NULL,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_CTX,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
  RANGE,
  REF_OBJ_ID,
  REG_WORDS,
  REGS,
  regAt,
  SMAX_HI,
  STACK_DYNPTR,
  STACK_ITER,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
  STATE_WORDS,
  setSlotType,
  slotAt,
  TYPE,
  UMAX_HI,
} from '../domain/layout.ts'
import { type LogNames, regText } from './reg-text.ts'
import { ALL_SCRATCHED, stackMaskText, stateText } from './state-text.ts'

const NAMES: LogNames = {
  maps: [
    { name: 'counts', keySize: 4, valueSize: 8 },
    { name: '', keySize: 4, valueSize: 16 },
  ],
  typeName: (_btf, id) => (id === 7 ? 'task_struct' : 'bpf_iter_num'),
}

/** A known-zero pointer with words set. */
function pointer(type: number, words: Readonly<Record<number, number>> = {}): string {
  const s = new Int32Array(REG_WORDS)
  markRegKnownZero(s, 0)
  s[TYPE] = type
  for (const [at, value] of Object.entries(words)) s[Number(at)] = value
  return regText(s, 0, 0, NAMES)
}

test.each([
  ['ctx()', PTR_TO_CTX, {}],
  ['ctx(off=16)', PTR_TO_CTX, { [OFF]: 16 }],
  ['fp0', PTR_TO_STACK, {}],
  ['fp-16', PTR_TO_STACK, { [OFF]: -16 }],
  ['fp[1]-8', PTR_TO_STACK, { [OFF]: -8, [FRAMENO]: 1 }],
  ['map_ptr(map=counts,ks=4,vs=8)', CONST_PTR_TO_MAP, { [MAP]: 0 }],
  ['map_value_or_null(id=1,ks=4,vs=16)', PTR_TO_MAP_VALUE | PTR_MAYBE_NULL, { [ID]: 1, [MAP]: 1 }],
  ['map_value(map=counts,ks=4,vs=8,off=4)', PTR_TO_MAP_VALUE, { [OFF]: 4 }],
  ['pkt(id=1,off=14,r=34)', PTR_TO_PACKET, { [ID]: 1, [OFF]: 14, [RANGE]: 34 }],
  ['pkt(r=0xffffffffffffffff)', PTR_TO_PACKET, { [RANGE]: -1 }],
  ['pkt_end()', PTR_TO_PACKET_END, {}],
  ['sock_or_null(id=8,ref_obj_id=8)', PTR_TO_SOCKET | PTR_MAYBE_NULL, { [ID]: 8, [REF_OBJ_ID]: 8 }],
  ['rdonly_mem(sz=64)', PTR_TO_MEM | MEM_RDONLY, { [MEM_SIZE]: 64 }],
  ['rdonly_untrusted_mem(sz=0)', PTR_TO_MEM | MEM_RDONLY | PTR_UNTRUSTED, {}],
  ['trusted_ptr_task_struct()', PTR_TO_BTF_ID | PTR_TRUSTED, { [BTF_ID]: 7 }],
  ['ptr_or_null_task_struct(id=3,ref_obj_id=3)', PTR_TO_BTF_ID | PTR_MAYBE_NULL, { [BTF_ID]: 7, [ID]: 3, [REF_OBJ_ID]: 3 }],
  ['ptr_task_struct(non_own_ref,off=8)', PTR_TO_BTF_ID | NON_OWN_REF, { [BTF_ID]: 7, [OFF]: 8 }],
  ['dynptr_ptr(id=1,type=local)', CONST_PTR_TO_DYNPTR, { [ID]: 1, [DYNPTR_TYPE]: 1 }],
  ['arena', PTR_TO_ARENA, {}],
])('%s', (text, type, words) => {
  expect(pointer(type, words)).toBe(text)
})

test('scalars show precision, links and what is not at its extreme', () => {
  const s = new Int32Array(REG_WORDS)
  const show = (): string => regText(s, 0, 0, NAMES)
  markRegConst(s, 0, 74565, false)
  expect(show()).toBe('0x12345')
  s[PRECISE] = 1
  markRegConst(s, 0, -1, true)
  expect(show()).toBe('0xffffffff')
  markRegConst(s, 0, -7, false)
  s[PRECISE] = 1
  expect(show()).toBe('P-7')
  markRegUnknown(s, 0)
  expect(show()).toBe('scalar()')
  s[ID] = 1 | ADD_CONST64
  s[OFF] = -4
  expect(show()).toBe('scalar(id=1-4)')
})

test('a variable offset of a pointer is shown as a number is', () => {
  const s = new Int32Array(REG_WORDS)
  markRegUnknown(s, 0)
  s[TYPE] = PTR_TO_STACK
  s[MASK_HI] = 0
  s[MASK_LO] = 0xff
  s[SMAX_HI] = s[UMAX_HI] = 0
  s[SMAX_HI + 1] = s[UMAX_HI + 1] = 255
  expect(regText(s, 0, 0, NAMES)).toBe('fp(smax=umax=255,var_off=(0x0; 0xff))')
})

test('a frame shows registers, slots, references and whether it is a callback', () => {
  const s = new Int32Array(STATE_WORDS)
  for (let i = 0; i < REGS; i++) markRegNotInit(s, regAt(0, i))
  s[FRAME_NO] = 1
  s[FRAME_FLAGS] = IN_CALLBACK_FN
  markRegConst(s, regAt(0, 3), 3, false)
  growStack(s, 0, 6)
  const slot = (spi: number): number => slotAt(0, spi)
  fillSlotType(s, slot(0), STACK_MISC)
  for (let i = 0; i < 4; i++) setSlotType(s, slot(0), i, STACK_ZERO)
  // A spill of the low half only.
  markRegConst(s, slot(1), 5, false)
  for (let i = 4; i < 8; i++) setSlotType(s, slot(1), i, STACK_SPILL)
  for (const spi of [3, 4]) {
    markRegKnownZero(s, slot(spi))
    fillSlotType(s, slot(spi), STACK_DYNPTR)
    s[slot(spi) + DYNPTR_TYPE] = 2
    s[slot(spi) + ID] = 1
    s[slot(spi) + REF_OBJ_ID] = 2
  }
  s[slot(4) + FIRST_SLOT] = 1
  markRegKnownZero(s, slot(5))
  fillSlotType(s, slot(5), STACK_ITER)
  s[slot(5) + REF_OBJ_ID] = 3
  s[slot(5) + ITER_STATE] = 1
  s[slot(5) + ITER_DEPTH] = 0
  expect(stateText(s, 0, [2, 3], ALL_SCRATCHED, NAMES)).toBe(
    ' frame1: R3=3 fp-8=0000mmmm fp-16=????5 fp-40=dynptr_ringbuf(id=1,ref_id=2,dynptr_id=1)' +
      ' fp-48=iter_num(ref_id=3,state=active,depth=0) refs=2,3 cb',
  )
  expect(stateText(s, 0, [], { regs: 0, slotsLo: 1, slotsHi: 0 }, NAMES)).toBe(' frame1: fp-8=0000mmmm cb')
})

test('sets of slots are listed from the frame pointer downwards', () => {
  expect(stackMaskText(0b101, 1)).toBe('-8,-24,-264')
})
