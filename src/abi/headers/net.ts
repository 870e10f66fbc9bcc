// C headers of the packet formats: <linux/if_ether.h>, <linux/ip.h>, <linux/tcp.h> and their neighbours. The layouts are those of the wire
// (Ethernet, RFC 791, 8200, 9293, 768, 792, 4443); names of structs and members are those of Linux, since programs are written against them.
// Bit-fields are in the order of a little-endian target, which is what eBPF programs are compiled for here.
import { constantsText, type Header, header } from './header.ts'
import { ICMP, ICMPV6, IF_ARP, IF_ETHER, IF_PACKET, IF_VLAN, IN, IN6, IP, IPV6, TCP, UDP } from './net.table.ts'

const TYPES = ['linux/types.h']

const ifEther = header(
  'linux/if_ether.h',
  TYPES,
  constantsText(IF_ETHER),
  `
struct ethhdr {
	unsigned char h_dest[ETH_ALEN];
	unsigned char h_source[ETH_ALEN];
	__be16 h_proto;
} __attribute__((packed));
`,
)

const ifVlan = header('linux/if_vlan.h', TYPES, constantsText(IF_VLAN))

const ifPacket = header(
  'linux/if_packet.h',
  TYPES,
  constantsText(IF_PACKET),
  `
struct sockaddr_pkt {
	unsigned short spkt_family;
	unsigned char spkt_device[14];
	__be16 spkt_protocol;
};

struct sockaddr_ll {
	unsigned short sll_family;
	__be16 sll_protocol;
	int sll_ifindex;
	unsigned short sll_hatype;
	unsigned char sll_pkttype;
	unsigned char sll_halen;
	unsigned char sll_addr[8];
};
`,
)

const ifArp = header(
  'linux/if_arp.h',
  TYPES,
  constantsText(IF_ARP),
  `
struct arphdr {
	__be16 ar_hrd;
	__be16 ar_pro;
	unsigned char ar_hln, ar_pln;
	__be16 ar_op;
};
`,
)

const ip = header(
  'linux/ip.h',
  ['linux/types.h', 'asm/byteorder.h'],
  constantsText(IP),
  `
#define IPTOS_TOS(tos) ((tos) & IPTOS_TOS_MASK)
#define IPTOS_PREC(tos) ((tos) & IPTOS_PREC_MASK)
#define IPOPT_COPIED(o) ((o) & IPOPT_COPY)
#define IPOPT_CLASS(o) ((o) & IPOPT_CLASS_MASK)
#define IPOPT_NUMBER(o) ((o) & IPOPT_NUMBER_MASK)

struct iphdr {
	__u8 ihl : 4, version : 4;
	__u8 tos;
	__be16 tot_len, id, frag_off;
	__u8 ttl, protocol;
	__sum16 check;
	union {
		struct {
			__be32 saddr, daddr;
		};
		struct {
			__be32 saddr, daddr;
		} addrs;
	};
};

struct ip_auth_hdr {
	__u8 nexthdr, hdrlen;
	__be16 reserved;
	__be32 spi, seq_no;
	__u8 auth_data[];
};

struct ip_esp_hdr {
	__be32 spi, seq_no;
	__u8 enc_data[];
};

struct ip_comp_hdr {
	__u8 nexthdr, flags;
	__be16 cpi;
};
`,
)

const inHeader = header(
  'linux/in.h',
  ['linux/types.h', 'linux/socket.h', 'asm/byteorder.h'],
  constantsText(IN),
  `
#define IN_CLASSA(a) ((((long int)(a)) & 0x80000000) == 0)
#define IN_CLASSB(a) ((((long int)(a)) & 0xc0000000) == 0x80000000)
#define IN_CLASSC(a) ((((long int)(a)) & 0xe0000000) == 0xc0000000)
#define IN_CLASSD(a) ((((long int)(a)) & 0xf0000000) == 0xe0000000)
#define IN_MULTICAST(a) IN_CLASSD(a)
#define IN_LOOPBACK(a) ((((long int)(a)) & 0xff000000) == 0x7f000000)

struct in_addr {
	__be32 s_addr;
};

struct sockaddr_in {
	__kernel_sa_family_t sin_family;
	__be16 sin_port;
	struct in_addr sin_addr;
	unsigned char __pad[8];
};
#define sin_zero __pad
`,
)

const in6 = header(
  'linux/in6.h',
  TYPES,
  constantsText(IN6),
  `
struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be16 u6_addr16[8];
		__be32 u6_addr32[4];
	} in6_u;
};
#define s6_addr in6_u.u6_addr8
#define s6_addr16 in6_u.u6_addr16
#define s6_addr32 in6_u.u6_addr32

struct sockaddr_in6 {
	unsigned short int sin6_family;
	__be16 sin6_port;
	__be32 sin6_flowinfo;
	struct in6_addr sin6_addr;
	__u32 sin6_scope_id;
};
`,
)

