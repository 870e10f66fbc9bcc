// Registers and stack slots as a log prints them, read back into values. Kernels 5.x wrote `inv(id=0,umax_value=255,...)`, later ones
// `scalar(umax=255,...)`; `R1_w=`, `R1_r=` carry liveness, `P` marks precision. In: "R1=ctx() R10=fp0 fp-8=mmmm????". Out: values by name.
// What the text does not say is taken as unknown, never as known. Never throws.
import type { ValueView } from '../../verifier/index.ts'

export interface ParsedState {
  readonly frame: number
  readonly regs: ReadonlyMap<number, ValueView>
  /** By offset, -8 and down. */
  readonly stack: ReadonlyMap<number, string>
}

/** Undefined where the text is no state. */
export function parseState(text: string): ParsedState | undefined {
  const regs = new Map<number, ValueView>()
  const stack = new Map<number, string>()
  let frame = 0
  for (const word of words(text)) {
    const framed = /^frame(\d+):$/.exec(word)
    const reg = /^R(\d+)(?:_[rwD]+)?=(.+)$/.exec(word)
    const slot = /^fp(-\d+)(?:_[rwD]+)?=(.+)$/.exec(word)
    if (framed) frame = Number(framed[1])
    else if (reg && Number(reg[1]) <= 10) regs.set(Number(reg[1]), parseValue(reg[2]))
    else if (slot) stack.set(Number(slot[1]), slot[2])
    else if (!/^(?:refs=|cb$|async_cb$|safe$)/.test(word)) return undefined
  }
  return regs.size + stack.size === 0 ? undefined : { frame, regs, stack }
}

/** Words apart by blanks; blanks within parentheses do not count. */
function words(text: string): string[] {
  const out: string[] = []
  let depth = 0
  let word = ''
  for (const c of text) {
    if (c === '(') depth++
    else if (c === ')') depth--
    if (/\s/.test(c) && depth <= 0) {
      if (word !== '') out.push(word)
      word = ''
    } else word += c
  }
  return word === '' ? out : [...out, word]
}

const U64 = (1n << 64n) - 1n
const S64_MAX = (1n << 63n) - 1n
const S64_MIN = -(1n << 63n)

export const UNKNOWN: ValueView = {
  kind: 'scalar',
  text: 'scalar()',
  off: 0,
  range: 0,
  id: 0,
  varOff: { value: 0n, mask: U64 },
  smin: S64_MIN,
  smax: S64_MAX,
  umin: 0n,
  umax: U64,
  s32min: -(2 ** 31),
  s32max: 2 ** 31 - 1,
  u32min: 0,
  u32max: 2 ** 32 - 1,
  precise: false,
}
export const UNREADABLE: ValueView = { ...UNKNOWN, kind: 'none', text: '' }

export function parseValue(text: string): ValueView {
  const constant = /^(?:inv|scalar)?(P?)(-?(?:0x[\da-f]+|\d+))$/i.exec(text)
  if (constant) return { ...exactly(bigint(constant[2])), text, precise: constant[1] !== '' }
  const frame = /^fp(-?\d+)?$/.exec(text)
  if (frame) return { ...exactly(0n), kind: 'fp', text, off: Number(frame[1] ?? 0) }
  const [, precise, word, inner = ''] = /^(P?)(\w+)(?:\((.*)\))?$/s.exec(text) ?? []
  if (word === undefined) return { ...UNKNOWN, text }
  const isScalar = word === 'inv' || word === 'scalar' || word === 'invP'
  const fields = fieldsOf(inner)
  const base = isScalar ? UNKNOWN : exactly(0n)
  const isVariable = fields.has('var_off') || fields.has('umax') || fields.has('umax_value') || fields.has('smax')
  const value = isScalar || isVariable ? ranged(fields) : base
  return {
    ...value,
    kind: isScalar ? 'scalar' : word,
    text,
    off: Number(fields.get('off') ?? 0) || 0,
    range: Number(fields.get('r') ?? 0) || 0,
    id: Number(fields.get('id') ?? 0) || 0,
    ...(fields.has('map') ? { map: fields.get('map') ?? '' } : {}),
    precise: precise === 'P' || word === 'invP',
  }
}

/** "a=b=1,c=(0x0; 0xff)" as a to 1, b to 1, c to the pair; words without a value are left out. */
function fieldsOf(inner: string): ReadonlyMap<string, string> {
  const out = new Map<string, string>()
  for (const part of inner.split(/,(?![^(]*\))/)) {
    const pieces = part.trim().split('=')
    const value = pieces.pop() ?? ''
    for (const name of pieces) out.set(name.trim(), value)
  }
  return out
}

function ranged(fields: ReadonlyMap<string, string>): ValueView {
  const number = (names: readonly string[], otherwise: bigint): bigint => {
    const found = names.map((n) => fields.get(n)).find((v) => v !== undefined)
    return found === undefined ? otherwise : bigint(found)
  }
  const [, value = '0', mask] = /^\((\S+); (\S+)\)$/.exec(fields.get('var_off') ?? '') ?? []
  const varOff = mask === undefined ? UNKNOWN.varOff : { value: BigInt.asUintN(64, bigint(value)), mask: BigInt.asUintN(64, bigint(mask)) }
  // What is not printed is as far as the known bits allow.
  const most = mask === undefined ? U64 : varOff.value | varOff.mask
  const umin = BigInt.asUintN(64, number(['umin', 'umin_value'], varOff.value))
  const umax = BigInt.asUintN(64, number(['umax', 'umax_value'], most))
  const isPositive = umax <= S64_MAX
  return {
    ...UNKNOWN,
    varOff,
    umin,
    umax,
    smin: BigInt.asIntN(64, number(['smin', 'smin_value'], isPositive ? umin : S64_MIN)),
    smax: BigInt.asIntN(64, number(['smax', 'smax_value'], isPositive ? umax : S64_MAX)),
    u32min: Number(BigInt.asUintN(32, number(['umin32', 'u32_min_value'], umax <= 0xffff_ffffn ? umin : 0n))),
    u32max: Number(BigInt.asUintN(32, number(['umax32', 'u32_max_value'], umax <= 0xffff_ffffn ? umax : 0xffff_ffffn))),
    s32min: Number(BigInt.asIntN(32, number(['smin32', 's32_min_value'], umax <= 0x7fff_ffffn ? umin : -0x8000_0000n))),
    s32max: Number(BigInt.asIntN(32, number(['smax32', 's32_max_value'], umax <= 0x7fff_ffffn ? umax : 0x7fff_ffffn))),
  }
}

function exactly(n: bigint): ValueView {
  const u = BigInt.asUintN(64, n)
  const s = BigInt.asIntN(64, n)
  const [u32, s32] = [Number(BigInt.asUintN(32, n)), Number(BigInt.asIntN(32, n))]
  const bounds = { smin: s, smax: s, umin: u, umax: u, s32min: s32, s32max: s32, u32min: u32, u32max: u32 }
  return { ...UNKNOWN, ...bounds, varOff: { value: u, mask: 0n } }
}

function bigint(text: string): bigint {
  const [, minus, digits] = /^(-?)(0x[\da-f]+|\d+)$/i.exec(text.trim()) ?? []
  if (digits === undefined) return 0n
  return minus === '-' ? -BigInt(digits) : BigInt(digits)
}
