// The published test data of bpf_conformance on both engines: compiled code with every access checked, and as for verified programs.
// Usage: npm run -s conformance -- FOLDER      the folder `tests` of https://github.com/Alan-Jowett/bpf_conformance (not part of this repository)
// Exit code 1 where a result differs. A call through a register is no instruction in Linux and is counted by itself.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createJit, createMachine, type Helper, type Linker, link, Memory, Ram, READ, run, start, WRITE } from '../src/vm/index.ts'

const ALU: Readonly<Record<string, readonly [op: number, off: number]>> = {
  add: [0x00, 0],
  sub: [0x10, 0],
  mul: [0x20, 0],
  div: [0x30, 0],
  or: [0x40, 0],
  and: [0x50, 0],
  lsh: [0x60, 0],
  rsh: [0x70, 0],
  neg: [0x80, 0],
  mod: [0x90, 0],
  xor: [0xa0, 0],
  mov: [0xb0, 0],
  arsh: [0xc0, 0],
  sdiv: [0x30, 1],
  smod: [0x90, 1],
}
const JUMPS: Readonly<Record<string, number>> = {
  ja: 0x00,
  jeq: 0x10,
  jgt: 0x20,
  jge: 0x30,
  jset: 0x40,
  jne: 0x50,
  jsgt: 0x60,
  jsge: 0x70,
  jlt: 0xa0,
  jle: 0xb0,
  jslt: 0xc0,
  jsle: 0xd0,
}
const SIZES: Readonly<Record<string, number>> = { w: 0x00, h: 0x08, b: 0x10, dw: 0x18 }
const ATOMICS: Readonly<Record<string, number>> = { add: 0x00, or: 0x40, and: 0x50, xor: 0xa0, xchg: 0xe1, cmpxchg: 0xf1 }
/** movsx1632: from 16 bits to 32. */
const MOVSX = /^movsx(8|16|32)(32|64)$/
const SWAP = /^(be|le|swap|bswap)(16|32|64)$/

interface Slot {
  op: number
  dst: number
  src: number
  off: number
  imm: number
  /** Label that `off` (or `imm`, for a long jump or a call) is to reach. */
  to?: string
}

const number = (text: string): bigint => (text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text))
const isReg = (text: string): boolean => text.startsWith('%r')
const reg = (text: string): number => Number(text.slice(2))

function place(text: string): { reg: number; off: number } {
  const m = /^\[%r(\d+)\s*([+-]\s*\w+)?\]$/.exec(text)
  if (!m) throw new Error(`no place: ${text}`)
  return { reg: Number(m[1]), off: m[2] ? Number(number(m[2].replace(/[+\s]/g, ''))) : 0 }
}

