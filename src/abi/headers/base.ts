// C headers that the others stand on: integer types, byte order, the freestanding headers of C (stddef, stdint, stdbool, limits, string),
// error numbers. eBPF is a little-endian target with 64-bit long and pointers.
import { errnos } from '../errno.ts'
import { type Header, header } from './header.ts'

const asmTypes = header(
  'asm/types.h',
  [],
  `
typedef signed char __s8;
typedef unsigned char __u8;
typedef signed short __s16;
typedef unsigned short __u16;
typedef signed int __s32;
typedef unsigned int __u32;
typedef signed long long __s64;
typedef unsigned long long __u64;

#define __BITS_PER_LONG 64
`,
)

const linuxTypes = header(
  'linux/types.h',
  ['asm/types.h', 'linux/posix_types.h'],
  `
/* What programs ask for to know that this header was here. */
#define _LINUX_TYPES_H

#define __bitwise
#define __bitwise__
#define __force

typedef __u16 __le16;
typedef __u16 __be16;
typedef __u32 __le32;
typedef __u32 __be32;
typedef __u64 __le64;
typedef __u64 __be64;
typedef __u16 __sum16;
typedef __u32 __wsum;
typedef unsigned int __poll_t;

#define __aligned_u64 __u64 __attribute__((aligned(8)))
#define __aligned_s64 __s64 __attribute__((aligned(8)))
#define __aligned_be64 __be64 __attribute__((aligned(8)))
#define __aligned_le64 __le64 __attribute__((aligned(8)))
`,
)

const posixTypes = header(
  'linux/posix_types.h',
  ['linux/stddef.h'],
  `
/* vmlinux.h has them all. */
#ifndef __VMLINUX_H__
typedef long __kernel_long_t;
typedef unsigned long __kernel_ulong_t;
typedef __kernel_ulong_t __kernel_ino_t;
typedef unsigned int __kernel_mode_t;
typedef int __kernel_pid_t;
typedef int __kernel_ipc_pid_t;
typedef unsigned int __kernel_uid_t;
typedef unsigned int __kernel_gid_t;
typedef __kernel_uid_t __kernel_uid32_t;
typedef __kernel_gid_t __kernel_gid32_t;
typedef unsigned long __kernel_old_dev_t;
typedef __kernel_ulong_t __kernel_size_t;
typedef __kernel_long_t __kernel_ssize_t;
typedef __kernel_long_t __kernel_ptrdiff_t;
typedef __kernel_long_t __kernel_off_t;
typedef long long __kernel_loff_t;
typedef __kernel_long_t __kernel_time_t;
typedef long long __kernel_time64_t;
typedef __kernel_long_t __kernel_clock_t;
typedef int __kernel_timer_t;
typedef int __kernel_clockid_t;
typedef char *__kernel_caddr_t;
typedef unsigned short __kernel_uid16_t;
typedef unsigned short __kernel_gid16_t;
typedef int __kernel_key_t;
typedef int __kernel_mqd_t;
typedef int __kernel_daddr_t;
typedef struct {
	int val[2];
} __kernel_fsid_t;
#endif
`,
)

const linuxStddef = header(
  'linux/stddef.h',
  [],
  `
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define __struct_group(TAG, NAME, ATTRS, MEMBERS...) \\
	union { \\
		struct { MEMBERS } ATTRS; \\
		struct TAG { MEMBERS } ATTRS NAME; \\
	} ATTRS

#define __DECLARE_FLEX_ARRAY(TYPE, NAME) \\
	struct { \\
		struct { } __empty_##NAME; \\
		TYPE NAME[]; \\
	}
`,
)

const swab = header(
  'linux/swab.h',
  ['linux/types.h'],
  `
#define ___constant_swab16(x) ((__u16)((((__u16)(x) & 0x00ffU) << 8) | (((__u16)(x) & 0xff00U) >> 8)))
#define ___constant_swab32(x) \\
	((__u32)((((__u32)(x) & 0x000000ffUL) << 24) | (((__u32)(x) & 0x0000ff00UL) << 8) | \\
		 (((__u32)(x) & 0x00ff0000UL) >> 8) | (((__u32)(x) & 0xff000000UL) >> 24)))
#define ___constant_swab64(x) \\
	((__u64)(((__u64)___constant_swab32((__u32)(x)) << 32) | ___constant_swab32((__u32)((__u64)(x) >> 32))))

#define __swab16(x) ((__u16)__builtin_bswap16((__u16)(x)))
#define __swab32(x) ((__u32)__builtin_bswap32((__u32)(x)))
#define __swab64(x) ((__u64)__builtin_bswap64((__u64)(x)))
`,
)

