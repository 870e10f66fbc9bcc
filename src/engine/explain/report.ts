// A rejection in the shape of the report that Linux prints from 7.3 on behind its old last line: category and problem, reason, place with
// source and instructions, causal path, suggestion. The layout and the names of the categories are Linux's; the sentences are ours.
// In: an explanation and the program it is about. Out: text. Reference: Linux 7.3, kernel/bpf/diagnostics.c (layout alone).

import { helperById } from '../../abi/index.ts'
import { type RejectionCode, rejectionText, weaknessText } from '../../diag/index.ts'
import { insnTable, insnText, LD_IMM64, type Program } from '../../isa/index.ts'
import type { CauseView, Explanation, TurnView } from './explain.ts'

type Category =
  | 'Register Type Safety'
  | 'Memory Safety'
  | 'Resource Lifetime Safety'
  | 'Call Type Safety'
  | 'Execution Context Safety'
  | 'Program Structure'
  | 'Verifier Limit'

interface Heading {
  readonly category: Category
  readonly problem: string
  readonly codes: readonly RejectionCode[]
}

/** Kinds of rejection under the headings of the report; what stands in none is a call's argument. */
const HEADINGS: readonly Heading[] = [
  {
    category: 'Memory Safety',
    problem: 'Access outside bounds',
    codes: [
      'packetUnchecked',
      'packetShort',
      'packetOther',
      'packetHelper',
      'packetVariable',
      'mapBelow',
      'mapBeyond',
      'memoryBeyond',
      'negativeIndex',
      'negativeSize',
      'unboundedSize',
      'unboundedAccess',
      'stackVariable',
      'stackBounds',
      'beyondStruct',
      'bufferBounds',
      'misaligned',
      'zeroSize',
    ],
  },
  { category: 'Memory Safety', problem: 'Write to read-only memory', codes: ['packetWrite', 'readOnly', 'mapForbidden', 'keyWrite'] },
  { category: 'Memory Safety', problem: 'Uninitialised memory', codes: ['stackUnset', 'spillSize'] },
  {
    category: 'Register Type Safety',
    problem: 'Unreadable register',
    codes: ['unread', 'unreadArgument', 'unreadReturn', 'unreadAfterCall'],
  },
  {
    category: 'Register Type Safety',
    problem: 'Invalid dereference',
    codes: [
      'notAPointer',
      'noDereference',
      'otherMemory',
      'nullBase',
      'packetForgotten',
      'maybeNull',
      'globalArgument',
      'modifiedContext',
      'contextAccess',
      'samePlace',
    ],
  },
  {
    category: 'Register Type Safety',
    problem: 'Invalid pointer arithmetic',
    codes: [
      'bitwise',
      'pointerOperator',
      'pointer32',
      'pointerSum',
      'pointerArithmetic',
      'packetEnd',
      'unboundedMin',
      'valueOutOfBounds',
      'pointerCompare',
      'partialCopy',
      'framePointer',
      'leak',
      'returnedStack',
    ],
  },
  { category: 'Resource Lifetime Safety', problem: 'Unreleased resource', codes: ['reference'] },
  {
    category: 'Resource Lifetime Safety',
    problem: 'Object in the wrong state',
    codes: ['dynptr', 'iterator', 'kptr', 'graph', 'notAcquired', 'lockOrder', 'lockNeeded'],
  },
  {
    category: 'Execution Context Safety',
    problem: 'Operation is not allowed in this context',
    codes: [
      'lockHeld',
      'fieldProgType',
      'structWrite',
      'sleepable',
      'rcu',
      'irqSection',
      'helperNotAllowed',
      'kfuncRefused',
      'gpl',
      'throwPlace',
      'packetHelperRefused',
    ],
  },
  {
    category: 'Program Structure',
    problem: 'Invalid control flow',
    codes: ['unreachable', 'badJump', 'noExit', 'backEdge', 'infiniteLoop', 'badInstruction', 'divideByZero', 'returnRange'],
  },
  {
    category: 'Verifier Limit',
    problem: 'Limit reached',
    codes: ['tooLarge', 'tooComplex', 'stackSum', 'callDepth', 'tooMany', 'tailCallStack'],
  },
]
const OTHER: Omit<Heading, 'codes'> = { category: 'Call Type Safety', problem: 'Invalid call argument' }

