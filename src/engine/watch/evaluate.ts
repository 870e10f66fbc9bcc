// The value of a watch expression where a machine stands. In: the tree, and the place: kernel, program, instruction. Out: a 64-bit number with its
// signedness as in C, a text (a whole struct), or why there is nothing: a name that means nothing at all, or something that is not there now.

import { s64 } from '../../base/index.ts'
import { type Btf, type BtfId, btfType, formatValue } from '../../btf/index.ts'
import type { Program } from '../../isa/index.ts'
import { type Kernel, type KernelMap, packetBytes, stackFrame } from '../../kernel/index.ts'
import { dissect } from '../../packet/index.ts'
import { fieldValue } from '../field-value.ts'
import type { BinaryOp, Expr } from './parse.ts'

export interface WatchPlace {
  readonly kernel: Kernel
  readonly program: Program
  /** -1 where the run is over. */
  readonly pc: number
  readonly btf: Btf | undefined
  readonly hasPacket: boolean
  /** What can be named besides: step, packet, cpu, line. */
  readonly counters: Readonly<Record<string, number>>
}

export type WatchValue =
  | { readonly kind: 'number'; readonly bits: bigint; readonly signed: boolean }
  | { readonly kind: 'text'; readonly text: string }
  /** Not there now; `what` names it. */
  | { readonly kind: 'absent'; readonly what: string }
  | { readonly kind: 'unknown'; readonly name: string }

type NumberValue = Extract<WatchValue, { kind: 'number' }>

const number = (value: bigint, signed = true): NumberValue => ({ kind: 'number', bits: BigInt.asUintN(64, value), signed })
const absent = (what: string): WatchValue => ({ kind: 'absent', what })

/** As the number that it stands for. */
export const integerOf = (v: NumberValue): bigint => (v.signed ? BigInt.asIntN(64, v.bits) : v.bits)

/** Whether a condition holds: a number that is not 0. */
export const isTrue = (v: WatchValue): boolean => v.kind === 'number' && v.bits !== 0n

/** One line that is the same as long as the value is. */
export const watchText = (v: WatchValue): string =>
  v.kind === 'number' ? String(integerOf(v)) : v.kind === 'text' ? v.text : v.kind === 'absent' ? '–' : '?'

/** Bytes with their type, on the way to a member. */
interface Typed {
  readonly bytes: Uint8Array
  readonly type: BtfId
}

export function evaluate(expr: Expr, p: WatchPlace): WatchValue {
  switch (expr.kind) {
    case 'number':
      return number(expr.value, !expr.unsigned)
    case 'name':
      return named(expr.name, p)
    case 'unary': {
      const of = evaluate(expr.of, p)
      if (of.kind !== 'number') return textual(of)
      return expr.op === '!' ? number(of.bits === 0n ? 1n : 0n) : number(expr.op === '-' ? -of.bits : ~of.bits, of.signed)
    }
    case 'binary':
      return binary(expr, p)
    case 'choice': {
      const test = evaluate(expr.test, p)
      return test.kind === 'number' ? evaluate(test.bits !== 0n ? expr.yes : expr.no, p) : textual(test)
    }
    case 'call': {
      const of = evaluate(expr.of, p)
      return of.kind === 'number' ? number(swapped(of.bits, expr.name === 'htons' ? 2 : 4)) : textual(of)
    }
    case 'memory':
      return memory(expr, p)
    case 'index':
      return indexed(expr, p)
    case 'member':
      return member(expr, p)
  }
}

/** What arithmetic makes of something that is no number. */
const textual = (v: WatchValue): WatchValue => (v.kind === 'text' ? absent(v.text) : v)

function swapped(bits: bigint, size: number): bigint {
  let out = 0n
  for (let i = 0; i < size; i++) out = (out << 8n) | ((bits >> BigInt(8 * i)) & 255n)
  return out
}

function binary(expr: Extract<Expr, { kind: 'binary' }>, p: WatchPlace): WatchValue {
  const left = evaluate(expr.left, p)
  if (left.kind !== 'number') return textual(left)
  const { op } = expr
  if (op === '&&' && left.bits === 0n) return number(0n)
  if (op === '||' && left.bits !== 0n) return number(1n)
  const right = evaluate(expr.right, p)
  if (right.kind !== 'number') return textual(right)
  const signed = left.signed && right.signed
  const [a, b] = signed ? [integerOf(left), integerOf(right)] : [left.bits, right.bits]
  const value = combined(op, a, b)
  return value === undefined ? absent(`${op} 0`) : number(value, signed || !ARITHMETIC.has(op))
}

