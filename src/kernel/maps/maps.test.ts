// Maps of maps and bloom filters as programs and user space see them; the numbers are what Linux 6.18 answered to the same programs.
import { expect, it } from 'vitest'
import { helperByName } from '../../abi/index.ts'
import { toHex } from '../../base/index.ts'
import { makeSource } from '../../diag/index.ts'
import { assemble, type MapDef, type Program } from '../../isa/index.ts'
import { addMap, createKernel, testRun } from '../index.ts'

const def = (type: string, more: Partial<MapDef> = {}): MapDef => ({
  name: type,
  type,
  keySize: 4,
  valueSize: 4,
  maxEntries: 4,
  flags: 0,
  keyTypeId: 0,
  valueTypeId: 0,
  init: [],
  frozen: false,
  ...more,
})

function program(text: string, maps: readonly MapDef[]): Program {
  const names = maps.map((m) => `  .map ${m.name} ${m.type} ${m.keySize} ${m.valueSize} ${m.maxEntries}`).join('\n')
  const result = assemble(makeSource('t.s', `${names}\n${text}`), { helper: (name) => helperByName(name)?.id })
  if (!result.program) throw new Error(JSON.stringify(result.diagnostics))
  return { ...result.program, maps }
}

/** Looks key 1 up in the outer map and writes 7 to key 2 of what is there. */
const THROUGH = `
  *(u32 *)(r10 -4) = 1
  r1 = OUTER ll
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto none
  *(u32 *)(r10 -4) = 2
  *(u32 *)(r10 -8) = 7
  r1 = r0
  r2 = r10
  r2 += -4
  r3 = r10
  r3 += -8
  r4 = 0
  call bpf_map_update_elem
none:
  exit`

it.each(['array_of_maps', 'hash_of_maps'])('a program reaches a map through %s', (type) => {
  for (const engine of ['interp', 'jit'] as const) {
    const inner = def('array')
    const filled = def(type, { inner, slots: [{ kind: 'map', index: 1, map: inner }] })
    const run = (outer: MapDef) =>
      testRun({ program: program(THROUGH.replace('OUTER', type), [outer, inner]), data: new Uint8Array(64), engine, verified: true })
    const there = run(filled)
    expect(there.retval).toBe(0)
    expect(there.maps[1].entries().map((e) => toHex(e.value))).toEqual(['00000000', '00000000', '07000000', '00000000'])
    expect(
      run(def(type, { inner }))
        .maps[1].entries()
        .every((e) => toHex(e.value) === '00000000'),
    ).toBe(true)
  }
})

it('a map of maps takes maps of its form alone', () => {
  const kernel = createKernel()
  const outer = addMap(kernel, def('array_of_maps', { inner: def('array') })).map!
  const fitting = addMap(kernel, def('array')).map!
  const other = addMap(kernel, def('array', { maxEntries: 5 })).map!
  const number = (n: number): Uint8Array => Uint8Array.of(n, 0, 0, 0)
  expect(outer.userUpdate(number(0), number(fitting.id), 0)).toBe(0)
  expect(outer.userUpdate(number(1), number(other.id), 0)).toBe(-22)
  expect(outer.userUpdate(number(1), number(99), 0)).toBe(-9)
  expect(outer.count()).toBe(1)
  expect(addMap(kernel, def('array_of_maps')).errno).toBe(22)
})

it('a bloom filter knows what was pushed', () => {
  const bloom = def('bloom_filter', { keySize: 0, maxEntries: 100, extra: 3 })
  const ask = (body: string): number =>
    testRun({
      program: program(`  *(u32 *)(r10 -4) = 5\n  r1 = bloom_filter ll\n  r2 = r10\n  r2 += -4\n  r6 = r1\n  r7 = r2\n${body}\n  exit`, [
        bloom,
      ]),
      data: new Uint8Array(64),
    }).retval | 0
  expect(ask('  call bpf_map_peek_elem')).toBe(-2)
  expect(ask('  r3 = 0\n  call bpf_map_push_elem\n  r1 = r6\n  r2 = r7\n  call bpf_map_peek_elem')).toBe(0)
  expect(ask('  r3 = 1\n  call bpf_map_push_elem')).toBe(-22)
})
