// Ids of the kernel's types in what the running kernel was asked and said, as ids of the kept types: every build of a kernel numbers its own.
// In: instructions (calls of kfuncs, addresses of variables, arguments of bpf_rdonly_cast) and logs, with the names behind the ids.
// Out: the same by the numbers of `KernelBtf`. What a program attaches to is told by name already, and types of its maps are its own BTF's.
// Invariant: a name that the kept types lack never becomes the id of another type.
import type { KernelBtf } from '../abi/index.ts'
import { fromHex, toHex } from '../base/index.ts'
import type { BtfId, BtfKind } from '../btf/index.ts'
import { BPF_CALL, BPF_JMP, BPF_PSEUDO_BTF_ID, BPF_PSEUDO_KFUNC_CALL, INSN_BYTES, LD_IMM64 } from '../isa/index.ts'

/** What is said with ids of the running kernel. */
export interface ForeignIds {
  readonly insns: string
  /** Names of the kernel's functions and variables by the id in the instruction. */
  readonly kernel: Readonly<Record<string, string>>
  /** Names of the types whose ids are given to bpf_rdonly_cast, by the instruction that has the id. */
  readonly casts?: Readonly<Record<string, string>>
  readonly log: string
  readonly said?: string
  /** The first type of the kernel that instructions name and the kept types lack. */
  readonly lacks?: string
}

/** The same with ids of the kept types. An id that names nothing stays, where it names nothing here either. */
export function inOwnIds<T extends ForeignIds>(foreign: T, kernel: KernelBtf): T & Pick<ForeignIds, 'lacks'> {
  const code = fromHex(foreign.insns)!
  const slots = new DataView(code.buffer, code.byteOffset, code.byteLength)
  let lacks: string | undefined
  const put = (slot: number, name: string | undefined, kinds: readonly BtfKind[]): void => {
    if (name === undefined) return
    const at = slot * INSN_BYTES + 4
    const foreignId = slots.getInt32(at, true)
    if (name === '' && namesNothing(kernel, foreignId)) return
    const id = ownId(kernel, foreignId, name, kinds)
    if (id === undefined) lacks ??= name || `type ${foreignId}`
    else slots.setInt32(at, id, true)
  }
  for (let slot = 0; slot < code.length / INSN_BYTES; slot++) {
    const at = slot * INSN_BYTES
    const source = code[at + 1]! >> 4
    const named = foreign.kernel[slots.getInt32(at + 4, true)]
    if (code[at] === LD_IMM64) {
      const ofKernel = slots.getInt32(at + INSN_BYTES + 4, true) === 0
      if (source === BPF_PSEUDO_BTF_ID && ofKernel) put(slot, named, ['var', 'func'])
      else put(slot, foreign.casts?.[slot], CAST_TO)
      slot++
    } else if (code[at] === (BPF_JMP | BPF_CALL)) {
      const ofKernel = slots.getInt16(at + 2, true) === 0
      if (source === BPF_PSEUDO_KFUNC_CALL && ofKernel) put(slot, named, ['func'])
    } else put(slot, foreign.casts?.[slot], CAST_TO)
  }
  const { log, said } = foreign
  return {
    ...foreign,
    insns: toHex(code),
    log: logInOwnIds(log, foreign, kernel),
    ...(said === undefined ? {} : { said: logInOwnIds(said, foreign, kernel) }),
    ...(lacks === undefined ? {} : { lacks }),
  }
}

const CAST_TO: readonly BtfKind[] = ['struct', 'union', 'typedef', 'int', 'enum', 'enum64']

function namesNothing(kernel: KernelBtf, id: BtfId): boolean {
  const type = kernel.btf.types[id]
  return !type || !('name' in type) || type.name === ''
}

/** Where several types have the name, the one that has the running kernel's number too, or the first. */
function ownId(kernel: KernelBtf, foreign: BtfId, name: string, kinds: readonly BtfKind[]): BtfId | undefined {
  const ids = kernel.named(name).filter((id) => kinds.includes(kernel.btf.types[id]!.kind))
  return ids.includes(foreign) ? foreign : ids[0]
}

/** Verifier logs write `call bpf_iter_num_new#64260` and `arg0 has btf_id 1210 type STRUCT 'task_struct'`. */
function logInOwnIds(log: string, { kernel: names }: ForeignIds, kernel: KernelBtf): string {
  return log
    .replace(/\b([A-Za-z_]\w*)#(\d+)/g, (text, name: string, id: string) =>
      names[id] === name ? `${name}#${ownId(kernel, Number(id), name, ['func']) ?? id}` : text,
    )
    .replace(/\bbtf_id (\d+) type (STRUCT|UNION) '(\w+)'/g, (_, id: string, kind: string, name: string) => {
      const own = ownId(kernel, Number(id), name, kind === 'UNION' ? ['union'] : ['struct'])
      return `btf_id ${own ?? id} type ${kind} '${name}'`
    })
}