const ARITHMETIC: ReadonlySet<BinaryOp> = new Set(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'])

function combined(op: BinaryOp, a: bigint, b: bigint): bigint | undefined {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return b === 0n ? undefined : a / b
    case '%':
      return b === 0n ? undefined : a % b
    case '&':
      return a & b
    case '|':
      return a | b
    case '^':
      return a ^ b
    case '<<':
      return a << (b & 63n)
    case '>>':
      return a >> (b & 63n)
    case '==':
      return a === b ? 1n : 0n
    case '!=':
      return a !== b ? 1n : 0n
    case '<':
      return a < b ? 1n : 0n
    case '<=':
      return a <= b ? 1n : 0n
    case '>':
      return a > b ? 1n : 0n
    case '>=':
      return a >= b ? 1n : 0n
    case '&&':
      return a !== 0n && b !== 0n ? 1n : 0n
    case '||':
      return a !== 0n || b !== 0n ? 1n : 0n
  }
}

function named(name: string, p: WatchPlace): WatchValue {
  const { machine } = p.kernel
  const register = /^([rw])(10|\d)$/.exec(name)
  if (register) {
    const r = Number(register[2])
    return register[1] === 'w' ? number(BigInt(machine.lo[r] >>> 0)) : number(s64(machine.hi[r], machine.lo[r]))
  }
  const variable = variableOf(name, p)
  if (variable) return variable
  const global = globalOf(name, p)
  if (global) return p.btf ? fromField(fieldValue(p.btf, global.type, global.bytes, ''), name) : absent(name)
  if (name === 'pc') return number(BigInt(p.pc))
  if (name === 'len') return number(BigInt(packetOf(p).length))
  if (Object.hasOwn(p.counters, name)) return number(BigInt(p.counters[name]))
  if (p.kernel.maps.some((m) => m.def.name === name)) return number(BigInt(mapNamed(name, p)?.entries().length ?? 0))
  return p.program.vars.some((v) => v.name === name) ? absent(name) : { kind: 'unknown', name }
}

/** A variable of C that lives in a register or on the stack here. */
function variableOf(name: string, p: WatchPlace): WatchValue | undefined {
  const here = p.program.vars.find((v) => v.name === name && v.from <= p.pc && p.pc < v.to)
  if (!here) return undefined
  const { machine } = p.kernel
  const { place } = here
  if (place.kind === 'reg') return number(s64(machine.hi[place.reg], machine.lo[place.reg]))
  const { bytes } = stackFrame(p.kernel, machine.depth)
  const at = bytes.length + place.offset
  return place.size > 8 ? { kind: 'text', text: hexOf(bytes.subarray(at, at + place.size)) } : number(little(bytes, at, place.size))
}

/** A variable of the file, which lies in a map of its own. */
function globalOf(name: string, p: WatchPlace): Typed | undefined {
  const { btf, kernel } = p
  if (!btf) return undefined
  for (const map of kernel.maps) {
    if (!map.def.section) continue
    const sec = map.def.valueTypeId ? btfType(btf, map.def.valueTypeId) : undefined
    if (sec?.kind !== 'datasec') continue
    for (const { type: id, offset } of sec.vars) {
      const variable = btfType(btf, id)
      const bytes = variable.kind === 'var' && variable.name === name ? map.userLookup(new Uint8Array(4)) : undefined
      if (variable.kind === 'var' && bytes) return { type: variable.type, bytes: bytes.subarray(offset) }
    }
  }
  return undefined
}

const mapNamed = (name: string, p: WatchPlace): KernelMap | undefined => p.kernel.maps.find((m) => m.def.name === name)
const packetOf = (p: WatchPlace): Uint8Array => (p.hasPacket ? packetBytes(p.kernel) : new Uint8Array(0))
const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')

function little(bytes: Uint8Array, at: number, size: number): bigint {
  let out = 0n
  for (let i = size - 1; i >= 0; i--) out = (out << 8n) | BigInt(bytes[at + i])
  return out
}

const PACKET: Readonly<Record<string, number>> = { pkt: 1, pkt8: 1, pkt16: 2, pkt32: 4, pkt64: 8 }

function indexed(expr: Extract<Expr, { kind: 'index' }>, p: WatchPlace): WatchValue {
  const index = evaluate(expr.index, p)
  if (index.kind !== 'number') return textual(index)
  const size = Object.hasOwn(PACKET, expr.name) ? PACKET[expr.name] : 0
  if (size > 0) {
    const at = integerOf(index)
    const bytes = packetOf(p)
    if (at < 0n || at + BigInt(size) > BigInt(bytes.length)) return absent(`${expr.name}[${at}]`)
    return number(big(bytes, Number(at), size))
  }
  const found = mapValue(expr.name, index, p)
  return found ? whole(found, p) : elementOf(expr.name, index, '', p)
}

