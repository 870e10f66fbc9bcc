// <bpf/bpf_endian.h>, <bpf/bpf_core_read.h> and <bpf/bpf_tracing.h>: byte order, reads that are adjusted to the running kernel (CO-RE), and
// typed arguments for tracing programs. The macros have the names and meanings that programs written for libbpf expect; x86-64 registers.
import { type Header, header } from './header.ts'

const MOST_FIELDS = 9
const MOST_ARGS = 12

const endian = header(
  'bpf/bpf_endian.h',
  ['linux/types.h'],
  ['16', '32', '64']
    .map((bits) => {
      const swap = `((__u${bits})__builtin_bswap${bits}((__u${bits})(x)))`
      return `#define bpf_cpu_to_be${bits}(x) ${swap}\n#define bpf_be${bits}_to_cpu(x) ${swap}`
    })
    .join('\n'),
  `
#define bpf_cpu_to_le16(x) ((__u16)(x))
#define bpf_le16_to_cpu(x) ((__u16)(x))
#define bpf_cpu_to_le32(x) ((__u32)(x))
#define bpf_le32_to_cpu(x) ((__u32)(x))
#define bpf_cpu_to_le64(x) ((__u64)(x))
#define bpf_le64_to_cpu(x) ((__u64)(x))
#define __bpf_constant_htons(x) bpf_cpu_to_be16(x)
#define __bpf_constant_ntohs(x) bpf_be16_to_cpu(x)
#define __bpf_constant_htonl(x) bpf_cpu_to_be32(x)
#define __bpf_constant_ntohl(x) bpf_be32_to_cpu(x)
#define __bpf_constant_cpu_to_be64(x) bpf_cpu_to_be64(x)
#define __bpf_constant_be64_to_cpu(x) bpf_be64_to_cpu(x)
#define __bpf_cpu_to_be64(x) bpf_cpu_to_be64(x)
#define __bpf_be64_to_cpu(x) bpf_be64_to_cpu(x)
#define __bpf_htons(x) bpf_cpu_to_be16(x)
#define __bpf_ntohs(x) bpf_be16_to_cpu(x)
#define __bpf_htonl(x) bpf_cpu_to_be32(x)
#define __bpf_ntohl(x) bpf_be32_to_cpu(x)
#define bpf_htons(x) bpf_cpu_to_be16(x)
#define bpf_ntohs(x) bpf_be16_to_cpu(x)
#define bpf_htonl(x) bpf_cpu_to_be32(x)
#define bpf_ntohl(x) bpf_be32_to_cpu(x)
`,
)

/** __bpf_path_N(a, b, c): a->b->c with N fields behind the first operand. */
function pathMacros(): string {
  const lines = ['#define __bpf_path_1(src, f) (src)->f']
  for (let n = 2; n <= MOST_FIELDS; n++) {
    const names = Array.from({ length: n }, (_, i) => `f${i}`)
    lines.push(`#define __bpf_path_${n}(src, ${names.join(', ')}) (src)->${names.join('->')}`)
  }
  return lines.join('\n')
}

/** Reads of N fields one after the other: each but the last is a pointer, kept in ____p. */
function readMacros(): string {
  const lines: string[] = []
  for (let n = 1; n <= MOST_FIELDS; n++) {
    const names = Array.from({ length: n }, (_, i) => `f${i}`)
    const steps = names.map((f, i) => {
      const before = names.slice(0, i)
      const from = i === 0 ? '(src)' : `((typeof((src)->${before.join('->')}))____p)`
      const to = i === n - 1 ? 'to, sizeof(*(to))' : '&____p, sizeof(____p)'
      return `fn(${to}, &${from}->${f});`
    })
    const body = n === 1 ? steps[0].slice(0, -1) : `({ const void *____p; ${steps.join(' ')} })`
    lines.push(`#define __bpf_read_${n}(fn, to, src, ${names.join(', ')}) ${body}`)
  }
  return lines.join('\n')
}

