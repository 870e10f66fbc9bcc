// Says what is wrong with a piece of IR, in sentences; nothing where it is sound. Run after every pass in tests and development builds.
//
// Sound: blocks belong to one function; each id is used once; phis stand first and have one entry for each distinct predecessor;
// definitions dominate uses; operand types fit the operation; allocas stand in the entry block, which nothing branches to.
import { never } from '../../base/index.ts'
import { bitsOf } from './build.ts'
import { type Cfg, dominates, makeCfg } from './cfg.ts'
import { printInstr, printTerm, printValue } from './print.ts'
import type { AsmOperand, Block, Func, Instr, Module, Type, Value } from './types.ts'

/** Every fault of the module, and of its functions or some of them. */
export function validateModule(module: Module, funcs: readonly Func[] = module.funcs): string[] {
  const faults: string[] = []
  const names = new Set<string>()
  for (const s of [...module.globals, ...module.funcs]) {
    if (names.has(s.name)) faults.push(`@${s.name} is there twice`)
    names.add(s.name)
  }
  for (const g of module.globals) {
    if ((g.init?.length ?? 0) > g.size) faults.push(`@${g.name} has more bytes than its size`)
  }
  const known = new Set<Value>([...module.globals, ...module.funcs])
  for (const fn of funcs) if (fn.blocks.length > 0) faults.push(...validateFunc(fn, known))
  return faults
}

/** Faults of one function. `known` holds the module's globals and functions; left out, any may be named. */
export function validateFunc(fn: Func, known?: ReadonlySet<Value>): string[] {
  const faults: string[] = []
  const own = new Set(fn.blocks)
  const blockIds = new Set<number>()
  const ids = new Set<number>()
  const home = new Map<Instr, { block: Block; at: number }>()
  const say = (text: string): void => void faults.push(`@${fn.name}: ${text}`)
  for (const block of fn.blocks) {
    if (blockIds.has(block.id) || block.id >= fn.nextId) say(`b${block.id}: id is not unique`)
    blockIds.add(block.id)
    block.instrs.forEach((i, at) => {
      if (ids.has(i.id) || i.id >= fn.nextId) say(`%${i.id}: id is not unique`)
      ids.add(i.id)
      home.set(i, { block, at })
    })
    for (const to of block.term.to) if (!own.has(to)) say(`b${block.id} branches to b${to.id}, which is not of this function`)
  }
  if (faults.length > 0) return faults
  const cfg = makeCfg(fn)
  if (cfg.preds[0].length > 0) say('the entry block is branched to')
  for (const block of cfg.order) {
    let phisOver = false
    block.instrs.forEach((i, at) => {
      const where = (text: string): void => say(`b${block.id}: ${printInstr(i)}: ${text}`)
      if (i.kind === 'phi' && phisOver) where('phi after another instruction')
      if (i.kind !== 'phi' && i.kind !== 'dbg') phisOver = true
      if (i.kind === 'alloca' && block !== cfg.order[0]) where('alloca outside the entry block')
      for (const text of checkTypes(i)) where(text)
      if (i.kind === 'phi') checkPhi(cfg, block, i, home, where)
      else for (const a of i.args) checkUse(cfg, fn, a, block, at, home, known, where)
    })
    const where = (text: string): void => say(`b${block.id}: ${printTerm(block.term)}: ${text}`)
    for (const text of checkTerm(fn, block)) where(text)
    for (const a of block.term.args) checkUse(cfg, fn, a, block, block.instrs.length, home, known, where)
  }
  return faults
}

type Home = ReadonlyMap<Instr, { readonly block: Block; readonly at: number }>

function checkUse(
  cfg: Cfg,
  fn: Func,
  v: Value,
  block: Block,
  at: number,
  home: Home,
  known: ReadonlySet<Value> | undefined,
  say: (text: string) => void,
): void {
  switch (v.kind) {
    case 'const':
    case 'undef':
      if (v.kind === 'const' && v.value !== BigInt.asUintN(bitsOf(v.type), v.value)) say(`literal ${v.value} is wider than ${v.type}`)
      return
    case 'param':
      if (fn.params[v.index] !== v) say(`${printValue(v)} is not a parameter of this function`)
      return
    case 'global':
    case 'func':
      if (known && !known.has(v)) say(`@${v.name} is not in the module`)
      return
    default: {
      const def = home.get(v)
      if (!def) say(`%${v.id} is not in the function`)
      else if (!cfg.index.has(def.block)) say(`%${v.id} is in a block that cannot be reached`)
      else if (!(def.block === block ? def.at < at : dominates(cfg, def.block, block))) say(`%${v.id} does not dominate this use`)
    }
  }
}

function checkPhi(cfg: Cfg, block: Block, phi: Extract<Instr, { kind: 'phi' }>, home: Home, say: (text: string) => void): void {
  const preds = cfg.preds[cfg.index.get(block)!]
  if (phi.args.length !== phi.from.length) say('entries without a block')
  if (new Set(phi.from).size !== phi.from.length) say('two entries from one block')
  for (const p of preds) if (!phi.from.includes(p)) say(`no entry from b${p.id}`)
  for (const [k, from] of phi.from.entries()) {
    const v = phi.args[k]
    if (!preds.includes(from)) say(`b${from.id} is no predecessor`)
    else if ('id' in v) {
      const def = home.get(v)
      if (!def || !cfg.index.has(def.block) || !dominates(cfg, def.block, from)) say(`%${v.id} does not dominate b${from.id}`)
    }
  }
}

