// The place of a rejection in the C text, as fix rules see it: the expression that was refused, its statement and function, the names at hand.
import { progType } from '../../abi/index.ts'
import type { Program } from '../../isa/index.ts'
import type { Explanation } from '../explain/explain.ts'
import {
  argumentsAt,
  type Edit,
  type FunctionText,
  functionsOf,
  indentAt,
  lineAt,
  type Place,
  type Statement,
  statementAt,
  type Token,
  tokensOf,
} from './source-text.ts'

export interface Site {
  readonly text: string
  readonly tokens: readonly Token[]
  readonly program: Program
  readonly explanation: Explanation
  readonly message: string
  readonly insn: number
  /** The refused expression, or the line where the compiler knows no more. */
  readonly at: Place
  readonly expression: string
  readonly statement: Statement
  readonly func: FunctionText | undefined
  /** "return XDP_PASS;". */
  readonly leave: string
  /** Name of the context's parameter. */
  readonly ctx: string
  /** An expression for the end of the packet. */
  readonly dataEnd: string
}

export function siteOf(
  text: string,
  file: string,
  program: Program,
  explanation: Explanation,
  message: string,
  insn: number,
): Site | undefined {
  const tokens = tokensOf(text)
  const span = program.spans[insn]
  const line = explanation.tried?.line ?? 0
  const whole = line > 0 ? lineAt(text, line) : undefined
  const at = span && span.file === file ? { start: span.start, end: span.end } : (whole ?? functionsOf(tokens)[0]?.body)
  if (!at) return undefined
  const statement = statementAt(tokens, at.start)
  if (!statement) return undefined
  const func = functionsOf(tokens).find((f) => f.body.start <= at.start && at.start <= f.body.end)
  const ctx = func?.names[0] ?? 'ctx'
  const body = func ? text.slice(func.body.start, func.body.end) : ''
  const named = new RegExp(`(\\w+)\\s*=\\s*\\([^;]*${ctx}\\s*->\\s*data_end`).exec(body)?.[1]
  return {
    text,
    tokens,
    program,
    explanation,
    message,
    insn,
    at,
    expression: text.slice(at.start, at.end),
    statement,
    func,
    leave: leaveOf(program, func, body),
    ctx,
    dataEnd: named ?? `(void *)(long)${ctx}->data_end`,
  }
}

/** What lets the packet go on, or an answer that the function has given elsewhere. */
function leaveOf(program: Program, func: FunctionText | undefined, body: string): string {
  if (func?.returns === 'void') return 'return;'
  if (func && func.name !== program.name) return 'return 0;'
  const wanted = PASSES[program.type]
  const said = /\breturn\s+([A-Z_]+|\d+)\s*;/.exec(body)?.[1]
  if (wanted === undefined) return `return ${said ?? '0'};`
  const known = progType(program.type)?.returns.some((r) => r.name === wanted)
  return `return ${known || /^\d/.test(wanted) ? wanted : (said ?? '0')};`
}

const PASSES: Readonly<Record<string, string>> = { xdp: 'XDP_PASS', sched_cls: '0', cgroup_skb: '1' }

/** A statement put before the one of the site, on a line of its own. */
export function before(site: Site, lines: readonly string[], statement: Statement = site.statement): Edit[] {
  const indent = indentAt(site.text, statement.start)
  const inner = statement.isBare ? indent : indent
  const text = lines.map((l) => `${l}\n${inner}`).join('')
  if (!statement.isBare) return [{ start: statement.start, end: statement.start, text }]
  return [
    { start: statement.start, end: statement.start, text: `{\n${inner}${text}` },
    { start: statement.end, end: statement.end, text: `\n${indent}}` },
  ]
}

/** "if (condition)" and the way out, as one line to put before. */
export const guard = (site: Site, condition: string): string =>
  `if (${condition})\n${indentAt(site.text, site.statement.start)}\t${site.leave}`

export const callArguments = (site: Site) => argumentsAt(site.tokens, site.text, site.at.start)

/** All places of a pattern within a part of the text. */
export function find(site: Site, pattern: RegExp, within: Place = { start: 0, end: site.text.length }): RegExpExecArray[] {
  const flags = pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`
  return [...site.text.matchAll(new RegExp(pattern.source, flags))].filter(
    (m) => m.index >= within.start && m.index < within.end,
  ) as RegExpExecArray[]
}

/** Replaces one group of a match. */
export function replaceGroup(match: RegExpExecArray, group: number, text: string): Edit {
  const start = match.index + match[0].indexOf(match[group])
  return { start, end: start + match[group].length, text }
}

export const functionBody = (site: Site): Place => site.func?.body ?? { start: 0, end: site.text.length }
