// SEC() names and the program they stand for, as libbpf reads them: 'kprobe+' is exactly "kprobe" or "kprobe/anything", all others are exact.
// Before 1.0 libbpf took any name that begins with a known word ("xdp_pass", "classifier_ingress", "socket1"); the same is tried last and
// marked `legacy`, since much published C is still written so. In: a section name; out: row name and expected attach type.
// libbpf: section_defs[], sec_def_matches().

export interface SectionMatch {
  /** Name of the program type row. */
  readonly type: string
  /** expected_attach_type that libbpf gives to the kernel. */
  readonly attachType: number
  /** Found only by the beginning of the name. */
  readonly legacy: boolean
}

interface SectionDef {
  readonly section: string
  readonly type: string
  readonly attachType: number
}

const BPF_XDP = 37

// 'row name: section@attach type ...' (attach type 0 where none is written).
const DEFS = `
socket_filter: socket
sk_reuseport: sk_reuseport/migrate@40 sk_reuseport@39
kprobe: kprobe+ uprobe+ uprobe.s+ kretprobe+ uretprobe+ uretprobe.s+ kprobe.multi+@42 kretprobe.multi+@42 kprobe.session+@56
kprobe: uprobe.multi+@48 uretprobe.multi+@48 uprobe.multi.s+@48 uretprobe.multi.s+@48 ksyscall+ kretsyscall+ usdt+@48 usdt.s+@48
kprobe: uprobe.session+@57 uprobe.session.s+@57
sched_cls: tc/ingress@46 tc/egress@47 tcx/ingress@46 tcx/egress@47 tc classifier netkit/primary@54 netkit/peer@55
sched_act: action
tracepoint: tracepoint+ tp+
raw_tracepoint: raw_tracepoint+ raw_tp+
raw_tracepoint_writable: raw_tracepoint.w+ raw_tp.w+
tp_btf: tp_btf+@23
tracing: fentry+@24 fentry.s+@24
fexit: fexit+@25 fexit.s+@25
fmod_ret: fmod_ret+@26 fmod_ret.s+@26
iter: iter+@28 iter.s+@28
ext: freplace+
lsm: lsm+@27 lsm.s+@27 lsm_cgroup+@43
syscall: syscall
xdp_devmap: xdp.frags/devmap@33 xdp/devmap@33
xdp_cpumap: xdp.frags/cpumap@35 xdp/cpumap@35
xdp: xdp.frags@${BPF_XDP} xdp@${BPF_XDP}
perf_event: perf_event
lwt_in: lwt_in
lwt_out: lwt_out
lwt_xmit: lwt_xmit
lwt_seg6local: lwt_seg6local
sock_ops: sockops@3
sk_skb_parser: sk_skb/stream_parser@4
sk_skb_verdict: sk_skb/stream_verdict@5 sk_skb/verdict@38
sk_skb: sk_skb
sk_msg: sk_msg@7
lirc_mode2: lirc_mode2@16
flow_dissector: flow_dissector@17
cgroup_skb: cgroup_skb/ingress@0 cgroup/skb
cgroup_skb_egress: cgroup_skb/egress@1
cgroup_sock_create: cgroup/sock_create@2 cgroup/sock@2
cgroup_sock_release: cgroup/sock_release@34
cgroup_post_bind4: cgroup/post_bind4@12
cgroup_post_bind6: cgroup/post_bind6@13
bind4: cgroup/bind4@8
bind6: cgroup/bind6@9
connect4: cgroup/connect4@10
connect6: cgroup/connect6@11
connect_unix: cgroup/connect_unix@49
sendmsg4: cgroup/sendmsg4@14
sendmsg6: cgroup/sendmsg6@15
sendmsg_unix: cgroup/sendmsg_unix@50
recvmsg4: cgroup/recvmsg4@19
recvmsg6: cgroup/recvmsg6@20
recvmsg_unix: cgroup/recvmsg_unix@51
getpeername4: cgroup/getpeername4@29
getpeername6: cgroup/getpeername6@30
getpeername_unix: cgroup/getpeername_unix@52
getsockname4: cgroup/getsockname4@31
getsockname6: cgroup/getsockname6@32
getsockname_unix: cgroup/getsockname_unix@53
cgroup_sysctl: cgroup/sysctl@18
cgroup_getsockopt: cgroup/getsockopt@21
cgroup_setsockopt: cgroup/setsockopt@22
cgroup_device: cgroup/dev@6
struct_ops: struct_ops+ struct_ops.s+
sk_lookup: sk_lookup@36
netfilter: netfilter@45`

const sectionDefs: readonly SectionDef[] = DEFS.trim()
  .split('\n')
  .flatMap((line) => {
    const [type, names] = line.split(': ')
    return names.split(' ').map((item) => {
      const [section, attach] = item.split('@')
      return { section, type, attachType: Number(attach ?? 0) }
    })
  })

/** Words that begin the names of old, longest first so that the most telling wins. */
const LEGACY = sectionDefs
  .map((d) => ({ ...d, section: d.section.replace(/\+$/, '') }))
  .filter((d) =>
    /^(xdp|tc|classifier|action|socket|cgroup_skb|cgroup\/skb|sockops|sk_skb|sk_msg|kprobe|kretprobe|tracepoint|raw_tracepoint|perf_event|lwt_\w+)/.test(
      d.section,
    ),
  )
  .sort((a, b) => b.section.length - a.section.length)

/** The program that a section name asks for; undefined where the name says nothing. */
export function matchSection(section: string): SectionMatch | undefined {
  for (const def of sectionDefs) if (matches(def.section, section)) return { type: def.type, attachType: def.attachType, legacy: false }
  for (const def of LEGACY) if (section.startsWith(def.section)) return { type: def.type, attachType: def.attachType, legacy: true }
  return undefined
}

/** Section names that select the row of that name. */
export function sectionsOf(type: string): readonly string[] {
  return sectionDefs.filter((d) => d.type === type).map((d) => d.section)
}

function matches(def: string, section: string): boolean {
  if (!def.endsWith('+')) return def === section
  const word = def.slice(0, -1)
  return section === word || section.startsWith(`${word}/`)
}