const ipv6 = header(
  'linux/ipv6.h',
  ['linux/types.h', 'linux/in6.h', 'asm/byteorder.h'],
  constantsText(IPV6),
  `
struct ipv6hdr {
	__u8 priority : 4, version : 4;
	__u8 flow_lbl[3];
	__be16 payload_len;
	__u8 nexthdr, hop_limit;
	union {
		struct {
			struct in6_addr saddr, daddr;
		};
		struct {
			struct in6_addr saddr, daddr;
		} addrs;
	};
};

struct ipv6_rt_hdr {
	__u8 nexthdr, hdrlen, type, segments_left;
};

struct ipv6_opt_hdr {
	__u8 nexthdr, hdrlen;
} __attribute__((packed));
#define ipv6_destopt_hdr ipv6_opt_hdr
#define ipv6_hopopt_hdr ipv6_opt_hdr

struct in6_pktinfo {
	struct in6_addr ipi6_addr;
	int ipi6_ifindex;
};
`,
)

const tcp = header(
  'linux/tcp.h',
  ['linux/types.h', 'asm/byteorder.h', 'linux/socket.h'],
  constantsText(TCP),
  `
struct tcphdr {
	__be16 source, dest;
	__be32 seq, ack_seq;
	__u16 ae : 1, res1 : 3, doff : 4, fin : 1, syn : 1, rst : 1, psh : 1, ack : 1, urg : 1, ece : 1, cwr : 1;
	__be16 window;
	__sum16 check;
	__be16 urg_ptr;
};

union tcp_word_hdr {
	struct tcphdr hdr;
	__be32 words[5];
};
#define tcp_flag_word(tp) (((union tcp_word_hdr *)(tp))->words[3])

enum {
	TCP_FLAG_AE = __constant_cpu_to_be32(0x01000000),
	TCP_FLAG_CWR = __constant_cpu_to_be32(0x00800000),
	TCP_FLAG_ECE = __constant_cpu_to_be32(0x00400000),
	TCP_FLAG_URG = __constant_cpu_to_be32(0x00200000),
	TCP_FLAG_ACK = __constant_cpu_to_be32(0x00100000),
	TCP_FLAG_PSH = __constant_cpu_to_be32(0x00080000),
	TCP_FLAG_RST = __constant_cpu_to_be32(0x00040000),
	TCP_FLAG_SYN = __constant_cpu_to_be32(0x00020000),
	TCP_FLAG_FIN = __constant_cpu_to_be32(0x00010000),
	TCP_RESERVED_BITS = __constant_cpu_to_be32(0x0e000000),
	TCP_DATA_OFFSET = __constant_cpu_to_be32(0xf0000000),
};
`,
)

const udp = header(
  'linux/udp.h',
  TYPES,
  constantsText(UDP),
  `
struct udphdr {
	__be16 source, dest, len;
	__sum16 check;
};
`,
)

const icmp = header(
  'linux/icmp.h',
  ['linux/types.h', 'asm/byteorder.h'],
  constantsText(ICMP),
  `
struct icmphdr {
	__u8 type, code;
	__sum16 checksum;
	union {
		struct {
			__be16 id, sequence;
		} echo;
		__be32 gateway;
		struct {
			__be16 __unused, mtu;
		} frag;
		__u8 reserved[4];
	} un;
};
`,
)

const icmpv6 = header(
  'linux/icmpv6.h',
  ['linux/types.h', 'asm/byteorder.h'],
  constantsText(ICMPV6),
  `
struct icmp6hdr {
	__u8 icmp6_type, icmp6_code;
	__sum16 icmp6_cksum;
	union {
		__be32 un_data32[1];
		__be16 un_data16[2];
		__u8 un_data8[4];
		struct icmpv6_echo {
			__be16 identifier, sequence;
		} u_echo;
		struct icmpv6_nd_advt {
			__u32 reserved : 5, override : 1, solicited : 1, router : 1, reserved2 : 24;
		} u_nd_advt;
		struct icmpv6_nd_ra {
			__u8 hop_limit;
			__u8 reserved : 3, router_pref : 2, home_agent : 1, other : 1, managed : 1;
			__be16 rt_lifetime;
		} u_nd_ra;
	} icmp6_dataun;
};
#define icmp6_identifier icmp6_dataun.u_echo.identifier
#define icmp6_sequence icmp6_dataun.u_echo.sequence
#define icmp6_pointer icmp6_dataun.un_data32[0]
#define icmp6_mtu icmp6_dataun.un_data32[0]
#define icmp6_unused icmp6_dataun.un_data32[0]
#define icmp6_maxdelay icmp6_dataun.un_data16[0]
#define icmp6_datagram_len icmp6_dataun.un_data8[0]
#define icmp6_router icmp6_dataun.u_nd_advt.router
#define icmp6_solicited icmp6_dataun.u_nd_advt.solicited
#define icmp6_override icmp6_dataun.u_nd_advt.override
#define icmp6_ndiscreserved icmp6_dataun.u_nd_advt.reserved
#define icmp6_hop_limit icmp6_dataun.u_nd_ra.hop_limit
#define icmp6_addrconf_managed icmp6_dataun.u_nd_ra.managed
#define icmp6_addrconf_other icmp6_dataun.u_nd_ra.other
#define icmp6_rt_lifetime icmp6_dataun.u_nd_ra.rt_lifetime
#define icmp6_router_pref icmp6_dataun.u_nd_ra.router_pref
`,
)