function orderMacros(bits: number): string {
  return `
#define __constant_cpu_to_le${bits}(x) ((__le${bits})(__u${bits})(x))
#define __constant_le${bits}_to_cpu(x) ((__u${bits})(__le${bits})(x))
#define __constant_cpu_to_be${bits}(x) ((__be${bits})___constant_swab${bits}((x)))
#define __constant_be${bits}_to_cpu(x) ___constant_swab${bits}((__u${bits})(__be${bits})(x))
#define __cpu_to_le${bits}(x) ((__le${bits})(__u${bits})(x))
#define __le${bits}_to_cpu(x) ((__u${bits})(__le${bits})(x))
#define __cpu_to_be${bits}(x) ((__be${bits})__swab${bits}((x)))
#define __be${bits}_to_cpu(x) __swab${bits}((__u${bits})(__be${bits})(x))`.trim()
}

const littleEndian = header(
  'linux/byteorder/little_endian.h',
  ['linux/types.h', 'linux/swab.h'],
  `
#ifndef __LITTLE_ENDIAN
#define __LITTLE_ENDIAN 1234
#endif
#ifndef __LITTLE_ENDIAN_BITFIELD
#define __LITTLE_ENDIAN_BITFIELD
#endif`,
  [16, 32, 64].map(orderMacros).join('\n'),
  `
#define __constant_htonl(x) ((__be32)___constant_swab32((x)))
#define __constant_ntohl(x) ___constant_swab32((__be32)(x))
#define __constant_htons(x) ((__be16)___constant_swab16((x)))
#define __constant_ntohs(x) ___constant_swab16((__be16)(x))
`,
)

const stddef = header(
  'stddef.h',
  [],
  `
typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef __WCHAR_TYPE__ wchar_t;

#ifndef NULL
#define NULL ((void *)0)
#endif
#undef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
`,
)

const stdbool = header(
  'stdbool.h',
  [],
  `
#if !defined(__STDC_VERSION__) || __STDC_VERSION__ < 202311L
#define bool _Bool
#define true 1
#define false 0
#endif
#define __bool_true_false_are_defined 1
`,
)

/** Exact-width, least, fast, pointer-sized and greatest integer types: on this target long is 64 bits wide. */
function stdintText(): string {
  const c: Readonly<Record<number, string>> = { 8: 'char', 16: 'short', 32: 'int', 64: 'long int' }
  const out: string[] = []
  for (const bits of [8, 16, 32, 64]) {
    out.push(`typedef signed ${c[bits]} int${bits}_t;`, `typedef unsigned ${c[bits]} uint${bits}_t;`)
    for (const kind of ['least', 'fast']) {
      out.push(`typedef int${bits}_t int_${kind}${bits}_t;`, `typedef uint${bits}_t uint_${kind}${bits}_t;`)
    }
    const suffix = bits === 64 ? 'L' : ''
    const max = (2n ** BigInt(bits - 1) - 1n).toString()
    out.push(
      `#define INT${bits}_MAX ${max}${suffix}`,
      `#define INT${bits}_MIN (-${max}${suffix} - 1)`,
      `#define UINT${bits}_MAX ${2n ** BigInt(bits) - 1n}${bits >= 32 ? `U${suffix}` : ''}`,
      `#define INT${bits}_C(c) c${bits === 64 ? '##L' : ''}`,
      `#define UINT${bits}_C(c) c${bits === 64 ? '##UL' : bits === 32 ? '##U' : ''}`,
    )
  }
  for (const kind of ['ptr', 'max']) {
    const upper = kind.toUpperCase()
    out.push(
      `typedef int64_t int${kind}_t;`,
      `typedef uint64_t uint${kind}_t;`,
      `#define INT${upper}_MAX INT64_MAX`,
      `#define INT${upper}_MIN INT64_MIN`,
      `#define UINT${upper}_MAX UINT64_MAX`,
    )
  }
  out.push(
    '#define INTMAX_C(c) c##L',
    '#define UINTMAX_C(c) c##UL',
    '#define SIZE_MAX UINT64_MAX',
    '#define PTRDIFF_MAX INT64_MAX',
    '#define PTRDIFF_MIN INT64_MIN',
  )
  return out.join('\n')
}

const stdint = header('stdint.h', [], stdintText())

const limits = header(
  'limits.h',
  [],
  `
#define CHAR_BIT 8
#define SCHAR_MAX 127
#define SCHAR_MIN (-128)
#define UCHAR_MAX 255
#define CHAR_MAX SCHAR_MAX
#define CHAR_MIN SCHAR_MIN
#define SHRT_MAX 32767
#define SHRT_MIN (-32768)
#define USHRT_MAX 65535
#define INT_MAX 2147483647
#define INT_MIN (-2147483647 - 1)
#define UINT_MAX 4294967295U
#define LONG_MAX 9223372036854775807L
#define LONG_MIN (-9223372036854775807L - 1L)
#define ULONG_MAX 18446744073709551615UL
#define LLONG_MAX 9223372036854775807LL
#define LLONG_MIN (-9223372036854775807LL - 1LL)
#define ULLONG_MAX 18446744073709551615ULL
`,
)

