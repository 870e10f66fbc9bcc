// The shapes of Linux described as data. Each helper, map type, program type and context field is one row; everyone reads the same rows.

/** Linux's arg_type names in lower case without ARG_ (ARG_PTR_TO_MAP_KEY = 'ptr_to_map_key'), flags joined by '|' ('ptr_to_mem|maybe_null|mem_rdonly'). */
export type ArgKind = string
/** Linux's ret_type names likewise ('integer', 'void', 'ptr_to_map_value_or_null', ...). */
export type RetKind = string

export interface HelperRow {
  readonly id: number
  /** 'bpf_map_lookup_elem' */
  readonly name: string
  readonly ret: RetKind
  readonly args: readonly ArgKind[]
  /** Program types whose own function under this id takes nothing; see helperArgs(). */
  readonly noArgsIn?: readonly string[]
  /** Fixed sizes of fixed-size memory arguments (Linux: argN_size), by argument index from 0. */
  readonly argSizes?: readonly (number | undefined)[]
  readonly gplOnly: boolean
  readonly pktAccess: boolean
  /** Invalidates packet pointers (Linux: bpf_helper_changes_pkt_data). */
  readonly changesPacket: boolean
  /** C prototype as in bpf_helper_defs.h: return type, and type + name of each parameter. */
  readonly c: { readonly ret: string; readonly params: readonly { readonly type: string; readonly name: string }[] }
  /** Program types (names of ProgTypeRow) that may call it; 'all' = every modelled type. */
  readonly allowed: readonly string[] | 'all'
}

export interface MapTypeRow {
  readonly id: number
  /** 'array', 'percpu_hash', ... (BPF_MAP_TYPE_ARRAY in lower case without the prefix). */
  readonly name: string
  readonly doc: { readonly en: string; readonly ko: string }
}

/** What reading a context field yields. */
export type CtxKind =
  | 'scalar'
  | 'pkt'
  | 'pkt_end'
  | 'pkt_meta'
  | 'sock_common_or_null'
  | 'sock_or_null'
  | 'sock'
  | 'flow_keys'
  | 'xdp_sock_or_null'
  | 'trusted_ptr'
  | 'tp_buffer'

export interface CtxField {
  readonly name: string
  readonly offset: number
  readonly size: number
  /** C type as in the UAPI struct. */
  readonly type: string
  readonly kind: CtxKind
  readonly doc: { readonly en: string; readonly ko: string }
}

export interface CtxAccess {
  readonly kind: CtxKind
  readonly writable: boolean
}

export interface ProgTypeRow {
  readonly id: number
  /** 'xdp', 'sched_cls', 'socket_filter', ... */
  readonly name: string
  /** Expected attach type this row is about (cgroup_skb differs by it); 0 where it does not matter. */
  readonly attachType: number
  /** Names of SEC() that select it: 'xdp', 'xdp.frags', 'tc', 'classifier', ... */
  readonly sections: readonly string[]
  /** 'xdp_md', '__sk_buff', ... */
  readonly ctxStruct: string
  /** Allowed return values; undefined = any. */
  readonly retRange?: readonly [number, number]
  /** Values of the return code for people: 1 = XDP_DROP. */
  readonly returns: readonly { readonly value: number; readonly name: string }[]
  readonly doc: { readonly en: string; readonly ko: string }
}
