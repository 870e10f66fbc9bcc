// Declarations of a long header that are read on demand: objects and diagnostics are those of reading everything, places included.
import { describe, expect, test } from 'vitest'
import { lineColumn, makeSource } from '../diag/index.ts'
import { writeElf } from '../object/index.ts'
import { compile } from './compile.ts'

/** Long enough to be passed over. */
const PADDING = `/*${'-'.repeat(100_000)}*/\n`

const HEADER = `
typedef unsigned int u32;
typedef unsigned long long u64;
typedef u32 pid_t;
struct forward;
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct node { struct node *next; struct later *l; u64 key; };
struct later { struct node in; pid_t pid; enum { RED, BLUE = 7 } colour; struct named_inside { int x; } n; };
struct bits { u32 a: 3; u32 b: 9; u32: 0; u32 c: 5; };
struct whole { struct later l; struct bits b; union { int i; long g; } u; int tail[]; };
#pragma clang attribute pop
#pragma pack(push, 1)
struct tight { char c; u64 v; };
#pragma pack(pop)
struct loose { char c; u64 v; };
enum state { IDLE, BUSY = 1 << 4, GONE };
enum big { HUGE = 1ull << 40, SMALL = 1 };
typedef enum { ON, OFF } onoff_t;
typedef struct { u32 a; struct tight t; } pair_t;
typedef int (*callback_t)(struct later *, pair_t *);
typedef u32 row_t[4];
#define HIDDEN fake
struct hidden { int HIDDEN; };
static int counter;
static u32 total = BUSY;
static inline pid_t half(struct node *n, onoff_t how) { return n->key / 2 + how; }
struct behind_code { int a; };
typedef u32 pid_t;
`

const HEAD = '#include "long.h"\n#include <bpf/bpf_helpers.h>\n'

function answer(main: string, header: string, fresh: boolean) {
  const include = (path: string) => (path === 'long.h' ? makeSource(path, PADDING + header) : undefined)
  const defines = { __TARGET_ARCH_x86: '1' }
  const { object, diagnostics } = compile({ main: makeSource('p.c', main), include, includeDirs: [], defines, cpu: 3 }, { fresh })
  return { elf: object && Buffer.from(writeElf(object)).toString('hex'), diagnostics }
}

function expectSame(mains: readonly string[], header = HEADER): void {
  const fresh = mains.map((main) => answer(main, header, true))
  for (const _ of [1, 2])
    for (const [i, main] of mains.entries()) expect({ main, ...answer(main, header, false) }).toEqual({ main, ...fresh[i] })
}

const program = (body: string, before = ''): string => `${HEAD}${before}\nSEC("xdp") int p(void *ctx) { ${body} }\n`

test('types of every kind, in any order', () => {
  expectSame([
    program('struct whole *w = ctx; return w->l.in.key + w->l.colour + w->b.b + w->u.g;'),
    program('struct node *n = ctx; return n->next->next->l->pid == BLUE;'),
    program('return sizeof(struct tight) + sizeof(struct loose) * 100 + sizeof(pair_t) * 10000;'),
    program('return BUSY + SMALL + OFF + RED + sizeof(enum big) + sizeof(row_t);'),
    program('struct named_inside *n = ctx; return n->x + sizeof(struct behind_code);'),
    program('struct hidden *h = ctx; return h->fake + counter;'),
    program('struct node *n = ctx; return half(n, ON) + total;'),
    program('callback_t c = 0; return sizeof(*c(0, 0) + 1);'.replace('*c(0, 0) + 1', 'c')),
    program('return 0;', 'struct whole kept; pair_t pair = { 1, { 2, 3 } }; enum state s = GONE; row_t row;'),
    program('int BUSY = 3; { typedef long u32; u32 x = BUSY; return x + sizeof(u32); }'),
  ])
})

test('what the program adds is taken back', () => {
  expectSame([
    program('struct forward f = { 1 }; return f.a;', 'struct forward { int a; };'),
    program('struct forward f = { 1, 2 }; return f.b;', 'struct forward { long a, b; };'),
    program('struct forward *f = ctx; return f != 0;'),
    program('return sizeof(struct node);', 'struct node; typedef unsigned int u32;'),
  ])
})

describe('faults', () => {
  const codes = (main: string, header = HEADER) => answer(main, header, false).diagnostics.map((d) => d.code)

  test('a name that is declared a second time', () => {
    const mains = [
      program('return 0;', 'struct node { int a; };'),
      program('return 0;', 'typedef long u32;'),
      program('return 0;', 'enum other { BUSY };'),
      program('return 0;', 'union later *u;'),
      program('return 0;'),
    ]
    expectSame(mains)
    expect(mains.map((m) => codes(m))).toEqual([['c.redefined'], ['c.typedef-redefined'], ['c.redefined-enumerator'], ['c.wrong-tag'], []])
  })

  test('twice within the header', () => {
    expectSame([program('return 0;')], `${HEADER}struct loose { int other; };\n`)
    expect(codes(program('return 0;'), `${HEADER}struct loose { int other; };\n`)).toEqual(['c.redefined'])
  })

  test('in a declaration that is used, with its place', () => {
    const header = `${HEADER}struct bad {\n\tint a;\n\tmissing_t b;\n};\nstruct user { struct bad b; };\n`
    const main = program('struct user *u = ctx; return u->b.a;')
    expectSame([main, main, program('return sizeof(struct user);'), main], header.replace('missing_t b', 'struct node n[-1]'))
    const [fault] = answer(main, header, false).diagnostics
    expect(fault.code).toBe('c.unknown-type')
    const at = fault.at!
    expect(at.file).toBe('long.h')
    expect(lineColumn(makeSource('long.h', PADDING + header), at.start)).toEqual(
      lineColumn(makeSource('long.h', PADDING + header), (PADDING + header).indexOf('missing_t')),
    )
    expect(answer(main, header, true).diagnostics).toEqual(answer(main, header, false).diagnostics)
  })

  test('a mistyped name finds what was passed over', () => {
    expectSame([program('return BUSZ;'), program('struct node *n = ctx; return n->kei;')])
    expect(answer(program('return BUSZ;'), HEADER, false).diagnostics[0].params).toEqual(['BUSZ', 'BUSY'])
  })
})

test('macros of the program change what the header says', () => {
  expectSame([
    `#define key renamed\n${program('struct node *n = ctx; return n->renamed;')}`,
    program('struct node *n = ctx; return n->key;'),
    `#define node other\n${program('struct other *n = ctx; return n->key;')}`,
  ])
})
