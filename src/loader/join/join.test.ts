// Linking against libbpf: fixtures/join-a.o and join-b.o, linked and loaded by libbpf 1.8, gave the programs in join.json.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../base/index.ts'
import { BtfBuilder, type BtfLinkage, readBtf } from '../../btf/index.ts'
import { formatMessage } from '../../diag/index.ts'
import { type ObjectFile, type ObjectSymbol, readElf, SHF_ALLOC, SHF_EXECINSTR, SHT_PROGBITS, writeElf } from '../../object/index.ts'
import { load } from '../load.ts'
import { joinObjects } from './join.ts'

const dir = `${import.meta.dirname}/../fixtures`
const objectOf = (name: string) => readElf(new Uint8Array(readFileSync(`${dir}/${name}.o`))).object!
const a = { name: 'join-a.o', object: objectOf('join-a') }
const b = { name: 'join-b.o', object: objectOf('join-b') }
const expected = JSON.parse(readFileSync(`${dir}/join.json`, 'utf8')) as Record<string, { maps: string[]; code: string }>

const loaded = (object: ObjectFile) => {
  const { programs, diagnostics } = load(object, { objectName: 'join' })
  expect(diagnostics).toEqual([])
  return Object.fromEntries(programs.map((p) => [p.name, { maps: p.maps.map((m) => m.name), code: toHex(p.code) }]))
}

describe('two files of one program', () => {
  const { object, diagnostics } = joinObjects([a, b])

  test('as libbpf links and loads them', () => {
    expect(diagnostics).toEqual([])
    expect(loaded(object!)).toEqual(expected)
  })

  test('written as ELF and read back', () => expect(loaded(readElf(writeElf(object!)).object!)).toEqual(expected))

  test('the order of files does not change what programs do', () => {
    const names = Object.keys(loaded(joinObjects([b, a]).object!))
    expect(names.toSorted()).toEqual(['first', 'second'])
  })

  test('types are told once', () => {
    const read = readBtf(object!.sections.find((s) => s.name === '.BTF')!.data)
    if (!read.ok) throw new Error(read.fault)
    const names = read.btf.types.flatMap((t) => ('name' in t && t.name !== '' ? [`${t.kind} ${t.name}`] : []))
    expect(names.filter((n) => n === 'struct entry' || n === 'struct shared' || n === 'var table' || n === 'func overridden')).toHaveLength(
      4,
    )
    expect(names).not.toContain('fwd shared')
    const data = read.btf.types.find((t) => t.kind === 'datasec' && t.name === '.data')
    expect(data).toMatchObject({ size: 24, vars: [{ offset: 0 }, { offset: 8 }, { offset: 12 }, { offset: 16 }] })
  })
})

describe('what does not fit', () => {
  const code = new Uint8Array([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0])
  const file = (
    returns: number,
    { binding = 'global', defined = true, flags = SHF_ALLOC | SHF_EXECINSTR, licence = 'GPL' }: Partial<Shape> = {},
  ): ObjectFile => {
    const builder = new BtfBuilder()
    const int = builder.add({ kind: 'int', name: 'int', size: returns, encoding: 1, bits: 8 * returns, offBits: 0 })
    const proto = builder.add({ kind: 'func_proto', ret: int, params: [] })
    const linkage: BtfLinkage = defined ? 1 : 2
    builder.add({ kind: 'func', name: 'f', type: proto, linkage })
    const section = (name: string, data: Uint8Array, f: number) => ({
      name,
      type: SHT_PROGBITS,
      flags: f,
      align: 8,
      data,
      size: data.length,
      relocations: [],
    })
    const f: ObjectSymbol = {
      name: 'f',
      value: 0,
      size: defined ? 16 : 0,
      binding,
      kind: defined ? 'func' : 'none',
      visibility: 'default',
      ...(defined ? { section: 0 } : {}),
    }
    const sections = [
      section('.text', code, flags),
      section('license', new TextEncoder().encode(licence), 3),
      section('.BTF', builder.build(), 0),
    ]
    return { sections, symbols: [f] }
  }
  interface Shape {
    readonly binding: 'global' | 'weak'
    readonly defined: boolean
    readonly flags: number
    readonly licence: string
  }
  const join = (x: ObjectFile, y: ObjectFile) =>
    joinObjects([
      { name: 'x.o', object: x },
      { name: 'y.o', object: y },
    ])
  const messages = (x: ObjectFile, y: ObjectFile) => join(x, y).diagnostics.map((d) => formatMessage(d.code, d.params, 'en'))

  test('two strong definitions', () => {
    expect(messages(file(4), file(4))).toEqual(["'f' is defined both in x.o and in y.o, and neither definition is weak"])
  })
  test('other types', () => {
    expect(messages(file(4), file(8, { defined: false }))).toEqual(["'f' is declared in x.o and in y.o with different types"])
  })
  test('other sections and licences', () => {
    expect(messages(file(4), file(4, { flags: 3, binding: 'weak' }))).toEqual(["the sections '.text' of the files do not fit together"])
    expect(messages(file(4), file(4, { licence: 'MIT', binding: 'weak' }))).toEqual([
      "the sections 'license' of the files do not fit together",
    ])
  })
  test.each([
    ['weak', 'global', 1],
    ['global', 'weak', 0],
    ['weak', 'weak', 0],
  ] as const)('%s and %s', (x, y, winner) => {
    const { object } = join(file(4, { binding: x }), file(4, { binding: y }))
    expect(object!.symbols[0].value).toBe(16 * winner)
    expect(object!.symbols[0].binding).toBe(x === 'weak' && y === 'weak' ? 'weak' : 'global')
  })
  test('a declaration is filled by a later definition, and stays one without', () => {
    const { object } = join(file(4, { defined: false }), file(4))
    expect(object!.symbols[0]).toMatchObject({ kind: 'func', section: 0, size: 16 })
    expect(join(file(4, { defined: false }), file(4, { defined: false })).object!.symbols[0].section).toBeUndefined()
  })
})
