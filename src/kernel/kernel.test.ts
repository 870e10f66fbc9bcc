// The simulated kernel where a recorded run cannot show it: tail calls into programs of one's own, going back in time, what a debugger asks,
// user space's side of maps, and that what is not modelled says so.
import { describe, expect, it } from 'vitest'
import { helperById, helperByName } from '../abi/index.ts'
import { toHex } from '../base/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble, type Program } from '../isa/index.ts'
import {
  addMap,
  callStack,
  createKernel,
  describeAddress,
  type Kernel,
  type LoadedProgram,
  loadProgram,
  logged,
  modelledHelpers,
  outcome,
  restoreKernel,
  runInvocation,
  saveKernel,
  stackFrame,
  startInvocation,
  testRun,
} from './index.ts'

function program(text: string): Program {
  const result = assemble(makeSource('t.s', text), { helper: (name) => helperByName(name)?.id })
  if (!result.program) throw new Error(JSON.stringify(result.diagnostics))
  return result.program
}

function loaded(kernel: Kernel, text: string): LoadedProgram {
  const result = loadProgram(kernel, program(text))
  if (!result.ok) throw new Error(`not loaded: ${result.errno}`)
  return result.program
}

const PACKET = new Uint8Array(64).fill(0x11)

function run(kernel: Kernel, p: LoadedProgram): number {
  expect(startInvocation(kernel, p, PACKET, 0)).toEqual({ ok: true })
  expect(runInvocation(kernel, 1_000_000)).toBe('exited')
  return outcome(kernel).retval
}

const COUNTER = `
  .map counts array 4 8 1
  *(u32 *)(r10 -4) = 0
  r2 = r10
  r2 += -4
  r1 = counts ll
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  r1 = 1
  lock *(u64 *)(r0 +0) += r1
out:
  r0 = 2
  exit`

const u64Of = (bytes: Uint8Array): bigint => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)

describe('tail calls', () => {
  const CALLS_ITSELF = `
  .map counts array 4 8 1
  .map jumps prog_array 4 4 2
  r6 = r1
  *(u32 *)(r10 -4) = 0
  r2 = r10
  r2 += -4
  r1 = counts ll
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  r1 = 1
  lock *(u64 *)(r0 +0) += r1
  r1 = r6
  r2 = jumps ll
  r3 = 1
  call bpf_tail_call
out:
  r0 = 7
  exit`

  it('enter a program that calls itself 34 times: 33 calls', () => {
    const kernel = createKernel()
    const p = loaded(kernel, CALLS_ITSELF)
    expect(p.maps[1].userUpdate(Uint8Array.of(1, 0, 0, 0), Uint8Array.of(0, 0, 0, 0), 0)).toBe(0)
    expect(run(kernel, p)).toBe(7)
    expect(u64Of(p.maps[0].userLookup(new Uint8Array(4))!)).toBe(34n)
  })

  it('fall through where the slot is empty', () => {
    const kernel = createKernel()
    const p = loaded(kernel, CALLS_ITSELF)
    expect(run(kernel, p)).toBe(7)
    expect(u64Of(p.maps[0].userLookup(new Uint8Array(4))!)).toBe(1n)
  })
})

