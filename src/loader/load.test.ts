// Programs loaded from objects that clang-22 made (fixtures/*.c beside them), against what libbpf 1.1 handed to Linux 6.18
// (fixtures/libbpf.json: captured at its call of BPF_PROG_LOAD; map descriptors written as indices).
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { progType } from '../abi/index.ts'
import { toHex } from '../base/index.ts'
import { type Btf, BtfBuilder, readBtf } from '../btf/index.ts'
import { formatMessage } from '../diag/index.ts'
import { encode, type Insn, type Program } from '../isa/index.ts'
import { type ObjectFile, type ObjectSection, type ObjectSymbol, readElf, writeElf } from '../object/index.ts'
import { wholeKernel } from './core/kernel-types.ts'
import { joinObjects } from './join/join.ts'
import { load } from './load.ts'

const dir = `${import.meta.dirname}/fixtures`
const bytesOf = (name: string) => new Uint8Array(readFileSync(`${dir}/${name}.o`))
const objectOf = (name: string): ObjectFile => {
  const { object, diagnostics } = readElf(bytesOf(name))
  expect(diagnostics).toEqual([])
  return object!
}

const btfOf = (object: ObjectFile): Btf => {
  const read = readBtf(object.sections.find((s) => s.name === '.BTF')!.data)
  if (!read.ok) throw new Error(read.fault)
  return read.btf
}

interface Captured {
  readonly name: string
  readonly section: string
  readonly type: number
  readonly attachType: number
  readonly flags: number
  readonly license: string
  readonly code: string
  readonly maps: readonly object[]
  readonly funcInfo: string
  readonly lineInfo: string
}
const captured = JSON.parse(readFileSync(`${dir}/libbpf.json`, 'utf8')) as Record<string, Captured[]>

function asCaptured(p: Program): Captured {
  return {
    name: p.name,
    section: p.section,
    type: progType(p.type)!.id,
    attachType: p.attachType,
    flags: p.flags,
    license: p.license,
    code: toHex(p.code),
    maps: p.maps.map((m) => ({
      name: m.name.slice(0, 15),
      type: m.type,
      key: m.keySize,
      value: m.valueSize,
      max: m.maxEntries,
      flags: m.flags,
      keyType: m.keyTypeId,
      valueType: m.valueTypeId,
      frozen: m.frozen,
      data: m.init.length > 0 ? toHex(m.init[0].value) : '',
    })),
    funcInfo: p.subprogs
      .filter((s) => s.typeId > 0)
      .map((s) => u32s(s.start, s.typeId))
      .join(''),
    lineInfo: p.lines.map((l) => u32s(l.insn, l.line, l.column)).join(' '),
  }
}

const u32s = (...list: number[]) => toHex(new Uint8Array(new Uint32Array(list).buffer))

/** Line records by instruction, line and column: string offsets are libbpf's own. */
function withoutStrings(e: Captured): Captured {
  const raw = new Uint8Array(e.lineInfo.match(/../g)?.map((h) => Number.parseInt(h, 16)) ?? [])
  const words = new Uint32Array(raw.buffer)
  const lines: string[] = []
  for (let i = 0; i < words.length; i += 4) lines.push(u32s(words[i], words[i + 3] >>> 10, words[i + 3] & 0x3ff))
  return { ...e, lineInfo: lines.join(' ') }
}

describe('programs as libbpf hands them to the kernel', () => {
  for (const name of Object.keys(captured)) {
    test(name, () => {
      const { programs, diagnostics } = load(objectOf(name), { objectName: name })
      expect(diagnostics).toEqual([])
      expect(programs.map(asCaptured)).toEqual(captured[name].map(withoutStrings))
    })
    test(`${name}, written as ELF and read back`, () => {
      const again = readElf(writeElf(objectOf(name))).object!
      expect(load(again, { objectName: name }).programs).toEqual(load(objectOf(name), { objectName: name }).programs)
    })
  }
})

test('subprograms keep their names, and only global ones are verified alone', () => {
  const { programs } = load(objectOf('subprogs'))
  expect(programs.map((p) => p.subprogs.map((s) => `${s.name}${s.isGlobal ? ' global' : ''}@${s.start}`))).toEqual([
    ['first global@0', 'each@20', 'leaf@27', 'quiet@31', 'shared global@34', 'middle@37'],
    ['second global@0', 'leaf@8', 'quiet@12'],
    ['third global@0', 'shared global@3', 'middle@6', 'leaf@14'],
  ])
})

