// Reads the text that `printModule` writes, for tests: IR goes in and out as text. Throws on text that it cannot read.
//
// Two walks: the first makes blocks and instructions with operands by name, the second puts values in for the names. What text
// does not carry (places in the source, the root type of a CO-RE number) is left out.
import { assert, fromHex } from '../../base/index.ts'
import { constant, makeFunc, makeGlobal, makeModule, undef } from './build.ts'
import type {
  AsmOperand,
  AtomicOp,
  BinOp,
  Block,
  CastOp,
  DebugVar,
  Func,
  Global,
  Instr,
  LoopHint,
  Module,
  Pred,
  Term,
  Type,
  Value,
} from './types.ts'

type Linkage = Func['linkage']

const BIN_OPS: ReadonlySet<string> = new Set('add sub mul udiv sdiv urem srem and or xor shl lshr ashr'.split(' '))
const CAST_OPS: ReadonlySet<string> = new Set('trunc zext sext ptrtoint inttoptr'.split(' '))

/** Cursor over the tokens of one line. */
interface Line {
  readonly tokens: readonly string[]
  next: number
}

const lex = (text: string): Line => ({ tokens: text.match(/"(?:[^"\\]|\\.)*"|[%@][\w.$]+|-?\w[\w.]*|[^\s\w]/g) ?? [], next: 0 })
const peek = (l: Line): string => l.tokens[l.next] ?? ''
const take = (l: Line): string => l.tokens[l.next++] ?? ''
const accept = (l: Line, token: string): boolean => peek(l) === token && ++l.next > 0
const number = (l: Line): number => Number(take(l))
function expect(l: Line, token: string): void {
  const got = take(l)
  assert(got === token, `'${token}' expected, not '${got}', in: ${l.tokens.join(' ')}`)
}

export function parseModule(text: string): Module {
  const module = makeModule()
  const lines = text
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '' && !l.startsWith(';'))
  const symbols = new Map<string, Global | Func>()
  const later: (() => void)[] = []
  for (let i = 0; i < lines.length; i++) {
    const line = lex(lines[i])
    if (accept(line, 'global')) {
      const g = parseGlobal(line, symbols, later)
      module.globals.push(g)
      symbols.set(`@${g.name}`, g)
      continue
    }
    expect(line, 'func')
    const fn = parseHead(line)
    module.funcs.push(fn)
    symbols.set(`@${fn.name}`, fn)
    if (!accept(line, '{')) continue
    const end = lines.indexOf('}', i)
    const body = lines.slice(i + 1, end)
    later.push(() => parseBody(fn, body, symbols))
    i = end
  }
  for (const run of later) run()
  return module
}

function parseGlobal(line: Line, symbols: ReadonlyMap<string, Global | Func>, later: (() => void)[]): Global {
  const fields: { -readonly [K in keyof Global]?: Global[K] } & { name: string; size: number } = { name: take(line).slice(1), size: 0 }
  fields.linkage = take(line) as Linkage
  const relocs: Global['relocs'] = []
  for (let word = take(line); word !== ''; word = take(line)) {
    if (word === 'size') fields.size = number(line)
    else if (word === 'align') fields.align = number(line)
    else if (word === 'constant') fields.constant = true
    else if (word === 'string') fields.isString = true
    else if (word === 'used') fields.used = true
    else if (word === 'section') fields.section = JSON.parse(take(line))
    else if (word === 'init') fields.init = accept(line, 'empty') ? new Uint8Array() : fromHex(take(line))!
    else {
      assert(word === 'reloc', `unknown word '${word}'`)
      const [offset, target, addend] = [number(line), take(line), number(line)]
      later.push(() => relocs.push({ offset, target: symbols.get(target)!, addend }))
    }
  }
  return makeGlobal({ ...fields, relocs })
}

function parseHead(line: Line): Func {
  const name = take(line).slice(1)
  expect(line, '(')
  const params: { type: Type; name: string }[] = []
  while (!accept(line, ')')) {
    const type = take(line) as Type
    params.push({
      type,
      name: take(line)
        .slice(1)
        .replace(/\.\d+$/, ''),
    })
    accept(line, ',')
  }
  const ret = take(line) as Type
  const linkage = take(line) as Linkage
  expect(line, 'inline')
  const inline = take(line) as Func['inline']
  const naked = accept(line, 'naked')
  const used = accept(line, 'used')
  const section: string = accept(line, 'section') ? JSON.parse(take(line)) : ''
  return makeFunc({ name, ret, linkage, inline, used, section, ...(naked && { naked }) }, params)
}

/** The function's names, and what must wait until all of them are known. */
interface Scope {
  readonly fn: Func
  readonly values: Map<string, Value>
  readonly symbols: ReadonlyMap<string, Global | Func>
  readonly blocks: Map<string, Block>
  readonly later: (() => void)[]
}