describe('time travel', () => {
  const TEXT = `
  .map seen hash 4 8 16
  r6 = *(u32 *)(r1 +0)
  call bpf_get_prandom_u32
  r7 = r0
  call bpf_ktime_get_ns
  r7 ^= r0
  *(u64 *)(r10 -16) = r7
  *(u32 *)(r10 -4) = r7
  r2 = r10
  r2 += -4
  r3 = r10
  r3 += -16
  r4 = 0
  r1 = seen ll
  call bpf_map_update_elem
  r0 = 2
  exit`
  const state = (k: Kernel, p: LoadedProgram): string =>
    JSON.stringify([
      [...k.machine.lo.subarray(0, 11)],
      k.machine.pc,
      k.machine.steps,
      p.maps[0].entries().map((e) => toHex(e.key) + toHex(e.value)),
    ])

  it('comes back to each step with the same registers, maps, clock and random numbers', () => {
    const kernel = createKernel({ seed: 5 })
    const p = loaded(kernel, TEXT)
    const frames: { snapshot: ReturnType<typeof saveKernel>; state: string }[] = []
    for (let packet = 0; packet < 3; packet++) {
      startInvocation(kernel, p, PACKET, packet * 1000)
      do frames.push({ snapshot: saveKernel(kernel), state: state(kernel, p) })
      while (runInvocation(kernel, 1) === 'fuel')
    }
    const end = state(kernel, p)
    expect(p.maps[0].count()).toBe(3)
    // In any order, backwards and forwards.
    for (let i = 0; i < frames.length; i++) {
      const frame = frames[(i * 7) % frames.length]
      restoreKernel(kernel, frame.snapshot)
      expect(state(kernel, p)).toBe(frame.state)
    }
    restoreKernel(kernel, frames[0].snapshot)
    for (let packet = 0; packet < 3; packet++) {
      startInvocation(kernel, p, PACKET, packet * 1000)
      runInvocation(kernel, 1000)
    }
    expect(state(kernel, p)).toBe(end)
  })

  it('keeps printed lines at a jump forward', () => {
    const kernel = createKernel()
    const p = loaded(
      kernel,
      `
  *(u32 *)(r10 -4) = 0x0a6968
  r1 = r10
  r1 += -4
  r2 = 4
  call bpf_trace_printk
  r0 = 2
  exit`,
    )
    const before = saveKernel(kernel)
    expect(run(kernel, p)).toBe(2)
    const after = saveKernel(kernel)
    restoreKernel(kernel, before)
    expect(logged(kernel.printk)).toEqual([])
    restoreKernel(kernel, after)
    expect(logged(kernel.printk)).toEqual(['hi'])
  })

  it('gives other random numbers for another seed, and the same for the same', () => {
    const text = `
  call bpf_get_prandom_u32
  exit`
    const value = (seed: number): number => testRun({ program: program(text), data: PACKET, seed }).retval
    expect(value(1)).toBe(value(1))
    expect(value(1)).not.toBe(value(2))
  })
})

