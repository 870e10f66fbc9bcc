// Any log of Linux's verifier, read back: kernels 5.x to 7.x, level 1 or 2, as a loader prints it (prefixes, indentation and lines around it
// are left out). In: text. Out: its lines with what each is about, the instructions that it shows, the steps that it tells of with the state
// before each, and the message at its end. Never throws; what is no log has no steps.
//
//   ; C line @ file.c:12            source of what follows
//   3: (61) r2 = *(u32 *)(r1 +4)    ; R1=ctx() R2=pkt_end()      a step, and what it changed (6.x)
//   4: R1=ctx(id=0,off=0,imm=0)     the state before a step (5.x, or at the start)
//   from 5 to 9: R0=inv0 ...        a branch that is taken up, with its whole state; "safe" where it is pruned
import { BPF_CALL, BPF_EXIT, BPF_JMP, LD_IMM64, type LineInfo, type Program, putSlot } from '../../isa/index.ts'
import type { StateView, StepTable, ValueView } from '../../verifier/index.ts'
import { logLines } from '../log-view.ts'
import type { LogLine } from '../views.ts'
import { type ParsedInsn, parseInsn } from './parse-insn.ts'
import { type ParsedState, parseState, UNKNOWN, UNREADABLE } from './parse-state.ts'

export interface ParsedLog {
  readonly lines: readonly LogLine[]
  /** As far as the log shows it: slots that it does not show are 0. */
  readonly program: Program
  readonly steps: StepTable
  /** State before each step. */
  readonly states: readonly StateView[]
  readonly verdict: 'accepted' | 'rejected'
  readonly message: string
  /** Slot that the message is about; -1 where none. */
  readonly insn: number
  readonly processed: number
  /** "5.x": says `inv`; "6.x": says `scalar`; "7.x": ends with a report. */
  readonly era: '5.x' | '6.x' | '7.x'
}

const KIND = { stepped: 0, exit: 1, pruned: 2, rejected: 3, branched: 4 } as const
const MAX_STEPS = 200_000
const MAX_SLOTS = 1 << 16

interface Reading {
  readonly insns: Map<number, ParsedInsn>
  readonly sources: LineInfo[]
  readonly insn: number[]
  readonly parent: number[]
  readonly kind: number[]
  readonly link: number[]
  readonly states: StateView[]
  source: LineInfo | undefined
  /** Step that goes on; -1 at the start. */
  at: number
  /** State before the next step, where it is known by now. */
  now: StateView
  /** Branches put by: step of each conditional jump, the newest last. */
  readonly waiting: number[]
  readonly said: string[]
  inReport: boolean
}

const NOTHING: StateView = { step: -1, insn: 0, frame: 0, regs: Array.from({ length: 11 }, () => UNREADABLE), stack: [], text: '' }

