// Words of pcap-filter(7) that stand for numbers, and the protocols that it knows by name. Facts of IANA's registries and IEEE 802.
export type Protocol =
  | 'ether'
  | 'ip'
  | 'ip6'
  | 'arp'
  | 'rarp'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmp'
  | 'icmp6'
  | 'igmp'
  | 'igrp'
  | 'pim'
  | 'vrrp'
  | 'carp'
  | 'ah'
  | 'esp'
  | 'atalk'
  | 'aarp'
  | 'decnet'
  | 'lat'
  | 'sca'
  | 'moprc'
  | 'mopdl'
  | 'iso'
  | 'stp'
  | 'ipx'
  | 'netbeui'

/** Spellings of protocols in expressions. */
export const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map<string, Protocol>([
  ...(
    [
      'ether ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp igrp pim vrrp carp ah esp',
      'atalk aarp decnet lat sca moprc mopdl iso stp ipx netbeui',
    ]
      .join(' ')
      .split(' ') as Protocol[]
  ).map((name): [string, Protocol] => [name, name]),
  ['link', 'ether'],
  ['ppp', 'ether'],
  ['slip', 'ether'],
  ['fddi', 'ether'],
  ['tr', 'ether'],
  ['wlan', 'ether'],
])

export const ETHERTYPES: Readonly<Partial<Record<Protocol, number>>> = {
  ip: 0x800,
  ip6: 0x86dd,
  arp: 0x806,
  rarp: 0x8035,
  atalk: 0x809b,
  aarp: 0x80f3,
  decnet: 0x6003,
  lat: 0x6004,
  sca: 0x6007,
  moprc: 0x6002,
  mopdl: 0x6001,
}

/** Destination access points of IEEE 802.2. */
export const LLC_SAPS: Readonly<Partial<Record<Protocol, number>>> = { iso: 0xfe, stp: 0x42, ipx: 0xe0, netbeui: 0xf0 }

/** Over which family a protocol is looked for, and its number there. */
export const IP_PROTOCOLS: Readonly<Partial<Record<Protocol, { readonly number: number; readonly over: 'ip' | 'ip6' | 'both' }>>> = {
  tcp: { number: 6, over: 'both' },
  udp: { number: 17, over: 'both' },
  sctp: { number: 132, over: 'both' },
  pim: { number: 103, over: 'both' },
  ah: { number: 51, over: 'both' },
  esp: { number: 50, over: 'both' },
  icmp: { number: 1, over: 'ip' },
  igmp: { number: 2, over: 'ip' },
  igrp: { number: 9, over: 'ip' },
  vrrp: { number: 112, over: 'ip' },
  carp: { number: 112, over: 'ip' },
  icmp6: { number: 58, over: 'ip6' },
}

/** Names after `proto`. */
export const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['igmp', 2],
  ['ipencap', 4],
  ['tcp', 6],
  ['egp', 8],
  ['igp', 9],
  ['udp', 17],
  ['ipv6', 41],
  ['rsvp', 46],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['ipv6-icmp', 58],
  ['ospf', 89],
  ['pim', 103],
  ['vrrp', 112],
  ['l2tp', 115],
  ['sctp', 132],
  ['udplite', 136],
])

/** Services by name: port and the transport that registers it (both where none is named). */
export const SERVICES: ReadonlyMap<string, { readonly port: number; readonly only?: 'tcp' | 'udp' }> = new Map([
  ['echo', { port: 7 }],
  ['discard', { port: 9 }],
  ['ftp-data', { port: 20, only: 'tcp' }],
  ['ftp', { port: 21, only: 'tcp' }],
  ['ssh', { port: 22, only: 'tcp' }],
  ['telnet', { port: 23, only: 'tcp' }],
  ['smtp', { port: 25, only: 'tcp' }],
  ['time', { port: 37 }],
  ['domain', { port: 53 }],
  ['bootps', { port: 67, only: 'udp' }],
  ['bootpc', { port: 68, only: 'udp' }],
  ['tftp', { port: 69, only: 'udp' }],
  ['http', { port: 80, only: 'tcp' }],
  ['kerberos', { port: 88 }],
  ['pop3', { port: 110, only: 'tcp' }],
  ['sunrpc', { port: 111 }],
  ['ntp', { port: 123, only: 'udp' }],
  ['imap2', { port: 143, only: 'tcp' }],
  ['snmp', { port: 161 }],
  ['bgp', { port: 179, only: 'tcp' }],
  ['ldap', { port: 389 }],
  ['https', { port: 443 }],
  ['syslog', { port: 514, only: 'udp' }],
  ['imaps', { port: 993, only: 'tcp' }],
  ['pop3s', { port: 995, only: 'tcp' }],
] as const)

/** Numbers that have a name within brackets and comparisons. */
export const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['tcpflags', 13],
  ['tcp-fin', 1],
  ['tcp-syn', 2],
  ['tcp-rst', 4],
  ['tcp-push', 8],
  ['tcp-ack', 16],
  ['tcp-urg', 32],
  ['tcp-ece', 64],
  ['tcp-cwr', 128],
  ['icmptype', 0],
  ['icmpcode', 1],
  ['icmp-echoreply', 0],
  ['icmp-unreach', 3],
  ['icmp-sourcequench', 4],
  ['icmp-redirect', 5],
  ['icmp-echo', 8],
  ['icmp-routeradvert', 9],
  ['icmp-routersolicit', 10],
  ['icmp-timxceed', 11],
  ['icmp-paramprob', 12],
  ['icmp-tstamp', 13],
  ['icmp-tstampreply', 14],
  ['icmp-ireq', 15],
  ['icmp-ireqreply', 16],
  ['icmp-maskreq', 17],
  ['icmp-maskreply', 18],
  ['icmp6type', 0],
  ['icmp6code', 1],
  ['icmp6-destinationrunreach', 1],
  ['icmp6-packettoobig', 2],
  ['icmp6-timeexceeded', 3],
  ['icmp6-parameterproblem', 4],
  ['icmp6-echo', 128],
  ['icmp6-echoreply', 129],
  ['icmp6-multicastlistenerquery', 130],
  ['icmp6-multicastlistenerreportv1', 131],
  ['icmp6-multicastlistenerdone', 132],
  ['icmp6-routersolicit', 133],
  ['icmp6-routeradvert', 134],
  ['icmp6-neighborsolicit', 135],
  ['icmp6-neighboradvert', 136],
  ['icmp6-redirect', 137],
  ['icmp6-multicastlistenerreportv2', 143],
])
