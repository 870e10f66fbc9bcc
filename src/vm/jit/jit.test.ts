// Compiled code against the interpreter on programs that are made to be awkward: cycles with several entries, every operation on edge values,
// recursion into faults, callbacks, little fuel. Both engines are to end alike, with the same registers, bytes, steps and faults.
import { describe, expect, it } from 'vitest'
import { toHex } from '../../base/index.ts'
import { makeSource } from '../../diag/index.ts'
import { assemble, encode } from '../../isa/index.ts'
import { generate, laneNames } from '../../testkit/index.ts'
import {
  type Continuation,
  callback,
  createJit,
  createMachine,
  type HelperResult,
  type Linker,
  link,
  type Machine,
  Memory,
  Ram,
  run,
  start,
  stopUnsupported,
  tailCall,
} from '../index.ts'
import { reducible } from './graph.ts'

const LIMIT = 1 << 22
/** Helper 1 calls r1 back r2 times; helper 2 is not modelled; helper 3 calls the program again from its start. */
interface Turns extends Continuation {
  readonly fn: readonly [number, number]
  readonly left: number
}
const again = (m: Machine, c: Continuation): HelperResult => {
  const { fn, left } = c as Turns
  if (left === 0) return undefined
  return callback(m, fn[0], fn[1], { resume: again, fn, left: left - 1 } as Turns)
}
const HELPERS: Readonly<Record<number, (m: Machine) => HelperResult>> = {
  1: (m) => again(m, { resume: again, fn: [m.lo[1], m.hi[1]], left: m.lo[2] } as Turns),
  2: (m) => stopUnsupported(m, 'helper 2'),
  3: (m) => (tailCall(m, m.code, 0, 0) ? 'moved' : undefined),
}
const linker: Linker = {
  imm64: () => undefined,
  helper: (id) => HELPERS[id],
  kfunc: () => undefined,
  callName: (kind, id) => `${kind} ${id}`,
  loadPacket: () => false,
  returnsRam: () => false,
  lookup: () => undefined,
  answerCell: () => undefined,
  contextCell: () => undefined,
  contextInRam: false,
  probes: false,
  arenaHi: 0,
}

/** All that a run leaves, as text. */
function outcome(bytes: Uint8Array, fuel: number, engineName: 'interp' | 'jit'): string {
  const jit = engineName === 'jit' ? createJit({ limit: LIMIT, checked: true }) : undefined
  if (engineName === 'jit' && !jit) throw new Error('there is no WebAssembly here')
  const memory = new Memory(new Ram(LIMIT, jit?.source))
  const m = createMachine(memory, 0xffffc900 | 0)
  start(m, link('t', bytes, linker), 0, 0)
  const engine = jit?.engine ?? run
  const end = engine(m, fuel)
  const stopped = end !== 'exited'
  const regs = stopped ? `${m.lo.slice(0, 11).join()} ${m.hi.slice(0, 11).join()} pc ${m.pc} depth ${m.depth}` : `${m.lo[0]} ${m.hi[0]}`
  return `${end} ${m.feature} ${regs} steps ${m.steps} ${m.fault?.text ?? ''} ${toHex(memory.ram.read(m.stack[0].baseLo, 512)).replace(/^(00)+/, '')}`
}

function both(text: string, fuel = 100_000): string {
  const { program, diagnostics } = assemble(makeSource('t.s', text), {})
  if (!program) throw new Error(JSON.stringify(diagnostics))
  const expected = outcome(program.code, fuel, 'interp')
  expect(outcome(program.code, fuel, 'jit')).toBe(expected)
  return expected
}