const coreRead = header(
  'bpf/bpf_core_read.h',
  ['bpf/bpf_helpers.h'],
  `
enum bpf_field_info_kind {
	BPF_FIELD_BYTE_OFFSET = 0,
	BPF_FIELD_BYTE_SIZE = 1,
	BPF_FIELD_EXISTS = 2,
	BPF_FIELD_SIGNED = 3,
	BPF_FIELD_LSHIFT_U64 = 4,
	BPF_FIELD_RSHIFT_U64 = 5,
};
enum bpf_type_id_kind {
	BPF_TYPE_ID_LOCAL = 0,
	BPF_TYPE_ID_TARGET = 1,
};
enum bpf_type_info_kind {
	BPF_TYPE_EXISTS = 0,
	BPF_TYPE_SIZE = 1,
	BPF_TYPE_MATCHES = 2,
};
enum bpf_enum_value_kind {
	BPF_ENUMVAL_EXISTS = 0,
	BPF_ENUMVAL_VALUE = 1,
};

#define __bpf_field_1(field) field
#define __bpf_field_2(type, member) ((type *)0)->member
#define __bpf_field_of(args...) __bpf_paste(__bpf_field_, __bpf_count(args))(args)
#define bpf_core_field_exists(field...) __builtin_preserve_field_info(__bpf_field_of(field), BPF_FIELD_EXISTS)
#define bpf_core_field_size(field...) __builtin_preserve_field_info(__bpf_field_of(field), BPF_FIELD_BYTE_SIZE)
#define bpf_core_field_offset(field...) __builtin_preserve_field_info(__bpf_field_of(field), BPF_FIELD_BYTE_OFFSET)
#define bpf_core_type_id_local(type) __builtin_btf_type_id(*(typeof(type) *)0, BPF_TYPE_ID_LOCAL)
#define bpf_core_type_id_kernel(type) __builtin_btf_type_id(*(typeof(type) *)0, BPF_TYPE_ID_TARGET)
#define bpf_core_type_exists(type) __builtin_preserve_type_info(*(typeof(type) *)0, BPF_TYPE_EXISTS)
#define bpf_core_type_matches(type) __builtin_preserve_type_info(*(typeof(type) *)0, BPF_TYPE_MATCHES)
#define bpf_core_type_size(type) __builtin_preserve_type_info(*(typeof(type) *)0, BPF_TYPE_SIZE)
#define bpf_core_enum_value_exists(type, value) __builtin_preserve_enum_value(*(typeof(type) *)(value), BPF_ENUMVAL_EXISTS)
#define bpf_core_enum_value(type, value) __builtin_preserve_enum_value(*(typeof(type) *)(value), BPF_ENUMVAL_VALUE)
#define bpf_core_cast(pointer, type) ((typeof(type) *)bpf_rdonly_cast((pointer), bpf_core_type_id_kernel(type)))

extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

#define __bpf_core(src) ((const void *)__builtin_preserve_access_index(src))
#define bpf_core_read(to, size, src) bpf_probe_read_kernel(to, size, __bpf_core(src))
#define bpf_core_read_user(to, size, src) bpf_probe_read_user(to, size, __bpf_core(src))
#define bpf_core_read_str(to, size, src) bpf_probe_read_kernel_str(to, size, __bpf_core(src))
#define bpf_core_read_user_str(to, size, src) bpf_probe_read_user_str(to, size, __bpf_core(src))
`,
  pathMacros(),
  readMacros(),
  `
#define __bpf_path(src, fields...) __bpf_paste(__bpf_path_, __bpf_count(fields))(src, fields)
#define __bpf_read(fn, to, src, fields...) __bpf_paste(__bpf_read_, __bpf_count(fields))(fn, to, src, fields)
#define __bpf_read_value(fn, src, fields...) ({ \\
	typeof(__bpf_path(src, fields)) ____value; \\
	__bpf_read(fn, &____value, src, fields); \\
	____value; \\
})
/* Names inside libbpf that programs write readers of their own with. */
#define __bpf_path_0(src, fields...) src
#define ___arrow(src, fields...) __bpf_path(src, ##fields)
#define ___type(src, fields...) __typeof_unqual__(___arrow(src, ##fields))
#define BPF_CORE_READ_INTO(to, src, fields...) __bpf_read(bpf_core_read, to, src, fields)
#define BPF_CORE_READ_USER_INTO(to, src, fields...) __bpf_read(bpf_core_read_user, to, src, fields)
#define BPF_CORE_READ_STR_INTO(to, src, fields...) __bpf_read(bpf_core_read_str, to, src, fields)
#define BPF_CORE_READ_USER_STR_INTO(to, src, fields...) __bpf_read(bpf_core_read_user_str, to, src, fields)
#define BPF_PROBE_READ_INTO(to, src, fields...) __bpf_read(bpf_probe_read_kernel, to, src, fields)
#define BPF_PROBE_READ_USER_INTO(to, src, fields...) __bpf_read(bpf_probe_read_user, to, src, fields)
#define BPF_PROBE_READ_STR_INTO(to, src, fields...) __bpf_read(bpf_probe_read_kernel_str, to, src, fields)
#define BPF_PROBE_READ_USER_STR_INTO(to, src, fields...) __bpf_read(bpf_probe_read_user_str, to, src, fields)

/* A bit-field: the bytes that hold it, read at the width that the kernel has, moved up to the top and down again. */
#define __bpf_bits(word, src, field) ({ \\
	unsigned long long ____bits = (word) << __builtin_preserve_field_info((src)->field, BPF_FIELD_LSHIFT_U64); \\
	__builtin_preserve_field_info((src)->field, BPF_FIELD_SIGNED) \\
		? (unsigned long long)((long long)____bits >> __builtin_preserve_field_info((src)->field, BPF_FIELD_RSHIFT_U64)) \\
		: ____bits >> __builtin_preserve_field_info((src)->field, BPF_FIELD_RSHIFT_U64); \\
})
#define __bpf_bits_at(src, field) ((const void *)(src) + __builtin_preserve_field_info((src)->field, BPF_FIELD_BYTE_OFFSET))
#define BPF_CORE_READ_BITFIELD(src, field) ({ \\
	const void *____at = __bpf_bits_at(src, field); \\
	unsigned long long ____word = 0; \\
	barrier_var(____at); \\
	switch (__builtin_preserve_field_info((src)->field, BPF_FIELD_BYTE_SIZE)) { \\
	case 1: ____word = *(const unsigned char *)____at; break; \\
	case 2: ____word = *(const unsigned short *)____at; break; \\
	case 4: ____word = *(const unsigned int *)____at; break; \\
	case 8: ____word = *(const unsigned long long *)____at; break; \\
	} \\
	__bpf_bits(____word, src, field); \\
})
/* The bits of a bit-field within the bytes that hold it are put in, the others stay. */
#define __bpf_put_bits(type, at, bits, mask) \\
	(*(type *)(at) = (type)((*(type *)(at) & ~(mask)) | ((bits) & (mask))))
#define BPF_CORE_WRITE_BITFIELD(dst, field, value) ({ \\
	void *____at = (void *)__bpf_bits_at(dst, field); \\
	unsigned int ____left = __builtin_preserve_field_info((dst)->field, BPF_FIELD_LSHIFT_U64); \\
	unsigned int ____right = __builtin_preserve_field_info((dst)->field, BPF_FIELD_RSHIFT_U64); \\
	unsigned long long ____mask = (~0ULL << ____right) >> ____left; \\
	unsigned long long ____bits = (unsigned long long)(value) << (____right - ____left); \\
	barrier_var(____at); \\
	switch (__builtin_preserve_field_info((dst)->field, BPF_FIELD_BYTE_SIZE)) { \\
	case 1: __bpf_put_bits(unsigned char, ____at, ____bits, ____mask); break; \\
	case 2: __bpf_put_bits(unsigned short, ____at, ____bits, ____mask); break; \\
	case 4: __bpf_put_bits(unsigned int, ____at, ____bits, ____mask); break; \\
	case 8: __bpf_put_bits(unsigned long long, ____at, ____bits, ____mask); break; \\
	} \\
})
#define BPF_CORE_READ_BITFIELD_PROBED(src, field) ({ \\
	unsigned long long ____word = 0; \\
	bpf_probe_read_kernel(&____word, __builtin_preserve_field_info((src)->field, BPF_FIELD_BYTE_SIZE), __bpf_bits_at(src, field)); \\
	__bpf_bits(____word, src, field); \\
})

#define BPF_CORE_READ(src, fields...) __bpf_read_value(bpf_core_read, src, fields)
#define BPF_CORE_READ_USER(src, fields...) __bpf_read_value(bpf_core_read_user, src, fields)
#define BPF_PROBE_READ(src, fields...) __bpf_read_value(bpf_probe_read_kernel, src, fields)
#define BPF_PROBE_READ_USER(src, fields...) __bpf_read_value(bpf_probe_read_user, src, fields)
`,
)

