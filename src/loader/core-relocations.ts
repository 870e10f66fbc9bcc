// CO-RE: instructions that depend on where the running kernel keeps a field. Clang writes the offset that the program's own types give
// and a record of what it stands for. We have no kernel types to look things up in, so a record is taken where the answer cannot differ:
// ids of the program's own types, and structs whose layout is part of Linux's promise to programs (contexts, protocol headers) and that
// the program declares in full. All other records are not modelled, and a program with one is not made.
// Reference: Linux 6.18 include/uapi/linux/bpf.h, enum bpf_core_relo_kind.
import { type Btf, resolve } from '../btf/index.ts'
import type { CoreRecord } from '../object/index.ts'

const BPF_CORE_TYPE_ID_LOCAL = 6

/** Size in bytes of structs whose layout does not depend on the kernel's version or configuration. */
const STABLE_STRUCTS: Readonly<Record<string, number>> = {
  __sk_buff: 192,
  arphdr: 8,
  bpf_fib_lookup: 64,
  bpf_flow_keys: 56,
  bpf_sk_lookup: 72,
  bpf_sock: 80,
  bpf_sock_addr: 72,
  bpf_sock_ops: 224,
  bpf_sock_tuple: 36,
  bpf_spin_lock: 4,
  bpf_tcp_sock: 112,
  ethhdr: 14,
  icmp6hdr: 8,
  icmphdr: 8,
  in6_addr: 16,
  in_addr: 4,
  iphdr: 20,
  ipv6_opt_hdr: 2,
  ipv6hdr: 40,
  sk_msg_md: 80,
  sk_reuseport_md: 56,
  tcphdr: 20,
  udphdr: 8,
  vlan_hdr: 4,
  xdp_md: 24,
}

/** Whether the instruction is right as it stands; else the name of what it depends on. */
export function coreRelocation(btf: Btf, record: CoreRecord): { readonly ok: true } | { readonly ok: false; readonly what: string } {
  if (record.kind === BPF_CORE_TYPE_ID_LOCAL) return { ok: true }
  const { type } = resolve(btf, record.typeId)
  const name = 'name' in type ? type.name : ''
  const spelled = `CO-RE ${type.kind} ${name || 'type'} ${record.access}`
  if (type.kind !== 'struct' && type.kind !== 'union') return { ok: false, what: spelled }
  // A name like iphdr___mine stands for iphdr.
  const size = STABLE_STRUCTS[name.replace(/___.*$/, '')]
  return size === type.size ? { ok: true } : { ok: false, what: spelled }
}