const linuxLimits = header(
  'linux/limits.h',
  [],
  `
#define NR_OPEN 1024
#define NGROUPS_MAX 65536
#define ARG_MAX 131072
#define LINK_MAX 127
#define MAX_CANON 255
#define MAX_INPUT 255
#define NAME_MAX 255
#define PATH_MAX 4096
#define PIPE_BUF 4096
#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536
#define XATTR_LIST_MAX 65536
#define RTSIG_MAX 32
`,
)

const string = header(
  'string.h',
  [],
  `
typedef __SIZE_TYPE__ size_t;
#ifndef NULL
#define NULL ((void *)0)
#endif
#define memcpy(to, from, size) __builtin_memcpy(to, from, size)
#define memmove(to, from, size) __builtin_memmove(to, from, size)
#define memset(to, byte, size) __builtin_memset(to, byte, size)
#define memcmp(a, b, size) __builtin_memcmp(a, b, size)
#define strlen(text) __builtin_strlen(text)
`,
)

/** Byte order as the C library says it. */
const endian = header(
  'endian.h',
  ['byteswap.h'],
  `
#ifndef __LITTLE_ENDIAN
#define __LITTLE_ENDIAN 1234
#endif
#ifndef __BIG_ENDIAN
#define __BIG_ENDIAN 4321
#endif
#define __BYTE_ORDER __LITTLE_ENDIAN
#define LITTLE_ENDIAN __LITTLE_ENDIAN
#define BIG_ENDIAN __BIG_ENDIAN
#define BYTE_ORDER __BYTE_ORDER
`,
  ['16', '32', '64']
    .map(
      (n) =>
        `#define htobe${n}(x) __bswap_${n}(x)\n#define be${n}toh(x) __bswap_${n}(x)\n#define htole${n}(x) ((uint${n}_t)(x))\n#define le${n}toh(x) ((uint${n}_t)(x))`,
    )
    .join('\n'),
)

const byteswap = header(
  'byteswap.h',
  ['stdint.h'],
  ['16', '32', '64']
    .map((n) => `#define __bswap_${n}(x) ((uint${n}_t)__builtin_bswap${n}(x))\n#define bswap_${n}(x) __bswap_${n}(x)`)
    .join('\n'),
)

const NEWER_NAMES: Readonly<Record<string, string>> = { EWOULDBLOCK: 'EAGAIN', EDEADLOCK: 'EDEADLK' }

const errno = header(
  'asm-generic/errno.h',
  [],
  errnos
    .filter(([name]) => name !== 'ENOTSUPP')
    .map(([name, value]) => `#define ${name} ${NEWER_NAMES[name] ?? value}`)
    .join('\n'),
)

const linuxConst = header(
  'linux/const.h',
  [],
  `
#define __AC(x, suffix) (x##suffix)
#define _AC(x, suffix) __AC(x, suffix)
#define _AT(type, x) ((type)(x))
#define _UL(x) (_AC(x, UL))
#define _ULL(x) (_AC(x, ULL))
#define _BITUL(n) (_UL(1) << (n))
#define _BITULL(n) (_ULL(1) << (n))
#define __KERNEL_DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
`,
)

const version = header(
  'linux/version.h',
  [],
  `
#define LINUX_VERSION_CODE 397824
#define LINUX_VERSION_MAJOR 6
#define LINUX_VERSION_PATCHLEVEL 18
#define LINUX_VERSION_SUBLEVEL 0
#ifndef KERNEL_VERSION
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#endif
`,
)

export const BASE_HEADERS: readonly Header[] = [
  asmTypes,
  linuxTypes,
  posixTypes,
  linuxStddef,
  swab,
  littleEndian,
  header('asm/byteorder.h', ['linux/byteorder/little_endian.h']),
  stddef,
  stdbool,
  stdint,
  limits,
  linuxLimits,
  string,
  errno,
  header('asm-generic/errno-base.h', ['asm-generic/errno.h']),
  header('asm/errno.h', ['asm-generic/errno.h']),
  header('linux/errno.h', ['asm-generic/errno.h']),
  header('errno.h', ['asm-generic/errno.h'], '#define ENOTSUP EOPNOTSUPP'),
  header('linux/string.h', ['string.h']),
  endian,
  byteswap,
  header('asm-generic/int-ll64.h', ['asm/types.h']),
  header('asm-generic/types.h', ['asm/types.h']),
  header('asm/posix_types.h', ['linux/posix_types.h']),
  linuxConst,
  version,
]
