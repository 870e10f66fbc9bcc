// <bpf/bpf_helpers.h> and <bpf/bpf_helper_defs.h>: the helpers as C functions, made from the helper rows, and the macros that programs are
// written with. The macros do what those of libbpf do (section names, map definitions by types, format strings of bpf_printk() in .rodata).
import { helpers } from '../helpers.ts'
import { type Header, header } from './header.ts'

/** Structures that helper prototypes point to; all of them may stay incomplete. */
const FORWARD = [...new Set(helpers.flatMap((h) => [h.c.ret, ...h.c.params.map((p) => p.type)]).flatMap((t) => /struct \w+/.exec(t) ?? []))]

function parameter(type: string, name: string): string {
  return name === '' ? type : `${type}${type.endsWith('*') ? '' : ' '}${name}`
}

const declarations = helpers.map((h) => {
  const params = h.c.params.length === 0 ? 'void' : h.c.params.map((p) => parameter(p.type, p.name)).join(', ')
  const ret = h.c.ret.endsWith('*') ? h.c.ret : `${h.c.ret} `
  return `static ${ret}(* const ${h.name})(${params}) = (void *) ${h.id};`
})

const helperDefs = header('bpf/bpf_helper_defs.h', ['linux/types.h'], FORWARD.map((s) => `${s};`).join('\n'), declarations.join('\n'))

const MACROS = `
#define SEC(name) __attribute__((section(name), used))

#define __uint(name, value) int (*name)[value]
#define __type(name, value) typeof(value) *name
#define __array(name, value) typeof(value) *name[]
#define ___bpf_concat(a, b) a##b
#define __bpf_paste(a, b) ___bpf_concat(a, b)
#define __ulong(name, value) enum { __bpf_paste(__unique_value, __COUNTER__) = value } name

#ifndef NULL
#define NULL ((void *)0)
#endif
#ifndef offsetof
#define offsetof(type, member) ((unsigned long)&((type *)0)->member)
#endif
#ifndef container_of
#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))
#endif

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif
#ifndef __weak
#define __weak __attribute__((weak))
#endif
#define __hidden __attribute__((visibility("hidden")))
#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#endif
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif
#ifndef KERNEL_VERSION
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#endif

#ifndef barrier
#define barrier() asm volatile("" ::: "memory")
#endif
#ifndef barrier_var
#define barrier_var(var) asm volatile("" : "+r"(var))
#endif
#ifndef __bpf_unreachable
#define __bpf_unreachable() __builtin_trap()
#endif

#define __kconfig __attribute__((section(".kconfig")))
#define __ksym __attribute__((section(".ksyms")))
#define __kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
#define __uptr __attribute__((btf_type_tag("uptr")))
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define __arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
#define __arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
#define __arg_untrusted __attribute__((btf_decl_tag("arg:untrusted")))
#define __arg_arena __attribute__((btf_decl_tag("arg:arena")))
#define bpf_ksym_exists(sym) ((_Bool)!!(sym))

enum libbpf_pin_type {
	LIBBPF_PIN_NONE,
	LIBBPF_PIN_BY_NAME,
};

enum libbpf_tristate {
	TRI_NO = 0,
	TRI_YES = 1,
	TRI_MODULE = 2,
};

/* Maps as they were described before BTF. */
struct bpf_map_def {
	unsigned int type, key_size, value_size, max_entries, map_flags;
};

static __always_inline void bpf_tail_call_static(void *ctx, const void *map, const __u32 slot)
{
	bpf_tail_call(ctx, (void *)map, slot);
}
`

/** Arguments turned into an array of 64-bit words, at most twelve: what the kernel's formatted printing takes. */
function wordMacros(): string {
  const lines = ['#define __bpf_words_0()']
  for (let n = 1; n <= 12; n++) {
    lines.push(
      `#define __bpf_words_${n}(a${n > 1 ? ', rest...' : ''}) (unsigned long long)(a)${n > 1 ? `, __bpf_words_${n - 1}(rest)` : ''}`,
    )
  }
  return lines.join('\n')
}

