// Functions and variables of the kernel that a program names (ld_imm64 of a BTF id). A function is an address that nothing may be read from.
// The kernel's table of symbols knows variables only where it is built with CONFIG_KALLSYMS_ALL, which this one is not: naming one is refused.
// Linux: check_pseudo_btf_id(), check_ld_imm().
import { btfType } from '../../btf/index.ts'
import { markRegKnownZero } from '../domain/bounds.ts'
import { MEM_RDONLY, PTR_TO_MEM, TYPE } from '../domain/layout.ts'
import { type Env, unsupported } from '../env.ts'
import { EINVAL, ENOENT } from '../errno.ts'
import { verbose } from '../verbose.ts'

/** What can be said before the walk. */
export function checkKsym(env: Env, insn: number): number {
  const { insns, log, kernel } = env
  const id = insns.imm[insn]!
  if (insns.imm[insn + 1] !== 0) {
    verbose(env.log, 'invalid module BTF object FD specified.\n')
    return -EINVAL
  }
  const type = kernel ? btfType(kernel.btf, id) : undefined
  if (!type || type.kind === 'void') return unsupported(env, 'ld_imm64 of a kernel variable (BPF_PSEUDO_BTF_ID)')
  if (type.kind === 'func') return 0
  if (type.kind !== 'var') {
    verbose(log, `pseudo btf_id ${id} in ldimm64 isn't KIND_VAR or KIND_FUNC\n`)
    return -EINVAL
  }
  verbose(log, `ldimm64 failed to find the address for kernel symbol '${type.name}'.\n`)
  return -ENOENT
}

/** A function's address. */
export function loadKsym(env: Env, dst: number): number {
  markRegKnownZero(env.words, dst)
  env.words[dst + TYPE] = PTR_TO_MEM | MEM_RDONLY
  return 0
}
