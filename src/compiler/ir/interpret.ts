// Runs IR as it is written: the reference that passes and generated code are compared with. For tests; slow and strict.
//
// Memory is a list of objects at addresses of their own, far apart; reading outside of one is a trap. What a run yields is what may be
// seen from outside: the returned value, the calls of helpers with their arguments, and the bytes of the objects that `World` put in.
import { assert, never } from '../../base/index.ts'
import { bitsOf, sizeOf } from './build.ts'
import { evalAtomic, evalBin, evalBswap, evalCast, evalCmp } from './eval.ts'
import { type LibraryName, libraryName } from './library.ts'
import type { Block, Func, Global, Instr, Module, Value } from './types.ts'

/** What the code runs in. `helper` gets the memory so that it can read its arguments; it returns r0. */
export interface World {
  readonly memory: Memory
  readonly helper: (id: number, args: readonly bigint[], memory: Memory) => bigint
  /** Steps after which the run traps. */
  readonly limit: number
}

export type Outcome = { readonly kind: 'returned'; readonly value: bigint } | { readonly kind: 'trapped'; readonly why: string }

export interface Memory {
  /** Puts an object in and gives its address. */
  add(bytes: Uint8Array): bigint
  /** The object and place at an address, where `size` bytes lie within. */
  at(address: bigint, size: number): { readonly bytes: Uint8Array; readonly offset: number } | undefined
}

const APART = 0x1_0000_0000n

export function makeMemory(): Memory {
  const objects: Uint8Array[] = []
  return {
    add(bytes) {
      objects.push(bytes)
      return BigInt(objects.length) * APART
    },
    at(address, size) {
      const bytes = objects[Number(address / APART) - 1]
      const offset = Number(address % APART)
      return bytes !== undefined && offset + size <= bytes.length ? { bytes, offset } : undefined
    },
  }
}

class Trap extends Error {}

/** Puts the module's variables into memory and gives their addresses. */
export function placeGlobals(module: Module, memory: Memory): Map<Global, bigint> {
  const places = new Map<Global, bigint>()
  for (const g of module.globals) {
    const bytes = new Uint8Array(g.size)
    if (g.init) bytes.set(g.init)
    places.set(g, memory.add(bytes))
  }
  return places
}

/** Calls a function with these arguments. */
export function interpret(fn: Func, args: readonly bigint[], world: World, globals: ReadonlyMap<Global, bigint>): Outcome {
  try {
    return { kind: 'returned', value: runFunc(fn, args, { ...world, globals, functions: [], steps: { left: world.limit } }, 0) }
  } catch (e) {
    if (e instanceof Trap) return { kind: 'trapped', why: e.message }
    throw e
  }
}

/** An address for a function, which nothing else has. */
function addressOf(m: Machine, fn: Func): bigint {
  const known = m.functions.indexOf(fn)
  return BigInt(known < 0 ? m.functions.push(fn) : known + 1)
}

function callLibrary(name: LibraryName, [a, b, bytes]: readonly bigint[], memory: Memory): bigint {
  switch (name) {
    case 'constant_p':
      return 0n
    case 'strlen':
      return BigInt(stringAt(memory, a).length)
    case 'strcmp': {
      const [left, right] = [stringAt(memory, a), stringAt(memory, b)]
      return left < right ? -1n : left > right ? 1n : 0n
    }
    case 'memset': {
      const target = room(memory, a, Number(bytes))
      target.bytes.fill(Number(b & 0xffn), target.offset, target.offset + Number(bytes))
      return 0n
    }
    case 'memcpy':
    case 'memmove': {
      const target = room(memory, a, Number(bytes))
      const source = room(memory, b, Number(bytes))
      target.bytes.set(source.bytes.slice(source.offset, source.offset + Number(bytes)), target.offset)
      return 0n
    }
    default:
      return never(name)
  }
}

function stringAt(memory: Memory, address: bigint): string {
  let text = ''
  for (let at = address; ; at++) {
    const { bytes, offset } = room(memory, at, 1)
    if (bytes[offset] === 0) return text
    text += String.fromCharCode(bytes[offset])
  }
}

interface Machine extends World {
  /** Those whose address was taken. */
  readonly functions: Func[]
  readonly globals: ReadonlyMap<Global, bigint>
  readonly steps: { left: number }
}