describe('compiled code does what the interpreter does', () => {
  it('in a cycle with two entries', () => {
    const text = `
      r0 = 0
      r1 = 10
      if r0 == 0 goto b
    a:
      r0 += 1
    b:
      r0 += 3
      r1 += -1
      if r1 != 0 goto a
      exit`
    expect(both(text)).toMatch(/^exited {2}39 0/)
  })

  it('in cycles with several entries within each other', () => {
    const text = `
      r0 = 1
      r1 = 300
      r2 = 7
      if r2 > 9 goto b
      if r2 > 5 goto c
    a:
      r0 += 1
      if r0 & 1 goto c
    b:
      r0 += 3
      r1 += -1
      if r1 == 0 goto out
      if r0 & 4 goto a
    c:
      r0 *= 5
      r1 += -1
      if r1 == 0 goto out
      if r0 & 8 goto b
      goto a
    out:
      exit`
    for (const fuel of [1, 2, 50, 501, 100_000]) both(text, fuel)
  })

  it('in small loops, whose turns are written several times, with any fuel', () => {
    const text = `
      r0 = 0
      r1 = 13
    turn:
      r1 += -1
      if r1 == 0 goto out
      r2 = r1
      r2 &= 3
      if r2 != 2 goto odd
      r0 += 100
      goto turn
    odd:
      if w2 == 0 goto turn
      r0 += 1
      if r0 != 305 goto turn
      r0 += 7
    out:
      exit`
    for (let fuel = 0; fuel < 120; fuel++) both(text, fuel)
    const nested = `
      r1 = 5
    outer:
      r2 = 4
    inner:
      r0 += r2
      r2 += -1
      if r2 s> 0 goto inner
      r1 += -1
      if w1 != 0 goto outer
      exit`
    for (let fuel = 0; fuel < 120; fuel++) both(nested, fuel)
    expect(both(nested)).toMatch(/^exited {2}50 0/)
  })

  it('when it writes the frame pointer', () => {
    expect(both('  r1 = 5\n  *(u64 *)(r10 -16) = r1\n  r10 += -8\n  r0 = *(u64 *)(r10 -8)\n  exit')).toMatch(/^exited {2}5 0/)
    both('  r10 += 8\n  if r1 == 1 goto a\n  r10 += -16\na:\n  *(u64 *)(r10 -8) = r1\n  r2 = r10\n  r0 = *(u64 *)(r2 -8)\n  exit')
  })

  it('where accesses are checked at once, in a loop and behind tests of bounds', () => {
    // One byte at a time up and down the frame, out of it at its end.
    const walk = (by: number, turns: number): string => `
      r1 = r10
      r1 += -256
      r2 = ${turns}
    turn:
      *(u8 *)(r1 +0) = 7
      r3 = *(u8 *)(r1 +1)
      r0 += r3
      r1 += ${by}
      r2 += -1
      if r2 != 0 goto turn
      exit`
    for (const [by, turns] of [
      [1, 200],
      [1, 300],
      [-1, 100],
      [-1, 300],
      [3, 80],
      [3, 90],
    ] as const) {
      for (const fuel of [77, 500, 100_000]) both(walk(by, turns), fuel)
    }
    expect(both(walk(1, 300))).toContain('out of bounds')
    // The second access is out of bounds, and the way to it is not taken; then it is.
    const later = (limit: number): string => `
      r1 = r10
      r1 += -8
      r1 += r9
      r0 = *(u8 *)(r1 +0)
      if w0 == ${limit} goto out
      r0 = *(u64 *)(r1 +4)
    out:
      exit`
    expect(both(later(0))).toMatch(/^exited/)
    expect(both(later(1))).toContain('out of bounds')
    // A pointer that is another one in the next turn.
    both(
      '  r1 = r10\n  r1 += -8\n  r4 = 4096\n  r2 = 3\nt:\n  r0 = *(u8 *)(r1 +0)\n  r2 += -1\n  if r2 > 1 goto t\n  r1 = r4\n  goto t\n  exit',
    )
  })

  it('when it calls, and calls too deep', () => {
    expect(both('  r6 = 5\n  r1 = 3\n  call f\n  r0 += r6\n  exit\nf:\n  r6 = r1\n  *(u64 *)(r10 -8) = r6\n  r0 = r6\n  exit')).toMatch(
      /^exited {2}8 0/,
    )
    expect(both('  r6 = 1\n  call f\n  exit\nf:\n  r6 += 1\n  call f\n  exit')).toContain('more than 8 frames')
  })

  it('when a helper calls back, stops, or calls another program', () => {
    const loop = '  r6 = 0\n  r1 = f ll\n  r2 = 5\n  call 1\n  r0 += r6\n  exit\nf:\n  r0 = r2\n  r6 += 1\n  r2 += 3\n  exit'
    for (const fuel of [3, 7, 11, 1000]) both(loop, fuel)
    expect(both(loop.replace('r0 = r2', 'call 2'))).toMatch(/^unsupported helper 2/)
    expect(both(loop.replace('r0 = r2', 'r0 = *(u8 *)(r1 +0)'))).toContain('no memory there')
    expect(both('  r6 += 1\n  call 3\n  r0 = r6\n  exit')).toMatch(/^exited {2}34 0/)
    expect(both('  call f\n  r0 += 1\n  exit\nf:\n  r7 += 1\n  call 3\n  r0 = r7\n  exit')).toMatch(/^exited|^fault/)
  })

  it('when it loops for ever or as long as may_goto lets it', () => {
    expect(both('a:\n  r0 += 1\n  goto a')).toMatch(/^fuel/)
    both('a:\n  r0 += 1\n  may_goto b\n  goto a\nb:\n  exit', 300_000)
  })

  it('on memory: sizes, signs, atomics, and what is out of bounds', () => {
    const filled = '  r1 = 0x8182838485868788 ll\n  *(u64 *)(r10 -8) = r1\n  r2 = 0xfffffffffffffff5 ll\n'
    for (const load of ['u8', 'u16', 'u32', 'u64', 's8', 's16', 's32']) both(`${filled}  r0 = *(${load} *)(r10 -7)\n  exit`)
    for (const op of ['+=', '|=', '&=', '^=']) {
      for (const size of ['u32', 'u64']) both(`${filled}  lock *(${size} *)(r10 -8) ${op} r2\n  r0 = *(u64 *)(r10 -8)\n  exit`)
    }
    both(`${filled}  r0 = r1\n  r0 = cmpxchg_64(r10 -8, r0, r2)\n  exit`)
    both(`${filled}  r0 = r1\n  w0 = cmpxchg32_32(r10 -8, w0, w2)\n  exit`)
    expect(both('  *(u64 *)(r10 -516) = r1\n  exit')).toContain('out of bounds')
    expect(both('  r3 = 4\n  *(u64 *)(r10 -4) = r3\n  exit')).toContain('out of bounds')
    expect(both('  r3 = 4096\n  lock *(u64 *)(r3 +8) += r3\n  exit')).toContain('no memory there')
  })

  it('on bytes that are no program', () => {
    for (let seed = 0; seed < 200; seed++) {
      const bytes = Uint8Array.from({ length: 64 }, (_, i) => (Math.imul(seed * 64 + i + 1, 2654435761) >>> 13) & 0xff)
      expect(outcome(bytes, 1000, 'jit'), `seed ${seed}`).toBe(outcome(bytes, 1000, 'interp'))
    }
    expect(outcome(encode([]), 10, 'jit')).toBe(outcome(encode([]), 10, 'interp'))
  })

  it('on generated programs', () => {
    for (const lane of laneNames) {
      for (let i = 0; i < 20; i++) {
        const { insns, id } = generate(lane, 11, i)
        const bytes = Uint8Array.from(insns.match(/../g) ?? [], (h) => Number.parseInt(h, 16))
        for (const fuel of [40, 5000]) expect(outcome(bytes, fuel, 'jit'), id).toBe(outcome(bytes, fuel, 'interp'))
      }
    }
  })
})

describe('a graph whose cycles have one entry', () => {
  it('stays as it is', () => {
    const g = reducible([[1], [2, 3], [1], []])
    expect(g.succ.length).toBe(4)
    expect([...g.isLoop]).toEqual([0, 1, 0, 0])
  })

  it('is made of one whose cycle has two', () => {
    const g = reducible([[1, 2], [2], [1, 3], []])
    expect(g.succ[4]).toEqual([
      { to: 1, label: -1 },
      { to: 2, label: -1 },
    ])
    expect(g.succ[0]).toEqual([
      { to: 4, label: 0 },
      { to: 4, label: 1 },
    ])
    expect([...g.isLoop]).toEqual([0, 0, 0, 0, 1])
    expect([...g.isCheckpoint]).toEqual([0, 1, 1, 0, 1])
  })
})