function encode(lines: readonly string[]): Uint8Array {
  const slots: Slot[] = []
  const labels = new Map<string, number>()
  const put = (op: number, dst = 0, src = 0, off = 0, imm = 0n, to?: string): void => {
    slots.push({ op, dst, src, off, imm: Number(BigInt.asIntN(32, imm)), ...(to === undefined ? {} : { to }) })
  }
  const target = (text: string): [number, string | undefined] =>
    /^[+-]/.test(text) ? [Number(number(text.replace('+', ''))), undefined] : [0, text]
  for (const line of lines) {
    if (line.endsWith(':')) {
      labels.set(line.slice(0, -1), slots.length)
      continue
    }
    const [name, ...words] = line.split(/\s+/)
    const args = words
      .join(' ')
      .split(/\s*,\s*/)
      .filter((a) => a !== '')
    const long = !name.endsWith('32') || SWAP.test(name)
    const base = long ? name.replace(/64$/, '') : name.slice(0, -2)
    const swap = SWAP.exec(name)
    const movsx = MOVSX.exec(name)
    if (swap) put(swap[1] === 'be' ? 0xdc : swap[1] === 'le' ? 0xd4 : 0xd7, reg(args[0]), 0, 0, BigInt(swap[2]))
    else if (movsx) put(movsx[2] === '64' ? 0xbf : 0xbc, reg(args[0]), reg(args[1]), Number(movsx[1]))
    else if (name === 'exit') put(0x95)
    else if (name === 'lddw') {
      const v = number(args[1])
      put(0x18, reg(args[0]), 0, 0, v)
      put(0, 0, 0, 0, v >> 32n)
    } else if (name === 'call') {
      if (isReg(args[0])) put(0x8d, reg(args[0]))
      else if (args[0].startsWith('local')) put(0x85, 0, 1, 0, 0n, args[0].split(/\s+/)[1])
      else put(0x85, 0, 0, 0, number(args[0]))
    } else if (name === 'lock') {
      const m = /^(fetch[_ ])?(\w+?)(32)?\s+(\[.*\])$/.exec(`${words.join(' ').split(',')[0].trim()}`)
      if (!m) throw new Error(line)
      const at = place(m[4].replace(/\s/g, ''))
      put(m[3] ? 0xc3 : 0xdb, at.reg, reg(args[args.length - 1]), at.off, BigInt(ATOMICS[m[2]] | (m[1] ? 1 : 0)))
    } else if (/^ldx/.test(name)) {
      const signed = /^ldxs/.test(name)
      const at = place(args[1].replace(/\s/g, ''))
      put((signed ? 0x81 : 0x61) | SIZES[name.replace(/^ldxs?/, '')], reg(args[0]), at.reg, at.off)
    } else if (/^stx/.test(name)) {
      const at = place(args[0].replace(/\s/g, ''))
      put(0x63 | SIZES[name.slice(3)], at.reg, reg(args[1]), at.off)
    } else if (/^st/.test(name)) {
      const at = place(args[0].replace(/\s/g, ''))
      put(0x62 | SIZES[name.slice(2)], at.reg, 0, at.off, number(args[1]))
    } else if (Object.hasOwn(JUMPS, base)) {
      const cls = long ? 0x05 : 0x06
      const [off, to] = target(args[args.length - 1])
      if (base === 'ja') put(long ? 0x05 : 0x06, 0, 0, long ? off : 0, long ? 0n : BigInt(off), to)
      else if (isReg(args[1])) put(JUMPS[base] | cls | 0x08, reg(args[0]), reg(args[1]), off, 0n, to)
      else put(JUMPS[base] | cls, reg(args[0]), 0, off, number(args[1]), to)
    } else if (Object.hasOwn(ALU, base)) {
      const [op, off] = ALU[base]
      const cls = long ? 0x07 : 0x04
      if (base === 'neg') put(op | cls, reg(args[0]))
      else if (isReg(args[1])) put(op | cls | 0x08, reg(args[0]), reg(args[1]), off)
      else put(op | cls, reg(args[0]), 0, off, number(args[1]))
    } else throw new Error(line)
  }
  // The label `exit` that stands nowhere is the last exit.
  const lastExit = (label: string): number => (label === 'exit' ? slots.findLastIndex((s) => s.op === 0x95) : Number.NaN)
  const out = new Uint8Array(8 * slots.length)
  const view = new DataView(out.buffer)
  for (const [i, s] of slots.entries()) {
    const distance = s.to === undefined ? 0 : (labels.get(s.to) ?? lastExit(s.to)) - i - 1
    if (Number.isNaN(distance)) throw new Error(`no label ${s.to}`)
    const inImm = s.op === 0x06 || s.op === 0x85
    out[8 * i] = s.op
    out[8 * i + 1] = (s.src << 4) | s.dst
    view.setInt16(8 * i + 2, s.to !== undefined && !inImm ? distance : s.off, true)
    view.setInt32(8 * i + 4, s.to !== undefined && inImm ? distance : s.imm, true)
  }
  return out
}

interface Test {
  readonly code: Uint8Array
  readonly memory: Uint8Array
  readonly result: bigint
}

