// A frame of a state as the log prints it: " frame1: R0=2 R10=fp0 fp-8=mmmm???? refs=3 cb", with a blank before each part and no newline.
// Only what was touched is shown where bits are given; a slot shows one letter a byte ('?' not written, 'm' misc, '0' zero, 'd' dynptr,
// 'i' iterator, 'f' irq flag) or the spilled register behind the letters of the bytes that it does not cover.
// Linux 6.18: print_verifier_state() in kernel/bpf/log.c.
import {
  ALLOCATED_SLOTS,
  BTF,
  BTF_ID,
  DYNPTR_ID,
  DYNPTR_TYPE,
  FRAME_FLAGS,
  FRAME_NO,
  ID,
  IN_ASYNC_CALLBACK_FN,
  IN_CALLBACK_FN,
  ITER_DEPTH,
  ITER_STATE,
  NOT_INIT,
  REF_OBJ_ID,
  REGS,
  regAt,
  SLOT_TYPE,
  SLOT_TYPE_CHARS,
  STACK_DYNPTR,
  STACK_ITER,
  STACK_SPILL,
  slotAt,
  slotType,
  TYPE,
} from '../domain/layout.ts'
import { DYNPTR_TYPES, type LogNames, regText } from './reg-text.ts'

const ITER_STATES = ['<invalid>', 'active', 'drained'] as const
const ITER_PREFIX = 'bpf_iter_'

/** Which registers and slots to show, a bit each; -1 = all. */
export interface Scratched {
  readonly regs: number
  readonly slotsLo: number
  readonly slotsHi: number
}
export const ALL_SCRATCHED: Scratched = { regs: -1, slotsLo: -1, slotsHi: -1 }

export function stateText(s: Int32Array, frame: number, refIds: readonly number[], which: Scratched, names: LogNames): string {
  const frameno = s[frame + FRAME_NO]!
  let text = frameno === 0 ? '' : ` frame${frameno}:`
  for (let i = 0; i < REGS; i++) {
    const r = regAt(frame, i)
    if (s[r + TYPE] !== NOT_INIT && which.regs & (1 << i)) text += ` R${i}=${regText(s, r, frameno, names)}`
  }
  const slots = s[frame + ALLOCATED_SLOTS]!
  for (let spi = 0; spi < slots; spi++) {
    if (!(spi < 32 ? which.slotsLo & (1 << spi) : which.slotsHi & (1 << (spi - 32)))) continue
    const slot = slotAt(frame, spi)
    if ((s[slot + SLOT_TYPE]! | s[slot + SLOT_TYPE + 1]!) === 0) continue
    switch (slotType(s, slot, 7)) {
      case STACK_SPILL:
        text += ` fp${-8 * (spi + 1)}=${slotChars(s, slot).replace(/r.*/, '')}${regText(s, slot, frameno, names)}`
        break
      case STACK_DYNPTR:
        // The second slot tells; the first one is passed over.
        spi++
        text += ` fp${-8 * (spi + 1)}=${dynptrText(s, slotAt(frame, spi))}`
        break
      case STACK_ITER:
        if (s[slot + REF_OBJ_ID] !== 0) text += ` fp${-8 * (spi + 1)}=${iterText(s, slot, names)}`
        break
      default:
        text += ` fp${-8 * (spi + 1)}=${slotChars(s, slot)}`
        break
    }
  }
  if (refIds.length > 0 && refIds[0] !== 0) text += ` refs=${refIds.filter((id) => id !== 0).join(',')}`
  if (s[frame + FRAME_FLAGS]! & IN_CALLBACK_FN) text += ' cb'
  if (s[frame + FRAME_FLAGS]! & IN_ASYNC_CALLBACK_FN) text += ' async_cb'
  return text
}

/** The letters of a slot's bytes, lowest address first. */
export function slotChars(s: Int32Array, slot: number): string {
  let text = ''
  for (let i = 0; i < 8; i++) text += SLOT_TYPE_CHARS[slotType(s, slot, i)]
  return text
}

function dynptrText(s: Int32Array, slot: number): string {
  const parts: string[] = []
  if (s[slot + ID] !== 0) parts.push(`id=${s[slot + ID]}`)
  if (s[slot + REF_OBJ_ID] !== 0) parts.push(`ref_id=${s[slot + REF_OBJ_ID]}`)
  if (s[slot + DYNPTR_ID] !== 0) parts.push(`dynptr_id=${s[slot + DYNPTR_ID]}`)
  return `dynptr_${DYNPTR_TYPES[s[slot + DYNPTR_TYPE]!]}(${parts.join(',')})`
}

function iterText(s: Int32Array, slot: number, names: LogNames): string {
  const kind = names.typeName(s[slot + BTF]!, s[slot + BTF_ID]!).slice(ITER_PREFIX.length)
  return `iter_${kind}(ref_id=${s[slot + REF_OBJ_ID]},state=${ITER_STATES[s[slot + ITER_STATE]!]},depth=${s[slot + ITER_DEPTH]})`
}

/** A set of registers as backtracking prints it: "r0,r7". Linux: fmt_reg_mask(). */
export function regMaskText(mask: number): string {
  const out: string[] = []
  for (let i = 0; i < 32; i++) if (mask & (1 << i)) out.push(`r${i}`)
  return out.join(',')
}

/** A set of stack slots: "-8,-16". Linux: bpf_fmt_stack_mask(). */
export function stackMaskText(lo: number, hi: number): string {
  const out: string[] = []
  for (let i = 0; i < 32; i++) if (lo & (1 << i)) out.push(String(-8 * (i + 1)))
  for (let i = 0; i < 32; i++) if (hi & (1 << i)) out.push(String(-8 * (i + 33)))
  return out.join(',')
}
