// C headers that programs share with the world of system calls: sockets, scheduling, interfaces, clocks. Only what a BPF program can use of
// them: numbers to compare with or to pass on, and the structures that go with them.
import { constantsText, type Header, header } from './header.ts'
import { ADDRESS_FAMILIES, CLOCKS, IF, SCHED, SOCKET_LEVELS, SOCKET_OPTIONS } from './sys.table.ts'

const socket = header(
  'linux/socket.h',
  [],
  `
typedef unsigned short __kernel_sa_family_t;

#define _K_SS_MAXSIZE 128

struct __kernel_sockaddr_storage {
	union {
		struct {
			__kernel_sa_family_t ss_family;
			char __data[_K_SS_MAXSIZE - sizeof(unsigned short)];
		};
		void *__align;
	};
};

#define SOCK_TXREHASH_DEFAULT 255
#define SOCK_TXREHASH_DISABLED 0
#define SOCK_TXREHASH_ENABLED 1
`,
)

const sysSocket = header(
  'sys/socket.h',
  ['stddef.h', 'linux/socket.h', 'asm/socket.h'],
  constantsText(ADDRESS_FAMILIES),
  constantsText(SOCKET_LEVELS),
  `
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5

typedef unsigned int socklen_t;
typedef unsigned short sa_family_t;

struct sockaddr {
	sa_family_t sa_family;
	char sa_data[14];
};
`,
)

const sysTypes = header(
  'sys/types.h',
  ['stddef.h', 'stdint.h', 'linux/types.h'],
  `
typedef __kernel_ssize_t ssize_t;
typedef __kernel_pid_t pid_t;
typedef __kernel_uid32_t uid_t;
typedef __kernel_gid32_t gid_t;
typedef unsigned int mode_t;
typedef unsigned long ino_t;
typedef unsigned long dev_t;
typedef long off_t;
typedef long time_t;
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef uint8_t u_int8_t;
typedef uint16_t u_int16_t;
typedef uint32_t u_int32_t;
typedef uint64_t u_int64_t;
`,
)

const arpaInet = header(
  'arpa/inet.h',
  ['netinet/in.h'],
  `
#define htons(x) ((__be16)__builtin_bswap16((__u16)(x)))
#define ntohs(x) ((__u16)__builtin_bswap16((__u16)(x)))
#define htonl(x) ((__be32)__builtin_bswap32((__u32)(x)))
#define ntohl(x) ((__u32)__builtin_bswap32((__u32)(x)))
`,
)

/** What the kernel's own headers ask before they define a thing that a C library may have: there is none here, so all is theirs. */
const COMPAT = [
  ...'IN_ADDR IN_IPPROTO IN_PKTINFO IP_MREQ SOCKADDR_IN IN_CLASS IN6_ADDR IN6_ADDR_ALT SOCKADDR_IN6 IPV6_MREQ IPPROTO_V6'.split(' '),
  ...'IPV6_OPTIONS IN6_PKTINFO IP6_MTUINFO IF_IFCONF IF_IFMAP IF_IFNAMSIZ IF_IFREQ IF_NET_DEVICE_FLAGS XATTR'.split(' '),
]
  .map((name) => `#ifndef __UAPI_DEF_${name}\n#define __UAPI_DEF_${name} 1\n#endif`)
  .join('\n')

const time = header('linux/time.h', ['linux/types.h', 'linux/time_types.h'], constantsText(CLOCKS))

const timeTypes = header(
  'linux/time_types.h',
  ['linux/types.h'],
  `
struct __kernel_timespec {
	__kernel_time64_t tv_sec;
	long long tv_nsec;
};
`,
)

const FORMATS = ['d', 'i', 'u', 'x', 'X', 'o']

/** Formats of printf for integers of exact width. */
function formatMacros(): string {
  return FORMATS.flatMap((f) => [8, 16, 32, 64].map((bits) => `#define PRI${f}${bits} "${bits === 64 ? 'l' : ''}${f}"`)).join('\n')
}

export const SYS_HEADERS: readonly Header[] = [
  socket,
  header('asm/socket.h', [], constantsText(SOCKET_OPTIONS)),
  header('asm-generic/socket.h', ['asm/socket.h']),
  sysSocket,
  sysTypes,
  arpaInet,
  header('linux/sched.h', ['linux/types.h'], constantsText(SCHED)),
  header('linux/if.h', ['linux/types.h'], constantsText(IF)),
  timeTypes,
  time,
  header('time.h', ['linux/time.h']),
  header('inttypes.h', ['stdint.h'], formatMacros()),
  header('linux/libc-compat.h', [], COMPAT),
  header('asm/bitsperlong.h', ['asm/types.h']),
  header('asm-generic/bitsperlong.h', ['asm/types.h']),
]
