// Instructions and states as the log shows them, with the names that they need. Linux: verbose_insn(), print_insn_state(),
// print_verifier_state().
import { helperById } from '../abi/index.ts'
import { BPF_PSEUDO_FUNC, BPF_PSEUDO_MAP_IDX_VALUE, BPF_PSEUDO_MAP_VALUE, type DisasmNames, disassembleInsn } from '../isa/index.ts'
import { type Env, scratchNone } from './env.ts'
import { ALL_SCRATCHED, stateText } from './log/state-text.ts'
import type { State } from './state.ts'
import { trace, traceStatePrefix } from './verbose.ts'

// Where the kernel has put a map differs from load to load; the addresses shown are made up, but look like the kernel's.
const MAP_BASE = 0xffff888100000000n
const VALUE_BASE = 0xffffc90000000000n
/** An arena's own is that of user space. */
const ARENA_BASE = 0x100000000000n
const MAP_STRIDE = 0x100000n

export function disasmNames(env: Env): DisasmNames {
  return {
    kfunc: (id, off) => (id === 0 ? '' : off === 0 ? env.kfuncs.get(id)?.name : undefined),
    helper: (id) => (id === 0 ? 'bpf_unspec' : helperById(id)?.name),
    imm64: (slot, value) => {
      const src = env.insns.src[slot]!
      if (src === 0 || src === BPF_PSEUDO_FUNC) return undefined
      // Addresses are for those who may see them.
      if (!env.perfmon) return '0x0'
      const map = BigInt(env.insns.imm[slot]!)
      const direct = src === BPF_PSEUDO_MAP_VALUE || src === BPF_PSEUDO_MAP_IDX_VALUE
      if (direct && env.maps[Number(map)]?.type === 'arena') return `0x${(ARENA_BASE + (value >> 32n)).toString(16)}`
      const address = direct ? VALUE_BASE + map * MAP_STRIDE + (value >> 32n) : MAP_BASE + map * MAP_STRIDE
      return `0x${address.toString(16)}`
    },
  }
}

/** "(b7) r0 = 0", kept since loops show the same instruction again and again. */
export function insnText(env: Env, insn: number): string {
  return (env.texts[insn] ??= disassembleInsn(env.insns, insn, env.disasm))
}

/** The whole of a frame: " frame1: R0=2 R10=fp0 fp-8=0" without newline. */
export const wholeState = (env: Env, state: State, frame: number): string =>
  stateText(state.words, state.at[frame]!, refIds(state), ALL_SCRATCHED, env.names)

const refIds = (state: State): number[] => state.refs.map((ref) => ref.id)

/** What was touched, behind the instruction. */
export function traceInsnState(env: Env): void {
  traceStatePrefix(env.log, env.insnIdx)
  const which = { regs: env.scratchedRegs, slotsLo: env.scratchedSlotsLo, slotsHi: env.scratchedSlotsHi }
  trace(env.log, `${stateText(env.words, env.cur.at[env.cur.curframe]!, refIds(env.cur), which, env.names)}\n`)
  scratchNone(env)
}

export function traceState(env: Env, state: State, frame: number): void {
  trace(env.log, `${wholeState(env, state, frame)}\n`)
}
