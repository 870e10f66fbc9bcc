import { expect, test } from 'vitest'
import { colourLines } from './plain.ts'

const shown = (text: string) =>
  colourLines(text)
    .map((line) => line.map((w) => (w.kind === 'plain' ? w.text : `${w.kind}(${w.text})`)).join(''))
    .join('\n')

test('cuts C into coloured words', () => {
  expect(shown('#include <linux/bpf.h>\nstatic __u32 n = 0x1f; // "no" string\n')).toBe(
    'directive(#include) <linux/bpf.h>\nkeyword(static) type(__u32) n = number(0x1f); comment(// "no" string)\n',
  )
  expect(shown('  # define X "a\\"b" /* two\nlines */ int')).toBe(
    'directive(  # define) X string("a\\"b") comment(/* two)\ncomment(lines */) keyword(int)',
  )
})

test('keeps every character, whatever comes', () => {
  for (const text of ['', '"open', "'", '/* open', '#', 'a\n\n\nb', '한글 = 1;', '\\\n', '"a\nb"', 'x'.repeat(20_000)]) {
    expect(
      colourLines(text)
        .map((l) => l.map((w) => w.text).join(''))
        .join('\n'),
    ).toBe(text)
  }
})
