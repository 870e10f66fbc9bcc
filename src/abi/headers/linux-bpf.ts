// <linux/bpf.h> as BPF programs need it: enumerations and masks from the constant rows, __sk_buff and xdp_md from the context rows, the other
// structures that programs hold, receive or pass to helpers. What only the bpf() system call uses (union bpf_attr, info structures) is left out.
// Layouts are facts of Linux 6.18; the members are written in the fewest declarations that give them.
import { bpfMacros, type EnumRow, enums } from '../constants.ts'
import { contextStructs, type StructField } from '../ctx-fields.ts'
import { type Header, header } from './header.ts'

const common = header(
  'linux/bpf_common.h',
  [],
  `
#define BPF_CLASS(code) ((code) & 0x07)
#define BPF_LD 0x00
#define BPF_LDX 0x01
#define BPF_ST 0x02
#define BPF_STX 0x03
#define BPF_ALU 0x04
#define BPF_JMP 0x05
#define BPF_RET 0x06
#define BPF_MISC 0x07
#define BPF_SIZE(code) ((code) & 0x18)
#define BPF_W 0x00
#define BPF_H 0x08
#define BPF_B 0x10
#define BPF_MODE(code) ((code) & 0xe0)
#define BPF_IMM 0x00
#define BPF_ABS 0x20
#define BPF_IND 0x40
#define BPF_MEM 0x60
#define BPF_LEN 0x80
#define BPF_MSH 0xa0
#define BPF_OP(code) ((code) & 0xf0)
#define BPF_ADD 0x00
#define BPF_SUB 0x10
#define BPF_MUL 0x20
#define BPF_DIV 0x30
#define BPF_OR 0x40
#define BPF_AND 0x50
#define BPF_LSH 0x60
#define BPF_RSH 0x70
#define BPF_NEG 0x80
#define BPF_MOD 0x90
#define BPF_XOR 0xa0
#define BPF_JA 0x00
#define BPF_JEQ 0x10
#define BPF_JGT 0x20
#define BPF_JGE 0x30
#define BPF_JSET 0x40
#define BPF_SRC(code) ((code) & 0x08)
#define BPF_K 0x00
#define BPF_X 0x08
#ifndef BPF_MAXINSNS
#define BPF_MAXINSNS 4096
#endif
`,
)

const OPCODES = `
#define BPF_JMP32 0x06
#define BPF_ALU64 0x07
#define BPF_DW 0x18
#define BPF_MEMSX 0x80
#define BPF_ATOMIC 0xc0
#define BPF_XADD 0xc0
#define BPF_MOV 0xb0
#define BPF_ARSH 0xc0
#define BPF_END 0xd0
#define BPF_TO_LE 0x00
#define BPF_TO_BE 0x08
#define BPF_FROM_LE BPF_TO_LE
#define BPF_FROM_BE BPF_TO_BE
#define BPF_JNE 0x50
#define BPF_JLT 0xa0
#define BPF_JLE 0xb0
#define BPF_JSGT 0x60
#define BPF_JSGE 0x70
#define BPF_JSLT 0xc0
#define BPF_JSLE 0xd0
#define BPF_JCOND 0xe0
#define BPF_CALL 0x80
#define BPF_EXIT 0x90
#define BPF_FETCH 0x01
#define BPF_XCHG (0xe0 | BPF_FETCH)
#define BPF_CMPXCHG (0xf0 | BPF_FETCH)
#define BPF_LOAD_ACQ 0x100
#define BPF_STORE_REL 0x110
#define MAX_BPF_REG __MAX_BPF_REG
`

const DERIVED = `
#define BPF_F_REDIRECT_FLAGS (BPF_F_INGRESS | BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS)
#define BPF_F_ADJ_ROOM_ENCAP_L2(len) (((__u64)(len) & BPF_ADJ_ROOM_ENCAP_L2_MASK) << BPF_ADJ_ROOM_ENCAP_L2_SHIFT)
#define MAX_BPF_ATTACH_TYPE __MAX_BPF_ATTACH_TYPE
#define MAX_BPF_LINK_TYPE __MAX_BPF_LINK_TYPE
#define XDP_PACKET_HEADROOM 256
#define BPF_LINE_INFO_LINE_NUM(line_col) ((line_col) >> 10)
#define BPF_LINE_INFO_LINE_COL(line_col) ((line_col) & 0x3ff)
#define __bpf_md_ptr(type, name) \\
	union { \\
		type name; \\
		__u64 : 64; \\
	} __attribute__((aligned(8)))
`