const headingOf = (code: RejectionCode): Omit<Heading, 'codes'> => HEADINGS.find((h) => h.codes.includes(code)) ?? OTHER

/** As lines, without the old last line. */
export function reportLines(program: Program, explanation: Explanation): readonly string[] {
  const { code, params, tried, weakness } = explanation
  const { category, problem } = headingOf(code)
  const reason = [rejectionText(code, 'what', params, 'en')]
  if (weakness) reason.push(weaknessText(weakness.code, weakness.params, 'en'))
  const lines = [`Verification failed: ${category}: ${problem}`, ...wrap('Reason: ', reason.join(' '))]
  if (tried) lines.push(...placeLines(program, tried.insn, problem.toLowerCase()))
  const path = pathLines(explanation)
  if (path.length > 0) lines.push('Causal path:', ...path)
  return [...lines, ...wrap('Suggestion: ', rejectionText(code, 'fix', params, 'en'))]
}

const WIDTH = 100

function wrap(label: string, text: string): string[] {
  const out: string[] = []
  let line = label
  for (const word of text.split(' ')) {
    if (line.length + word.length > WIDTH && line.trim() !== '') {
      out.push(line.trimEnd())
      line = '        '
    }
    line += `${word} `
  }
  return [...out, line.trimEnd()]
}

const AROUND = 2

function placeLines(program: Program, insn: number, problem: string): string[] {
  const at = program.lines.findLast((l) => l.insn <= insn)
  const func = program.subprogs.findLast((s) => s.start <= insn)?.name ?? program.name
  const out: string[] = []
  if (at && at.line > 0) {
    out.push(`At: ${func} @ ${at.file.slice(at.file.lastIndexOf('/') + 1)}:${at.line}:${at.column}`)
    const byLine = new Map(program.lines.filter((l) => l.file === at.file).map((l) => [l.line, l.text]))
    for (let n = at.line - AROUND; n <= at.line + AROUND; n++) {
      if (n < 1) continue
      out.push(`  ${n === at.line ? '>>>' : '   '} ${String(n).padStart(4)} | ${expand(byLine.get(n) ?? '...')}`)
      if (n === at.line) out.push(`           | ${' '.repeat(indentOf(at.text))}^-- error: ${problem}`)
    }
  } else out.push(`At: ${func}, instruction ${insn}`, ...(at ? [`  >>>      | ${at.text}`] : []))
  const table = insnTable(program.code)
  for (let i = Math.max(0, insn - AROUND); i <= Math.min(table.length - 1, insn + AROUND); i++) {
    if (i > 0 && table.opcode[i] === 0 && table.opcode[i - 1] === LD_IMM64) continue
    out.push(`  ${i === insn ? '>>>' : '   '} ${String(i).padStart(4)}: ${insnText(table, i, { helper: (id) => helperById(id)?.name })}`)
  }
  return out
}

const expand = (text: string): string => text.replaceAll('\t', '        ')
const indentOf = (text: string): number => expand(text).length - expand(text).trimStart().length

const DID: Readonly<Record<CauseView['kind'], string>> = {
  made: 'set to',
  moved: 'copied, holds',
  changed: 'changed to',
  narrowed: 'narrowed to',
  forgotten: 'invalidated (packet data may have moved), now',
  spilled: 'spilled to the stack as',
  filled: 'read back from the stack as',
}

/** Causes and turns in the order of the path. */
function pathLines({ causes, turns }: Explanation): string[] {
  const rows = [
    ...turns.slice(-8).map((t) => ({ insn: t.insn, text: turnText(t) })),
    ...causes.map((c) => ({ insn: c.insn, text: `${c.register} ${DID[c.kind]} ${c.believed}` })),
  ]
  return rows.sort((a, b) => a.insn - b.insn).map((r) => `  ${String(r.insn).padStart(4)}: ${r.text}`)
}

const turnText = (t: TurnView): string =>
  `took the ${t.isTaken ? 'true' : 'false'} branch of this conditional, ${t.isTaken ? 'goto followed' : 'fell through'}: ${t.text}`
