// Structs of numbers alone: what kfuncs take as plain memory, and what may be allocated for each CPU.
import { type Btf, type BtfType, resolve } from '../../btf/index.ts'
import type { Env } from '../env.ts'
import { verbose } from '../verbose.ts'
import { isScalarType, isStruct } from './btf-types.ts'

const MAX_NESTING = 3

/** A struct of numbers alone, four levels deep at most. Linux: __btf_type_is_scalar_struct(). */
export function isScalarStruct(env: Env, type: BtfType, depth: number, btf: Btf = env.kernel!.btf): boolean {
  if (!isStruct(type)) return false
  for (const member of type.members) {
    const { type: m } = resolve(btf, member.type)
    if (isStruct(m)) {
      if (depth >= MAX_NESTING) {
        verbose(env.log, 'max struct nesting depth exceeded\n')
        return false
      }
      if (!isScalarStruct(env, m, depth + 1, btf)) return false
    } else if (m.kind === 'array') {
      if (m.count === 0 || !isScalarType(resolve(btf, m.type).type)) return false
    } else if (!isScalarType(m)) return false
  }
  return true
}
