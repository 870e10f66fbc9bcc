// What compiled code of verified programs leaves behind, where it takes short cuts that the interpreter does not: lookups in line, pages marked
// as written for several stores at once, a stack that is not cleared when nobody used it.
import { describe, expect, it } from 'vitest'
import { helperByName } from '../abi/index.ts'
import { toHex } from '../base/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble, type MapDef, type Program } from '../isa/index.ts'
import {
  createKernel,
  type Kernel,
  type LoadedProgram,
  loadProgram,
  programText,
  restoreKernel,
  runInvocation,
  saveKernel,
  startProgram,
} from './index.ts'

function program(text: string, entries: readonly MapDef['init'][] = []): Program {
  const result = assemble(makeSource('t.s', text), { helper: (name) => helperByName(name)?.id })
  if (!result.program) throw new Error(JSON.stringify(result.diagnostics))
  const maps = result.program.maps.map((m, i) => ({ ...m, init: entries[i] ?? m.init }))
  return { ...result.program, maps, type: 'xdp' }
}

function load(k: Kernel, p: Program): LoadedProgram {
  const loaded = loadProgram(k, p)
  if (!loaded.ok) throw new Error('not loaded')
  return loaded.program
}

function runOn(k: Kernel, p: LoadedProgram, first = 0): string {
  const started = startProgram(k, p, { kind: 'xdp', packet: Uint8Array.from({ length: 64 }, (_, i) => first + i) })
  if (!started.ok) throw new Error(started.unsupported)
  const end = runInvocation(k, 100_000)
  return `${end} ${k.machine.lo[0]} ${k.machine.hi[0]} steps ${k.machine.steps}`
}

const run = (k: Kernel, p: Program): string => runOn(k, load(k, p))

const bytesOf = (k: Kernel): string => k.maps.flatMap((m) => m.entries().map((e) => `${toHex(e.key)}=${toHex(e.value)}`)).join(' ')

/** The same on both engines; answers what it was. */
function same(p: Program, after: (k: Kernel, end: string) => string): string {
  const [expected, got] = (['interp', 'jit'] as const).map((engine) => {
    const k = createKernel({ engine, verified: true })
    return after(k, run(k, p))
  })
  expect(got).toBe(expected)
  return expected
}

