// The macros that clang predefines for target bpf (clang-22 -O2 -target bpf -dM -E), less those about floating point.
// Programs ask for the compiler (__clang__), the target (__bpf__), sizes, limits and byte order; libbpf's and the kernel's headers rely on them.
// Reference: LLVM's BPFTargetInfo::getTargetDefines() for what depends on the CPU version.

/** `name text`, one a line. */
const COMMON = `
_LP64 1
__ATOMIC_ACQUIRE 2
__ATOMIC_ACQ_REL 4
__ATOMIC_CONSUME 1
__ATOMIC_RELAXED 0
__ATOMIC_RELEASE 3
__ATOMIC_SEQ_CST 5
__BIGGEST_ALIGNMENT__ 8
__BITINT_MAXWIDTH__ 128
__BOOL_WIDTH__ 1
__BPF__ 1
__BYTE_ORDER__ __ORDER_LITTLE_ENDIAN__
__CHAR16_TYPE__ unsigned short
__CHAR32_TYPE__ unsigned int
__CHAR_BIT__ 8
__ELF__ 1
__GCC_CONSTRUCTIVE_SIZE 32
__GCC_DESTRUCTIVE_SIZE 32
__GNUC_MINOR__ 2
__GNUC_PATCHLEVEL__ 1
__GNUC_STDC_INLINE__ 1
__GNUC__ 4
__INT16_C(c) c
__INT16_C_SUFFIX__
__INT16_FMTd__ "hd"
__INT16_FMTi__ "hi"
__INT16_MAX__ 32767
__INT16_TYPE__ short
__INT32_C(c) c
__INT32_C_SUFFIX__
__INT32_FMTd__ "d"
__INT32_FMTi__ "i"
__INT32_MAX__ 2147483647
__INT32_TYPE__ int
__INT64_C(c) c##L
__INT64_C_SUFFIX__ L
__INT64_FMTd__ "ld"
__INT64_FMTi__ "li"
__INT64_MAX__ 9223372036854775807L
__INT64_TYPE__ long int
__INT8_C(c) c
__INT8_C_SUFFIX__
__INT8_FMTd__ "hhd"
__INT8_FMTi__ "hhi"
__INT8_MAX__ 127
__INT8_TYPE__ signed char
__INTMAX_C(c) c##L
__INTMAX_C_SUFFIX__ L
__INTMAX_FMTd__ "ld"
__INTMAX_FMTi__ "li"
__INTMAX_MAX__ 9223372036854775807L
__INTMAX_TYPE__ long int
__INTMAX_WIDTH__ 64
__INTPTR_FMTd__ "ld"
__INTPTR_FMTi__ "li"
__INTPTR_MAX__ 9223372036854775807L
__INTPTR_TYPE__ long int
__INTPTR_WIDTH__ 64
__INT_MAX__ 2147483647
__INT_WIDTH__ 32
__LITTLE_ENDIAN__ 1
__LLONG_WIDTH__ 64
__LONG_LONG_MAX__ 9223372036854775807LL
__LONG_MAX__ 9223372036854775807L
__LONG_WIDTH__ 64
__LP64__ 1
__OPTIMIZE__ 1
__ORDER_BIG_ENDIAN__ 4321
__ORDER_LITTLE_ENDIAN__ 1234
__ORDER_PDP_ENDIAN__ 3412
__POINTER_WIDTH__ 64
__PTRDIFF_FMTd__ "ld"
__PTRDIFF_FMTi__ "li"
__PTRDIFF_MAX__ 9223372036854775807L
__PTRDIFF_TYPE__ long int
__PTRDIFF_WIDTH__ 64
__SCHAR_MAX__ 127
__SHRT_MAX__ 32767
__SHRT_WIDTH__ 16
__SIG_ATOMIC_MAX__ 2147483647
__SIG_ATOMIC_WIDTH__ 32
__SIZEOF_DOUBLE__ 8
__SIZEOF_FLOAT__ 4
__SIZEOF_INT128__ 16
__SIZEOF_INT__ 4
__SIZEOF_LONG_DOUBLE__ 8
__SIZEOF_LONG_LONG__ 8
__SIZEOF_LONG__ 8
__SIZEOF_POINTER__ 8
__SIZEOF_PTRDIFF_T__ 8
__SIZEOF_SHORT__ 2
__SIZEOF_SIZE_T__ 8
__SIZEOF_WCHAR_T__ 4
__SIZEOF_WINT_T__ 4
__SIZE_FMTX__ "lX"
__SIZE_FMTo__ "lo"
__SIZE_FMTu__ "lu"
__SIZE_FMTx__ "lx"
__SIZE_MAX__ 18446744073709551615UL
__SIZE_TYPE__ long unsigned int
__SIZE_WIDTH__ 64
__STDC_HOSTED__ 1
__STDC_UTF_16__ 1
__STDC_UTF_32__ 1
__STDC_VERSION__ 201710L
__STDC__ 1
__UINT16_C(c) c
__UINT16_C_SUFFIX__
__UINT16_FMTX__ "hX"
__UINT16_FMTo__ "ho"
__UINT16_FMTu__ "hu"
__UINT16_FMTx__ "hx"
__UINT16_MAX__ 65535
__UINT16_TYPE__ unsigned short
__UINT32_C(c) c##U
__UINT32_C_SUFFIX__ U
__UINT32_FMTX__ "X"
__UINT32_FMTo__ "o"
__UINT32_FMTu__ "u"
__UINT32_FMTx__ "x"
__UINT32_MAX__ 4294967295U
__UINT32_TYPE__ unsigned int
__UINT64_C(c) c##UL
__UINT64_C_SUFFIX__ UL
__UINT64_FMTX__ "lX"
__UINT64_FMTo__ "lo"
__UINT64_FMTu__ "lu"
__UINT64_FMTx__ "lx"
__UINT64_MAX__ 18446744073709551615UL
__UINT64_TYPE__ long unsigned int
__UINT8_C(c) c
__UINT8_C_SUFFIX__
__UINT8_FMTX__ "hhX"
__UINT8_FMTo__ "hho"
__UINT8_FMTu__ "hhu"
__UINT8_FMTx__ "hhx"
__UINT8_MAX__ 255
__UINT8_TYPE__ unsigned char
__UINTMAX_C(c) c##UL
__UINTMAX_C_SUFFIX__ UL
__UINTMAX_FMTX__ "lX"
__UINTMAX_FMTo__ "lo"
__UINTMAX_FMTu__ "lu"
__UINTMAX_FMTx__ "lx"
__UINTMAX_MAX__ 18446744073709551615UL
__UINTMAX_TYPE__ long unsigned int
__UINTMAX_WIDTH__ 64
__UINTPTR_FMTX__ "lX"
__UINTPTR_FMTo__ "lo"
__UINTPTR_FMTu__ "lu"
__UINTPTR_FMTx__ "lx"
__UINTPTR_MAX__ 18446744073709551615UL
__UINTPTR_TYPE__ long unsigned int
__UINTPTR_WIDTH__ 64
__USER_LABEL_PREFIX__
__VERSION__ "Clang 22.1.8"
__WCHAR_MAX__ 2147483647
__WCHAR_TYPE__ int
__WCHAR_WIDTH__ 32
__WINT_MAX__ 2147483647
__WINT_TYPE__ int
__WINT_WIDTH__ 32
__bpf__ 1
__clang__ 1
__clang_major__ 22
__clang_minor__ 1
__clang_patchlevel__ 8
__llvm__ 1
`

/** Features by the CPU version that brings them. */
const FEATURES: readonly (readonly [number, readonly string[]])[] = [
  [1, ['ADDR_SPACE_CAST', 'MAY_GOTO', 'ATOMIC_MEM_ORDERING']],
  [2, ['JMP_EXT']],
  [3, ['ALU32', 'JMP32']],
  [4, ['BSWAP', 'GOTOL', 'GOTOX', 'LDSX', 'LOAD_ACQ_STORE_REL', 'MOVSX', 'SDIV_SMOD', 'ST']],
]

/** All of them as #define lines. */
export function predefined(cpu: 1 | 2 | 3 | 4): string {
  const lines = COMMON.trim().split('\n')
  lines.push(`__BPF_CPU_VERSION__ ${cpu}`)
  for (const [from, names] of FEATURES) if (cpu >= from) for (const name of names) lines.push(`__BPF_FEATURE_${name} 1`)
  return lines.map((line) => `#define ${line}\n`).join('')
}
