// Variables and functions of the kernel that a program names (ld_imm64 of a BTF id): a variable of each CPU, a structure, or bytes that may
// be read.
// Linux: check_pseudo_btf_id(), check_ld_imm().
import { btfType, resolve, sizeOf } from '../../btf/index.ts'
import { markRegKnownZero } from '../domain/bounds.ts'
import { BTF, BTF_ID, MEM_PERCPU, MEM_RDONLY, MEM_SIZE, PTR_TO_BTF_ID, PTR_TO_MEM, TYPE } from '../domain/layout.ts'
import { type Env, unsupported } from '../env.ts'
import { EBADF, EINVAL } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { isCut, isStruct, KERNEL_BTF } from './btf-types.ts'

const PERCPU_SECTION = '.data..percpu'

/** What may be said before the walk. */
export function checkKsym(env: Env, insn: number): number {
  const { insns, log, kernel } = env
  const id = insns.imm[insn]!
  if (insns.imm[insn + 1] !== 0) return -EBADF
  const type = kernel ? btfType(kernel.btf, id) : undefined
  if (!kernel || !type || type.kind === 'void') return unsupported(env, 'ld_imm64 of a kernel variable (BPF_PSEUDO_BTF_ID)')
  if (type.kind === 'var' || type.kind === 'func') return 0
  verbose(log, `pseudo btf_id ${id} in ldimm64 isn't KIND_VAR or KIND_FUNC\n`)
  return -EINVAL
}

export function loadKsym(env: Env, dst: number): number {
  const s = env.words
  const kernel = env.kernel!
  const id = env.insns.imm[env.insnIdx]!
  const symbol = btfType(kernel.btf, id)
  markRegKnownZero(s, dst)
  if (symbol.kind !== 'var') {
    s[dst + TYPE] = PTR_TO_MEM | MEM_RDONLY
    return 0
  }
  const at = resolve(kernel.btf, symbol.type)
  const section = kernel.find(PERCPU_SECTION, 'datasec')
  const percpu = section === undefined ? undefined : btfType(kernel.btf, section)
  if (percpu?.kind !== 'datasec') return unsupported(env, `kernel variable ${symbol.name}`)
  const ofEachCpu = percpu.vars.some((v) => v.type === id)
  if (ofEachCpu || isStruct(at.type) || isCut(env, KERNEL_BTF, at.id)) {
    s[dst + TYPE] = PTR_TO_BTF_ID | (ofEachCpu ? MEM_PERCPU : 0)
    s[dst + BTF] = KERNEL_BTF
    s[dst + BTF_ID] = symbol.type
    return 0
  }
  const size = sizeOf(kernel.btf, symbol.type)
  if (size === undefined) return unsupported(env, `kernel variable ${symbol.name}`)
  s[dst + TYPE] = PTR_TO_MEM | MEM_RDONLY
  s[dst + MEM_SIZE] = size
  return 0
}
