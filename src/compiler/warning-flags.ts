// The -W names of clang's warnings, by our codes: `#pragma GCC diagnostic ignored "-W..."` silences by them.
// Some are errors by default and can be silenced all the same, which libbpf's BPF_PROG() does with -Wint-conversion.

const FLAGS: Readonly<Record<string, string>> = {
  'c.convert.int-to-pointer': '-Wint-conversion',
  'c.convert.pointer-to-int': '-Wint-conversion',
  'c.convert.pointer': '-Wincompatible-pointer-types',
  'c.convert.discards': '-Wincompatible-pointer-types-discards-qualifiers',
  'c.convert.sign': '-Wpointer-sign',
  'c.pointer-to-smaller': '-Wpointer-to-int-cast',
  'c.conditional-pointers': '-Wpointer-type-mismatch',
  'c.compare-distinct': '-Wcompare-distinct-pointer-types',
  'c.compare-pointer-integer': '-Wpointer-integer-compare',
  'c.division-by-zero': '-Wdivision-by-zero',
  'c.remainder-by-zero': '-Wdivision-by-zero',
  'c.shift-negative': '-Wshift-count-negative',
  'c.shift-overflow': '-Wshift-count-overflow',
  'c.vla-folded': '-Wgnu-folding-constant',
  'c.constant-overflow': '-Winteger-overflow',
  'c.constant-conversion': '-Wconstant-conversion',
  'c.unused-value': '-Wunused-value',
  'c.unused-comparison': '-Wunused-comparison',
  'c.assign-condition': '-Wparentheses',
  'c.index-past': '-Warray-bounds',
  'c.index-before': '-Warray-bounds',
  'c.missing-return': '-Wreturn-type',
  'c.missing-return-path': '-Wreturn-type',
  'c.declares-nothing': '-Wmissing-declarations',
  'c.unknown-attribute': '-Wunknown-attributes',
  'c.unknown-pragma': '-Wunknown-pragmas',
  'c.macro-redefined': '-Wmacro-redefined',
  'c.builtin-macro-redefined': '-Wbuiltin-macro-redefined',
  'c.excess-array': '-Wexcess-initializers',
  'c.excess-scalar': '-Wexcess-initializers',
  'c.excess-struct': '-Wexcess-initializers',
  'c.excess-union': '-Wexcess-initializers',
  'c.string-too-long': '-Wexcess-initializers',
}

/** The flag of a code; codes that end in a purpose (`c.convert.pointer.passing`) share one. */
export const flagOf = (code: string): string | undefined => FLAGS[code] ?? FLAGS[code.replace(/\.\w+$/, '')]
