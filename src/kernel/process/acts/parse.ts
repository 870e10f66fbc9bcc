// Acts as text. One act a line:
//
//   VERB ARGUMENT...  [as NAME] [takes TIME] [|| ACT]         or with a block:   VERB ... {
//                                                                                  ACT
//                                                                                }
// `as` binds the result (usually a file descriptor) to a name, `takes` says how long it takes ("5ms", "20us", "1s"), `||` what is done where it fails.
// The verbs stand in verbs.ts. Faults are values with their place; what is wrong in one line leaves the others as they are. Never throws.
import type { Act, ActBlock, ActBody, ActFault, ActSpan, ActTable } from './act.ts'
import { Line } from './line.ts'
import { type Token, tokenLines } from './tokens.ts'
import { type Step, VERBS, type VerbResult } from './verbs.ts'

const MAX_DEPTH = 16
const MAX_BLOCKS = 4096

export interface ParsedActs {
  /** Index of the outermost block. */
  readonly main: number
  readonly faults: readonly ActFault[]
}

/** Mutable: all texts of a scenario share one table. */
export interface ActTables extends ActTable {
  readonly blocks: ActBlock[]
}

export function parseActs(text: string, table: ActTables): ParsedActs {
  const faults: ActFault[] = []
  const reader: Reader = { lines: tokenLines(text, faults), at: 0, faults, table }
  const main = readBlock(reader, 0, undefined)
  return { main, faults }
}

interface Reader {
  readonly lines: Token[][]
  at: number
  readonly faults: ActFault[]
  readonly table: ActTables
}

/** Lines up to the brace that closes the block that `opener` opened, or to the end. */
function readBlock(r: Reader, depth: number, opener: Token | undefined): number {
  const acts: Act[] = []
  const index = r.table.blocks.length
  r.table.blocks.push(acts)
  while (r.at < r.lines.length) {
    const line = r.lines[r.at++]
    if (line[0].kind === '}') {
      if (line.length > 1) r.faults.push({ code: 'acts.extra', params: [line[1].value], span: line[1].span })
      if (opener) return index
      r.faults.push({ code: 'acts.block', params: ['}'], span: line[0].span })
      continue
    }
    const act = readAct(r, line, depth)
    if (act) acts.push(act)
  }
  if (opener) r.faults.push({ code: 'acts.block', params: ['{'], span: opener.span })
  return index
}

const NOTHING = { takesNs: -1, bind: '', otherwise: -1 } as const

function readAct(r: Reader, tokens: Token[], depth: number): Act | undefined {
  const bar = tokens.findIndex((t) => t.kind === '||')
  const own = bar < 0 ? tokens : tokens.slice(0, bar)
  const last = own[own.length - 1]
  const opens = last?.kind === '{'
  const words = opens ? own.slice(0, -1) : own
  if (words.length === 0) {
    r.faults.push({ code: 'acts.missing', params: ['verb'], span: tokens[0].span })
    return undefined
  }
  let block = -1
  if (opens) {
    if (depth >= MAX_DEPTH || r.table.blocks.length >= MAX_BLOCKS) r.faults.push({ code: 'acts.depth', params: [], span: last.span })
    block = readBlock(r, depth + 1, last)
  }
  const span = { from: words[0].span.from, to: words[words.length - 1].span.to }
  let otherwise = -1
  if (bar >= 0) {
    const rest = tokens.slice(bar + 1)
    const act = rest.length === 0 ? undefined : readAct(r, rest, depth)
    if (rest.length === 0) r.faults.push({ code: 'acts.missing', params: ['act'], span: tokens[bar].span })
    otherwise = addBlock(r, act ? [act] : [])
  }
  const verb = VERBS[words[0].value]
  if (words[0].kind !== 'word' || !Object.hasOwn(VERBS, words[0].value) || !verb) {
    r.faults.push({ code: 'acts.verb', params: [words[0].value], span: words[0].span })
    return undefined
  }
  const line = new Line(words, r.faults)
  const takesNs = line.takes()
  const bind = line.bound()
  const before = r.faults.length
  const result = verb.read(line, block, (steps) => addSteps(r, steps, span))
  line.end()
  if (block >= 0 && !verb.block) r.faults.push({ code: 'acts.block', params: [words[0].value], span: last.span })
  if (r.faults.length > before) return undefined
  return { ...body(r, result, span), span, takesNs, bind, otherwise }
}

/** Several acts in one word become a block that ends where one of them fails. */
function body(r: Reader, result: VerbResult, span: ActSpan): ActBody {
  return 'kind' in result ? result : { kind: 'block', block: addSteps(r, result, span), times: 1, strict: true }
}

const addSteps = (r: Reader, steps: readonly Step[], span: ActSpan): number =>
  addBlock(
    r,
    steps.map((step) => ({ ...NOTHING, ...step, span })),
  )

function addBlock(r: Reader, acts: ActBlock): number {
  r.table.blocks.push(acts)
  return r.table.blocks.length - 1
}
