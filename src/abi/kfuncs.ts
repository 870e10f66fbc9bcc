// Kernel functions that programs may call (kfuncs) as rows: name, flags, and which program types may call them. The rows are read from the
// text table once, when this module is loaded. Linux: BTF_ID_FLAGS(), btf_kfunc_id_set_contains(), Documentation/bpf/kfuncs.rst.
import { KFUNC_HOOKS, KFUNC_LINES, KFUNC_SETS } from './kfuncs.table.ts'
import { SESSION_RANGE } from './prog-types.ts'

/** KF_ACQUIRE is 'acquire' and so on. */
export type KfuncFlag =
  | 'acquire'
  | 'release'
  | 'ret_null'
  | 'trusted_args'
  | 'sleepable'
  | 'rcu'
  | 'rcu_protected'
  | 'iter_new'
  | 'iter_next'
  | 'iter_destroy'
  | 'fastcall'

export interface KfuncRow {
  readonly name: string
  readonly flags: ReadonlySet<KfuncFlag>
  /** Hooks of the set; 'any' = every program type. */
  readonly hooks: readonly string[]
}

function readLine(line: string): KfuncRow {
  const [name, set, ...flags] = line.split(' ')
  return { name, flags: new Set(flags as KfuncFlag[]), hooks: KFUNC_SETS[set as keyof typeof KFUNC_SETS].split(' ') }
}

export const kfuncs: readonly KfuncRow[] = KFUNC_LINES.trim().split('\n').map(readLine)
const byName = new Map(kfuncs.map((k) => [k.name, k]))

export function kfuncByName(name: string): KfuncRow | undefined {
  return byName.get(name)
}

const SOCK_ADDR = /^(bind|connect|sendmsg|recvmsg|getpeername|getsockname)(4|6|_unix)$/

/** The hook of a program type; undefined where it has none of its own and calls what every program may call. */
function hookOf(progTypeName: string): string | undefined {
  if (progTypeName.startsWith('cgroup_') || SOCK_ADDR.test(progTypeName)) return 'cgroup'
  return KFUNC_HOOKS[progTypeName.replace(/^xdp_.*/, 'xdp')]
}

/** Whether a program of the type may call the kfunc. */
export function kfuncAllowed(row: KfuncRow, progTypeName: string, attachType = 0): boolean {
  const hook = hookOf(progTypeName)
  const session = progTypeName === 'kprobe' && SESSION_RANGE[attachType] !== undefined
  return row.hooks.some((h) => h === 'any' || h === hook || h === progTypeName || (h === 'session' && session))
}
