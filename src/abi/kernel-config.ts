// The configuration of the simulated kernel, as programs ask for it with `extern int CONFIG_HZ __kconfig`: the answers of a Linux 6.18 for
// x86-64 virtual machines. Options are listed that programs are known to ask for; of any other it is not known whether it is set.
// A value is written as in a .config file: y, n (not set), a number or a quoted string.

/** LINUX_KERNEL_VERSION: 6.18.44. */
export const KERNEL_VERSION = (6 << 16) | (18 << 8) | 44

const YES = `
  64BIT ARCH_HAS_SYSCALL_WRAPPER BLK_CGROUP BLOCK BPF BPF_EVENTS BPF_JIT BPF_JIT_ALWAYS_ON BPF_JIT_DEFAULT_ON BPF_LSM BPF_PRELOAD
  BPF_STREAM_PARSER BPF_SYSCALL BPF_UNPRIV_DEFAULT_OFF BRIDGE BTRFS_FS CC_IS_GCC CFS_BANDWIDTH CGROUPS CGROUP_BPF CGROUP_NET_CLASSID
  CGROUP_NET_PRIO CGROUP_PIDS COMPACTION DEBUG_INFO_BTF DYNAMIC_FTRACE DYNAMIC_FTRACE_WITH_DIRECT_CALLS EPOLL EXT4_FS FAIR_GROUP_SCHED
  FTRACE FTRACE_SYSCALLS FUNCTION_TRACER FUTEX HAVE_EBPF_JIT HID HIGH_RES_TIMERS HZ_250 IKCONFIG IKCONFIG_PROC INET IPC_NS IPV6
  IPV6_SEG6_BPF JUMP_LABEL KALLSYMS LWTUNNEL LWTUNNEL_BPF MACVLAN MEMCG MITIGATION_RETPOLINE MPTCP NAMESPACES NET NETFILTER
  NETFILTER_BPF_LINK NET_CLS_ACT NET_CLS_BPF NET_NS NET_SCH_INGRESS NF_CONNTRACK NF_CONNTRACK_MARK NF_NAT NO_HZ_IDLE NUMA OVERLAY_FS
  PERF_EVENTS PID_NS PREEMPTION PREEMPT_COUNT PREEMPT_DYNAMIC PREEMPT_NONE PREEMPT_RCU PSI RCU_EXPERT SCHED_MC SECURITY
  SECURITY_NETWORK SECURITY_PATH SLUB SLUB_DEBUG SMP SOCK_CGROUP_DATA STACKTRACE SWAP SYN_COOKIES TASKSTATS TASKS_RCU
  TASKS_TRACE_RCU TCP_CONG_ADVANCED TCP_CONG_BBR TCP_CONG_CUBIC TCP_MD5SIG THREAD_INFO_IN_TASK TIME_NS TRACEPOINTS
  TRANSPARENT_HUGEPAGE TREE_RCU TUN UNWINDER_ORC UPROBES UPROBE_EVENTS USER_NS UTS_NS VETH VIRTIO_NET X86 X86_64 XDP_SOCKETS XFRM
  XFS_FS ZSWAP`

const NO = `
  ARM64 BONDING BPF_KPROBE_OVERRIDE CC_IS_CLANG DEBUG_INFO_BTF_MODULES DEBUG_LOCK_ALLOC DEBUG_PREEMPT DUMMY EXT_GROUP_SCHED FPROBE
  FRAME_POINTER FS_VERITY FUNCTION_ERROR_INJECTION HID_BPF HZ_100 HZ_1000 HZ_300 IPVLAN KALLSYMS_ALL KASAN KPROBES KPROBE_EVENTS
  KRETPROBES LOCKDEP MODULES NETKIT NET_ACT_BPF NET_SCH_BPF NFS_FS NO_HZ_FULL PREEMPT PREEMPT_RT PREEMPT_VOLUNTARY PROVE_LOCKING
  RETPOLINE SCHEDSTATS SCHED_CLASS_EXT SCHED_CORE TLS UNWINDER_FRAME_POINTER USB VLAN_8021Q X86_32`

const VALUES: Readonly<Record<string, string>> = {
  CC_VERSION_TEXT: '"gcc (GCC) 15.3.0"',
  CLANG_VERSION: '0',
  DEFAULT_HOSTNAME: '"(none)"',
  DEFAULT_TCP_CONG: '"bbr"',
  GCC_VERSION: '150300',
  HZ: '250',
  LOCALVERSION: '""',
  LOG_BUF_SHIFT: '17',
  LSM: '"landlock,lockdown,yama,loadpin,safesetid,integrity,smack,tomoyo,apparmor,bpf"',
  NR_CPUS: '256',
  PAGE_SHIFT: '12',
  PAHOLE_VERSION: '131',
  PHYSICAL_START: '0x1000000',
}

const words = (list: string, value: string): [string, string][] =>
  list
    .trim()
    .split(/\s+/)
    .map((name) => [name, value])

const OPTIONS: ReadonlyMap<string, string> = new Map([...words(YES, 'y'), ...words(NO, 'n'), ...Object.entries(VALUES)])

/** An option's value by its full name (`CONFIG_HZ`); undefined where it is not known. */
export function kernelConfig(name: string): string | undefined {
  return name.startsWith('CONFIG_') ? OPTIONS.get(name.slice(7)) : undefined
}

/** Prefixes of functions that come with an option (CONFIG_SCHED_CLASS_EXT, HID_BPF, MODULES, NET_SCH_BPF, NET_FOU) that this kernel is built without. */
const ABSENT_PREFIXES = ['scx_bpf_', 'hid_bpf_', 'bpf_testmod_', 'bpf_qdisc_', 'bpf_fou_', 'bpf_skb_set_fou_', 'bpf_skb_get_fou_']

/** Whether the kernel surely has no function of this name; of most that it has not, this is not known. */
export const lacksFunction = (name: string): boolean => ABSENT_PREFIXES.some((prefix) => name.startsWith(prefix))