export function parseLog(text: string): ParsedLog {
  const clean = strip(text)
  const lines = logLines(clean)
  const reading: Reading = {
    insns: new Map(),
    sources: [],
    insn: [],
    parent: [],
    kind: [],
    link: [],
    states: [],
    source: undefined,
    at: -1,
    now: NOTHING,
    waiting: [],
    said: [],
    inReport: false,
  }
  let offset = 0
  for (const line of lines) {
    if (reading.insn.length < MAX_STEPS) readLine(reading, line.text, line.kind, offset)
    offset += line.text.length + 1
  }
  const message = reading.said.join('\n')
  const processed = Number(/processed (\d+) insns/.exec(clean)?.[1] ?? reading.insn.length)
  const isRejected = message !== '' && !/^(?:Func#|Validating)/.test(message)
  const last = reading.insn.length - 1
  if (isRejected && last >= 0) reading.kind[last] = KIND.rejected
  return {
    lines,
    program: programOf(reading),
    steps: {
      count: reading.insn.length,
      insn: Int32Array.from(reading.insn),
      parent: Int32Array.from(reading.parent),
      kind: Uint8Array.from(reading.kind),
      link: Int32Array.from(reading.link),
      cover: new Int32Array(reading.insn.length).fill(-1),
    },
    states: reading.states,
    verdict: isRejected ? 'rejected' : 'accepted',
    message: isRejected ? message : '',
    insn: isRejected && last >= 0 ? reading.insn[last] : -1,
    processed,
    era: reading.inReport ? '7.x' : /\binv(?:P?-?\d|P?\(|\b)/.test(clean) ? '5.x' : '6.x',
  }
}

/** Indentation, line ends of Windows, the loader's prefixes and what it prints around the log. */
function strip(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/^(?:\[[\d. ]+\] ?)?(?:libbpf: )?(?:prog '[^']*': )?[ \t>|]*/, '').trimEnd())
  const begin = lines.findIndex((l) => /BEGIN PROG LOAD LOG/.test(l))
  const end = lines.findIndex((l) => /END PROG LOAD LOG/.test(l))
  const inside = begin >= 0 ? lines.slice(begin + 1, end > begin ? end : undefined) : lines
  return inside.filter((l) => !/^(?:failed to load|load program:|Error: |-- )/.test(l)).join('\n')
}

function readLine(r: Reading, text: string, kind: LogLine['kind'], offset: number): void {
  const insn = /^(\d+): \(([\da-f]{2})\) (.*?)(?:\s*;\s*(.*))?$/.exec(text)
  const from = /^from (\d+) to (\d+):(.*)$/.exec(text)
  const safe = /^(\d+): safe$/.exec(text)
  if (insn) readInsn(r, Number(insn[1]), Number.parseInt(insn[2], 16), insn[3], insn[4], offset)
  else if (from) takeUp(r, Number(from[1]), Number(from[2]), from[3], offset)
  else if (safe) end(r, Number(safe[1]), offset)
  else readOther(r, text, kind)
}

function readOther(r: Reading, text: string, kind: LogLine['kind']): void {
  const state = /^(\d+):\s+(.*)$/.exec(text)
  const parsed = state && parseState(state[2])
  if (parsed) {
    r.now = merged(r.now, parsed, true)
    return
  }
  if (text.startsWith('; ')) {
    r.source = sourceLine(text)
    return
  }
  if (text.startsWith('Verification failed:')) r.inReport = true
  if (kind === 'message' && !r.inReport && !isChatter(text)) r.said.push(text)
}

/** Lines that say nothing about a refusal. */
const CHATTER =
  /^(?:last_idx |regs=|parent |Validating |Func#|BPF program is|0 |old state|cur state|from |R\d+[_=]|arg#\d+ reference type|caller|callee|Live|insn |\(|SCC )/
const isChatter = (text: string): boolean => CHATTER.test(text) && !/^BPF program is too large/.test(text)

function readInsn(r: Reading, slot: number, opcode: number, words: string, changes: string | undefined, offset: number): void {
  if (slot >= MAX_SLOTS) return
  const parsed = parseInsn(opcode, words)
  if (!r.insns.has(slot) && r.source) r.sources.push({ ...r.source, insn: slot })
  r.insns.set(slot, parsed)
  r.said.length = 0
  addStep(r, slot, KIND.stepped, offset)
  const cls = opcode & 7
  const isJump = (cls === BPF_JMP || cls === 6) && parsed.off !== 0 && (opcode & 0xf0) !== 0 && opcode !== (BPF_JMP | BPF_CALL)
  if (isJump) r.waiting.push(r.at)
  const after = changes === undefined ? undefined : parseState(changes)
  const isExit = opcode === (BPF_JMP | BPF_EXIT)
  if (isExit && r.now.frame === 0) r.kind[r.at] = KIND.exit
  r.now = merged(clobbered(r.now, parsed, opcode), after ?? { frame: r.now.frame, regs: new Map(), stack: new Map() }, false)
}

function addStep(r: Reading, slot: number, kind: number, offset: number): void {
  const step = r.insn.length
  r.insn.push(slot)
  r.parent.push(r.at)
  r.kind.push(kind)
  r.link.push(offset)
  r.states.push({ ...r.now, step, insn: slot })
  r.at = step
}

function takeUp(r: Reading, from: number, to: number, rest: string, offset: number): void {
  const at = r.waiting.findLastIndex((step) => r.insn[step] === from)
  const parent = at >= 0 ? r.waiting[at] : r.insn.lastIndexOf(from)
  if (at >= 0) r.waiting.splice(at)
  if (parent >= 0) {
    r.kind[parent] = KIND.branched
    r.at = parent
    r.now = r.states[parent]
  }
  const state = parseState(rest.replace(/\bsafe$/, ''))
  if (state) r.now = merged(NOTHING, state, true)
  if (/\bsafe$/.test(rest)) end(r, to, offset)
}

/** Pruned here. */
function end(r: Reading, slot: number, offset: number): void {
  addStep(r, slot, KIND.pruned, offset)
  r.said.length = 0
}

/** What an instruction writes is no longer what it was, even where the log does not say what it is. */
function clobbered(state: StateView, { dst }: ParsedInsn, opcode: number): StateView {
  const cls = opcode & 7
  const isCall = opcode === (BPF_JMP | BPF_CALL)
  const isWrite = cls === 0 || cls === 1 || cls === 4 || cls === 7
  if (!isCall && !isWrite) return state
  const regs = state.regs.map((v, i) => (isCall ? (i === 0 ? UNKNOWN : i <= 5 ? UNREADABLE : v) : i === dst ? UNKNOWN : v))
  return { ...state, regs }
}

function merged(before: StateView, { frame, regs, stack }: ParsedState, isWhole: boolean): StateView {
  const isSame = frame === before.frame
  const values: ValueView[] = Array.from({ length: 11 }, (_, i) => regs.get(i) ?? (isWhole || !isSame ? UNREADABLE : before.regs[i]))
  const slots = new Map<number, string>(isWhole || !isSame ? [] : before.stack.map((s) => [s.offset, s.text]))
  for (const [offset, text] of stack) slots.set(offset, text)
  const rows = [...slots].sort((a, b) => b[0] - a[0]).map(([offset, text]) => ({ offset, text }))
  const text = [...values.flatMap((v, i) => (v.kind === 'none' ? [] : [`R${i}=${v.text}`])), ...rows.map((s) => `fp${s.offset}=${s.text}`)]
  return { step: -1, insn: -1, frame, regs: values, stack: rows, text: text.join(' ') }
}

function sourceLine(text: string): LineInfo {
  const [, words, file, line] = /^; (.*?)(?: @ (\S+):(\d+))?$/.exec(text) ?? []
  return { insn: 0, file: file ?? '', line: Number(line ?? 0), column: 1, text: words ?? '' }
}

function programOf({ insns, sources }: Reading): Program {
  const slots = Math.max(0, ...insns.keys()) + 2
  const code = new Uint8Array(slots * 8)
  for (const [slot, { opcode, dst, src, off, imm }] of insns) putSlot(code, slot, opcode, dst, src, off, imm)
  const last = Math.max(-1, ...insns.keys())
  const size = insns.get(last)?.opcode === LD_IMM64 ? slots : slots - 1
  return {
    name: 'log',
    section: '',
    type: '',
    attachType: 0,
    license: '',
    flags: 0,
    code: code.subarray(0, size * 8),
    maps: [],
    lines: [...sources].sort((a, b) => a.insn - b.insn),
    spans: [],
    subprogs: [{ start: 0, name: 'log', typeId: 0, isGlobal: false }],
    vars: [],
  }
}