/** `name[index]path` where the name is no map's with such a key: of an array of the file, or nothing. */
function elementOf(name: string, index: NumberValue, path: string, p: WatchPlace): WatchValue {
  const what = `${name}[${integerOf(index)}]`
  if (mapNamed(name, p)) return absent(what)
  const global = globalOf(name, p)
  if (!global || !p.btf) return { kind: 'unknown', name }
  return fromField(fieldValue(p.btf, global.type, global.bytes, `[${integerOf(index)}]${path}`), what)
}

function big(bytes: Uint8Array, at: number, size: number): bigint {
  let out = 0n
  for (let i = 0; i < size; i++) out = (out << 8n) | BigInt(bytes[at + i])
  return out
}

/** The value at a number as key; of maps for each CPU the first CPU's. */
function mapValue(name: string, index: NumberValue, p: WatchPlace): Typed | undefined {
  const map = mapNamed(name, p)
  if (!map || map.def.keySize > 8) return undefined
  const key = new Uint8Array(map.def.keySize)
  for (let i = 0; i < key.length; i++) key[i] = Number((index.bits >> BigInt(8 * i)) & 255n)
  const value = map.userLookup(key)
  return value && { bytes: value.subarray(0, map.def.valueSize), type: map.def.valueTypeId ?? 0 }
}

function whole({ bytes, type }: Typed, p: WatchPlace): WatchValue {
  if (p.btf && type !== 0) {
    const value = fieldValue(p.btf, type, bytes, '')
    return value === undefined ? { kind: 'text', text: formatValue(p.btf, type, bytes) } : fromField(value, '')
  }
  return bytes.length <= 8 ? number(little(bytes, 0, bytes.length)) : { kind: 'text', text: hexOf(bytes) }
}

const fromField = (value: bigint | string | undefined, what: string): WatchValue =>
  value === undefined ? absent(what) : typeof value === 'bigint' ? number(value, value < 1n << 63n) : { kind: 'text', text: value }

function member(expr: Extract<Expr, { kind: 'member' }>, p: WatchPlace): WatchValue {
  const { of, path } = expr
  if (of.kind === 'index') {
    const index = evaluate(of.index, p)
    if (index.kind !== 'number') return textual(index)
    const found = mapValue(of.name, index, p)
    if (!found) return elementOf(of.name, index, path, p)
    return p.btf && found.type !== 0 ? fromField(fieldValue(p.btf, found.type, found.bytes, path), path.slice(1)) : absent(path.slice(1))
  }
  if (of.kind === 'name') {
    const global = globalOf(of.name, p)
    if (global && p.btf) return fromField(fieldValue(p.btf, global.type, global.bytes, path), `${of.name}${path}`)
    return layerField(of.name, path.slice(1), p)
  }
  return absent(path.slice(1))
}

/** "Destination port" of a layer as destination_port. */
const snake = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')

/** The innermost layer of that name. Fields of parts of bytes are read off the words that describe them. */
function layerField(layer: string, field: string, p: WatchPlace): WatchValue {
  const bytes = packetOf(p)
  const found = dissect(bytes).layers.findLast((l) => snake(l.name) === layer.toLowerCase())
  const hit = found?.fields.find((f) => snake(f.name) === field.toLowerCase())
  if (!hit) return LAYERS.has(layer.toLowerCase()) ? absent(`${layer}.${field}`) : { kind: 'unknown', name: layer }
  const plain = /^(0x[0-9a-f]+|\d+)(?=$|\s)/.exec(hit.value)
  if (plain) return number(BigInt(plain[1]))
  return hit.size >= 1 && hit.size <= 8 ? number(big(bytes, hit.offset, hit.size)) : { kind: 'text', text: hit.value }
}

/** Layers that a packet may have although this one has not. */
const LAYERS: ReadonlySet<string> = new Set(
  'ethernet vlan arp ipv4 ipv6 icmp icmpv6 tcp udp dns http vxlan geneve gre mpls sctp dhcp tls payload'.split(' '),
)

function memory(expr: Extract<Expr, { kind: 'memory' }>, p: WatchPlace): WatchValue {
  const address = evaluate(expr.address, p)
  if (address.kind !== 'number') return textual(address)
  const { memory: m } = p.kernel
  const at = m.at(Number(BigInt.asIntN(32, address.bits >> 32n)), Number(BigInt.asIntN(32, address.bits)), expr.size, 1)
  if (at < 0) return absent(`0x${address.bits.toString(16)}`)
  const value = little(m.ram.read(at, expr.size), 0, expr.size)
  return expr.signed ? number(BigInt.asIntN(8 * expr.size, value)) : number(value, expr.size < 8)
}