describe('what a debugger asks', () => {
  it('names addresses', () => {
    const kernel = createKernel()
    const p = loaded(kernel, COUNTER)
    startInvocation(kernel, p, PACKET, 0)
    const { lo, hi } = kernel.machine
    const place = (l: number, h: number) => {
      const found = describeAddress(kernel, h, l)
      return found && `${found.kind}: ${found.name} ${found.offset}`
    }
    expect(place(lo[1], hi[1])).toBe('ctx: ctx 0')
    expect(place(lo[10] - 8, hi[10])).toBe('stack: stack fp -8')
    const region = kernel.packet.region
    expect(place(region.baseLo + kernel.packet.data + 14, region.baseHi)).toBe('packet: packet 14')
    runInvocation(kernel, 4)
    expect(place(lo[1], hi[1])).toBe('map: counts 0')
    runInvocation(kernel, 1)
    expect(place(lo[0], hi[0])).toBe('map value: counts[0] 0')
    expect(place(12, 0)).toBeUndefined()
  })

  it('shows which bytes of the stack were written', () => {
    const kernel = createKernel()
    const p = loaded(kernel, COUNTER)
    startInvocation(kernel, p, PACKET, 0)
    runInvocation(kernel, 1)
    const { written } = stackFrame(kernel, 0)
    expect([...written.subarray(504)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  })

  it('lists open frames', () => {
    const kernel = createKernel()
    const p = loaded(
      kernel,
      `
  call f
  r0 = 2
  exit
f:
  r0 = 1
  exit`,
    )
    startInvocation(kernel, p, PACKET, 0)
    expect(callStack(kernel)).toEqual([{ at: 0, isCallback: false }])
    runInvocation(kernel, 1)
    expect(callStack(kernel)).toEqual([
      { at: 0, isCallback: false },
      { at: 3, isCallback: false },
    ])
  })
})

describe("user space's side of maps", () => {
  const def = { name: 'm', keySize: 4, valueSize: 8, maxEntries: 2, flags: 0, keyTypeId: 0, valueTypeId: 0, init: [], frozen: false }
  const key = (n: number): Uint8Array => Uint8Array.of(n, 0, 0, 0)
  const value = new Uint8Array(8)

  it('answers with the error numbers of Linux', () => {
    const kernel = createKernel()
    const array = addMap(kernel, { ...def, type: 'array' }).map!
    expect([array.userUpdate(key(2), value, 0), array.userUpdate(key(0), value, 1), array.userDelete(key(0))]).toEqual([-7, -17, -22])
    const hash = addMap(kernel, { ...def, type: 'hash' }).map!
    expect(hash.userDelete(key(1))).toBe(-2)
    expect([1, 2, 3].map((n) => hash.userUpdate(key(n), value, 0))).toEqual([0, 0, -7])
    expect([hash.userUpdate(key(1), value, 1), hash.userUpdate(key(9), value, 2), hash.userUpdate(key(1), value, 3)]).toEqual([
      -17, -2, -22,
    ])
  })

  it('may not change a frozen map', () => {
    const init = [{ key: key(0), value: Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0) }]
    const map = addMap(createKernel(), { ...def, type: 'array', init, frozen: true }).map!
    expect([map.userUpdate(key(0), value, 0), toHex(map.userLookup(key(0))!)]).toEqual([-1, '0500000000000000'])
  })

  it('sees per-CPU values rounded up to 8 bytes for each CPU', () => {
    const map = addMap(createKernel({ cpus: 3 }), { ...def, type: 'percpu_array', valueSize: 5 }).map!
    expect(map.userLookup(key(0))!.length).toBe(24)
  })

  it('consumes a ring buffer up to the first busy record', () => {
    const kernel = createKernel()
    const p = loaded(
      kernel,
      `
  .map events ringbuf 0 0 4096
  *(u64 *)(r10 -8) = 42
  r1 = events ll
  r2 = r10
  r2 += -8
  r3 = 8
  r4 = 0
  call bpf_ringbuf_output
  r1 = events ll
  r2 = 8
  r3 = 0
  call bpf_ringbuf_reserve
  r0 = 2
  exit`,
    )
    expect(run(kernel, p)).toBe(2)
    const [map] = p.maps
    if (!('ring' in map)) throw new Error('a ring buffer')
    const { ring } = map as unknown as { ring: { consume: () => Uint8Array[]; records: () => { state: string }[] } }
    expect(ring.records().map((r) => r.state)).toEqual(['submitted', 'busy'])
    expect(ring.consume().map(toHex)).toEqual(['2a00000000000000'])
    expect([ring.records().length, ring.consume().length]).toEqual([1, 0])
  })
})

describe('what is not modelled', () => {
  it('is named where a helper has no body', () => {
    const missing = helperByName('bpf_rc_keydown')!
    expect(modelledHelpers).not.toContain(missing.id)
    const r = testRun({ program: program('  call bpf_rc_keydown\n  r0 = 2\n  exit'), data: PACKET })
    expect([r.unsupported, r.fault]).toEqual([`helper bpf_rc_keydown#${missing.id}`, undefined])
  })

  it('is named for program and map types', () => {
    const p = program('  r0 = 0\n  exit')
    expect(testRun({ program: { ...p, type: 'kprobe' }, data: PACKET }).unsupported).toBe('program type kprobe')
    const maps = [
      {
        name: 'b',
        type: 'rhash',
        keySize: 0,
        valueSize: 4,
        maxEntries: 1,
        flags: 0,
        keyTypeId: 0,
        valueTypeId: 0,
        init: [],
        frozen: false,
      },
    ]
    expect(testRun({ program: { ...p, maps }, data: PACKET }).unsupported).toBe('map type rhash')
  })

  it('every modelled helper is a row of the table', () => {
    expect(modelledHelpers.filter((id) => !helperById(id))).toEqual([])
    expect(modelledHelpers.length).toBeGreaterThan(80)
  })
})

it('a test run refuses what Linux refuses and repeats on the same packet', () => {
  const p = program(`
  r2 = *(u32 *)(r1 +0)
  r3 = *(u32 *)(r1 +4)
  r4 = r2
  r4 += 1
  if r4 > r3 goto out
  r5 = *(u8 *)(r2 +0)
  r5 += 1
  *(u8 *)(r2 +0) = r5
out:
  r0 = 2
  exit`)
  expect(testRun({ program: p, data: new Uint8Array(13) }).errno).toBe(22)
  // Programs of entries of maps meet packets there alone.
  expect(testRun({ program: { ...p, type: 'xdp_cpumap' }, data: PACKET }).errno).toBe(22)
  expect(testRun({ program: p, data: new Uint8Array(14), repeat: 10 }).dataOut[0]).toBe(10)
  expect(testRun({ program: { ...p, type: 'sched_cls' }, data: new Uint8Array(3713) }).errno).toBe(22)
})
