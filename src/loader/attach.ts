// What a program attaches to, by its name in the kernel's BTF. Most say it in the name of their section; members of struct_ops are named by the
// variable that holds their addresses.
//
//   SEC("tp_btf/sched_switch")  typedef btf_trace_sched_switch       SEC("iter/task")  function bpf_iter_task
//   SEC("lsm/file_open")        function bpf_lsm_file_open           SEC("fentry/tcp_connect")  function tcp_connect
//   SEC(".struct_ops") struct tcp_congestion_ops x = { .ssthresh = prog }    member ssthresh of struct tcp_congestion_ops
//
// libbpf: libbpf_find_attach_btf_id(), bpf_object__collect_st_ops_relos(), bpf_map__init_kern_struct_ops().
import { type Btf, type BtfComposite, btfType, resolve } from '../btf/index.ts'
import { INSN_BYTES } from '../isa/index.ts'
import type { ObjectFile } from '../object/index.ts'
import type { KernelTypes } from './core/kernel-types.ts'
import { essentialName } from './core/names.ts'
import type { CodeFunction } from './functions.ts'

export interface Attachment {
  readonly attachTo: string
  /** Of struct_ops: the number of the member in the kernel's structure. */
  readonly member?: number
}

/** What comes before the name that a section tells, by row of the program type. */
const PREFIXES: Readonly<Record<string, string>> = {
  tp_btf: 'btf_trace_',
  iter: 'bpf_iter_',
  lsm: 'bpf_lsm_',
  tracing: '',
  fexit: '',
  fmod_ret: '',
}

export function attachment(
  object: ObjectFile,
  btf: Btf | undefined,
  kernel: KernelTypes | undefined,
  main: CodeFunction,
  section: string,
  type: string,
): Attachment | undefined {
  if (type === 'struct_ops') return btf && structOpsMember(object, btf, kernel, main)
  const prefix = PREFIXES[type]
  const name = /^[^/]+\/(.+)$/.exec(section)?.[1]
  return prefix === undefined || name === undefined ? undefined : { attachTo: prefix + name }
}

const STRUCT_OPS_SECTION = /^\??\.struct_ops(\.link)?$/

/** The member whose place in a structure of operations is filled with the program's address. */
function structOpsMember(object: ObjectFile, btf: Btf, kernel: KernelTypes | undefined, main: CodeFunction): Attachment | undefined {
  for (const section of object.sections.filter((s) => STRUCT_OPS_SECTION.test(s.name))) {
    const data = btf.types.find((t) => t.kind === 'datasec' && t.name === section.name)
    if (data?.kind !== 'datasec') continue
    for (const relocation of section.relocations) {
      const symbol = object.symbols[relocation.symbol]
      if (symbol?.section !== main.section || symbol.value !== main.start * INSN_BYTES) continue
      const variable = data.vars.find((v) => relocation.offset >= v.offset && relocation.offset < v.offset + v.size)
      const holder = variable && btfType(btf, variable.type)
      const struct = holder?.kind === 'var' ? resolve(btf, holder.type).type : undefined
      if (struct?.kind !== 'struct' || !variable) continue
      const member = struct.members.find((m) => m.offBits === 8 * (relocation.offset - variable.offset))
      if (member) return { attachTo: essentialName(struct.name), ...memberIndex(kernel, struct, member.name) }
    }
  }
  return undefined
}

function memberIndex(kernel: KernelTypes | undefined, own: BtfComposite, name: string): { member: number } | undefined {
  const id = kernel?.find('struct', essentialName(own.name))
  const type = id === undefined ? undefined : kernel?.types().types[id]
  const index = type?.kind === 'struct' ? type.members.findIndex((m) => m.name === essentialName(name)) : -1
  return index < 0 ? undefined : { member: index }
}