const STRUCTS = `
struct bpf_insn {
	__u8 code, dst_reg : 4, src_reg : 4;
	__s16 off;
	__s32 imm;
};

struct bpf_lpm_trie_key {
	__u32 prefixlen;
	__u8 data[0];
};

struct bpf_lpm_trie_key_hdr {
	__u32 prefixlen;
};

struct bpf_lpm_trie_key_u8 {
	union {
		struct bpf_lpm_trie_key_hdr hdr;
		__u32 prefixlen;
	};
	__u8 data[];
};

struct bpf_cgroup_storage_key {
	__u64 cgroup_inode_id;
	__u32 attach_type;
};

struct bpf_stack_build_id {
	__s32 status;
	unsigned char build_id[BPF_BUILD_ID_SIZE];
	union {
		__u64 offset, ip;
	};
};

struct bpf_sock {
	__u32 bound_dev_if, family, type, protocol, mark, priority, src_ip4, src_ip6[4], src_port;
	__be16 dst_port;
	__u16 : 16;
	__u32 dst_ip4, dst_ip6[4], state;
	__s32 rx_queue_mapping;
};

struct bpf_tunnel_key {
	__u32 tunnel_id;
	union {
		__u32 remote_ipv4, remote_ipv6[4];
	};
	__u8 tunnel_tos, tunnel_ttl;
	union {
		__u16 tunnel_ext;
		__be16 tunnel_flags;
	};
	__u32 tunnel_label;
	union {
		__u32 local_ipv4, local_ipv6[4];
	};
};

struct bpf_xfrm_state {
	__u32 reqid, spi;
	__u16 family, ext;
	union {
		__u32 remote_ipv4, remote_ipv6[4];
	};
};

struct bpf_tcp_sock {
	__u32 snd_cwnd, srtt_us, rtt_min, snd_ssthresh, rcv_nxt, snd_nxt, snd_una, mss_cache, ecn_flags, rate_delivered, rate_interval_us;
	__u32 packets_out, retrans_out, total_retrans, segs_in, data_segs_in, segs_out, data_segs_out, lost_out, sacked_out;
	__u64 bytes_received, bytes_acked;
	__u32 dsack_dups, delivered, delivered_ce, icsk_retransmits;
};

struct bpf_sock_tuple {
	union {
		struct {
			__be32 saddr, daddr;
			__be16 sport, dport;
		} ipv4;
		struct {
			__be32 saddr[4], daddr[4];
			__be16 sport, dport;
		} ipv6;
	};
};

struct bpf_xdp_sock {
	__u32 queue_id;
};

struct bpf_devmap_val {
	__u32 ifindex;
	union {
		int fd;
		__u32 id;
	} bpf_prog;
};

struct bpf_cpumap_val {
	__u32 qsize;
	union {
		int fd;
		__u32 id;
	} bpf_prog;
};

struct sk_msg_md {
	__bpf_md_ptr(void *, data);
	__bpf_md_ptr(void *, data_end);
	__u32 family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, size;
	__bpf_md_ptr(struct bpf_sock *, sk);
};

struct sk_reuseport_md {
	__bpf_md_ptr(void *, data);
	__bpf_md_ptr(void *, data_end);
	__u32 len, eth_protocol, ip_protocol, bind_inany, hash;
	__bpf_md_ptr(struct bpf_sock *, sk);
	__bpf_md_ptr(struct bpf_sock *, migrating_sk);
};

struct bpf_sock_addr {
	__u32 user_family, user_ip4, user_ip6[4], user_port, family, type, protocol, msg_src_ip4, msg_src_ip6[4];
	__bpf_md_ptr(struct bpf_sock *, sk);
};

struct bpf_sock_ops {
	__u32 op;
	union {
		__u32 args[4], reply, replylong[4];
	};
	__u32 family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, is_fullsock;
	__u32 snd_cwnd, srtt_us, bpf_sock_ops_cb_flags, state, rtt_min, snd_ssthresh, rcv_nxt, snd_nxt, snd_una, mss_cache, ecn_flags;
	__u32 rate_delivered, rate_interval_us, packets_out, retrans_out, total_retrans, segs_in, data_segs_in, segs_out, data_segs_out;
	__u32 lost_out, sacked_out, sk_txhash;
	__u64 bytes_received, bytes_acked;
	__bpf_md_ptr(struct bpf_sock *, sk);
	__bpf_md_ptr(void *, skb_data);
	__bpf_md_ptr(void *, skb_data_end);
	__u32 skb_len, skb_tcp_flags;
	__u64 skb_hwtstamp;
};

struct bpf_perf_event_value {
	__u64 counter, enabled, running;
};

struct bpf_cgroup_dev_ctx {
	__u32 access_type, major, minor;
};

struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

struct bpf_fib_lookup {
	__u8 family, l4_protocol;
	__be16 sport, dport;
	union {
		__u16 tot_len, mtu_result;
	} __attribute__((packed, aligned(2)));
	__u32 ifindex;
	union {
		__u8 tos;
		__be32 flowinfo;
		__u32 rt_metric;
	};
	union {
		__be32 ipv4_src;
		__u32 ipv6_src[4];
	};
	union {
		__be32 ipv4_dst;
		__u32 ipv6_dst[4];
	};
	union {
		struct {
			__be16 h_vlan_proto, h_vlan_TCI;
		};
		__u32 tbid;
	};
	union {
		struct {
			__u32 mark;
		};
		struct {
			__u8 smac[6], dmac[6];
		};
	};
};

struct bpf_redir_neigh {
	__u32 nh_family;
	union {
		__be32 ipv4_nh;
		__u32 ipv6_nh[4];
	};
};

struct bpf_flow_keys {
	__u16 nhoff, thoff, addr_proto;
	__u8 is_frag, is_first_frag, is_encap, ip_proto;
	__be16 n_proto, sport, dport;
	union {
		struct {
			__be32 ipv4_src, ipv4_dst;
		};
		struct {
			__u32 ipv6_src[4], ipv6_dst[4];
		};
	};
	__u32 flags;
	__be32 flow_label;
};

struct bpf_func_info {
	__u32 insn_off, type_id;
};

struct bpf_line_info {
	__u32 insn_off, file_name_off, line_off, line_col;
};

struct bpf_spin_lock {
	__u32 val;
};

struct bpf_timer {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

struct bpf_task_work {
	__u64 __opaque;
} __attribute__((aligned(8)));

struct bpf_wq {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

struct bpf_dynptr {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

struct bpf_list_head {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

struct bpf_list_node {
	__u64 __opaque[3];
} __attribute__((aligned(8)));

struct bpf_rb_root {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

struct bpf_rb_node {
	__u64 __opaque[4];
} __attribute__((aligned(8)));

struct bpf_refcount {
	__u32 __opaque[1];
} __attribute__((aligned(4)));

struct bpf_sysctl {
	__u32 write, file_pos;
};

struct bpf_sockopt {
	__bpf_md_ptr(struct bpf_sock *, sk);
	__bpf_md_ptr(void *, optval);
	__bpf_md_ptr(void *, optval_end);
	__s32 level, optname, optlen, retval;
};

struct bpf_pidns_info {
	__u32 pid, tgid;
};

struct bpf_sk_lookup {
	union {
		__bpf_md_ptr(struct bpf_sock *, sk);
		__u64 cookie;
	};
	__u32 family, protocol, remote_ip4, remote_ip6[4];
	__be16 remote_port;
	__u16 : 16;
	__u32 local_ip4, local_ip6[4], local_port, ingress_ifindex;
};

struct btf_ptr {
	void *ptr;
	__u32 type_id, flags;
};

struct bpf_core_relo {
	__u32 insn_off, type_id, access_str_off;
	enum bpf_core_relo_kind kind;
};

struct bpf_iter_num {
	__u64 __opaque[1];
} __attribute__((aligned(8)));
`

