// What can be seen of each instruction by itself, before any path is walked: opcodes that do not exist, loads with reserved fields, and
// ld_imm64: its second half, and the map that it names. Some reserved fields of other instructions are found only when the walk gets
// there, as in Linux.
// Linux: resolve_pseudo_ldimm64(), bpf_opcode_in_insntable().
import {
  BPF_LDX,
  BPF_MEM,
  BPF_MEMSX,
  BPF_PSEUDO_BTF_ID,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_IDX,
  BPF_PSEUDO_MAP_IDX_VALUE,
  BPF_PSEUDO_MAP_VALUE,
  bpfClass,
  bpfMode,
  KNOWN_OPCODES,
  LD_IMM64,
} from '../../isa/index.ts'
import { type Env, MAX_VAR_OFF } from '../env.ts'
import { EBADF, EINVAL, ENOTSUPP, ERANGE } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { checkKsym } from './ksym.ts'
import { checkMapProgCompatibility } from './map.ts'

/** An arena is counted in pages. */
const PAGE = 4096

export function checkEncoding(env: Env): number {
  const { insns, log } = env
  for (let i = 0; i < insns.length; i++) {
    const opcode = insns.opcode[i]!
    if (bpfClass(opcode) === BPF_LDX) {
      const mode = bpfMode(opcode)
      if ((mode !== BPF_MEM && mode !== BPF_MEMSX) || insns.imm[i] !== 0) {
        verbose(log, 'BPF_LDX uses reserved fields\n')
        return -EINVAL
      }
    }
    if (opcode === LD_IMM64) {
      const err = checkLdImm64(env, i)
      if (err) return err
      i++
      continue
    }
    if (!KNOWN_OPCODES[opcode]) {
      verbose(log, `unknown opcode ${opcode.toString(16).padStart(2, '0')}\n`)
      return -EINVAL
    }
  }
  return 0
}

function checkLdImm64(env: Env, i: number): number {
  const { insns, log } = env
  const second = i + 1
  if (
    second >= insns.length ||
    insns.opcode[second] !== 0 ||
    insns.dst[second] !== 0 ||
    insns.src[second] !== 0 ||
    insns.off[second] !== 0
  ) {
    verbose(log, 'invalid bpf_ld_imm64 insn\n')
    return -EINVAL
  }
  switch (insns.src[i]) {
    case 0:
      return 0
    case BPF_PSEUDO_BTF_ID:
      return checkKsym(env, i)
    case BPF_PSEUDO_FUNC:
      return 0
    case BPF_PSEUDO_MAP_VALUE:
    case BPF_PSEUDO_MAP_IDX_VALUE:
      return checkMapLoad(env, i, true)
    case BPF_PSEUDO_MAP_FD:
    case BPF_PSEUDO_MAP_IDX:
      if (insns.imm[second] === 0) return checkMapLoad(env, i, false)
      break
  }
  verbose(log, 'unrecognized bpf_ld_imm64 insn\n')
  return -EINVAL
}

function checkMapLoad(env: Env, i: number, value: boolean): number {
  const { insns, log } = env
  const byIndex = insns.src[i] === BPF_PSEUDO_MAP_IDX || insns.src[i] === BPF_PSEUDO_MAP_IDX_VALUE
  const map = byIndex ? env.program.maps[insns.imm[i]!] : undefined
  if (!map) {
    // A program names its maps by index. Of file descriptors the loader has its three standard streams, which are open but no maps.
    const fd = byIndex ? -1 : insns.imm[i]!
    verbose(log, `fd ${fd} is not pointing to valid bpf_map\n`)
    return fd >= 0 && fd <= 2 ? -EINVAL : -EBADF
  }
  const err = checkMapProgCompatibility(env, insns.imm[i]!)
  if (err || !value) return err
  const off = insns.imm[i + 1]! >>> 0
  if (off >= MAX_VAR_OFF) {
    verbose(log, `direct value offset of ${off} is not allowed\n`)
    return -EINVAL
  }
  if (map.type === 'arena') {
    if (off <= map.maxEntries * PAGE) return 0
    verbose(log, `invalid access to map value pointer, value_size=${map.valueSize} off=${off}\n`)
    return -ERANGE
  }
  if (map.type !== 'array') {
    verbose(log, 'no direct value access support for this map type\n')
    return -EINVAL
  }
  const fault = map.maxEntries !== 1 ? -ENOTSUPP : off >= map.valueSize ? -EINVAL : 0
  if (fault) verbose(log, `invalid access to map value pointer, value_size=${map.valueSize} off=${off}\n`)
  return fault
}
