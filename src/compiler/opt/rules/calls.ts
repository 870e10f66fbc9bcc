// Rules for calls of the library: copies and fills whose size has become a literal, questions about strings that are known.
import { constant, isKind, libraryName, type Value } from '../../ir/index.ts'
import { splitAddress } from '../memory.ts'
import { placeInConstant } from './memory.ts'
import type { Rule } from './rule.ts'

/** The largest copy that is taken apart into loads and stores; longer ones stay calls, which are errors. */
const MOST_BYTES = 1024n

export const CALL_RULES: readonly Rule<'call'>[] = [
  {
    name: 'copy or fill of known size',
    apply: ({ args: [callee, to, from, bytes, alignment] }, c) => {
      const name = libraryName(callee)
      if (!name || alignment?.kind !== 'const' || bytes.kind !== 'const' || bytes.value > MOST_BYTES) return undefined
      const [size, align] = [Number(bytes.value), Number(alignment.value)]
      if (size === 0) return to
      if (name === 'memset') return c.make({ kind: 'memset', type: 'void', args: [to, from], size, align, volatile: false })
      return c.make({ kind: 'memcpy', type: 'void', args: [to, from], size, align, overlap: name === 'memmove', volatile: false })
    },
  },
  {
    name: 'known to be a literal or not',
    apply: ({ type, args: [callee, a] }) => {
      if (libraryName(callee) !== 'constant_p') return undefined
      if (a.kind === 'const') return constant(type, 1)
      return isFromOutside(a) ? constant(type, 0) : undefined
    },
  },
  {
    name: 'comparison of known strings',
    apply: ({ type, args: [callee, a, b] }) => {
      if (libraryName(callee) !== 'strcmp') return undefined
      if (a === b) return constant(type, 0)
      const [left, right] = [stringAt(a), stringAt(b)]
      if (!left || !right) return undefined
      const k = left.findIndex((byte, i) => byte !== right[i])
      return constant(type, k < 0 ? 0 : left[k] < right[k] ? -1 : 1)
    },
  },
  {
    name: 'length of a known string',
    apply: ({ type, args: [callee, a] }) => {
      const text = libraryName(callee) === 'strlen' ? stringAt(a) : undefined
      return text && constant(type, text.length - 1)
    },
  },
]

/** Whether the value comes out of memory or a call, so that it never becomes a literal. */
function isFromOutside(v: Value): boolean {
  let at = v
  while (isKind(at, 'cast') || isKind(at, 'bswap')) at = at.args[0]
  if (isKind(at, 'call')) return libraryName(at.args[0]) === undefined
  return isKind(at, 'atomicrmw') || (isKind(at, 'load') && !isKind(splitAddress(at.args[0]).base, 'alloca'))
}

/** The bytes of a constant string with the 0 that ends it. */
function stringAt(address: Value): Uint8Array | undefined {
  const place = placeInConstant(address)
  if (!place || place.global.relocs.length > 0) return undefined
  const bytes = new Uint8Array(place.global.size)
  bytes.set(place.global.init ?? [])
  const end = place.offset < 0 ? -1 : bytes.indexOf(0, place.offset)
  return end < 0 ? undefined : bytes.subarray(place.offset, end + 1)
}
