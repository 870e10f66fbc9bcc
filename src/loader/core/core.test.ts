// CO-RE against libbpf: fixtures/core.o relocated to the types of fixtures/core-target.o must be what libbpf 1.8 made of it (core.json),
// and to the kernel's own types what it makes of them on Linux 6.18. Rules that no object shows are shown with types built here.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../../abi/index.ts'
import { toHex } from '../../base/index.ts'
import { type Btf, BtfBuilder, type BtfId, readBtf } from '../../btf/index.ts'
import { formatMessage } from '../../diag/index.ts'
import { readElf } from '../../object/index.ts'
import { load } from '../load.ts'
import { typesMatch } from './compatible.ts'
import { keptKernel, wholeKernel } from './kernel-types.ts'
import { essentialName } from './names.ts'
import { patchInsn } from './patch.ts'
import { relocateCore } from './relocate.ts'
import { accessIndices } from './spec.ts'

const dir = `${import.meta.dirname}/../fixtures`
const objectOf = (name: string) => readElf(new Uint8Array(readFileSync(`${dir}/${name}.o`))).object!
const btfOf = (bytes: Uint8Array): Btf => {
  const read = readBtf(bytes)
  if (!read.ok) throw new Error(read.fault)
  return read.btf
}
const target = btfOf(objectOf('core-target').sections.find((s) => s.name === '.BTF')!.data)

describe('programs as libbpf relocates them', () => {
  const { programs, diagnostics } = load(objectOf('core'), { kernel: wholeKernel(target) })
  const expected = JSON.parse(readFileSync(`${dir}/core.json`, 'utf8')) as Record<string, string>
  test.each(Object.keys(expected))('%s', (name) => {
    expect(toHex(programs.find((p) => p.name === name)!.code)).toBe(expected[name])
  })
  test('nothing to say', () => expect(diagnostics).toEqual([]))
})

describe('types of Linux 6.18', () => {
  const told = (kernel: Parameters<typeof load>[1]) => {
    const { programs, diagnostics } = load(objectOf('core-kernel'), kernel)
    expect(diagnostics.map((d) => formatMessage(d.code, d.params, 'en'))).toEqual([])
    return Object.fromEntries(programs.map((p) => [p.name, toHex(p.code)]))
  }
  const expected = JSON.parse(readFileSync(`${dir}/core-kernel.json`, 'utf8')) as Record<string, string>

  test('the part that is kept', async () => {
    expect(told({ kernel: keptKernel(await loadKernelBtf()) })).toEqual(expected)
  })

  const live = '/sys/kernel/btf/vmlinux'
  test.skipIf(!existsSync(live))("the running kernel's resolve as well", () => {
    const kernel = wholeKernel(btfOf(new Uint8Array(readFileSync(live))))
    const { programs, diagnostics } = load(objectOf('core-kernel'), { kernel })
    expect(diagnostics).toEqual([])
    expect(programs.map((p) => p.name)).toEqual(Object.keys(expected))
  })

  test('what was left out of them is not modelled, and without any nothing is', async () => {
    const kernel = keptKernel(await loadKernelBtf())
    const { programs, diagnostics } = load(objectOf('core'), { kernel: { ...kernel, named: () => [], lacks: () => false } })
    expect(programs).toEqual([])
    expect(new Set(diagnostics.map((d) => d.code))).toEqual(new Set(['loader.unsupported']))
    expect(load(objectOf('core-kernel')).programs).toEqual([])
  })
})

test.each([
  ['task_struct', 'task_struct'],
  ['task_struct___old', 'task_struct'],
  ['a___b___c', 'a___b'],
  ['___a', '___a'],
  ['a___', 'a___'],
  ['a____b', 'a____b'],
  ['a___b_', 'a'],
])('%s means %s', (name, essence) => expect(essentialName(name)).toBe(essence))

test('access strings', () => {
  expect(accessIndices('0:1:22')).toEqual([0, 1, 22])
  for (const bad of ['', ':0', '0:', '0::1', '-1', '0:x', Array(65).fill('0').join(':')]) expect(accessIndices(bad)).toBeUndefined()
})

/** A struct `s` of one int member `f` at each of the given byte offsets, flavours beside each other. */
function flavours(...offsets: number[]): Btf {
  const b = new BtfBuilder()
  const int = b.add({ kind: 'int', name: 'int', size: 4, encoding: 1, bits: 32, offBits: 0 })
  offsets.forEach((off, i) => {
    const members = [{ name: 'f', type: int, offBits: 8 * off, sizeBits: 0 }]
    b.add({ kind: 'struct', name: i === 0 ? 's' : `s___${i}`, size: off + 4, members })
  })
  return btfOf(b.build())
}

const LDX_W = (off: number): Uint8Array => new Uint8Array([0x61, 0x10, off, 0, 0, 0, 0, 0])
const field = { offset: 0, typeId: 2, access: '0:0', kind: 0 }

test('flavours of the kernel must agree', () => {
  const local = flavours(0)
  const code = LDX_W(0)
  expect(relocateCore(local, field, wholeKernel(flavours(8, 8)), code, 0)).toBeUndefined()
  expect(code[2]).toBe(8)
  expect(relocateCore(local, field, wholeKernel(flavours(8, 12)), LDX_W(0), 0)).toEqual({ kind: 'wrong', what: 'ambiguity' })
})

test('an instruction that does not hold what the record says is refused', () => {
  const kernel = wholeKernel(flavours(8))
  expect(relocateCore(flavours(4), field, kernel, LDX_W(0), 0)).toEqual({ kind: 'wrong', what: 'value' })
  expect(relocateCore(flavours(0), field, wholeKernel(flavours(0x8000)), LDX_W(0), 0)).toEqual({ kind: 'wrong', what: 'range' })
  const add = new Uint8Array([0x0f, 0x10, 0, 0, 0, 0, 0, 0])
  expect(relocateCore(flavours(0), field, kernel, add, 0)).toEqual({ kind: 'wrong', what: 'form' })
  expect(relocateCore(flavours(0), { ...field, access: '0:7' }, kernel, LDX_W(0), 0)).toEqual({ kind: 'wrong', what: 'access' })
  expect(relocateCore(flavours(0), { ...field, kind: 99 }, kernel, LDX_W(0), 0)).toEqual({ kind: 'wrong', what: 'kind' })
})

test('a poisoned ld_imm64 is two calls of a helper that does not exist', () => {
  const code = new Uint8Array(16)
  code[0] = 0x18
  patchInsn(code, 0, { value: 0n, exact: true }, 'poison')
  expect(toHex(code)).toBe('850000001023ad0b850000001023ad0b')
})

test('circular types come to an end', () => {
  const b = new BtfBuilder()
  const id: BtfId = b.reserve()
  b.define(id, { kind: 'typedef', name: 't', type: id })
  const s = b.reserve()
  b.define(s, { kind: 'struct', name: 's', size: 8, members: [{ name: 'm', type: s, offBits: 0, sizeBits: 0 }] })
  const btf = btfOf(b.build())
  expect(typesMatch(btf, s, btf, s)).toBe(false)
  expect(relocateCore(btf, { offset: 0, typeId: id, access: '0:0', kind: 0 }, wholeKernel(btf), LDX_W(0), 0)).toEqual({
    kind: 'wrong',
    what: 'access',
  })
})