/** A number as C gives it the type that the enumeration of the kernel has. */
function literal(value: number): string {
  if (value < 0) return `(${value})`
  return value > 0x7fffffff ? `0x${value.toString(16)}ULL` : String(value)
}

function enumText(row: EnumRow): string {
  const lines: string[] = []
  let next = 0
  for (const [name, value] of row.members) {
    lines.push(value === next ? `\t${name},` : `\t${name} = ${literal(value)},`)
    next = value + 1
  }
  return `enum ${row.name === '' ? '' : `${row.name} `}{\n${lines.join('\n')}\n};`
}

function structText(name: string, fields: readonly StructField[]): string {
  const lines: string[] = []
  let end = 0
  for (const f of fields) {
    if (f.offset > end) lines.push(`\t__u32 : ${(f.offset - end) * 8};`)
    const declarator = f.count === 0 ? f.name : `${f.name}[${f.count}]`
    lines.push(f.type.endsWith('*') ? `\t__bpf_md_ptr(${f.type}, ${f.name});` : `\t${f.type} ${declarator};`)
    end = f.offset + f.size
  }
  return `struct ${name} {\n${lines.join('\n')}\n};`
}

function bpfText(): readonly string[] {
  const contexts = contextStructs.map(([name, fields]) => structText(name, fields))
  const masks = bpfMacros.map(([name, value]) => `#define ${name} ${value}`).join('\n')
  return [OPCODES, masks, enums.map(enumText).join('\n\n'), DERIVED, 'struct bpf_sock;\nstruct bpf_flow_keys;', ...contexts, STRUCTS]
}

export const BPF_HEADERS: readonly Header[] = [common, header('linux/bpf.h', ['linux/types.h', 'linux/bpf_common.h'], ...bpfText())]