/** Sections begin with `-- name`; `#` begins a comment. */
function readTest(text: string): Test {
  const sections = new Map<string, string[]>()
  let current: string[] = []
  for (const raw of text.split('\n')) {
    const line = raw.replace(/#.*$/, '').trim()
    if (line.startsWith('-- ')) sections.set(line.slice(3), (current = []))
    else if (line !== '') current.push(line)
  }
  const bytes = (sections.get('mem') ?? [])
    .join(' ')
    .split(/\s+/)
    .filter((b) => b !== '')
  return {
    code: encode(sections.get('asm') ?? []),
    memory: Uint8Array.from(bytes, (b) => Number.parseInt(b, 16)),
    result: BigInt.asUintN(64, number((sections.get('result') ?? ['0'])[0])),
  }
}

const answersArgument: Helper = (m) => {
  m.lo[0] = m.lo[1]
  m.hi[0] = m.hi[1]
  return undefined
}

const linker: Linker = {
  imm64: () => undefined,
  // The data's function 5 ends the run where it answers 0; here it answers its argument.
  helper: (id) => (id === 5 ? answersArgument : undefined),
  kfunc: () => undefined,
  callName: (kind, id) => `${kind} ${id}`,
  returnsRam: () => false,
  lookup: () => undefined,
  answerCell: () => undefined,
  contextCell: () => undefined,
  contextInRam: true,
  probes: false,
  arenaHi: 0,
  loadPacket: () => false,
}

const ENGINES = ['interpreter', 'compiled, checked', 'compiled, verified'] as const
const HI = 0xffff8881 | 0
const LIMIT = 1 << 20

/** r0, or what went wrong. */
function execute(t: Test, engine: (typeof ENGINES)[number]): bigint | string {
  const jit = engine === 'interpreter' ? undefined : createJit({ limit: LIMIT, checked: engine === 'compiled, checked' })
  const memory = new Memory(new Ram(LIMIT, jit?.source))
  const m = createMachine(memory, 0xffffc900 | 0)
  const at = memory.ram.alloc(Math.max(8, t.memory.length))
  memory.ram.write(at, t.memory)
  if (t.memory.length > 0) memory.map({ kind: 'memory', baseHi: HI, baseLo: at, to: t.memory.length, rights: READ | WRITE })
  start(m, link('test', t.code, linker), at, HI)
  m.lo[2] = t.memory.length
  const end = (jit?.engine ?? run)(m, 1_000_000)
  if (end !== 'exited') return m.fault?.text ?? m.feature ?? end
  return (BigInt(m.hi[0] >>> 0) << 32n) | BigInt(m.lo[0] >>> 0)
}

const folder = process.argv[2]
if (!folder) {
  console.log('Usage: npm run -s conformance -- FOLDER')
  process.exit(2)
}
const passed = new Map<string, number>(ENGINES.map((e) => [e, 0]))
let count = 0
let refused = 0
for (const file of readdirSync(folder).filter((f) => f.endsWith('.data'))) {
  const test = readTest(readFileSync(join(folder, file), 'utf8'))
  count++
  const answers = ENGINES.map((engine) => execute(test, engine))
  const isCallThroughRegister = test.code.some((byte, i) => i % 8 === 0 && byte === 0x8d)
  if (isCallThroughRegister && answers.every((a) => typeof a === 'string')) {
    refused++
    continue
  }
  for (const [i, engine] of ENGINES.entries()) {
    if (answers[i] === test.result) passed.set(engine, passed.get(engine)! + 1)
    else console.log(`${file}, ${engine}: ${answers[i]}, expected ${test.result}`)
  }
}
for (const engine of ENGINES) console.log(`${engine}: ${passed.get(engine)} of ${count - refused}`)
console.log(`${refused} with a call through a register, which Linux refuses and so do both engines`)
process.exitCode = [...passed.values()].every((n) => n === count - refused) ? 0 : 1
