// Which names a declaration declares, and which declarations are not plain enough to tell.
import { expect, test } from 'vitest'
import { skim } from './skim.ts'

const macros = new Set(['MACRO', 'packed'])

function names(text: string): string | undefined {
  const found = skim(text, 0, (name) => macros.has(name))
  if (!found) return undefined
  expect(text[found.to - 1]).toBe(';')
  const all = [...found.tags, ...found.enumerators, ...(found.typedef ? [found.typedef] : [])]
  for (const n of [...all, ...found.mentions]) expect(text.slice(n.at, n.at + n.name.length)).toBe(n.name)
  const mentions = found.mentions.map((m) => `(${m.kind} ${m.name})`)
  return [...all.map((n) => `${n.kind} ${n.name}`), ...mentions].join(', ')
}

test.each([
  ['struct s;', '(struct s)'],
  ['struct s { int a; };', 'struct s'],
  ['struct s { struct t *p; struct { int x; } in; struct u { int y; } v; };', 'struct s, struct u, (struct t)'],
  ['union u { char c[sizeof(struct s)]; } __attribute__((aligned(8)));', 'union u, (struct s)'],
  ['struct __attribute__((aligned(4))) s { int (*f)(struct a *, union b); int b: 3; };', 'struct s, (struct a), (union b)'],
  ['enum e { A, B = 3, C = (B + 1) * 2, };', 'enum e, enumerator A, enumerator B, enumerator C'],
  ['enum { X = -1 } ;', 'enumerator X'],
  ['struct s { enum { IN1, IN2 } kind; enum e2 { IN3 } k2; };', 'struct s, enum e2, enumerator IN1, enumerator IN2, enumerator IN3'],
  ['typedef unsigned int u32;', 'typedef u32'],
  ['typedef __u32 __attribute__((bitwise)) le32;', 'typedef le32'],
  ['typedef struct s s_t;', 'typedef s_t, (struct s)'],
  ['typedef struct { int a; } anon_t;', 'typedef anon_t'],
  ['typedef struct s { int a; } const *s_p;', 'struct s, typedef s_p'],
  ['typedef enum { P, Q } pq_t;', 'enumerator P, enumerator Q, typedef pq_t'],
  ['typedef int (*fn_t)(int a, struct s *b);', 'typedef fn_t, (struct s)'],
  ['typedef void *(*(*deep_t)(int))(long);', 'typedef deep_t'],
  ['typedef void end_t(struct s *, int);', 'typedef end_t, (struct s)'],
  ['typedef long row_t[4][2];', 'typedef row_t'],
  ['typedef const char *text_t; int v;', 'typedef text_t'],
  ['struct s { /* ; } */ int a; // };\n int b; };', 'struct s'],
])('%s', (text, expected) => {
  expect(names(text)).toBe(expected)
})

test.each([
  'int v;',
  'struct s v;',
  'struct s { int a; } v;',
  'struct s f(void);',
  'struct s *p;',
  'typedef int a, b;',
  'typedef int (name)(int);',
  'typedef int;',
  'typedef struct s;',
  'typedef typeof(v) t;',
  'struct s { MACRO; };',
  'struct s { int a; } __attribute__((packed));',
  'struct s { int a;',
  'struct s { int a; } = { 1 };',
  'struct s { char c[sizeof("x")]; };',
  "struct s { char c['a']; };",
  'struct s {\n#if 1\nint a;\n#endif\n};',
  'struct s { int \\\n a; };',
  'struct s { int é; };',
  'struct s { _Static_assert(1); };',
  'enum e : int { A };',
  '}',
  '',
])('%s is read in full', (text) => {
  expect(names(text)).toBeUndefined()
})