function runFunc(fn: Func, args: readonly bigint[], m: Machine, depth: number): bigint {
  if (depth > 8) throw new Trap('calls too deep')
  const env = new Map<Value, bigint>()
  const value = (v: Value): bigint => {
    switch (v.kind) {
      case 'const':
        return v.value
      case 'undef':
        return 0n
      case 'param':
        return args[v.index]
      case 'global':
        return m.globals.get(v)!
      case 'func':
        return addressOf(m, v)
      default: {
        const known = env.get(v)
        assert(known !== undefined, `%${v.id} has no value`)
        return known
      }
    }
  }
  let block = fn.blocks[0]
  let from: Block | undefined
  for (;;) {
    if (--m.steps.left < 0) throw new Trap('too many steps')
    const incoming: [Instr, bigint][] = []
    for (const i of block.instrs) if (i.kind === 'phi') incoming.push([i, value(i.args[i.from.indexOf(from!)])])
    for (const [i, v] of incoming) env.set(i, v)
    for (const i of block.instrs) {
      if (i.kind === 'phi') continue
      const result = step(i, i.args, value, m, depth)
      if (i.type !== 'void') env.set(i, BigInt.asUintN(bitsOf(i.type), result))
    }
    const { term } = block
    from = block
    switch (term.kind) {
      case 'br':
        block = term.to[0]
        break
      case 'condbr':
        block = term.to[value(term.args[0]) === 1n ? 0 : 1]
        break
      case 'switch':
        block = term.to[term.cases.indexOf(value(term.args[0])) + 1]
        break
      case 'ret':
        return term.args.length === 0 ? 0n : value(term.args[0])
      case 'unreachable':
        throw new Trap('unreachable')
      case 'asmgoto':
        throw new Trap('assembly')
      default:
        never(term)
    }
  }
}

function step(i: Exclude<Instr, { kind: 'phi' }>, args: readonly Value[], value: (v: Value) => bigint, m: Machine, depth: number): bigint {
  const bits = bitsOf(i.type)
  switch (i.kind) {
    case 'alloca':
      return m.memory.add(new Uint8Array(i.size))
    case 'load':
      return read(m.memory, value(args[0]), sizeOf(i.type))
    case 'store':
      write(m.memory, value(args[0]), sizeOf(args[1].type), value(args[1]))
      return 0n
    case 'ptradd':
      return value(args[0]) + value(args[1])
    case 'cast':
      return evalCast(i.op, bitsOf(args[0].type), bits, value(args[0]))
    case 'bin':
      return evalBin(i.op, bits, value(args[0]), value(args[1]))
    case 'cmp':
      return evalCmp(i.pred, bitsOf(args[0].type), value(args[0]), value(args[1])) ? 1n : 0n
    case 'select':
      return value(args[0]) === 1n ? value(args[1]) : value(args[2])
    case 'call': {
      const given = args.slice(1).map(value)
      const callee = args[0]
      if (callee.kind === 'func' && callee.blocks.length > 0) return runFunc(callee, given, m, depth + 1)
      const library = libraryName(callee)
      if (library) return callLibrary(library, given, m.memory)
      if (callee.kind === 'func') throw new Trap('call of a declaration')
      const pointee = m.functions.find((_, k) => value(callee) === BigInt(k + 1))
      if (pointee && callee.kind !== 'const') return runFunc(pointee, given, m, depth + 1)
      return m.helper(Number(value(callee)), given, m.memory)
    }
    case 'atomicrmw': {
      const old = read(m.memory, value(args[0]), sizeOf(i.type))
      write(m.memory, value(args[0]), sizeOf(i.type), evalAtomic(i.op, old, value(args[1])))
      return old
    }
    case 'cmpxchg': {
      const old = read(m.memory, value(args[0]), sizeOf(i.type))
      if (old === value(args[1])) write(m.memory, value(args[0]), sizeOf(i.type), value(args[2]))
      return old
    }
    case 'bswap':
      return evalBswap(bits, value(args[0]))
    case 'memcpy': {
      const source = room(m.memory, value(args[1]), i.size)
      const bytes = source.bytes.slice(source.offset, source.offset + i.size)
      const target = room(m.memory, value(args[0]), i.size)
      target.bytes.set(bytes, target.offset)
      return 0n
    }
    case 'memset': {
      const target = room(m.memory, value(args[0]), i.size)
      target.bytes.fill(Number(value(args[1])), target.offset, target.offset + i.size)
      return 0n
    }
    case 'asm':
      if (i.template !== '') throw new Trap('assembly')
      return i.tied < 0 ? 0n : value(args[i.tied])
    case 'asmout':
      throw new Trap('assembly')
    case 'core':
      return i.value
    case 'dbg':
    case 'lifetime':
      return 0n
    default:
      return never(i)
  }
}

function room(memory: Memory, address: bigint, size: number): { readonly bytes: Uint8Array; readonly offset: number } {
  const place = memory.at(address, size)
  if (!place) throw new Trap(`no ${size} bytes at 0x${address.toString(16)}`)
  return place
}

function read(memory: Memory, address: bigint, size: number): bigint {
  const { bytes, offset } = room(memory, address, size)
  let v = 0n
  for (let k = size - 1; k >= 0; k--) v = (v << 8n) | BigInt(bytes[offset + k])
  return v
}

function write(memory: Memory, address: bigint, size: number, v: bigint): void {
  const { bytes, offset } = room(memory, address, size)
  for (let k = 0; k < size; k++) bytes[offset + k] = Number((v >> BigInt(8 * k)) & 0xffn)
}
