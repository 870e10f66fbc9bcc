// Kernel configuration, functions and variables against libbpf: fixtures/externs.o as libbpf 1.8 loaded it on Linux 6.18 (externs.json, with
// map descriptors written as indices).
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { toHex } from '../base/index.ts'
import { BtfBuilder, readBtf } from '../btf/index.ts'
import { formatMessage } from '../diag/index.ts'
import { type ObjectFile, type ObjectSymbol, readElf } from '../object/index.ts'
import { keptKernel } from './core/kernel-types.ts'
import { resolveExterns } from './externs.ts'
import { configBytes, configKind } from './kconfig.ts'
import { load } from './load.ts'
import type { Report } from './report.ts'

const dir = `${import.meta.dirname}/fixtures`
const kernel = keptKernel(await loadKernelBtf())
const object = readElf(new Uint8Array(readFileSync(`${dir}/externs.o`))).object!
const expected = JSON.parse(readFileSync(`${dir}/externs.json`, 'utf8')) as Record<string, string>

// Whether the kernel lacks a function or variable is not told by the part of its types that is kept; here it is.
const sure = { ...kernel, lacks: () => true }

test('as libbpf loads them', () => {
  const { programs, maps, diagnostics } = load(object, { objectName: 'externs', kernel: sure })
  expect(diagnostics).toEqual([])
  const [config] = maps
  expect(maps).toHaveLength(1)
  expect(config).toMatchObject({ name: 'externs.kconfig', valueSize: 35, flags: 1152, frozen: true })
  expect({ '.kconfig': toHex(config.init[0].value), ...Object.fromEntries(programs.map((p) => [p.name, toHex(p.code)])) }).toEqual(expected)
})

test('the section of configuration values is laid out in BTF', () => {
  const btf = readBtf(load(object, { kernel: sure }).programs[0].btf!)
  const section = btf.ok && btf.btf.types.find((t) => t.kind === 'datasec' && t.name === '.kconfig')
  expect(section).toMatchObject({ size: 35 })
})

test('what may exist but is not kept is not modelled', () => {
  const { diagnostics } = load(object, { kernel })
  expect(new Set(diagnostics.map((d) => `${d.code} ${d.params[1]}`))).toEqual(
    new Set(['loader.unsupported .ksyms no_such_variable', 'loader.unsupported kfunc no_such_function']),
  )
})

describe('mistakes', () => {
  const builder = new BtfBuilder()
  const int = builder.add({ kind: 'int', name: 'int', size: 4, encoding: 1, bits: 32, offBits: 0 })
  const bool = builder.add({ kind: 'int', name: '_Bool', size: 1, encoding: 4, bits: 8, offBits: 0 })
  const variables = (name: string, type: number, section: string): string => {
    const b = new BtfBuilder()
    for (const t of builder.types.slice(1)) if (t) b.add(t)
    const v = b.add({ kind: 'var', name, type, linkage: 2 })
    b.add({ kind: 'datasec', name: section, size: 0, vars: [{ type: v, offset: 0, size: 4 }] })
    const symbol: ObjectSymbol = { name, value: 0, size: 0, binding: 'global', kind: 'none', visibility: 'default' }
    const file: ObjectFile = { sections: [], symbols: [symbol] }
    const report: Report = { list: [] }
    const read = readBtf(b.build())
    if (!read.ok) throw new Error(read.fault)
    resolveExterns(file, read.btf, sure, '', report)
    return report.list.map((d) => formatMessage(d.code, d.params, 'en')).join()
  }
  test.each([
    ['CONFIG_NET', int, '.kconfig', "'CONFIG_NET': the type of this __kconfig variable does not take the option's value"],
    ['CONFIG_HZ', bool, '.kconfig', "'CONFIG_HZ': the type of this __kconfig variable does not take the option's value"],
    ['CONFIG_KPROBES', bool, '.kconfig', "the kernel has no 'CONFIG_KPROBES'"],
    ['LINUX_VERSION', int, '.kconfig', "the kernel has no 'LINUX_VERSION'"],
    ['runqueues', int, '.ksyms', "'runqueues' is declared with another type than the kernel's"],
    ['no_such_variable', int, '.ksyms', "the kernel has no 'no_such_variable'"],
    ['CONFIG_HZ', int, '.kconfig', ''],
  ])('%s', (name, type, section, message) => expect(variables(name, type, section)).toBe(message))

  test('symbols without a type: of functions there is an address, of variables none', () => {
    const b = new BtfBuilder()
    const names = ['bpf_rcu_read_lock', 'runqueues', 'some_symbol']
    const vars = names.map((name) => ({ type: b.add({ kind: 'var', name, type: 0, linkage: 2 }), offset: 0, size: 0 }))
    b.add({ kind: 'datasec', name: '.ksyms', size: 0, vars })
    const symbols = names.map((name): ObjectSymbol => ({ name, value: 0, size: 0, binding: 'weak', kind: 'none', visibility: 'default' }))
    const read = readBtf(b.build())
    if (!read.ok) throw new Error(read.fault)
    const { byName } = resolveExterns({ sections: [], symbols }, read.btf, kernel, '', { list: [] })
    expect(names.map((name) => byName.get(name)?.kind)).toEqual(['address', 'absent', 'unknown'])
  })

  test('types and values', () => {
    const read = readBtf(builder.build())
    const btf = read.ok ? read.btf : undefined
    expect(configKind(btf!, bool)).toEqual({ kind: 'bool' })
    expect(configKind(btf!, 0)).toBeUndefined()
    expect(configBytes({ kind: 'int', size: 1, signed: false }, { kind: 'number', value: 256n })).toBeUndefined()
    expect(configBytes({ kind: 'int', size: 1, signed: true }, { kind: 'number', value: -128n })).toEqual(new Uint8Array([128]))
    expect(configBytes({ kind: 'string', size: 3 }, { kind: 'string', value: 'bbr' })).toEqual(new Uint8Array([98, 98, 0]))
    expect(configBytes({ kind: 'tristate' }, { kind: 'tristate', value: 'm' })).toEqual(new Uint8Array([2, 0, 0, 0]))
  })
})

test('functions of what the kernel is built without are surely absent', () => {
  expect(
    ['scx_bpf_kick_cpu', 'hid_bpf_get_data', 'bpf_rcu_read_lock', 'no_such_function'].map((name) => kernel.lacks(name, 'symbol')),
  ).toEqual([true, true, false, false])
})