const ptrace = header(
  'linux/ptrace.h',
  [],
  `
#ifndef __VMLINUX_H__
struct pt_regs {
	unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs, eflags, rsp, ss;
};
#endif
`,
)

const perfEvent = header(
  'linux/bpf_perf_event.h',
  ['linux/types.h', 'asm/bpf_perf_event.h'],
  `
#ifndef __VMLINUX_H__
struct bpf_perf_event_data {
	bpf_user_pt_regs_t regs;
	__u64 sample_period, addr;
};
#endif
`,
)

/** Function arguments of the System V calling convention, in order; system calls pass the fourth in r10. */
const ARG_REGS = ['di', 'si', 'dx', 'cx', 'r8', 'r9'] as const

function registerMacros(): string {
  const full = (reg: string) => (reg.startsWith('r') ? reg : `r${reg}`)
  const both = (macro: string, kernel: string, user: string) => `#define ${macro}(x) __bpf_reg(x, ${kernel}, ${user})`
  const lines = [
    '#ifdef __VMLINUX_H__',
    '#define __bpf_reg(x, kernel, user) ((x)->kernel)',
    '#else',
    '#define __bpf_reg(x, kernel, user) ((x)->user)',
    '#endif',
    ...ARG_REGS.map((reg, i) => both(`PT_REGS_PARM${i + 1}`, reg, full(reg))),
    ...ARG_REGS.map((_, i) =>
      i === 3 ? both('PT_REGS_PARM4_SYSCALL', 'r10', 'r10') : `#define PT_REGS_PARM${i + 1}_SYSCALL(x) PT_REGS_PARM${i + 1}(x)`,
    ),
    both('PT_REGS_RET', 'sp', 'rsp'),
    both('PT_REGS_FP', 'bp', 'rbp'),
    both('PT_REGS_RC', 'ax', 'rax'),
    both('PT_REGS_SP', 'sp', 'rsp'),
    both('PT_REGS_IP', 'ip', 'rip'),
    ...ARG_REGS.map((_, i) => `#define PT_REGS_PARM${i + 1}_CORE(x) BPF_CORE_READ_REG(x, PT_REGS_PARM${i + 1})`),
    ...ARG_REGS.map(
      (_, i) =>
        `#define PT_REGS_PARM${i + 1}_CORE_SYSCALL(x) ${i === 3 ? 'BPF_CORE_READ_REG(x, PT_REGS_PARM4_SYSCALL)' : `PT_REGS_PARM${i + 1}_CORE(x)`}`,
    ),
    '#define PT_REGS_SYSCALL_REGS(ctx) ((struct pt_regs *)PT_REGS_PARM1(ctx))',
    '#define PT_REGS_RET_CORE(x) BPF_CORE_READ_REG(x, PT_REGS_RET)',
    '#define PT_REGS_FP_CORE(x) BPF_CORE_READ_REG(x, PT_REGS_FP)',
    '#define BPF_KPROBE_READ_RET_IP(ip, ctx) ({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)PT_REGS_RET(ctx)); })',
    '#define BPF_KRETPROBE_READ_RET_IP(ip, ctx) ({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)(PT_REGS_FP(ctx) + sizeof(ip))); })',
    '#define PT_REGS_RC_CORE(x) BPF_CORE_READ_REG(x, PT_REGS_RC)',
    '#define PT_REGS_SP_CORE(x) BPF_CORE_READ_REG(x, PT_REGS_SP)',
    '#define PT_REGS_IP_CORE(x) BPF_CORE_READ_REG(x, PT_REGS_IP)',
    '#define BPF_CORE_READ_REG(x, reg) ({ unsigned long ____reg; bpf_probe_read_kernel(&____reg, sizeof(____reg), __builtin_preserve_access_index(&reg(x))); ____reg; })',
  ]
  return lines.join('\n')
}

