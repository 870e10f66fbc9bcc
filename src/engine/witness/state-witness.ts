// Where no packet leads to the harm: values that the registers may have as far as the verifier knows, put into the machine, and the refused
// instruction run with them. That shows what Linux has to fear, and tells it apart from what was seen to happen. Only numbers, packet
// pointers, pointers to the stack and those that may be NULL are given values.
import { toHex } from '../../base/index.ts'
import { outcome, runsPackets, stepInvocation } from '../../kernel/index.ts'
import type { ValueView } from '../../verifier/index.ts'
import { isCallAt } from '../explain/weakness.ts'
import { frames } from './frames.ts'
import { type Machine, type RegisterInput, resetMachine, startWith, type Witness } from './machine.ts'

const MIN_FRAME = 14

export function witnessOfState(m: Machine): Witness | undefined {
  const { state, insn } = m.task
  // A helper's arguments hang together (a map, its key); made-up ones would show the harm of something else.
  if (!state || insn < 0 || insn >= m.table.length || state.insn !== insn || isCallAt(m.table, insn)) return undefined
  for (const frame of frames()) {
    for (const length of [frame.length, MIN_FRAME]) {
      for (const pick of [highest, lowest]) {
        const found = tryState(m, state.regs, pick, frame.slice(0, length))
        if (found) return found
      }
    }
    if (!runsPackets(m.task.program.type)) break
  }
  return undefined
}

type Pick = (v: ValueView) => bigint
const highest: Pick = (v) => v.umax
const lowest: Pick = (v) => (v.smin < 0n ? v.smin : v.umin)

function tryState(m: Machine, regs: readonly ValueView[], pick: Pick, frame: Uint8Array): Witness | undefined {
  const { kernel, task } = m
  resetMachine(m)
  if (!startWith(m, frame).ok) return undefined
  const { type } = task.program
  const { machine, packet } = kernel
  const ctx = { hi: machine.hi[1], lo: machine.lo[1] }
  const fp = { hi: machine.hi[10], lo: machine.lo[10] }
  const named: RegisterInput[] = []
  for (const [i, v] of regs.entries()) {
    if (i === 10) continue
    const value = chosen(v, pick)
    if (!value) continue
    const put = (hi: number, lo: number): void => {
      machine.hi[i] = hi
      machine.lo[i] = lo
    }
    const moved = (base: { readonly hi: number; readonly lo: number }): void => {
      const sum = (BigInt(base.hi >>> 0) << 32n) + BigInt(base.lo >>> 0) + value.offset
      put(Number(BigInt.asIntN(32, sum >> 32n)), Number(BigInt.asIntN(32, sum)))
    }
    if (value.kind === 'number') put(Number(BigInt.asIntN(32, value.offset >> 32n)), Number(BigInt.asIntN(32, value.offset)))
    else if (value.kind === 'ctx') moved(ctx)
    else if (value.kind === 'fp') moved(fp)
    else moved({ hi: packet.region.baseHi, lo: packet.ram + packet.data })
    if (uses(m, i)) named.push({ name: `R${i}`, value: textOf(value) })
  }
  machine.pc = task.insn
  stepInvocation(kernel, 1)
  m.tries++
  const end = outcome(kernel)
  if (end.kind !== 'fault' || !end.fault || named.length === 0) return undefined
  const { address, region, size, access, text } = end.fault
  return {
    packetHex: runsPackets(type) ? toHex(frame) : '',
    maps: [],
    insn: task.insn,
    kind: 'fault',
    text,
    address: address.toString(16),
    region,
    size,
    access,
    tries: m.tries,
    registers: named,
  }
}

interface Chosen {
  readonly kind: 'number' | 'packet' | 'ctx' | 'fp'
  readonly offset: bigint
}

/** A value that the register may have; undefined where none can be made up. */
function chosen(v: ValueView, pick: Pick): Chosen | undefined {
  if (v.kind === 'none') return undefined
  if (v.kind.endsWith('_or_null')) return { kind: 'number', offset: 0n }
  const offset = BigInt(v.off) + (v.varOff.mask === 0n ? v.varOff.value : pick(v))
  if (v.kind === 'scalar')
    return { kind: 'number', offset: v.varOff.mask === 0n ? v.varOff.value : pick(v) === (1n << 64n) - 1n ? 0n : pick(v) }
  if (v.kind === 'pkt') return { kind: 'packet', offset }
  if (v.kind === 'ctx' || v.kind === 'fp') return { kind: v.kind, offset }
  return undefined
}

function uses({ table, task }: Machine, reg: number): boolean {
  return table.dst[task.insn] === reg || table.src[task.insn] === reg
}

function textOf({ kind, offset }: Chosen): string {
  if (kind === 'number') return String(BigInt.asIntN(64, offset))
  return `${kind} ${offset < 0n ? '' : '+'}${offset}`
}