function parseBody(fn: Func, lines: readonly string[], symbols: ReadonlyMap<string, Global | Func>): void {
  const scope: Scope = { fn, values: new Map(), symbols, blocks: new Map(), later: [] }
  for (const p of fn.params) scope.values.set(`%${p.name || 'arg'}.${p.index}`, p)
  for (const text of lines) {
    const label = /^b(\d+):(.*)$/.exec(text)
    if (!label) continue
    const block: Block = {
      id: Number(label[1]),
      hint: /^ ([\w.]+)/.exec(label[2])?.[1] ?? '',
      instrs: [],
      term: { kind: 'unreachable', args: [], to: [] },
    }
    const hint = parseHint(label[2])
    if (hint) block.loop = hint
    fn.blocks.push(block)
    scope.blocks.set(`b${label[1]}`, block)
    fn.nextId = Math.max(fn.nextId, block.id + 1)
  }
  const ids = [...lines.join('\n').matchAll(/^%(\d+) =/gm)].map((m) => Number(m[1]))
  fn.nextId = Math.max(fn.nextId, ...ids.map((id) => id + 1))
  let block = fn.blocks[0]
  for (const text of lines) {
    const label = /^(b\d+):/.exec(text)
    if (label) block = scope.blocks.get(label[1])!
    else parseLine(scope, block, lex(text))
  }
  for (const run of scope.later) run()
}

function parseHint(text: string): LoopHint | undefined {
  const m = /unroll (full|disable|count)(?: (\d+))?/.exec(text)
  if (!m) return undefined
  return m[1] === 'count' ? { unroll: 'count', count: Number(m[2]) } : { unroll: m[1] === 'full' ? 'full' : 'disable' }
}

/** Reads an operand's name; the value is put in `args[k]` when all are known. */
function operand(scope: Scope, line: Line, type: Type, args: Value[]): void {
  const k = args.length
  const name = take(line)
  args.push(undef(type))
  if (name === 'undef') return
  if (/^-?\d/.test(name)) args[k] = constant(type, BigInt(name))
  else {
    scope.later.push(() => {
      const v = name.startsWith('@') ? scope.symbols.get(name) : scope.values.get(name)
      assert(v, `${name} is not defined`)
      args[k] = v
    })
  }
}

function typedList(scope: Scope, line: Line, args: Value[], end = ''): Value[] {
  while (peek(line) !== end && peek(line) !== '') {
    operand(scope, line, take(line) as Type, args)
    if (!accept(line, ',')) break
  }
  return args
}

function blockName(scope: Scope, line: Line): Block {
  const name = take(line)
  const block = scope.blocks.get(name)
  assert(block, `${name} is not defined`)
  return block
}

function parseVariable(line: Line): DebugVar {
  expect(line, 'var')
  const [name, ctype, size] = [JSON.parse(take(line)) as string, JSON.parse(take(line)) as string, number(line)]
  return accept(line, 'param') ? { name, ctype, size, param: number(line) } : { name, ctype, size }
}

function parseLine(scope: Scope, block: Block, line: Line): void {
  let id = -1
  if (peek(line).startsWith('%')) {
    const name = take(line)
    id = Number(name.slice(1))
    expect(line, '=')
    const instr = parseInstr(scope, line, take(line), id)
    assert(instr, `no instruction: ${line.tokens.join(' ')}`)
    scope.values.set(name, instr)
    block.instrs.push(instr)
    return
  }
  const word = take(line)
  const term = parseTerm(scope, line, word)
  if (term) {
    block.term = term
    return
  }
  const instr = parseInstr(scope, line, word, scope.fn.nextId++)
  assert(instr, `no instruction: ${line.tokens.join(' ')}`)
  block.instrs.push(instr)
}

function parseTerm(scope: Scope, line: Line, word: string): Term | undefined {
  const args: Value[] = []
  switch (word) {
    case 'br':
      return { kind: 'br', args, to: [blockName(scope, line)] }
    case 'condbr': {
      operand(scope, line, take(line) as Type, args)
      expect(line, ',')
      const yes = blockName(scope, line)
      expect(line, ',')
      const to = [yes, blockName(scope, line)]
      return accept(line, 'likely') ? { kind: 'condbr', args, to, likely: number(line) === 0 ? 0 : 1 } : { kind: 'condbr', args, to }
    }
    case 'switch': {
      operand(scope, line, take(line) as Type, args)
      expect(line, ',')
      const to = [blockName(scope, line)]
      const cases: bigint[] = []
      expect(line, '[')
      while (!accept(line, ']')) {
        cases.push(BigInt(take(line)))
        expect(line, ':')
        to.push(blockName(scope, line))
        accept(line, ',')
      }
      return { kind: 'switch', args, to, cases }
    }
    case 'ret':
      return { kind: 'ret', args: typedList(scope, line, args), to: [] }
    case 'unreachable':
      return { kind: 'unreachable', args, to: [] }
    case 'asmgoto': {
      const text = asmText(scope, line, args)
      const clobbers = clobberList(line)
      const to: Block[] = []
      while (accept(line, ',')) to.push(blockName(scope, line))
      return { kind: 'asmgoto', args, to, ...text, clobbers }
    }
    default:
      return undefined
  }
}