const COUNTING = `
#define __bpf_13th(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, n, ...) n
#define __bpf_count(args...) __bpf_13th(0, ##args, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define __bpf_words(args...) __bpf_paste(__bpf_words_, __bpf_count(args))(args)

/* Names inside libbpf that programs write macros of their own with. */
#define ___bpf_nth(_, args...) __bpf_13th(_, args)
#define ___bpf_narg(args...) __bpf_count(args)
#define ___bpf_apply(fn, n) ___bpf_concat(fn, n)
#define ___bpf_fill(words, args...) __bpf_paste(__bpf_fill_, __bpf_count(args))(words, 0, args)
`

/** Statements that put arguments into the words of an array. */
function fillMacros(): string {
  const lines = ['#define __bpf_fill_0(words, at, args...)']
  for (let n = 1; n <= 12; n++)
    lines.push(
      `#define __bpf_fill_${n}(words, at, x${n > 1 ? ', rest...' : ''}) words[at] = x;${n > 1 ? ` __bpf_fill_${n - 1}(words, at + 1, rest)` : ''}`,
    )
  return lines.join('\n')
}

const PRINTING = `
/* Up to three arguments go to bpf_trace_printk() in registers, more to bpf_trace_vprintk() in an array. */
#ifdef BPF_NO_GLOBAL_DATA
#define BPF_PRINTK_FMT_MOD
#else
#define BPF_PRINTK_FMT_MOD static const
#endif
#define __bpf_printk_few(format, args...) ({ \\
	BPF_PRINTK_FMT_MOD char ____fmt[] = format; \\
	bpf_trace_printk(____fmt, sizeof(____fmt), ##args); \\
})
#define __bpf_printk_many(format, args...) ({ \\
	static const char ____fmt[] = format; \\
	unsigned long long ____words[] = { __bpf_words(args) }; \\
	bpf_trace_vprintk(____fmt, sizeof(____fmt), ____words, sizeof(____words)); \\
})
#define __bpf_printk_kind(args...) \\
	__bpf_13th(0, ##args, many, many, many, many, many, many, many, many, many, few, few, few, few)
#define bpf_printk(format, args...) __bpf_paste(__bpf_printk_, __bpf_printk_kind(args))(format, ##args)

#define BPF_SNPRINTF(out, out_size, format, args...) ({ \\
	static const char ____fmt[] = format; \\
	unsigned long long ____words[] = { __bpf_words(args) }; \\
	bpf_snprintf(out, out_size, ____fmt, ____words, sizeof(____words)); \\
})
#define BPF_SEQ_PRINTF(seq, format, args...) ({ \\
	static const char ____fmt[] = format; \\
	unsigned long long ____words[] = { __bpf_words(args) }; \\
	bpf_seq_printf(seq, ____fmt, sizeof(____fmt), ____words, sizeof(____words)); \\
})
`

const LOOPS = `
struct bpf_iter_num;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;

/* Loops over an open-coded iterator: the second loop runs its head once, to make the iterator live as long as the loop. */
#ifndef bpf_for_each
#define bpf_for_each(type, item, args...) \\
	for (struct bpf_iter_##type ___it __attribute__((aligned(8), cleanup(bpf_iter_##type##_destroy))), \\
	     *___started = (bpf_iter_##type##_new(&___it, ##args), &___it); \\
	     ___started && ((item) = bpf_iter_##type##_next(&___it));)
#endif
#ifndef bpf_for
#define bpf_for(i, start, end) \\
	for (struct bpf_iter_num ___it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))), \\
	     *___started = (bpf_iter_num_new(&___it, (start), (end)), &___it); ({ \\
		int *___next = bpf_iter_num_next(&___it); \\
		___started && ___next && ((i) = *___next, (i) >= (start) && (i) < (end)); \\
	});)
#endif
#ifndef bpf_repeat
#define bpf_repeat(count) \\
	for (struct bpf_iter_num ___it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))), \\
	     *___started = (bpf_iter_num_new(&___it, 0, (count)), &___it); ___started && bpf_iter_num_next(&___it);)
#endif
`

export const HELPER_HEADERS: readonly Header[] = [
  helperDefs,
  header('bpf/bpf_helpers.h', ['linux/types.h', 'bpf/bpf_helper_defs.h'], MACROS, wordMacros(), COUNTING, fillMacros(), PRINTING, LOOPS),
  header('bpf_helpers.h', ['bpf/bpf_helpers.h']),
  header('bpf_helper_defs.h', ['bpf/bpf_helper_defs.h']),
]