/** Actual arguments of a typed tracing function: the context and then words of it, or registers. */
function argumentMacros(): string {
  const lines: string[] = []
  for (let n = 0; n <= MOST_ARGS; n++) {
    const words = Array.from({ length: n }, (_, i) => `, (void *)ctx[${i}]`).join('')
    lines.push(`#define __bpf_ctx_args_${n}(...) ctx${words}`)
  }
  for (let n = 0; n <= ARG_REGS.length; n++) {
    const regs = Array.from({ length: n }, (_, i) => `, (void *)PT_REGS_PARM${i + 1}(ctx)`).join('')
    lines.push(`#define __bpf_reg_args_${n}(...) ctx${regs}`)
    for (const [how, core] of [
      ['call', ''],
      ['wrapped', '_CORE'],
    ]) {
      const words = Array.from({ length: n }, (_, i) => `, (void *)PT_REGS_PARM${i + 1}${core}_SYSCALL(____regs)`).join('')
      lines.push(`#define __bpf_${how}_args_${n}(...) ctx${words}`)
    }
  }
  lines.push('#define __bpf_ret_args_0(...) ctx', '#define __bpf_ret_args_1(...) ctx, (void *)PT_REGS_RC(ctx)')
  return lines.join('\n')
}

/** A macro that declares `name(ctx)` and lets the body that follows it see typed arguments. */
function typedProgram(macro: string, ctxType: string, args: string): string {
  return `
#define ${macro}(name, args...) \\
name(${ctxType} ctx); \\
static __always_inline typeof(name(0)) ____##name(${ctxType} ctx, ##args); \\
typeof(name(0)) name(${ctxType} ctx) \\
{ \\
	_Pragma("GCC diagnostic push") \\
	_Pragma("GCC diagnostic ignored \\"-Wint-conversion\\"") \\
	return ____##name(__bpf_paste(${args}, __bpf_count(args))()); \\
	_Pragma("GCC diagnostic pop") \\
} \\
static __always_inline typeof(name(0)) ____##name(${ctxType} ctx, ##args)`.trim()
}

