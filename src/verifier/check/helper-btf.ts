// Structures of the kernel as arguments and results of helpers: which structure each helper wants and gives, and whether a register's one may
// stand for it.
// Linux: check_reg_type() (PTR_TO_BTF_ID part), check_helper_call() (RET_PTR_TO_BTF_ID, RET_PTR_TO_MEM_OR_BTF_ID).
import type { HelperRow } from '../../abi/index.ts'
import { type BtfId, resolve, sizeOf } from '../../btf/index.ts'
import { markRegKnownZero } from '../domain/bounds.ts'
import {
  BTF,
  BTF_ID,
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  MEM_RDONLY,
  MEM_SIZE,
  mayBeNull,
  OBJ_RELEASE,
  OFF,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_MEM,
  PTR_TRUSTED,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env, unsupported } from '../env.ts'
import { EACCES, EINVAL, UNSUPPORTED } from '../errno.ts'
import { regTypeName } from '../log/reg-text.ts'
import { verbose } from '../verbose.ts'
import { btfOf, isStruct, KERNEL_BTF, kernelStruct, nameText, regTypeBehind, typeNameOf } from './btf-types.ts'
import { structIdsMatch } from './btf-walk.ts'

/** Arguments that C declares as void * (by helper), and results as numbers. */
const ARG_STRUCTS: Readonly<Record<string, string>> = {
  bpf_skb_output: 'sk_buff',
  bpf_xdp_output: 'xdp_buff',
  bpf_xdp_get_buff_len: 'xdp_buff',
  bpf_tcp_send_ack: 'tcp_sock',
  bpf_inode_storage_get: 'inode',
  bpf_inode_storage_delete: 'inode',
  bpf_sk_storage_get: 'sock_common',
  bpf_sk_storage_delete: 'sock_common',
}
const RESULT_STRUCTS: Readonly<Record<string, string>> = { bpf_task_pt_regs: 'pt_regs' }

const structOf = (cType: string | undefined): string | undefined => /^(?:const )?struct (\w+) \*$/.exec(cType ?? '')?.[1]

const argStruct = (row: HelperRow, base: string, i: number): string | undefined =>
  base === 'ptr_to_btf_id_sock_common' ? 'sock_common' : (ARG_STRUCTS[row.name] ?? structOf(row.c.params[i]?.type))

/** The argument in a register that points to a structure, of a kind that the helper takes. */
export function checkStructArg(env: Env, regno: number, row: HelperRow, base: string, flags: number): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  const type = s[r + TYPE]!
  if (base === 'ptr_to_mem' || base === 'ptr_to_map_key' || base === 'ptr_to_map_value') {
    if (flags & MEM_RDONLY) return 0
    verbose(log, `${row.name}() may write into memory pointed by R${regno} type=${regTypeName(type)}\n`)
    return -EACCES
  }
  if (type & (MEM_ALLOC | MEM_PERCPU)) return 0
  const want = argStruct(row, base, regno - 1)
  const wantId = want === undefined ? undefined : kernelStruct(env, want)
  if (wantId === undefined) return unsupported(env, `${row.name}()`)
  return checkSameStruct(env, regno, flags, wantId, (flags & OBJ_RELEASE) !== 0 && row.name !== 'bpf_sk_release')
}

/** The argument of a global function that is to be a structure of the kernel. */
export function checkStructParam(env: Env, regno: number, flags: number, wantId: BtfId): number {
  const type = env.words[curReg(env, regno) + TYPE]!
  const wanted = flags & PTR_MAYBE_NULL ? type & ~PTR_MAYBE_NULL : type
  const fits = STRUCT_ARG_TYPES['ptr_to_btf_id']!
  if (fits.includes(wanted)) return checkSameStruct(env, regno, flags, wantId, false)
  verbose(env.log, `R${regno} type=${regTypeName(type)} expected=${fits.map(regTypeName).join(', ')}\n`)
  return -EACCES
}

function checkSameStruct(env: Env, regno: number, flags: number, wantId: BtfId, strict: boolean): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  if (mayBeNull(s[r + TYPE]!) && (!(flags & PTR_MAYBE_NULL) || flags & OBJ_RELEASE)) {
    verbose(log, `Possibly NULL pointer passed to helper arg${regno}\n`)
    return -EACCES
  }
  const given = regTypeBehind(env, r)
  const match = structIdsMatch(env, s[r + BTF]!, s[r + BTF_ID]!, s[r + OFF]!, KERNEL_BTF, wantId, strict)
  if (env.feature !== '') return UNSUPPORTED
  if (match) return 0
  verbose(log, `R${regno} is of type ${nameText(given.type)} but ${typeNameOf(env, KERNEL_BTF, wantId)} is expected\n`)
  return -EACCES
}

/** A result that is a structure of the kernel. */
export function structResult(env: Env, row: HelperRow, r0: number, flags: number): number {
  const s = env.words
  const name = RESULT_STRUCTS[row.name] ?? structOf(row.c.ret)
  const id = name === undefined ? undefined : kernelStruct(env, name)
  if (id === undefined) return unsupported(env, `${row.name}()`)
  markRegKnownZero(s, r0)
  s[r0 + TYPE] = PTR_TO_BTF_ID | flags
  s[r0 + BTF] = KERNEL_BTF
  s[r0 + BTF_ID] = id
  return 0
}

/** A CPU's own copy of a variable: its structure, or as many bytes as it has. */
export function percpuResult(env: Env, r0: number, flags: number, which: number, typeId: BtfId, allocated: boolean): number {
  const s = env.words
  const btf = btfOf(env, which)
  const { type } = resolve(btf, typeId)
  markRegKnownZero(s, r0)
  if (!isStruct(type)) {
    const size = sizeOf(btf, typeId)
    if (size === undefined) {
      verbose(env.log, `unable to resolve the size of type '${nameText(type)}': -22\n`)
      return -EINVAL
    }
    s[r0 + TYPE] = PTR_TO_MEM | flags
    s[r0 + MEM_SIZE] = size
    return 0
  }
  s[r0 + TYPE] = PTR_TO_BTF_ID | (allocated ? MEM_ALLOC | MEM_RCU : flags & ~MEM_RDONLY)
  s[r0 + BTF] = which
  s[r0 + BTF_ID] = typeId
  return 0
}

/** Kinds of registers for arguments that are structures. */
export const STRUCT_ARG_TYPES: Readonly<Record<string, readonly number[]>> = {
  ptr_to_btf_id: [PTR_TO_BTF_ID, PTR_TO_BTF_ID | PTR_TRUSTED, PTR_TO_BTF_ID | MEM_RCU],
  ptr_to_percpu_btf_id: [PTR_TO_BTF_ID | MEM_PERCPU, PTR_TO_BTF_ID | MEM_PERCPU | MEM_RCU, PTR_TO_BTF_ID | MEM_PERCPU | PTR_TRUSTED],
}