const isInt = (t: Type): boolean => t === 'i1' || t === 'i8' || t === 'i16' || t === 'i32' || t === 'i64'
const isStored = (t: Type): boolean => t !== 'void' && t !== 'i1'

function checkTypes(i: Instr): string[] {
  const wrong: string[] = []
  const types = i.args.map((a) => a.type)
  const need = (ok: boolean, text: string): void => void (ok || wrong.push(text))
  const arity = (n: number): void => need(i.args.length === n, `needs ${n} operands`)
  const isPointer = (k: number): void => need(types[k] === 'ptr', `operand ${k} must be ptr`)
  switch (i.kind) {
    case 'phi':
      need(i.type !== 'void', 'void phi')
      need(
        types.every((t) => t === i.type),
        'operands differ in type',
      )
      break
    case 'alloca':
      arity(0)
      need(i.size >= 0 && i.align > 0, 'bad size')
      break
    case 'load':
      arity(1)
      isPointer(0)
      need(isStored(i.type), 'type is never in memory')
      break
    case 'store':
      arity(2)
      isPointer(0)
      need(isStored(types[1]), 'type is never in memory')
      break
    case 'ptradd':
      arity(2)
      isPointer(0)
      need(types[1] === 'i64', 'offset must be i64')
      break
    case 'cast':
      arity(1)
      need(castFits(i.op, types[0], i.type), 'types do not fit the cast')
      break
    case 'bin':
      arity(2)
      need(isInt(i.type) && types.every((t) => t === i.type), 'operands differ in type')
      break
    case 'cmp':
      arity(2)
      need(types[0] === types[1] && types[0] !== 'void', 'operands differ in type')
      break
    case 'select':
      arity(3)
      need(types[0] === 'i1' && types[1] === i.type && types[2] === i.type, 'operands differ in type')
      break
    case 'call':
      need(i.args.length >= 1, 'no callee')
      if (i.args[0].kind === 'func') {
        const callee = i.args[0]
        need(callee.ret === i.type, 'result type differs from the function')
        need(callee.linkage === 'extern' || callee.params.length === i.args.length - 1, 'number of arguments differs')
        need(
          callee.params.every((p, k) => i.args[k + 1] === undefined || p.type === types[k + 1]),
          'argument types differ',
        )
      }
      break
    case 'atomicrmw':
      arity(2)
      isPointer(0)
      need(types[1] === i.type, 'operand differs in type')
      break
    case 'cmpxchg':
      arity(3)
      isPointer(0)
      need(types[1] === i.type && types[2] === i.type, 'operands differ in type')
      break
    case 'bswap':
      arity(1)
      need(types[0] === i.type && bitsOf(i.type) >= 16, 'type cannot be swapped')
      break
    case 'memcpy':
      arity(2)
      isPointer(0)
      isPointer(1)
      break
    case 'memset':
      arity(2)
      isPointer(0)
      need(types[1] === 'i8', 'the byte must be i8')
      break
    case 'asm':
      need(i.tied < i.args.length, 'tied operand is missing')
      need(operandsFit(i.operands, i.args.length, 0), 'operand is missing')
      break
    case 'asmout':
      arity(1)
      need(i.args[0].kind === 'asm' && i.index > 0, 'operand must be an asm')
      break
    case 'core':
      arity(0)
      break
    case 'dbg':
      arity(1)
      break
    case 'lifetime':
      arity(1)
      need(i.args[0].kind === 'alloca', 'operand must be an alloca')
      break
    default:
      never(i)
  }
  return wrong
}

const operandsFit = (operands: readonly AsmOperand[], args: number, targets: number): boolean =>
  operands.every((o) => (o.kind === 'label' ? o.to > 0 && o.to < targets : o.kind === 'out' || o.arg < args))

function castFits(op: Extract<Instr, { kind: 'cast' }>['op'], from: Type, to: Type): boolean {
  switch (op) {
    case 'trunc':
      return isInt(from) && isInt(to) && bitsOf(from) > bitsOf(to)
    case 'zext':
    case 'sext':
      return isInt(from) && isInt(to) && bitsOf(from) < bitsOf(to)
    case 'ptrtoint':
      return from === 'ptr' && to === 'i64'
    case 'inttoptr':
      return from === 'i64' && to === 'ptr'
    default:
      return never(op)
  }
}

function checkTerm(fn: Func, block: Block): string[] {
  const t = block.term
  switch (t.kind) {
    case 'br':
      return t.to.length === 1 ? [] : ['needs one target']
    case 'condbr':
      if (t.to.length !== 2 || t.to[0] === t.to[1]) return ['needs two different targets']
      return t.args[0]?.type === 'i1' ? [] : ['condition must be i1']
    case 'switch': {
      if (t.to.length !== t.cases.length + 1) return ['targets and cases differ in number']
      if (new Set(t.cases).size !== t.cases.length) return ['two cases of one value']
      return isInt(t.args[0].type) ? [] : ['value must be an integer']
    }
    case 'ret':
      return (t.args[0]?.type ?? 'void') === fn.ret ? [] : [`must return ${fn.ret}`]
    case 'unreachable':
      return []
    case 'asmgoto':
      return operandsFit(t.operands, t.args.length, t.to.length) ? [] : ['operand is missing']
    default:
      return never(t)
  }
}
