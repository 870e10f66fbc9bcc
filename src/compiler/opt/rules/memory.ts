// Rules for loads: the bytes of constants are known.
import { constant, type Global, isKind, sizeOf, type Type, type Value } from '../../ir/index.ts'
import type { Rule } from './rule.ts'

export const LOAD_RULES: readonly Rule<'load'>[] = [
  {
    name: 'load of a constant',
    apply: (i) => {
      const place = i.volatile ? undefined : placeInConstant(i.args[0])
      if (!place) return undefined
      return literalAt(place.global, place.offset, i.type)
    },
  },
]

/** What a load of a constant's bytes gives, where that can be said. */
export function literalAt(global: Global, offset: number, type: Type): Value | undefined {
  const size = sizeOf(type)
  if (offset < 0 || offset + size > global.size) return undefined
  const reloc = global.relocs.find((r) => r.offset < offset + size && offset < r.offset + 8)
  if (reloc) return reloc.offset === offset && size === 8 && reloc.addend === 0 && type === 'ptr' ? reloc.target : undefined
  let value = 0n
  for (let k = size - 1; k >= 0; k--) value = (value << 8n) | BigInt(global.init?.[offset + k] ?? 0)
  return constant(type, value)
}

/** The variable whose bytes are known, and the place in it that an address means. */
export function placeInConstant(v: Value): { readonly global: Global; readonly offset: number } | undefined {
  let at = v
  let offset = 0n
  while (isKind(at, 'ptradd') && at.args[1].kind === 'const') {
    offset += BigInt.asIntN(64, at.args[1].value)
    at = at.args[0]
  }
  if (at.kind !== 'global' || !at.constant || at.linkage === 'extern' || at.section !== '') return undefined
  return { global: at, offset: Number(offset) }
}
