// What only the optimiser can answer, from C to what the program returns, and what is said of calls that it leaves.
import { describe, expect, it } from 'vitest'
import { openC, runRecord } from '../engine/index.ts'

const LICENSE = 'char _license[] __attribute__((section("license"), used)) = "GPL";\n'

function build(text: string) {
  return openC('prog.c', text + LICENSE, { include: () => undefined, includeDirs: [], defines: {}, cpu: 3 })
}

const said = (text: string): string[] => build(text).diagnostics.map((d) => `${d.code} ${d.params.join()}`)

const KNOWN = `extern void missing(void);
volatile int seven = 7;
#define INLINE static inline __attribute__((always_inline))
INLINE int kind(int x) { return __builtin_constant_p(x) ? x * 10 : 1; }
INLINE void must_be_known(int x) { if (!__builtin_constant_p(x + 1) || !x) missing(); }
static __attribute__((noinline)) int unknown(int x) { return __builtin_constant_p(x) ? 5 : 0; }
__attribute__((section("xdp"), used)) int entry(void *ctx)
{
	int local = 300 + 10;

	must_be_known(local);
	return kind(local) + kind(2) + kind(seven) + unknown(seven) + __builtin_choose_expr(__builtin_constant_p(local), 1000, 0);
}
`

describe('after inlining', () => {
  it('__builtin_constant_p tells literals from what comes out of memory', () => {
    const { programs, diagnostics } = build(KNOWN)
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([])
    expect(runRecord(programs[0], new Uint8Array(64)).retval).toBe(3100 + 20 + 1)
  })

  it.each([
    ['__builtin_memcpy(p, ctx, n)', 'c.bpf.memory-size memcpy'],
    ['__builtin_memset(p, 0, n)', 'c.bpf.memory-size memset'],
    ['__builtin_memmove(p, ctx, 4000)', 'c.bpf.memory-large memmove,1024'],
    ['n = __builtin_strlen(p)', 'c.bpf.string-builtin __builtin_strlen'],
    ['n = __builtin_strcmp(p, "x")', 'c.bpf.string-builtin __builtin_strcmp'],
  ])('%s is refused', (call, message) => {
    const text = `__attribute__((section("xdp"), used)) int entry(void *ctx)\n{ char *p = *(char **)ctx; long n = *(long *)ctx; ${call}; return n; }\n`
    expect(said(text)).toEqual([message])
  })
})
