// Attributes: what each says about a declaration. Unknown ones get clang's warning; those about optimisation alone are dropped.
import { ATTRIBUTE_NAMES } from '../features.ts'
import { error, warning } from '../report.ts'
import type { Attribute, Expr } from '../syntax/index.ts'
import { stringValue } from '../syntax/literals.ts'
import { isConst } from './build-expr.ts'
import { type Context, lookup } from './context.ts'
import type { FunctionSymbol } from './tree.ts'

export interface Meaning {
  readonly section: string | undefined
  readonly inline: 'always' | 'never' | undefined
  readonly used: boolean
  readonly unused: boolean
  readonly weak: boolean
  readonly hidden: boolean
  readonly packed: boolean
  readonly noreturn: boolean
  readonly naked: boolean
  readonly preserveAccessIndex: boolean
  readonly align: number | undefined
  readonly cleanup: FunctionSymbol | undefined
  /** __attribute__((mode(DI))): bytes. */
  readonly modeSize: number | undefined
  readonly declTags: readonly string[]
  readonly typeTags: readonly string[]
}

/** The same while it is put together. */
type Draft = { -readonly [K in keyof Meaning]: Meaning[K] extends readonly string[] ? string[] : Meaning[K] }

const NOTHING: Meaning = {
  section: undefined,
  inline: undefined,
  used: false,
  unused: false,
  weak: false,
  hidden: false,
  packed: false,
  noreturn: false,
  naked: false,
  preserveAccessIndex: false,
  align: undefined,
  cleanup: undefined,
  modeSize: undefined,
  declTags: [],
  typeTags: [],
}

/** What a list of attributes says, all together. */
export function meaning(cx: Context, attributes: readonly Attribute[]): Meaning {
  if (attributes.length === 0) return NOTHING
  const m: Draft = { ...NOTHING, declTags: [], typeTags: [] }
  for (const a of attributes) apply(cx, m, a)
  return m
}

function apply(cx: Context, m: Draft, a: Attribute): void {
  switch (a.name) {
    case 'section':
      m.section = textArgument(cx, a)
      return
    case 'always_inline':
      m.inline = 'always'
      return
    case 'noinline':
      m.inline = 'never'
      return
    case 'used':
    case 'retain':
      m.used = true
      return
    case 'unused':
    case 'maybe_unused':
      m.unused = true
      return
    case 'weak':
      m.weak = true
      return
    case 'visibility':
      m.hidden = textArgument(cx, a) === 'hidden'
      return
    case 'packed':
      m.packed = true
      return
    case 'noreturn':
      m.noreturn = true
      return
    case 'naked':
      m.naked = true
      return
    case 'preserve_access_index':
      m.preserveAccessIndex = true
      return
    case 'aligned':
      m.align = Math.max(m.align ?? 1, alignment(cx, a))
      return
    case 'btf_decl_tag':
      m.declTags.push(textArgument(cx, a) ?? '')
      return
    case 'btf_type_tag':
      m.typeTags.push(textArgument(cx, a) ?? '')
      return
    case 'cleanup': {
      const [fn] = a.args
      const symbol = fn?.kind === 'name' ? lookup(cx, fn.name) : undefined
      if (symbol?.kind === 'function') {
        m.cleanup = symbol
        cx.mentioned.add(symbol)
      } else error(cx.sink, 'c.cleanup-function', a.at)
      return
    }
    case 'mode': {
      const [mode] = a.args
      m.modeSize = mode?.kind === 'name' ? MODES[mode.name.replace(/^__(\w+)__$/, '$1')] : undefined
      return
    }
    case 'address_space':
    case 'vector_size':
    case 'ext_vector_type':
    case 'alias':
      error(cx.sink, 'c.unsupported-attribute', a.at, [a.name])
      return
    default:
      if (!ATTRIBUTE_NAMES.has(a.name)) warning(cx.sink, 'c.unknown-attribute', a.at, [a.name])
  }
}

const MODES: Readonly<Record<string, number>> = { QI: 1, byte: 1, HI: 2, SI: 4, DI: 8, word: 8, pointer: 8, TI: 16 }

/** `aligned` alone is the largest alignment of the target. */
function alignment(cx: Context, a: Attribute): number {
  const [operand] = a.args
  if (!operand) return 8
  const value = cx.rules.expression(cx, operand)
  if (isConst(value) && value.value > 0n && value.value <= 1n << 20n && (value.value & (value.value - 1n)) === 0n)
    return Number(value.value)
  if (value.kind !== 'error') error(cx.sink, 'c.bad-alignment', a.at)
  return 1
}

function textArgument(cx: Context, a: Attribute): string | undefined {
  const [operand] = a.args
  const text = operand && literalText(operand)
  if (text === undefined) error(cx.sink, 'c.attribute-needs-string', a.at, [a.name])
  return text
}

/** The text of a string literal expression. */
export function literalText(e: Expr): string | undefined {
  const inner = e.kind === 'paren' ? e.inner : e
  if (inner.kind !== 'string') return undefined
  return inner.parts.map((part) => new TextDecoder().decode(stringValue(part.text)?.bytes)).join('')
}
