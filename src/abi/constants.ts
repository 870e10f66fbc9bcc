// Named numbers of the BPF interface: the enumerations and flags of <linux/bpf.h>, the actions of traffic control, error numbers.
// One map from name to value for everyone who shows or reads such names; the C headers are made from the same enumerations.
import { BPF_ENUM_LINES } from './bpf-enums.table.ts'
import { errnos } from './errno.ts'
import { helpers } from './helpers.ts'
import { TC_RETURNS } from './returns.ts'

export interface EnumRow {
  /** C tag; empty for an enumeration without one. */
  readonly name: string
  readonly members: readonly (readonly [name: string, value: number])[]
}

const helperIds: EnumRow = {
  name: 'bpf_func_id',
  members: [
    ['BPF_FUNC_unspec', 0],
    ...helpers.map((h) => [`BPF_FUNC_${h.name.slice(4)}`, h.id] as const),
    ['__BPF_FUNC_MAX_ID', helpers.length + 1],
  ],
}

/** Enumerations of <linux/bpf.h> in their order there, that of the helper ids last. */
export const enums: readonly EnumRow[] = [...BPF_ENUM_LINES.trim().split('\n').map(readLine), helperIds]

/** Masks of <linux/bpf.h> that are macros there. */
export const bpfMacros: readonly (readonly [name: string, value: number])[] = [
  ['BPF_OBJ_NAME_LEN', 16],
  ['BPF_TAG_SIZE', 8],
  ['BPF_BUILD_ID_SIZE', 20],
  ['BPF_PSEUDO_MAP_FD', 1],
  ['BPF_PSEUDO_MAP_VALUE', 2],
  ['BPF_PSEUDO_BTF_ID', 3],
  ['BPF_PSEUDO_FUNC', 4],
  ['BPF_PSEUDO_MAP_IDX', 5],
  ['BPF_PSEUDO_MAP_IDX_VALUE', 6],
  ['BPF_PSEUDO_CALL', 1],
  ['BPF_PSEUDO_KFUNC_CALL', 2],
  ['BPF_F_STRICT_ALIGNMENT', 1],
  ['BPF_F_ANY_ALIGNMENT', 2],
  ['BPF_F_TEST_RND_HI32', 4],
  ['BPF_F_TEST_STATE_FREQ', 8],
  ['BPF_F_SLEEPABLE', 16],
  ['BPF_F_XDP_HAS_FRAGS', 32],
  ['BPF_F_XDP_DEV_BOUND_ONLY', 64],
  ['BPF_F_TEST_REG_INVARIANTS', 128],
]

/** Value of a constant by its C name: 'XDP_DROP', 'BPF_ANY', 'TC_ACT_SHOT', 'EINVAL', 'BPF_FUNC_map_lookup_elem', ... */
export const constants: ReadonlyMap<string, number> = new Map([
  ...enums.flatMap((e) => e.members),
  ...bpfMacros,
  ...TC_RETURNS.map((r) => [r.name, r.value] as const),
  ...errnos,
])

function readLine(line: string): EnumRow {
  const [name, text] = line.split(': ')
  let next = 0
  const members = text.split(' ').map((item): readonly [string, number] => {
    const [member, value] = item.split('=')
    const v = value === undefined ? next : Number(value)
    next = v + 1
    return [member, v]
  })
  return { name: name === '-' ? '' : name, members }
}