function asmText(scope: Scope, line: Line, args: Value[]): { template: string; operands: AsmOperand[] } {
  const template: string = JSON.parse(take(line))
  expect(line, '(')
  typedList(scope, line, args, ')')
  expect(line, ')')
  const operands: AsmOperand[] = []
  for (;;) {
    if (accept(line, 'out')) operands.push({ kind: 'out', result: number(line) })
    else if (accept(line, 'inout')) operands.push({ kind: 'inout', result: number(line), arg: number(line) })
    else if (accept(line, 'label')) operands.push({ kind: 'label', to: number(line) })
    else {
      const kind = (['in', 'imm', 'either', 'mem'] as const).find((k) => accept(line, k))
      if (!kind) return { template, operands }
      operands.push({ kind, arg: number(line) })
    }
  }
}

function clobberList(line: Line): number[] {
  const clobbers: number[] = []
  while (accept(line, 'clobber')) clobbers.push(Number(take(line).slice(1)))
  return clobbers
}

function parseInstr(scope: Scope, line: Line, word: string, id: number): Instr | undefined {
  const args: Value[] = []
  const rest = (): Value[] => typedList(scope, line, args)
  const after = (name: string): number => {
    expect(line, name)
    return number(line)
  }
  if (BIN_OPS.has(word)) {
    const flags = { ...(accept(line, 'nsw') && { nsw: true }), ...(accept(line, 'nuw') && { nuw: true }) }
    const type = peek(line) as Type
    return { kind: 'bin', id, type, op: word as BinOp, args: rest(), ...flags }
  }
  if (CAST_OPS.has(word)) return { kind: 'cast', id, type: take(line) as Type, op: word as CastOp, args: rest() }
  switch (word) {
    case 'phi': {
      const type = take(line) as Type
      const from: Block[] = []
      while (accept(line, '[')) {
        operand(scope, line, type, args)
        expect(line, ',')
        from.push(blockName(scope, line))
        expect(line, ']')
        accept(line, ',')
      }
      return { kind: 'phi', id, type, args, from }
    }
    case 'alloca': {
      const size = number(line)
      const align = after('align')
      return { kind: 'alloca', id, type: 'ptr', args, size, align, ...(peek(line) === 'var' && { variable: parseVariable(line) }) }
    }
    case 'load': {
      const volatile = accept(line, 'volatile')
      const type = take(line) as Type
      return { kind: 'load', id, type, args: rest(), volatile, align: after('align') }
    }
    case 'store': {
      const volatile = accept(line, 'volatile')
      return { kind: 'store', id, type: 'void', args: rest(), volatile, align: after('align') }
    }
    case 'ptradd':
      return { kind: 'ptradd', id, type: 'ptr', args: rest() }
    case 'cmp':
      return { kind: 'cmp', id, type: 'i1', pred: take(line) as Pred, args: rest() }
    case 'select':
      rest()
      return { kind: 'select', id, type: args[1].type, args }
    case 'call': {
      const type = take(line) as Type
      if (accept(line, 'helper')) args.push(constant('ptr', number(line)))
      else operand(scope, line, 'ptr', args)
      expect(line, '(')
      typedList(scope, line, args, ')')
      expect(line, ')')
      return { kind: 'call', id, type, args, ...(accept(line, 'noreturn') && { noreturn: true }) }
    }
    case 'atomic': {
      const op = take(line) as AtomicOp
      rest()
      return { kind: 'atomicrmw', id, type: args[1].type as 'i64', op, args }
    }
    case 'cmpxchg':
      rest()
      return { kind: 'cmpxchg', id, type: args[1].type as 'i64', args }
    case 'bswap':
      rest()
      return { kind: 'bswap', id, type: args[0].type as 'i64', args }
    case 'memcpy':
    case 'memmove': {
      const volatile = accept(line, 'volatile')
      return {
        kind: 'memcpy',
        id,
        type: 'void',
        args: rest(),
        overlap: word === 'memmove',
        volatile,
        size: after('size'),
        align: after('align'),
      }
    }
    case 'memset': {
      const volatile = accept(line, 'volatile')
      return { kind: 'memset', id, type: 'void', args: rest(), volatile, size: after('size'), align: after('align') }
    }
    case 'asm': {
      const type = take(line) as Type
      const text = asmText(scope, line, args)
      const tied = accept(line, 'tied') ? number(line) : -1
      const clobbersMemory = accept(line, 'memory')
      return { kind: 'asm', id, type, args, ...text, tied, clobbersMemory, clobbers: clobberList(line) }
    }
    case 'asmout': {
      const index = number(line)
      return { kind: 'asmout', id, type: 'i64', index, args: rest() }
    }
    case 'core': {
      const type = take(line) === 'i32' ? 'i32' : 'i64'
      const value = BigInt(take(line))
      const relo = after('relo')
      expect(line, 'access')
      return { kind: 'core', id, type, args, relo, root: { kind: 'void' }, access: JSON.parse(take(line)), value }
    }
    case 'dbg':
      return { kind: 'dbg', id, type: 'void', variable: parseVariable(line), args: rest() }
    case 'lifetime': {
      const start = take(line) === 'start'
      return { kind: 'lifetime', id, type: 'void', args: rest(), start }
    }
    default:
      return undefined
  }
}
