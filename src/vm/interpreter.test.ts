// The interpreter against the reference semantics on random straight-line programs and on operand classes for each operation, and the
// rules of control flow, faults and fuel on programs written out.
import { describe, expect, it } from 'vitest'
import { hi32, lo32, toHex, u64 } from '../base/index.ts'
import {
  ALU_ROWS,
  ATOMIC_ROWS,
  END_ROWS,
  encode,
  type Insn,
  imm,
  JUMP_ROWS,
  loadImm64,
  type MemSize,
  type Operand,
  reg,
} from '../isa/index.ts'
import { type Random, seeded } from '../testkit/generate/random.ts'
import { aluResult, jumpTaken, type ReferenceState, referenceStep } from '../testkit/reference.ts'
import {
  type Code,
  createMachine,
  type Linker,
  link,
  type Machine,
  Memory,
  Ram,
  READ,
  restoreMachine,
  run,
  saveMachine,
  start,
} from './index.ts'

const linker: Linker = {
  imm64: () => undefined,
  helper: () => undefined,
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

const newMachine = (): Machine => createMachine(new Memory(new Ram(1 << 20)), 0xffffc900 | 0)

function execute(m: Machine, insns: readonly Insn[], fuel = 100_000): string {
  start(m, link('test', encode(insns), linker), 0, 0)
  return run(m, fuel)
}

const regOf = (m: Machine, r: number): bigint => u64(m.hi[r], m.lo[r])
const EXIT: Insn = { kind: 'exit' }

/** Values at the edges of 8, 16, 32 and 64 bits, and some in between. */
const EDGES = [
  0n,
  1n,
  2n,
  3n,
  7n,
  31n,
  32n,
  33n,
  63n,
  64n,
  65n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x10000n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x1fffffffffffffn,
  0x20000000000000n,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0x8000000000000001n,
  0xffffffff00000000n,
  0xffffffff80000000n,
  0xfffffffffffffffen,
  0xffffffffffffffffn,
  0x0123456789abcdefn,
  0xfedcba9876543210n,
]

const immediate = (b: bigint): number => Number(BigInt.asIntN(32, b))
const extended = (k: number): bigint => BigInt.asUintN(64, BigInt(k))

/** Runs the instructions on all pairs of EDGES in r1 and r2 (or the second one as an immediate) and compares a register. */
function checkPairs(insns: (src: Operand) => readonly Insn[], r: number, expected: (a: bigint, b: bigint) => bigint): string[] {
  const m = newMachine()
  const failures: string[] = []
  const runOn = (code: Code, a: bigint, b: bigint, what: string): void => {
    start(m, code, lo32(a), hi32(a))
    m.lo[2] = lo32(b)
    m.hi[2] = hi32(b)
    const end = run(m, 100)
    if (end !== 'exited' || regOf(m, r) !== expected(a, b)) failures.push(`${what} on ${a}, ${b}: ${end}, ${regOf(m, r)}`)
  }
  const linked = (src: Operand): Code => link('pair', encode([...insns(src), EXIT]), linker)
  const byReg = linked(reg(2))
  const bySame = linked(reg(1))
  for (const a of EDGES) {
    runOn(bySame, a, a, 'the same register')
    for (const b of EDGES) runOn(byReg, a, b, 'registers')
  }
  for (const b of EDGES) {
    const code = linked(imm(immediate(b)))
    for (const a of EDGES) runOn(code, a, extended(immediate(b)), 'an immediate')
  }
  return failures
}

describe('operations on operand classes', () => {
  for (const { op } of ALU_ROWS) {
    for (const width of [32, 64] as const) {
      it(`${op} ${width}`, () => {
        expect(
          checkPairs(
            (src) => [{ kind: 'alu', op, width, dst: 1, src }],
            1,
            (a, b) => aluResult(op, width, a, b),
          ),
        ).toEqual([])
      })
    }
  }

  for (const { op } of JUMP_ROWS) {
    for (const width of [32, 64] as const) {
      it(`${op} ${width}`, () => {
        const insns = (src: Operand): Insn[] => [mov(0, 1), { kind: 'jump', op, width, dst: 1, src, off: 1 }, mov(0, 0)]
        expect(checkPairs(insns, 0, (a, b) => (jumpTaken(op, width, a, b) ? 1n : 0n))).toEqual([])
      })
    }
  }
})

const anyU64 = (r: Random): bigint => {
  let x = 0n
  for (let i = 0; i < 8; i++) x = (x << 8n) | BigInt(r.byte())
  return x
}

const mov = (dst: number, k: number): Insn => ({ kind: 'alu', op: 'mov', width: 64, dst, src: imm(k) })

const SIZES: readonly MemSize[] = [1, 2, 4, 8]

/** A random instruction without control flow; r10 is only ever a base. */
function randomInsn(r: Random): Insn {
  const dst = r.below(10)
  const src = r.below(10)
  const width = r.pick([32, 64] as const)
  const off = -8 * (1 + r.below(8))
  const k = Number(BigInt.asIntN(32, r.pick(EDGES)))
  const operand = r.chance(50) ? reg(src) : imm(k)
  const size = r.pick(SIZES)
  const atomicSize = r.pick([4, 8] as const)
  switch (r.below(12)) {
    case 0:
      return { kind: 'neg', width, dst }
    case 1:
      return { kind: 'movsx', width, bits: r.pick(width === 64 ? ([8, 16, 32] as const) : ([8, 16] as const)), dst, src }
    case 2:
      return { kind: 'end', to: r.pick(END_ROWS).to, bits: r.pick([16, 32, 64] as const), dst }
    case 3:
      return loadImm64(dst, r.chance(50) ? r.pick(EDGES) : anyU64(r))
    case 4:
      return { kind: 'load', size, signed: size !== 8 && r.chance(50), dst, src: 10, off }
    case 5:
      return { kind: 'store', size, dst: 10, off: off + r.below(9 - size), src: operand }
    case 6:
      return { kind: 'atomic', op: r.pick(ATOMIC_ROWS).op, size: atomicSize, dst: 10, src, off }
    case 7:
      return r.chance(50) ? { kind: 'load_acquire', size, dst, src: 10, off } : { kind: 'store_release', size, dst: 10, src, off }
    default:
      return { kind: 'alu', op: r.pick(ALU_ROWS).op, width, dst, src: operand }
  }
}

describe('random straight-line programs', () => {
  it('equal the reference, registers and stack', () => {
    const m = newMachine()
    const failures: string[] = []
    for (let seed = 0; seed < 1000 && failures.length < 5; seed++) {
      const r = seeded(seed)
      const expected: ReferenceState = { regs: new Array(10).fill(0n), stack: new Uint8Array(512) }
      const insns: Insn[] = []
      for (let i = 0; i < 10; i++) insns.push(loadImm64(i, anyU64(r)))
      for (let i = 0; i < 60; i++) insns.push(randomInsn(r))
      for (const insn of insns) referenceStep(expected, insn)
      const end = execute(m, [...insns, EXIT])
      const regs = Array.from({ length: 10 }, (_, i) => regOf(m, i))
      const sameStack = toHex(m.memory.ram.read(m.stack[0].baseLo, 512)) === toHex(expected.stack)
      if (end !== 'exited' || regs.some((x, i) => x !== expected.regs[i]) || !sameStack) failures.push(`seed ${seed}: ${end}`)
    }
    expect(failures).toEqual([])
  })
})

describe('running', () => {
  const loop: Insn[] = [
    mov(0, 0),
    { kind: 'alu', op: 'add', width: 64, dst: 0, src: imm(3) },
    { kind: 'jump', op: 'jlt', width: 64, dst: 0, src: imm(3000), off: -2 },
    EXIT,
  ]

  it('stops for fuel at the exact instruction and goes on', () => {
    const m = newMachine()
    start(m, link('loop', encode(loop), linker), 0, 0)
    for (let n = 0; run(m, 1) === 'fuel'; n++) expect(m.steps).toBe(n + 1)
    expect([m.steps, regOf(m, 0), m.pc]).toEqual([2002, 3000n, -1])
  })

  it('goes back to a snapshot and comes to the same end', () => {
    const m = newMachine()
    start(m, link('loop', encode(loop), linker), 0, 0)
    run(m, 777)
    const memory = m.memory.save()
    const machine = saveMachine(m)
    const pc = m.pc
    expect(run(m, 10_000)).toBe('exited')
    m.memory.restore(memory)
    restoreMachine(m, machine)
    expect([m.steps, m.pc]).toEqual([777, pc])
    expect(run(m, 10_000)).toBe('exited')
    expect([m.steps, regOf(m, 0)]).toEqual([2002, 3000n])
  })

  it('keeps r6 to r9 and r10 over calls, and gives each frame a stack of its own', () => {
    const m = newMachine()
    const insns: Insn[] = [
      mov(6, 66),
      { kind: 'store', size: 8, dst: 10, off: -8, src: imm(11) },
      { kind: 'call', target: 'subprog', imm: 3, off: 0 },
      { kind: 'alu', op: 'add', width: 64, dst: 0, src: reg(6) },
      { kind: 'load', size: 8, signed: false, dst: 7, src: 10, off: -8 },
      EXIT,
      mov(6, 1),
      { kind: 'store', size: 8, dst: 10, off: -8, src: imm(22) },
      { kind: 'load', size: 8, signed: false, dst: 0, src: 10, off: -8 },
      EXIT,
    ]
    expect(execute(m, insns)).toBe('exited')
    expect([regOf(m, 0), regOf(m, 6), regOf(m, 7)]).toEqual([88n, 66n, 11n])
  })

  it('jumps far with gotol and ends may_goto loops', () => {
    const m = newMachine()
    expect(execute(m, [mov(0, 1), { kind: 'goto', long: true, off: 1 }, mov(0, 2), EXIT])).toBe('exited')
    expect(regOf(m, 0)).toBe(1n)
    const endless: Insn[] = [mov(0, 0), { kind: 'may_goto', off: 1 }, { kind: 'goto', long: false, off: -2 }, EXIT]
    expect(execute(m, endless, 10_000)).toBe('fuel')
  })

  it('reports faults as values', () => {
    const m = newMachine()
    const load = (dst: number, src: number, off: number): Insn => ({ kind: 'load', size: 4, signed: false, dst, src, off })
    const fault = (insns: readonly Insn[]) => {
      expect(execute(m, insns)).toBe('fault')
      return [m.fault!.kind, m.fault!.insn, m.fault!.text]
    }
    expect(fault([mov(1, 0), load(0, 1, 8), EXIT])).toEqual(['null-pointer', 1, 'read of 4 bytes at 0x8: a null pointer'])
    expect(fault([load(0, 10, -514), EXIT])).toEqual(['out-of-bounds', 0, 'read of 4 bytes at stack fp -514: out of bounds'])
    expect(fault([load(0, 10, -2), EXIT])).toEqual(['out-of-bounds', 0, 'read of 4 bytes at stack fp -2: out of bounds'])
    expect(fault([mov(0, 0)])).toEqual(['bad-jump', 1, 'control leaves the program'])
    expect(fault([{ kind: 'goto', long: false, off: 7 }, EXIT])[0]).toBe('bad-jump')
    expect(fault([{ kind: 'call', target: 'subprog', imm: -1, off: 0 }])[0]).toBe('stack-overflow')
    expect(fault([loadImm64(1, 0xdeadbeef00000000n), load(0, 1, 0), EXIT])[0]).toBe('wild-pointer')
    const word = m.memory.ram.alloc(8)
    const readOnly = m.memory.map({ kind: 'rodata', baseHi: 0x10, baseLo: word, to: 8, rights: READ })
    expect(fault([loadImm64(1, 0x1000000000n + BigInt(word + 4)), { kind: 'store', size: 4, dst: 1, off: 0, src: imm(1) }, EXIT])[0]).toBe(
      'read-only',
    )
    m.memory.unmap(readOnly)
  })

  it('names what is not modelled', () => {
    const m = newMachine()
    expect(execute(m, [{ kind: 'call', target: 'helper', imm: 7, off: 0 }, EXIT])).toBe('unsupported')
    expect(m.feature).toBe('helper 7')
  })

  it('notes where stack bytes are read that nobody wrote', () => {
    const m = newMachine()
    const load = (off: number): Insn => ({ kind: 'load', size: 8, signed: false, dst: 0, src: 10, off })
    execute(m, [{ kind: 'store', size: 4, dst: 10, off: -8, src: imm(1) }, load(-8), EXIT])
    expect(m.unwrittenAt).toBe(1)
    execute(m, [{ kind: 'store', size: 8, dst: 10, off: -8, src: imm(1) }, load(-8), EXIT])
    expect(m.unwrittenAt).toBe(-1)
  })
})