describe('compiled code', () => {
  it('marks all pages that it stores to, so that a snapshot has them', () => {
    const text = `.map big array 4 8192 1
      r6 = *(u32 *)(r1 +0)
      r6 = *(u8 *)(r6 +0)
      *(u32 *)(r10 -4) = 0
      r2 = r10
      r2 += -4
      r1 = big ll
      call bpf_map_lookup_elem
      if r0 == 0 goto out
      r6 *= 40
      r0 += r6
      *(u64 *)(r0 +0) = 1
      r0 += 50
      *(u64 *)(r0 +70) = 2
      *(u64 *)(r0 +10) = 3
      r0 = 1
    out:
      exit`
    for (const engine of ['interp', 'jit'] as const) {
      const k = createKernel({ engine, verified: true })
      const p = load(k, program(text))
      for (let at = 0; at < 120; at++) {
        const [before, bytes] = [saveKernel(k), bytesOf(k)]
        expect(runOn(k, p, at)).toBe('exited 1 0 steps 16')
        const [after, changed] = [saveKernel(k), bytesOf(k)]
        restoreKernel(k, before)
        expect(bytesOf(k) === bytes, `at ${at}`).toBe(true)
        restoreKernel(k, after)
        expect(bytesOf(k) === changed, `at ${at}`).toBe(true)
      }
    }
  })

  it('looks into maps as the helper does', () => {
    const hash = (key: number, value: number) => ({ key: Uint8Array.of(key, 0, 0, 0, 1, 2, 3), value: Uint8Array.of(value, 0, 0, 0) })
    const look = (map: string, key: number): string => `
      *(u32 *)(r10 -8) = ${key}
      r3 = 0x030201
      *(u32 *)(r10 -4) = r3
      r2 = r10
      r2 += -8
      r1 = ${map} ll
      call bpf_map_lookup_elem
      r7 = r0
      if r7 == 0 goto +2
      r0 = *(u32 *)(r7 +0)
      r6 += r0
      r6 <<= 4`
    for (const [type, keySize] of [
      ['hash', 7],
      ['lru_hash', 7],
      ['percpu_hash', 7],
      ['lru_percpu_hash', 7],
      ['array', 4],
      ['percpu_array', 4],
    ] as const) {
      const entries = [1, 2, 3].map((n) => {
        const e = hash(n, n + 8)
        return { key: e.key.slice(0, keySize), value: e.value }
      })
      for (const places of [1, 3, 5]) {
        const looks = Array.from({ length: places }, (_, i) => look('m', i + 1)).join('')
        const p = program(`.map m ${type} ${keySize} 4 ${type.includes('array') ? 4 : 8}\n r6 = 0${looks}\n r0 = r6\n exit`, [entries])
        same(p, (k, end) => `${end} ${bytesOf(k)}`)
      }
    }
  })

  it('knows which CPU it runs on', () => {
    const p = program('r6 = r1\ncall bpf_get_smp_processor_id\nr7 = r0\nr1 = 0\ncall bpf_get_smp_processor_id\nr0 *= 10\nr0 += r7\nexit')
    for (const engine of ['interp', 'jit'] as const) {
      const k = createKernel({ engine, verified: true, cpus: 4 })
      const loaded = load(k, p)
      for (const cpu of [0, 3, 1]) {
        k.cpu = cpu
        expect(runOn(k, loaded)).toBe(`exited ${11 * cpu} 0 steps 8`)
      }
    }
  })

  it('reaches arenas, whose pages come and go', () => {
    const MAP = '18510000000000000000000000000000'
    const insn = (op: number, dst: number, src: number, off: number, imm: number): string => {
      const b = new DataView(new ArrayBuffer(8))
      b.setUint8(0, op)
      b.setUint8(1, dst | (src << 4))
      b.setInt16(2, off, true)
      b.setInt32(4, imm, true)
      return toHex(new Uint8Array(b.buffer))
    }
    const set = (dst: number, imm: number): string => insn(0xb7, dst, 0, 0, imm)
    const move = (dst: number, src: number): string => insn(0xbf, dst, src, 0, 0)
    const toKernel = (dst: number, src: number): string => insn(0xbf, dst, src, 1, 1)
    const turn = [
      insn(0x63, 7, 1, 8192, 0), // beyond the pages: lost
      insn(0x61, 2, 7, 8192, 0), // and 0
      insn(0x0f, 9, 2, 0, 0),
      insn(0x7b, 7, 1, 8, 0),
      insn(0xdb, 7, 1, 8, 0), // lock add
      insn(0x79, 2, 7, 8, 0),
      insn(0x0f, 9, 2, 0, 0),
      insn(0x04, 7, 0, 0, 64),
      insn(0x07, 1, 0, 0, -1),
      insn(0x55, 1, 0, -10, 0),
    ]
    const code = [
      MAP + set(2, 0) + set(3, 2) + set(4, -1) + set(5, 0) + insn(0x85, 0, 2, 0, 1),
      move(6, 0) + toKernel(7, 6) + set(1, 30) + set(9, 0),
      ...turn,
      insn(0xbf, 8, 7, 1, 0x10000) + insn(0x77, 8, 0, 0, 32), // upper half of user space's address
      MAP + move(2, 6) + set(3, 1) + insn(0x85, 0, 2, 0, 2),
      toKernel(7, 6) + insn(0x79, 2, 7, 8, 0) + insn(0x0f, 9, 2, 0, 0), // freed: 0
      insn(0x72, 7, 0, 4097, 9) + insn(0x91, 2, 7, 4097, 0) + insn(0x0f, 9, 2, 0, 0),
      insn(0x67, 9, 0, 0, 16) + move(0, 9) + insn(0x0f, 0, 8, 0, 0) + insn(0x95, 0, 0, 0, 0),
    ].join('')
    const arena = { name: 'a', type: 'arena', keySize: 0, valueSize: 0, maxEntries: 4, flags: 0x400 }
    const p: Program = {
      ...program('.map a array 4 4 1\nr0 = 0\nexit'),
      type: 'syscall',
      code: Uint8Array.from(code.match(/../g)!, (h) => Number.parseInt(h, 16)),
    }
    const names: Readonly<Record<number, string>> = { 1: 'bpf_arena_alloc_pages', 2: 'bpf_arena_free_pages' }
    for (const verified of [true, false]) {
      const ends = (['interp', 'jit'] as const).map((engine) => {
        const k = createKernel({ engine, verified, kfuncName: (id) => names[id] })
        const loaded = load(k, { ...p, maps: [{ ...p.maps[0], ...arena }] })
        const started = startProgram(k, loaded, { kind: 'bytes', bytes: new Uint8Array(8) })
        if (!started.ok) throw new Error(started.unsupported)
        if (engine === 'jit') expect(programText(k, loaded)).toBeDefined()
        return `${runInvocation(k, 100_000)} ${k.machine.lo[0]} ${k.machine.hi[0]} steps ${k.machine.steps} ${k.machine.fault?.text ?? ''}`
      })
      // Twice 30 + 29 + ... + 1, and 9; beside the address.
      expect(ends[0]).toBe(`exited ${((2 * 465 + 9) << 16) + 0x7f3a} 0 steps 326 `)
      expect(ends[1]).toBe(ends[0])
    }
  })

  it('begins with an empty stack, whatever ran before', () => {
    for (const engine of ['interp', 'jit'] as const) {
      const k = createKernel({ engine, verified: true })
      const ends = [
        '*(u64 *)(r10 -8) = 77\nr0 = 1\nexit',
        'r0 = 2\nexit',
        'r0 = *(u64 *)(r10 -8)\nexit',
        '*(u64 *)(r10 -8) = 77\nr0 = 1\nexit',
        'r0 = *(u64 *)(r10 -8)\nexit',
      ].map((text) => run(k, program(text)))
      expect(ends.map((e) => e.split(' ')[1])).toEqual(['1', '2', '0', '1', '0'])
    }
  })
})
