// <bpf/usdt.bpf.h>: arguments of user-space probes (USDT). What user space writes into the two maps is libbpf's layout of version 1.0 to 1.6,
// and their names are those it looks for: a spec says of each argument whether it is a constant, a register, or memory that a register points to.
import { type Header, header } from './header.ts'

const MOST_ARGS = 12

/** The context, then each argument fetched by number. */
function argumentMacros(): string {
  const lines: string[] = []
  for (let n = 0; n <= MOST_ARGS; n++) {
    const args = Array.from({ length: n }, (_, i) => `, ({ long ____a; bpf_usdt_arg(ctx, ${i}, &____a); (void *)____a; })`).join('')
    lines.push(`#define __bpf_usdt_args_${n}(...) ctx${args}`)
  }
  return lines.join('\n')
}

const SPECS = `
#ifndef BPF_USDT_MAX_SPEC_CNT
#define BPF_USDT_MAX_SPEC_CNT 256
#endif
#ifndef BPF_USDT_MAX_IP_CNT
#define BPF_USDT_MAX_IP_CNT (4 * BPF_USDT_MAX_SPEC_CNT)
#endif
#define BPF_USDT_MAX_ARG_CNT ${MOST_ARGS}

enum __bpf_usdt_arg_type {
	BPF_USDT_ARG_CONST,
	BPF_USDT_ARG_REG,
	BPF_USDT_ARG_REG_DEREF,
};

struct __bpf_usdt_arg_spec {
	__u64 val_off;
	enum __bpf_usdt_arg_type arg_type;
	short reg_off;
	_Bool arg_signed;
	char arg_bitshift;
};

struct __bpf_usdt_spec {
	struct __bpf_usdt_arg_spec args[BPF_USDT_MAX_ARG_CNT];
	__u64 usdt_cookie;
	short arg_cnt;
};

struct {
	__uint(type, 2); /* BPF_MAP_TYPE_ARRAY, which linux/bpf.h or vmlinux.h may declare */
	__uint(max_entries, BPF_USDT_MAX_SPEC_CNT);
	__type(key, int);
	__type(value, struct __bpf_usdt_spec);
} __bpf_usdt_specs SEC(".maps") __weak;

struct {
	__uint(type, 1); /* BPF_MAP_TYPE_HASH */
	__uint(max_entries, BPF_USDT_MAX_IP_CNT);
	__type(key, long);
	__type(value, __u32);
} __bpf_usdt_ip_to_spec_id SEC(".maps") __weak;
`

/** A kernel that knows attach cookies finds the spec's number there; the map by address is for those that do not. */
const FUNCTIONS = `
extern const _Bool LINUX_HAS_BPF_COOKIE __kconfig;

static __always_inline struct __bpf_usdt_spec *__bpf_usdt_spec(struct pt_regs *ctx)
{
	int number;

	if (LINUX_HAS_BPF_COOKIE) {
		number = bpf_get_attach_cookie(ctx);
	} else {
		long ip = PT_REGS_IP(ctx);
		__u32 *known = bpf_map_lookup_elem(&__bpf_usdt_ip_to_spec_id, &ip);

		if (!known)
			return 0;
		number = *known;
	}
	return bpf_map_lookup_elem(&__bpf_usdt_specs, &number);
}

/* How many arguments the probe has; -ESRCH where nothing is known of it. */
__weak __hidden int bpf_usdt_arg_cnt(struct pt_regs *ctx)
{
	struct __bpf_usdt_spec *spec = __bpf_usdt_spec(ctx);

	return spec ? spec->arg_cnt : -3;
}

/* Argument number arg_num, widened to long as its type says; -ESRCH, -ENOENT, -EINVAL or what a read failed with. */
__weak __hidden int bpf_usdt_arg(struct pt_regs *ctx, __u64 arg_num, long *res)
{
	struct __bpf_usdt_spec *spec;
	struct __bpf_usdt_arg_spec *arg;
	unsigned long val;
	int err;

	*res = 0;
	spec = __bpf_usdt_spec(ctx);
	if (!spec)
		return -3;
	if (arg_num >= BPF_USDT_MAX_ARG_CNT)
		return -2;
	barrier_var(arg_num);
	if (arg_num >= (__u64)spec->arg_cnt)
		return -2;
	arg = &spec->args[arg_num];
	if (arg->arg_type == BPF_USDT_ARG_CONST) {
		val = arg->val_off;
	} else {
		if (arg->arg_type != BPF_USDT_ARG_REG && arg->arg_type != BPF_USDT_ARG_REG_DEREF)
			return -22;
		err = bpf_probe_read_kernel(&val, sizeof(val), (void *)ctx + arg->reg_off);
		if (err)
			return err;
		if (arg->arg_type == BPF_USDT_ARG_REG_DEREF) {
			err = bpf_probe_read_user(&val, sizeof(val), (void *)val + arg->val_off);
			if (err)
				return err;
		}
	}
	val <<= arg->arg_bitshift;
	*res = arg->arg_signed ? (long)val >> arg->arg_bitshift : (long)(val >> arg->arg_bitshift);
	return 0;
}

/* What user space attached the program with; 0 where nothing is known of the probe. */
__weak __hidden long bpf_usdt_cookie(struct pt_regs *ctx)
{
	struct __bpf_usdt_spec *spec = __bpf_usdt_spec(ctx);

	return spec ? spec->usdt_cookie : 0;
}
`

const PROGRAM = `
#define BPF_USDT(name, args...) \\
name(struct pt_regs *ctx); \\
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args); \\
typeof(name(0)) name(struct pt_regs *ctx) \\
{ \\
	_Pragma("GCC diagnostic push") \\
	_Pragma("GCC diagnostic ignored \\"-Wint-conversion\\"") \\
	return ____##name(__bpf_paste(__bpf_usdt_args_, __bpf_count(args))()); \\
	_Pragma("GCC diagnostic pop") \\
} \\
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
`

export const USDT_HEADERS: readonly Header[] = [
  header('bpf/usdt.bpf.h', ['bpf/bpf_helpers.h', 'bpf/bpf_tracing.h'], SPECS, FUNCTIONS, argumentMacros(), PROGRAM),
]