test('lines carry the file and text of the source', () => {
  const { programs } = load(objectOf('packets'))
  const first = programs[0].lines[0]
  expect({ file: first.file.replace(/^.*\//, ''), text: first.text, line: first.line }).toEqual({
    file: 'packets.c',
    text: 'int ipv4_only(struct xdp_md *ctx)',
    line: 17,
  })
})

test('maps of maps and of programs, filled by their declaration', () => {
  const { maps, programs, diagnostics } = load(objectOf('mapsinmaps'))
  expect(diagnostics).toEqual([])
  expect(programs.map((p) => p.name)).toEqual(['first', 'second'])
  const byName = new Map(maps.map((m) => [m.name, m]))
  expect(byName.get('outer')).toMatchObject({
    type: 'array_of_maps',
    valueSize: 4,
    inner: { name: 'outer.inner', type: 'array', keySize: 4, valueSize: 8, flags: 0x1000 },
    slots: [
      { kind: 'map', index: 0 },
      { kind: 'map', index: 3 },
    ],
  })
  const filled = byName.get('outer')!.slots!.map((s) => s.kind === 'map' && s.map)
  expect(filled).toEqual([byName.get('hidden'), byName.get('shown')])
  expect(byName.get('by_name')).toMatchObject({ type: 'hash_of_maps', keySize: 8, inner: { type: 'hash', maxEntries: 3 } })
  expect(byName.get('calls')!.slots).toEqual([{ kind: 'program', index: 1, program: 'first' }])
  expect(byName.get('bloom')).toMatchObject({ extra: 3 })
})

test('the finished BTF has sizes and offsets of data sections and hides hidden functions', () => {
  const [p] = load(objectOf('subprogs')).programs
  const read = readBtf(p.btf!)
  if (!read.ok) throw new Error(read.fault)
  const funcs = read.btf.types.flatMap((t) => (t.kind === 'func' ? [`${t.name} ${t.linkage}`] : []))
  expect(funcs).toContain('quiet 0')
  expect(funcs).toContain('shared 1')
  const data = readBtf(load(objectOf('maps')).programs[0].btf!)
  if (!data.ok) throw new Error(data.fault)
  const section = data.btf.types.find((t) => t.kind === 'datasec' && t.name === '.data')
  expect(section).toMatchObject({ size: 20, vars: [{ offset: 0 }, { offset: 4 }] })
})

const section = (name: string, data: Uint8Array, more: Partial<ObjectSection> = {}): ObjectSection => ({
  name,
  type: 1,
  flags: 6,
  align: 8,
  data,
  size: data.length,
  relocations: [],
  ...more,
})
const func = (name: string, sectionIndex: number, slots: number, value = 0): ObjectFile['symbols'][number] => ({
  name,
  value,
  size: slots * 8,
  binding: 'global',
  kind: 'func',
  visibility: 'default',
  section: sectionIndex,
})
const EXIT: Insn = { kind: 'exit' }
const MOV: Insn = { kind: 'alu', op: 'mov', width: 64, dst: 0, src: { kind: 'imm', imm: 0 } }
const CALL: Insn = { kind: 'call', target: 'subprog', imm: -1, off: 0 }
const messages = (o: ObjectFile) => load(o).diagnostics.map((d) => formatMessage(d.code, d.params, 'en'))

describe('mistakes', () => {
  const code = encode([MOV, EXIT])
  test('no program', () => {
    expect(messages({ sections: [], symbols: [] })).toEqual(['the object holds no program: no function with SEC()'])
  })
  test('a section name that says nothing', () => {
    expect(messages({ sections: [section('foo', code)], symbols: [func('f', 0, 2)] })).toEqual([
      "program 'f': section name 'foo' says no program type",
    ])
  })
  test('a call into a section of programs', () => {
    const calls = section('xdp', encode([CALL, EXIT]), { relocations: [{ offset: 0, type: 10, symbol: 1 }] })
    expect(messages({ sections: [calls, section('tc', code)], symbols: [func('f', 0, 2), func('g', 1, 2)] })).toEqual([
      "program 'f' calls 'g', which lies in section 'tc'; only functions without SEC() can be called",
    ])
  })
  test('a call that leads nowhere', () => {
    const calls = section('xdp', encode([CALL, EXIT]), { relocations: [{ offset: 0, type: 10, symbol: 1 }] })
    const outside = { ...func('g', 1, 1, 8000), kind: 'none' as const }
    expect(messages({ sections: [calls, section('.text', code)], symbols: [func('f', 0, 2), outside] })).toEqual([
      "program 'f': the call at instruction 0 of section 'xdp' leads to no function",
    ])
  })
  test('a call of what neither the object nor its BTF tells of', () => {
    const calls = section('xdp', encode([CALL, EXIT]), { relocations: [{ offset: 0, type: 10, symbol: 1 }] })
    const kfunc = { ...func('bpf_dynptr_from_xdp', 0, 0), kind: 'none' as const }
    const { section: _, ...extern } = kfunc
    expect(messages({ sections: [calls], symbols: [func('f', 0, 2), extern] })).toEqual([
      "program 'f' refers to 'bpf_dynptr_from_xdp', which no section defines",
    ])
  })
  test('variables of an arena are named as not modelled', () => {
    const load64: Insn = { kind: 'ld_imm64', load: 'imm', dst: 1, imm: 0, imm2: 0 }
    const code = section('xdp', encode([load64, undefined, EXIT]), { relocations: [{ offset: 0, type: 1, symbol: 1 }] })
    const variable: ObjectSymbol = { ...func('v', 1, 0), kind: 'object', size: 4 }
    const arena = section('.addr_space.1', new Uint8Array(4), { flags: 3 })
    expect(messages({ sections: [code, arena], symbols: [func('f', 0, 3), variable] })).toEqual(["'f': arena is not modelled yet"])
  })
  test('maps without BTF', () => {
    expect(messages({ sections: [section('.maps', new Uint8Array(32), { flags: 3 })], symbols: [] })).toEqual([
      "section '.maps' needs BTF that describes it",
    ])
  })
  test('a map attribute that is not one', () => {
    const b = new BtfBuilder()
    const int = b.add({ kind: 'int', name: 'int', size: 4, encoding: 1, bits: 32, offBits: 0 })
    const def = b.add({ kind: 'struct', name: '', size: 8, members: [{ name: 'type', type: int, offBits: 0, sizeBits: 0 }] })
    const v = b.add({ kind: 'var', name: 'm', type: def, linkage: 1 })
    b.add({ kind: 'datasec', name: '.maps', size: 8, vars: [{ type: v, offset: 0, size: 8 }] })
    const sections = [section('.maps', new Uint8Array(8), { flags: 3 }), section('.BTF', b.build(), { flags: 0 })]
    expect(messages({ sections, symbols: [] })).toEqual(["map 'm': 'type' is not a valid attribute"])
  })
})

test('a map of the old form', () => {
  const definition = new Uint8Array(new Uint32Array([1, 4, 8, 16, 0]).buffer)
  const load64: Insn = { kind: 'ld_imm64', load: 'imm', dst: 1, imm: 0, imm2: 0 }
  const code = section('socket1', encode([load64, MOV, EXIT]), { relocations: [{ offset: 0, type: 1, symbol: 1 }] })
  const { programs, diagnostics } = load({
    sections: [code, section('maps', definition, { flags: 3 })],
    symbols: [func('f', 0, 4), { ...func('m', 1, 0), kind: 'object', size: 20 }],
  })
  expect(diagnostics.map((d) => `${d.severity} ${d.code}`)).toEqual(['warning loader.legacyMaps', 'warning loader.legacySection'])
  expect(toHex(programs[0].code.subarray(0, 16))).toBe('18510000000000000000000000000000')
  expect(programs[0].maps).toMatchObject([{ name: 'm', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 16 }])
})

test('a chain of ten thousand calls does not overflow the stack', () => {
  const one = encode([CALL, EXIT])
  const n = 10_000
  const text = new Uint8Array(n * 16)
  for (let i = 0; i < n; i++) {
    text.set(one, i * 16)
    // Each calls the next; the last calls itself.
    new DataView(text.buffer).setInt32(i * 16 + 4, i === n - 1 ? -1 : 1, true)
  }
  const main = section('xdp', one, { relocations: [{ offset: 0, type: 10, symbol: 1 }] })
  const symbols = [func('f', 0, 2), func('g0', 1, 2), ...Array.from({ length: n - 1 }, (_, i) => func(`g${i + 1}`, 1, 2, (i + 1) * 16))]
  const { programs } = load({ sections: [main, section('.text', text)], symbols })
  expect(programs[0].subprogs.length).toBe(n + 1)
})

test('any change of bytes in an object is answered with programs or diagnostics', () => {
  const names = readdirSync(dir).flatMap((f) => (f.endsWith('.o') ? [f.slice(0, -2)] : []))
  const kernel = wholeKernel(btfOf(objectOf('core-target')))
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), { minLength: 1, maxLength: 12 }),
      fc.option(fc.nat(20_000)),
      (name, edits, cut) => {
        const bytes = bytesOf(name)
        for (const [at, value] of edits) bytes[at % bytes.length] = value
        const { object, diagnostics } = readElf(cut === null ? bytes : bytes.subarray(0, cut))
        const result = object ? load(object, { kernel }) : undefined
        for (const d of [...diagnostics, ...(result?.diagnostics ?? [])]) expect(formatMessage(d.code, d.params, 'ko')).not.toBe('')
        const joined = object && joinObjects([object, objectOf(name)].map((o, i) => ({ name: String(i), object: o })))
        if (joined?.object) load(readElf(writeElf(joined.object)).object!, { kernel })
        expect(diagnostics.length + (result?.programs.length ?? 0) + (result?.diagnostics.length ?? 0)).toBeGreaterThan(0)
      },
    ),
    { numRuns: 400 },
  )
})
