// C sources made to hurt a compiler: nesting, long chains, long rows, huge numbers and macros that grow, each made by code.
// In: how many times a piece is repeated. Out: sources by name. Whatever the size, each must end in diagnostics or an object, soon.
export function bombs(n: number): Readonly<Record<string, string>> {
  const nested = (before: string, middle: string, after: string) => before.repeat(n) + middle + after.repeat(n)
  const numbered = (piece: (i: number) => string) => Array.from({ length: n }, (_, i) => piece(i)).join(' ')
  const returns = (e: string) => `int f(int x) { return ${e}; }`
  return {
    ...nesting(nested, returns),
    // Chains that lean to the left.
    ...Object.fromEntries(
      ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '<', '==', '&&', '||', ','].map((op) => [
        `chain of ${op}`,
        returns(`x${` ${op} x`.repeat(n)}`),
      ]),
    ),
    'chain of + on a pointer': `int f(int *p) { return *(p${' + 1'.repeat(n)}); }`,
    'chain of + on an address': `int a[5]; int *p = a${' + 1'.repeat(n)};`,
    'chain of constants': `int x = 1${' + 1'.repeat(n)};`,
    'chain of + in a size': `int f(void) { const int k = 1; int a[k${' + k'.repeat(n)}]; return 0; }`,
    'chain of , in a condition': `int f(int x) { if (x${', x'.repeat(n)}) return 1; return 0; }`,
    'else ladder': `int f(int x) { ${'if (x) x--; else '.repeat(n)} x++; return x; }`,
    'else ladder that sets': `int f(int x) { int y; ${'if (x) y = 1; else '.repeat(n)} y = 2; return y; }`,
    'else ladder that returns': `int f(int x) { ${numbered((i) => `if (x > ${i}) return ${i}; else`)} return x; }`,
    'else ladder of bounds': `int f(int x) { ${numbered((i) => `if (x < ${i}) return x / 3; else`)} return x / 5; }`,
    'row of cases': `int f(int x) { switch (x) { ${numbered((i) => `case ${i}:`)} return x; } return 1; }`,
    'row of labels': `int f(int x) { ${numbered((i) => `l${i}:`)} return x; }`,
    'label storm': `int f(void) { ${numbered((i) => `l${i}: goto l${n - 1 - i};`)} }`,
    'string storm': `char *s = ${'"a" '.repeat(n)};`,
    'chain of typedefs': `typedef int t0; ${numbered((i) => `typedef t${i} t${i + 1};`)} t${n} x;`,
    'unknown names': `int f(void) { ${numbered((i) => `u${i};`)} }`,
    'many warnings': `int f(int x) { ${'x == x; '.repeat(n)} return 0; }`,
    'initialisers backwards': `int a[] = { ${numbered((i) => `[${n - i}] = 1,`)} };`,
    // Macros.
    'laughing macros': `${Array.from({ length: 30 }, (_, i) => `#define a${i + 1} a${i} a${i}\n`).join('')}int a0; a30`,
    'macros in a circle': '#define A B\n#define B A\n#define F(x) G(x)\n#define G(x) F(x)\nint A; int F(F(G(1)));',
    'pasting macros': `#define Q0(x) x##x\n${Array.from({ length: 30 }, (_, i) => `#define Q${i + 1}(x) Q${i}(x##x)\n`).join('')}int Q30(a);`,
    'nested macro calls': `#define f(x) (x)\nint a = ${nested('f(', '1', ')')};`,
    'nested conditionals': nested('#if 1\n', '', '#endif\n'),
    'deep condition': `#if ${nested('(', '1', ')')}\n#endif\n`,
    // Each function calls the one before it twice; they are more than their number, whatever the size asked for.
    'inlining without end': `#define I static inline __attribute__((always_inline)) int\nI f0(int x) { return x * x + 1; }\n${Array.from(
      { length: 40 },
      (_, i) => `I f${i + 1}(int x) { return f${i}(x) ^ f${i}(x + ${i}); }\n`,
    ).join('')}int f(int x) { return f40(x); }`,
    // Huge numbers.
    'huge array': 'char a[1 << 30]; int f(void) { return a[5]; }',
    'huge shift': 'int a = 1 << 1000000000; int b[1000000000000000000];',
    'huge range': 'int a[1000000000] = { [0 ... 999999999] = 1 };',
    'huge index': 'int a[] = { [2000000000] = 1 };',
    'huge initialised array': 'char a[1 << 30] = { 1 };',
    'huge flexible member': 'struct { int n; char a[]; } x = { 1, { [2000000000] = 1 } };',
    'huge elements': 'typedef char T[1 << 30]; T a[] = { {}, {}, {}, {}, {}, { 1 } };',
    'huge case range': 'int f(int x) { switch (x) { case 0 ... 2000000000: return 1; } return 0; }',
    'self-typedef': 'typedef T T; T x; struct s { struct s s; }; union u { union u a[2]; };',
  }
}

/** What nests, in every place where the parser calls itself. */
function nesting(
  nested: (before: string, middle: string, after: string) => string,
  returns: (e: string) => string,
): Readonly<Record<string, string>> {
  return {
    'nested parentheses': returns(nested('(', '1', ')')),
    'nested blocks': `int f(void) { ${nested('{', '', '}')} return 0; }`,
    'nested loops': `int f(int x) { ${nested('while (x) ', 'x++;', '')} return 0; }`,
    'nested structs': nested('struct { ', 'int x; ', '} a; '),
    'nested initialisers': `int a = ${nested('{', '1', '}')};`,
    'nested calls': returns(nested('f(', '1', ')')),
    'nested subscripts': `int f(int *x) { return ${nested('x[', '0', ']')}; }`,
    'nested statement expressions': returns(nested('({ ', 'x; ', '}); ')),
    'nested parameters': `int f${nested('(int g', '', ')')};`,
    'nested sizes': `int x = ${nested('sizeof(int[', '1', '])')};`,
    'nested enums': `int x = ${nested('sizeof(enum { A = ', '1', ' })')};`,
    'nested typeof': `${nested('typeof(', 'int', ')')} x;`,
    'nested _Atomic': `${nested('_Atomic(', 'int', ')')} x;`,
    'nested _Alignas': `${nested('_Alignas(_Alignof(', 'int', ')')} x;`,
    'nested _Generic': `int x = ${nested('_Generic(1, int: ', '1', ')')};`,
    'nested offsetof': `int x = ${nested('__builtin_offsetof(struct s, x[', '1', '])')};`,
    'nested choices': `int x = ${nested('__builtin_choose_expr(1, ', '1, 1', ', 1)')};`,
    'nested attributes': `int x ${nested('__attribute__((a(sizeof(int ', '', '))))')};`,
    'open attributes': `int x ${nested('__attribute__((', '', '')};`,
    'nested arguments of attributes': `int x __attribute__((${nested('a(', '', ')')}));`,
    'prefix chain': returns(nested('!', 'x', '')),
    'cast chain': returns(nested('(int)', 'x', '')),
    'pointer chain': `int ${nested('*', 'p', '')};`,
    'array chain': `int a${nested('[1]', '', '')};`,
    'conditional chain': returns(nested('x ? 1 : ', '2', '')),
    'assignment chain': returns(nested('x = ', '2', '')),
    'member chain': `struct s { struct s *n; } *p; int f(void) { return p${nested('->n', '', '')} != 0; }`,
  }
}
