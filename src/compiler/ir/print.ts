// IR as text, one instruction a line; `parseModule` reads it back. Values are `%id`, blocks `bID`, globals and functions `@name`.
import { never, toHex } from '../../base/index.ts'
import { signed } from './build.ts'
import type { AsmOperand, Block, DebugVar, Func, Global, Instr, Module, Term, Value } from './types.ts'

/** The whole module. */
export function printModule(module: Module): string {
  const parts = [...module.globals.map(printGlobal)]
  for (const fn of module.funcs) parts.push(printFunc(fn))
  return parts.map((p) => `${p}\n`).join('\n')
}

export function printGlobal(g: Global): string {
  const flags = [g.constant && 'constant', g.isString && 'string', g.used && 'used'].filter(Boolean)
  const section = g.section === '' ? '' : ` section ${JSON.stringify(g.section)}`
  const init = g.init ? ` init ${toHex(g.init) || 'empty'}` : ''
  const relocs = g.relocs.map((r) => ` reloc ${r.offset} @${r.target.name} ${r.addend}`).join('')
  return `global @${g.name} ${g.linkage} size ${g.size} align ${g.align}${flags.map((f) => ` ${f}`).join('')}${section}${init}${relocs}`
}

export function printFunc(fn: Func): string {
  const params = fn.params.map((p) => `${p.type} %${p.name || 'arg'}.${p.index}`).join(', ')
  const section = fn.section === '' ? '' : ` section ${JSON.stringify(fn.section)}`
  const head = `func @${fn.name}(${params}) ${fn.ret} ${fn.linkage} inline ${fn.inline}${fn.naked ? ' naked' : ''}${fn.used ? ' used' : ''}${section}`
  if (fn.blocks.length === 0) return head
  return `${head} {\n${fn.blocks.map(printBlock).join('')}}`
}

export function printBlock(block: Block): string {
  const loop = !block.loop ? '' : ` [unroll ${block.loop.unroll}${block.loop.unroll === 'count' ? ` ${block.loop.count}` : ''}]`
  const lines = [`b${block.id}:${block.hint === '' ? '' : ` ${block.hint}`}${loop}`]
  for (const i of block.instrs) lines.push(`  ${printInstr(i)}`)
  lines.push(`  ${printTerm(block.term)}`)
  return `${lines.join('\n')}\n`
}

/** A value as an operand, without its type. */
export function printValue(v: Value): string {
  switch (v.kind) {
    case 'const':
      return v.type === 'i1' ? String(v.value) : String(signed(v))
    case 'undef':
      return 'undef'
    case 'param':
      return `%${v.name || 'arg'}.${v.index}`
    case 'global':
    case 'func':
      return `@${v.name}`
    default:
      return `%${v.id}`
  }
}

const typed = (v: Value): string => `${v.type} ${printValue(v)}`
const list = (vs: readonly Value[]): string => vs.map(typed).join(', ')
const variable = (v: DebugVar): string =>
  `var ${JSON.stringify(v.name)} ${JSON.stringify(v.ctype)} ${v.size}${v.param === undefined ? '' : ` param ${v.param}`}`

export function printInstr(i: Instr): string {
  const body = instrBody(i)
  return i.type === 'void' ? body : `%${i.id} = ${body}`
}

function instrBody(i: Instr): string {
  switch (i.kind) {
    case 'phi':
      return `phi ${i.type} ${i.args.map((a, k) => `[${printValue(a)}, b${i.from[k].id}]`).join(', ')}`
    case 'alloca':
      return `alloca ${i.size} align ${i.align}${i.variable ? ` ${variable(i.variable)}` : ''}`
    case 'load':
      return `load${i.volatile ? ' volatile' : ''} ${i.type} ${list(i.args)} align ${i.align}`
    case 'store':
      return `store${i.volatile ? ' volatile' : ''} ${list(i.args)} align ${i.align}`
    case 'ptradd':
      return `ptradd ${list(i.args)}`
    case 'cast':
      return `${i.op} ${i.type} ${list(i.args)}`
    case 'bin':
      return `${i.op}${i.nsw ? ' nsw' : ''}${i.nuw ? ' nuw' : ''} ${list(i.args)}`
    case 'cmp':
      return `cmp ${i.pred} ${list(i.args)}`
    case 'select':
      return `select ${list(i.args)}`
    case 'call': {
      const [callee, ...args] = i.args
      const target = callee.kind === 'const' ? `helper ${callee.value}` : printValue(callee)
      return `call ${i.type} ${target}(${list(args)})${i.noreturn ? ' noreturn' : ''}`
    }
    case 'atomicrmw':
      return `atomic ${i.op} ${list(i.args)}`
    case 'cmpxchg':
    case 'bswap':
      return `${i.kind} ${list(i.args)}`
    case 'memcpy':
      return `${i.overlap ? 'memmove' : 'memcpy'}${i.volatile ? ' volatile' : ''} ${list(i.args)} size ${i.size} align ${i.align}`
    case 'memset':
      return `memset${i.volatile ? ' volatile' : ''} ${list(i.args)} size ${i.size} align ${i.align}`
    case 'asm': {
      const tied = i.tied < 0 ? '' : ` tied ${i.tied}`
      const memory = i.clobbersMemory ? ' memory' : ''
      return `asm ${i.type} ${asmText(i)}${tied}${memory}${clobbers(i)}`
    }
    case 'asmout':
      return `asmout ${i.index} ${list(i.args)}`
    case 'core':
      return `core ${i.type} ${i.value} relo ${i.relo} access ${JSON.stringify(i.access)}`
    case 'dbg':
      return `dbg ${variable(i.variable)} ${list(i.args)}`
    case 'lifetime':
      return `lifetime ${i.start ? 'start' : 'end'} ${list(i.args)}`
    default:
      return never(i)
  }
}

const asmText = (a: Extract<Instr, { kind: 'asm' }> | Extract<Term, { kind: 'asmgoto' }>): string =>
  `${JSON.stringify(a.template)}(${list(a.args)})${a.operands.map(asmOperand).join('')}`

const clobbers = (a: { readonly clobbers: readonly number[] }): string => a.clobbers.map((c) => ` clobber r${c}`).join('')

function asmOperand(o: AsmOperand): string {
  switch (o.kind) {
    case 'out':
      return ` out ${o.result}`
    case 'inout':
      return ` inout ${o.result} ${o.arg}`
    case 'label':
      return ` label ${o.to}`
    default:
      return ` ${o.kind} ${o.arg}`
  }
}

export function printTerm(t: Term): string {
  switch (t.kind) {
    case 'br':
      return `br b${t.to[0].id}`
    case 'condbr':
      return `condbr ${list(t.args)}, b${t.to[0].id}, b${t.to[1].id}${t.likely === undefined ? '' : ` likely ${t.likely}`}`
    case 'switch':
      return `switch ${list(t.args)}, b${t.to[0].id} [${t.cases.map((c, k) => `${c}: b${t.to[k + 1].id}`).join(', ')}]`
    case 'ret':
      return t.args.length === 0 ? 'ret' : `ret ${list(t.args)}`
    case 'unreachable':
      return 'unreachable'
    case 'asmgoto':
      return `asmgoto ${asmText(t)}${clobbers(t)}, ${t.to.map((b) => `b${b.id}`).join(', ')}`
    default:
      return never(t)
  }
}
