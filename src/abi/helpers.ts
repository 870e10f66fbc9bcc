// Helper functions as rows: id, name, what the verifier checks of each argument, what it returns, the C prototype, who may call it, words.
// The rows are read from the text table once, when this module is loaded. Linux: struct bpf_func_proto, get_func_proto() of each type.
import { HELPER_LINES, HELPER_SETS, HELPER_TYPES, OTHER_ARGS } from './helpers.table.ts'
import type { ArgKind, HelperRow } from './types.ts'

const TYPES = HELPER_TYPES.split(' ')
const ALL_TYPES = (1n << BigInt(TYPES.length)) - 1n
/** Program types whose helpers are those of another row. */
const ALIAS: Readonly<Record<string, string>> = { xdp_devmap: 'xdp', xdp_cpumap: 'xdp' }

/**
 * Program types that call what another type calls, and more or less; read off a running kernel by probing (fentry and its like, which that
 * kernel does not load, from its source). Linux: tracing_prog_func_proto(), bpf_iter_get_func_proto(), bpf_tcp_ca_get_func_proto().
 */
const SOCKET_TRACING = [46, 107, 108, 111, 121, 136, 137, 138, 139, 140, 147, 162, 178, 188, 196]
/** Storage of inodes, spin locks, options of an execution, measured hashes. Linux: bpf_lsm_func_proto(). */
const HOOKS = [93, 94, 145, 146, 159, 161, 193]
const DERIVED: Readonly<Record<string, { readonly from: string; readonly more: readonly number[]; readonly less: readonly number[] }>> = {
  tp_btf: { from: 'raw_tracepoint', more: SOCKET_TRACING, less: [] },
  iter: { from: 'raw_tracepoint', more: [...SOCKET_TRACING, 126, 127, 150], less: [174] },
  tracing: { from: 'raw_tracepoint', more: [...SOCKET_TRACING, 183, 184, 185], less: [] },
  fexit: { from: 'raw_tracepoint', more: [...SOCKET_TRACING, 183, 184, 185], less: [] },
  fmod_ret: { from: 'raw_tracepoint', more: [...SOCKET_TRACING, 183, 184, 185], less: [] },
  lsm: { from: 'raw_tracepoint', more: [...SOCKET_TRACING, ...HOOKS, 183, 184, 185], less: [] },
  struct_ops: { from: 'netfilter', more: [49, 57, 107, 108, 116, 160], less: [] },
}

/** Outside traffic control and tunnels bpf_get_cgroup_classid() tells the class of the current task and looks at no argument. */
const TAKES_CONTEXT: Readonly<Record<string, readonly string[]>> = {
  get_cgroup_classid: ['sched_cls', 'sched_act', 'lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'],
}

const sets = HELPER_SETS.map((mask) => {
  const bits = BigInt(`0x${mask}`)
  return bits === ALL_TYPES ? ('all' as const) : TYPES.filter((_, i) => (bits >> BigInt(i)) & 1n)
})

/** All helpers by ascending id. Ids are dense: 1 to 211. */
export const helpers: readonly HelperRow[] = HELPER_LINES.trim().split('\n').map(readLine)

const byId = new Map(helpers.map((h) => [h.id, h]))
const byName = new Map(helpers.map((h) => [h.name, h]))

export function helperById(id: number): HelperRow | undefined {
  return byId.get(id)
}

/** By full name: 'bpf_map_lookup_elem'. */
export function helperByName(name: string): HelperRow | undefined {
  return byName.get(name)
}

/** Whether a program of the type may call the helper (root, GPL licence); false for a type or helper that nobody probed. */
export function helperAllowed(id: number, progTypeName: string): boolean {
  const allowed = byId.get(id)?.allowed
  if (allowed === undefined) return false
  const name = ALIAS[progTypeName] ?? progTypeName
  const derived = DERIVED[name]
  if (derived) return derived.more.includes(id) || (!derived.less.includes(id) && helperAllowed(id, derived.from))
  return allowed === 'all' ? TYPES.includes(name) : allowed.includes(name)
}

/** What the verifier checks of each argument when a program of the type calls the helper. */
export function helperArgs(row: HelperRow, progTypeName: string): readonly ArgKind[] {
  const type = ALIAS[progTypeName] ?? progTypeName
  if (row.noArgsIn?.includes(type)) return []
  return otherArgs.get(`${row.name} ${type}`) ?? row.args
}

const otherArgs: ReadonlyMap<string, readonly ArgKind[]> = new Map(
  OTHER_ARGS.flatMap(({ helper, types, args }) => types.split(' ').map((type) => [`bpf_${helper} ${type}`, args.split(' ')] as const)),
)

/** An argument or return kind taken apart. */
export interface KindParts {
  /** Kind without flags, aliases resolved: 'ptr_to_uninit_mem' is 'ptr_to_mem' with mem_uninit and mem_write. */
  readonly base: string
  readonly flags: ReadonlySet<string>
}

const kindParts = new Map<ArgKind, KindParts>()

/** Base and flags of a kind, the kernel's shorthands (X_OR_NULL, UNINIT_MEM) written out as flags. Linux: enum bpf_arg_type. */
export function splitKind(kind: ArgKind): KindParts {
  let parts = kindParts.get(kind)
  if (parts === undefined) {
    const [first, ...flags] = kind.split('|')
    let base = first
    if (base === 'ptr_to_uninit_mem') {
      base = 'ptr_to_mem'
      flags.push('mem_uninit', 'mem_write')
    }
    if (base.startsWith('ptr_to_') && base.endsWith('_or_null')) {
      base = base.slice(0, -'_or_null'.length)
      flags.push('maybe_null')
    }
    parts = { base, flags: new Set(flags) }
    kindParts.set(kind, parts)
  }
  return parts
}

function readLine(line: string): HelperRow {
  const [id, shortName, ret, cRet, flags, set, ...params] = line.split('; ')
  const args: ArgKind[] = []
  const argSizes: (number | undefined)[] = []
  const cParams: { type: string; name: string }[] = []
  for (const param of params) {
    if (param === '...') {
      cParams.push({ type: '...', name: '' })
      continue
    }
    const [, kind, size, type, name] = /^([\w|-]+)(?:=(\d+))?: (.*?)(\w+)$/.exec(param)!
    if (kind !== '-') {
      args.push(kind)
      argSizes.push(size === undefined ? undefined : Number(size))
    }
    cParams.push({ type: type.trim(), name })
  }
  const name = `bpf_${shortName}`
  return {
    id: Number(id),
    name,
    ret,
    args,
    ...(shortName in TAKES_CONTEXT
      ? { noArgsIn: [...TYPES, ...Object.keys(DERIVED)].filter((type) => !TAKES_CONTEXT[shortName].includes(type)) }
      : {}),
    ...(argSizes.some((s) => s !== undefined) ? { argSizes } : {}),
    gplOnly: flags.includes('g'),
    pktAccess: flags.includes('p'),
    changesPacket: flags.includes('c'),
    c: { ret: cRet, params: cParams },
    allowed: sets[Number(set)],
  }
}
