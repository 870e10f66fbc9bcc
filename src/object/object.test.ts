// ELF and .BTF.ext: what is written is read back the same, and no bytes are too broken to be answered.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BtfBuilder, readBtf } from '../btf/index.ts'
import { type BtfExt, readBtfExt, writeBtfExt } from './btf-ext.ts'
import { readElf } from './read-elf.ts'
import type { ObjectFile } from './types.ts'
import { writeElf } from './write-elf.ts'

const sample: ObjectFile = {
  sections: [
    { name: 'xdp', type: 1, flags: 6, align: 8, data: new Uint8Array(24), size: 24, relocations: [{ offset: 0, type: 1, symbol: 1 }] },
    { name: '.bss', type: 8, flags: 3, align: 4, data: new Uint8Array(0), size: 12, relocations: [] },
    { name: 'license', type: 1, flags: 3, align: 1, data: new Uint8Array([71, 80, 76, 0]), size: 4, relocations: [] },
  ],
  symbols: [
    { name: 'xdp', value: 0, size: 0, binding: 'local', kind: 'section', visibility: 'default', section: 0 },
    { name: 'seen', value: 4, size: 8, binding: 'global', kind: 'object', visibility: 'hidden', section: 1 },
    { name: 'elsewhere', value: 0, size: 0, binding: 'weak', kind: 'none', visibility: 'default' },
  ],
}

describe('ELF', () => {
  test('comes back as it was written', () => {
    expect(readElf(writeElf(sample))).toEqual({ object: sample, diagnostics: [] })
  })
  test('moves local symbols to the front and relocations with them', () => {
    const { object } = readElf(writeElf({ ...sample, symbols: [sample.symbols[1], sample.symbols[2], sample.symbols[0]] }))
    expect(object!.symbols.map((s) => s.name)).toEqual(['xdp', 'seen', 'elsewhere'])
    expect(object!.symbols[object!.sections[0].relocations[0].symbol].name).toBe('elsewhere')
  })
  test.each([
    ['not ELF', new Uint8Array(64), 'elf.magic'],
    ['empty', new Uint8Array(0), 'elf.magic'],
    ['32 bits', patched(4, 1), 'elf.class'],
    ['big-endian', patched(5, 2), 'elf.byteOrder'],
    ['another machine', patched(18, 62), 'elf.machine'],
    ['an executable', patched(16, 2), 'elf.notRelocatable'],
    ['cut short', writeElf(sample).subarray(0, 400), 'elf.truncated'],
  ])('%s', (_, bytes, code) => {
    expect(readElf(bytes).diagnostics[0].code).toBe(code)
  })
  test('survives any bytes behind a good header', () => {
    const good = writeElf(sample)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 16, max: good.length - 1 }), fc.nat(255)), { maxLength: 16 }), (edits) => {
        const bytes = good.slice()
        for (const [at, value] of edits) bytes[at] = value
        const { object, diagnostics } = readElf(bytes)
        expect(object !== undefined || diagnostics.length > 0).toBe(true)
        for (const s of object?.sections ?? []) expect(s.data.length).toBeLessThanOrEqual(bytes.length)
      }),
    )
  })
})

function patched(at: number, value: number): Uint8Array {
  const bytes = writeElf(sample)
  bytes[at] = value
  return bytes
}

describe('.BTF.ext', () => {
  const ext: BtfExt = {
    funcs: [{ section: 'xdp', records: [{ offset: 0, typeId: 3 }] }],
    lines: [
      {
        section: 'xdp',
        records: [
          { offset: 0, file: 'a.c', text: 'int f(void)', line: 4, column: 1 },
          { offset: 8, file: 'a.c', text: '\treturn 0;', line: 6, column: 2 },
        ],
      },
      { section: '.text', records: [{ offset: 16, file: 'a.h', text: 'x', line: 1_000_000, column: 1023 }] },
    ],
    core: [{ section: 'xdp', records: [{ offset: 8, typeId: 1, access: '0:1', kind: 0 }] }],
  }
  const built = () => {
    const builder = new BtfBuilder()
    const bytes = writeBtfExt(ext, builder)!
    const read = readBtf(builder.build())
    if (!read.ok) throw new Error(read.fault)
    return { bytes, btf: read.btf }
  }
  test('comes back as it was written', () => {
    const { bytes, btf } = built()
    expect(readBtfExt(bytes, btf)).toEqual({ ok: true, ext })
  })
  test('survives any change', () => {
    const { bytes, btf } = built()
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }), (cut, edits) => {
        const broken = bytes.slice()
        for (const [at, value] of edits) broken[at] = value
        expect(readBtfExt(broken.subarray(0, cut), btf)).toHaveProperty('ok')
      }),
    )
    expect(readBtfExt(bytes.subarray(0, 40), btf).ok).toBe(false)
  })
})
