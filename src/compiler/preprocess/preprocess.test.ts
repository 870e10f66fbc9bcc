// Sources after preprocessing, one token a line of text for each line of the source: fixtures/preprocess/NAME.c against NAME.txt. `standard.c`
// holds the examples of C11 6.10.3.5 and corner cases of rescanning; its tokens are those of clang-22 -E.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lineColumn, makeSource, type SourceFile } from '../../diag/index.ts'
import { makeSink, siteOf } from '../report.ts'
import { preprocess } from './index.ts'
import { splice } from './splice.ts'

const folder = join(import.meta.dirname, '../fixtures/preprocess')

interface Files {
  readonly [path: string]: string
}

function run(main: SourceFile, files: Files = {}, defines: Readonly<Record<string, string>> = {}) {
  const sink = makeSink()
  const include = (path: string): SourceFile | undefined => (files[path] === undefined ? undefined : makeSource(path, files[path]))
  const header = (path: string): string | undefined => files[`<${path}>`]
  const read = preprocess({ main, include, header, includeDirs: ['inc'], defines, cpu: 3 }, sink)
  return { ...read, sink }
}

/** The tokens, those of one source line on one line. */
function text(path: string, source: string, files: Files = {}, defines: Readonly<Record<string, string>> = {}): string {
  const main = makeSource(path, source)
  const { tokens, sources } = run(main, files, defines)
  const lines = new Map<string, string[]>()
  for (const t of tokens.slice(0, -1)) {
    const at = siteOf(t.at)
    const file = sources.find((s) => s.path === at.file) ?? main
    const key = `${file.path}:${lineColumn(file, at.start).line}`
    lines.set(key, [...(lines.get(key) ?? []), t.kind === 'pragma' ? `#pragma ${t.text}` : t.text])
  }
  return [...lines].map(([key, words]) => `${key}: ${words.join(' ')}\n`).join('')
}

const codes = (source: string, files: Files = {}): string[] => run(makeSource('a.c', source), files).sink.diagnostics.map((d) => d.code)

describe('preprocess', () => {
  it.each(readdirSync(folder).filter((f) => f.endsWith('.c')))('%s', async (path) => {
    await expect(text(path, readFileSync(join(folder, path), 'utf8'))).toMatchFileSnapshot(join(folder, path.replace(/c$/, 'txt')))
  })

  it('finds included files beside the includer, in include folders and among our headers', () => {
    const files = {
      'lib/a.h': '#include "b.h"\n#include <c.h>\n',
      'lib/b.h': 'beside',
      'inc/c.h': 'folder\n#include <d.h>\n#include_next <c.h>\n',
      '<d.h>': '#include "sub/e.h"\n',
      '<sub/e.h>': 'ours',
      '<c.h>': 'next',
    }
    expect(text('main.c', '#include "lib/a.h"\n#include "lib/../lib/b.h"\n', files)).toBe(
      'lib/b.h:1: beside beside\ninc/c.h:1: folder\n/usr/include/sub/e.h:1: ours\n/usr/include/c.h:1: next\n',
    )
  })

  it('reads a file once where it asks for it', () => {
    const files = { 'g.h': '#ifndef G\n#define G\nguarded\n#endif\n', 'o.h': '#pragma once\nonce\n' }
    expect(text('m.c', '#include "g.h"\n#include "g.h"\n#include "o.h"\n#include "o.h"\n', files)).toBe('g.h:3: guarded\no.h:2: once\n')
  })

  it('does not read a guarded file again', () => {
    const large = `#ifndef G\n#define G\n/*${'x'.repeat(7 << 20)}*/\n#endif\n`
    expect(codes('#include "g.h"\n#include "g.h"\n', { 'g.h': large })).toEqual([])
    expect(codes('#include "g.h"\n#include "g.h"\n', { 'g.h': `${large}int x;` })).toEqual(['c.source-too-large'])
    expect(codes('#include "g.h"\n#include "g.h"\n', { 'g.h': large.replace('#endif', '#else\n#endif') })).toEqual(['c.source-too-large'])
  })

  it('takes definitions from the command line', () => {
    expect(text('m.c', 'A B(2) D', {}, { A: '1', 'B(x)': 'x + x', D: '' })).toBe('m.c:1: 1 2 + 2\n')
  })

  it('keeps places right through splices and digraphs', () => {
    const source = 'int a\\\nb = 1;\\  \n%:define X 2\n<: X :>'
    const main = makeSource('m.c', source)
    const { tokens } = run(main)
    expect(tokens.slice(0, -1).map((t) => [t.text, source.slice(t.at.start, t.at.end)])).toEqual([
      ['int', 'int'],
      ['ab', 'a\\\nb'],
      ['=', '='],
      ['1', '1'],
      [';', ';'],
      ['#', '%:'],
      ['define', 'define'],
      ['X', 'X'],
      ['2', '2'],
      ['[', '<:'],
      ['X', 'X'],
      [']', ':>'],
    ])
    const { text: joined, toFile } = splice('a\\\nb\\\r\nc')
    expect([joined, toFile(0), toFile(1), toFile(2), toFile(3)]).toEqual(['abc', 0, 3, 7, 8])
  })

  it('points at the argument a person wrote and at the call that debug lines name', () => {
    const source = '#define ID(x) (x)\n#define TWICE(x) ID(x) + ID(1)\nTWICE(\n  value)\n'
    const { tokens } = run(makeSource('m.c', source))
    const [open, value, , , , one] = tokens
    expect(source.slice(value.at.start, value.at.end)).toBe('value')
    expect(value.at.site && source.slice(value.at.site.start, value.at.site.end)).toBe('TWICE')
    expect([open, one].map((t) => source.slice(t.at.start, t.at.end))).toEqual(['TWICE', 'TWICE'])
    expect(open.at.macro).toBe('ID')
  })

  it('ends every budget with a diagnostic', () => {
    const loop = { 'l.h': '#include "l.h"\n' }
    expect(codes('#include "l.h"\n', loop)).toEqual(['c.include-depth'])
    expect(codes('#if 1\n'.repeat(300))[0]).toBe('c.if-depth')
    const doubling = Array.from({ length: 24 }, (_, i) => `#define a${i + 1} a${i} a${i}\n`).join('')
    expect(codes(`${doubling}a24\n`)).toEqual(['c.too-many-tokens'])
    expect(codes(`#define f(x) x\n${'f('.repeat(200)}1${')'.repeat(200)}\n`)).toEqual(['c.macro-nesting'])
    const pasting = Array.from({ length: 24 }, (_, i) => `#define P${i + 1}(x) P${i}(J(x, x))\n`).join('')
    expect(codes(`#define J(a, b) a##b\n#define P0(x) J(x, x)\n${pasting}P24(a)\n`)[0]).toBe('c.token-too-long')
    expect(codes(`#define S(x) #x\n#define X(x) S(x)\n${'X('.repeat(60)}"\\""${')'.repeat(60)}\n`)[0]).toBe('c.token-too-long')
    expect(codes(`/*${'x'.repeat(9 << 20)}*/`)).toEqual(['c.source-too-large'])
  })

  it('gives up at a missing header, with the likely one as a fix', () => {
    const { sink, gaveUp } = run(makeSource('m.c', '#include <ip.h>\nnonsense'), { '<linux/ip.h>': '' })
    expect(gaveUp).toBe(true)
    expect(sink.diagnostics.map((d) => [d.code, d.fixes[0]?.text])).toEqual([['c.file-not-found', '<linux/ip.h>']])
  })
})