/** System calls take their arguments from registers that the kernel's wrapper, where there is one, was given a pointer to. */
const SYSCALLS = `
#define BPF_KSYSCALL(name, args...) \\
name(struct pt_regs *ctx); \\
extern _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig; \\
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args); \\
typeof(name(0)) name(struct pt_regs *ctx) \\
{ \\
	struct pt_regs *____regs = LINUX_HAS_SYSCALL_WRAPPER ? PT_REGS_SYSCALL_REGS(ctx) : ctx; \\
	_Pragma("GCC diagnostic push") \\
	_Pragma("GCC diagnostic ignored \\"-Wint-conversion\\"") \\
	if (LINUX_HAS_SYSCALL_WRAPPER) \\
		return ____##name(__bpf_paste(__bpf_wrapped_args_, __bpf_count(args))()); \\
	return ____##name(__bpf_paste(__bpf_call_args_, __bpf_count(args))()); \\
	_Pragma("GCC diagnostic pop") \\
} \\
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
#define BPF_KPROBE_SYSCALL BPF_KSYSCALL
`

const tracing = header(
  'bpf/bpf_tracing.h',
  ['linux/ptrace.h', 'bpf/bpf_helpers.h'],
  '#define bpf_target_x86\n#define bpf_target_defined',
  registerMacros(),
  argumentMacros(),
  typedProgram('BPF_PROG', 'unsigned long long *', '__bpf_ctx_args_'),
  typedProgram('BPF_KPROBE', 'struct pt_regs *', '__bpf_reg_args_'),
  typedProgram('BPF_KRETPROBE', 'struct pt_regs *', '__bpf_ret_args_'),
  SYSCALLS,
  '#define BPF_UPROBE(name, args...) BPF_KPROBE(name, ##args)\n#define BPF_URETPROBE(name, args...) BPF_KRETPROBE(name, ##args)',
)

export const LIB_HEADERS: readonly Header[] = [
  endian,
  header('bpf_endian.h', ['bpf/bpf_endian.h']),
  coreRead,
  header('bpf_core_read.h', ['bpf/bpf_core_read.h']),
  ptrace,
  perfEvent,
  header('asm/bpf_perf_event.h', ['linux/ptrace.h'], '#ifndef __VMLINUX_H__\ntypedef struct pt_regs bpf_user_pt_regs_t;\n#endif'),
  header('asm/ptrace.h', ['linux/ptrace.h']),
  tracing,
  header('bpf_tracing.h', ['bpf/bpf_tracing.h']),
]