const pktSched = header(
  'linux/pkt_sched.h',
  TYPES,
  `
#define TC_H_MAJ_MASK (0xFFFF0000U)
#define TC_H_MIN_MASK (0x0000FFFFU)
#define TC_H_MAJ(h) ((h) & TC_H_MAJ_MASK)
#define TC_H_MIN(h) ((h) & TC_H_MIN_MASK)
#define TC_H_MAKE(maj, min) (((maj) & TC_H_MAJ_MASK) | ((min) & TC_H_MIN_MASK))
#define TC_H_UNSPEC (0U)
#define TC_H_ROOT (0xFFFFFFFFU)
#define TC_H_INGRESS (0xFFFFFFF1U)
#define TC_H_CLSACT TC_H_INGRESS
#define TC_H_MIN_PRIORITY 0xFFE0U
#define TC_H_MIN_INGRESS 0xFFF2U
#define TC_H_MIN_EGRESS 0xFFF3U

struct tc_ratespec {
	unsigned char cell_log;
	__u8 linklayer;
	unsigned short overhead;
	short cell_align;
	unsigned short mpu;
	__u32 rate;
};
`,
)

const pktCls = header(
  'linux/pkt_cls.h',
  ['linux/types.h', 'linux/pkt_sched.h'],
  `
#define TC_ACT_UNSPEC (-1)
#define TC_ACT_OK 0
#define TC_ACT_RECLASSIFY 1
#define TC_ACT_SHOT 2
#define TC_ACT_PIPE 3
#define TC_ACT_STOLEN 4
#define TC_ACT_QUEUED 5
#define TC_ACT_REPEAT 6
#define TC_ACT_REDIRECT 7
#define TC_ACT_TRAP 8
#define TC_ACT_VALUE_MAX TC_ACT_TRAP
#define TC_ACT_JUMP (1 << 28)
#define TC_ACT_GOTO_CHAIN (2 << 28)
`,
)

/** Flags of GRE (RFC 2784, 2890) and of tunnels, in the byte order of the wire. */
const ifTunnel = header(
  'linux/if_tunnel.h',
  ['linux/types.h', 'linux/if.h', 'linux/ip.h', 'linux/in6.h', 'asm/byteorder.h'],
  networkOrder('GRE_', 'CSUM=0x8000 ROUTING=0x4000 KEY=0x2000 SEQ=0x1000 STRICT=0x0800 REC=0x0700 ACK=0x0080 FLAGS=0x0078'),
  networkOrder('GRE_', 'VERSION=0x0007 VERSION_0=0x0000 VERSION_1=0x0001 PROTO_PPP=0x880b'),
  networkOrder('TUNNEL_', 'CSUM=0x01 ROUTING=0x02 KEY=0x04 SEQ=0x08 STRICT=0x10 REC=0x20 VERSION=0x40 NO_KEY=0x80 DONT_FRAGMENT=0x0100'),
  networkOrder('TUNNEL_', 'OAM=0x0200 CRIT_OPT=0x0400 GENEVE_OPT=0x0800 VXLAN_OPT=0x1000 NOCACHE=0x2000 ERSPAN_OPT=0x4000 GTP_OPT=0x8000'),
)

function networkOrder(prefix: string, table: string): string {
  return table.replace(/(\w+)=(\w+) ?/g, `#define ${prefix}$1 __cpu_to_be16($2)\n`)
}

const netfilter = header(
  'linux/netfilter.h',
  ['linux/types.h', 'linux/in.h', 'linux/in6.h'],
  constantsText('NF_DROP=0 NF_ACCEPT=1 NF_STOLEN=2 NF_QUEUE=3 NF_REPEAT=4 NF_STOP=5 NF_MAX_VERDICT=5'),
  `
/* vmlinux.h has them all. */
#ifndef __VMLINUX_H__
enum nf_inet_hooks {
	NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN, NF_INET_FORWARD, NF_INET_LOCAL_OUT, NF_INET_POST_ROUTING, NF_INET_NUMHOOKS,
	NF_INET_INGRESS = NF_INET_NUMHOOKS,
};
enum {
	NFPROTO_UNSPEC = 0, NFPROTO_INET = 1, NFPROTO_IPV4 = 2, NFPROTO_ARP = 3, NFPROTO_NETDEV = 5, NFPROTO_BRIDGE = 7, NFPROTO_IPV6 = 10,
};
#endif
`,
)

export const NET_HEADERS: readonly Header[] = [
  ifEther,
  ifVlan,
  ifPacket,
  ifArp,
  ip,
  ipv6,
  tcp,
  udp,
  icmp,
  icmpv6,
  inHeader,
  in6,
  pktSched,
  pktCls,
  ifTunnel,
  netfilter,
  header('net/if.h', ['linux/if.h']),
  header('netinet/if_ether.h', ['linux/if_ether.h']),
  header('netinet/in.h', ['linux/in.h', 'linux/in6.h', 'sys/socket.h']),
]
