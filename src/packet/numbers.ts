// Numbers of the protocols and the names that people know them by (IANA registries).

export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd, qinq: 0x88a8, teb: 0x6558, mpls: 0x8847 } as const

export const IPPROTO = {
  hopopts: 0,
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  none: 59,
  dstopts: 60,
  sctp: 132,
} as const

const ETHERTYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [ETHERTYPE.ipv4, 'IPv4'],
  [ETHERTYPE.arp, 'ARP'],
  [ETHERTYPE.vlan, '802.1Q'],
  [ETHERTYPE.ipv6, 'IPv6'],
  [ETHERTYPE.qinq, '802.1ad'],
  [ETHERTYPE.teb, 'Ethernet'],
  [ETHERTYPE.mpls, 'MPLS'],
  [0x88cc, 'LLDP'],
  [0x8863, 'PPPoE discovery'],
  [0x8864, 'PPPoE'],
])

const IPPROTO_NAMES: ReadonlyMap<number, string> = new Map([
  [IPPROTO.hopopts, 'hop-by-hop options'],
  [IPPROTO.icmp, 'ICMP'],
  [IPPROTO.igmp, 'IGMP'],
  [IPPROTO.ipip, 'IPv4'],
  [IPPROTO.tcp, 'TCP'],
  [IPPROTO.udp, 'UDP'],
  [IPPROTO.ipv6, 'IPv6'],
  [IPPROTO.routing, 'routing header'],
  [IPPROTO.fragment, 'fragment header'],
  [IPPROTO.gre, 'GRE'],
  [IPPROTO.esp, 'ESP'],
  [IPPROTO.ah, 'AH'],
  [IPPROTO.icmpv6, 'ICMPv6'],
  [IPPROTO.none, 'no next header'],
  [IPPROTO.dstopts, 'destination options'],
  [IPPROTO.sctp, 'SCTP'],
])

export function etherTypeName(type: number): string {
  return ETHERTYPE_NAMES.get(type) ?? `EtherType 0x${type.toString(16).padStart(4, '0')}`
}

export function ipProtoName(protocol: number): string {
  return IPPROTO_NAMES.get(protocol) ?? `protocol ${protocol}`
}

/** Bits of the TCP flags byte and the one before it, least significant first. */
export const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'] as const
export type TcpFlag = (typeof TCP_FLAGS)[number]

export const PORTS = { dns: 53, dhcpServer: 67, dhcpClient: 68, http: 80, vxlan: 4789, mdns: 5353, geneve: 6081 } as const

const ICMP_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'echo reply'],
  [3, 'destination unreachable'],
  [5, 'redirect'],
  [8, 'echo request'],
  [11, 'time exceeded'],
  [12, 'parameter problem'],
])

const ICMPV6_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'destination unreachable'],
  [2, 'packet too big'],
  [3, 'time exceeded'],
  [4, 'parameter problem'],
  [128, 'echo request'],
  [129, 'echo reply'],
  [130, 'multicast listener query'],
  [131, 'multicast listener report'],
  [132, 'multicast listener done'],
  [133, 'router solicitation'],
  [134, 'router advertisement'],
  [135, 'neighbour solicitation'],
  [136, 'neighbour advertisement'],
  [137, 'redirect'],
  [143, 'multicast listener report v2'],
])

export function icmpName(type: number): string {
  return ICMP_NAMES.get(type) ?? `type ${type}`
}

export function icmpv6Name(type: number): string {
  return ICMPV6_NAMES.get(type) ?? `type ${type}`
}

const DNS_TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [12, 'PTR'],
  [15, 'MX'],
  [16, 'TXT'],
  [28, 'AAAA'],
  [33, 'SRV'],
  [41, 'OPT'],
  [65, 'HTTPS'],
  [255, 'ANY'],
])

export function dnsTypeName(type: number): string {
  return DNS_TYPES.get(type) ?? `TYPE${type}`
}
