// BTF types: read, build, write, ask, print as C, and show values by them.
export { BtfBuilder, writeBtf } from './builder.ts'
export { type Deduplicated, dedupTypes, withIds } from './dedup.ts'
export { type HeaderOptions, printHeader } from './header.ts'
export { printType, typeName } from './print.ts'
export { alignOf, btfType, findByName, findMember, POINTER_BYTES, resolve, sizeOf } from './query.ts'
export { type BtfFault, type BtfResult, btfString, readBtf, referredIds } from './read.ts'
export {
  BTF_INT_BOOL,
  BTF_INT_CHAR,
  BTF_INT_SIGNED,
  BTF_KINDS,
  type Btf,
  type BtfArray,
  type BtfComposite,
  type BtfEnum,
  type BtfEnumerator,
  type BtfId,
  type BtfKind,
  type BtfLinkage,
  type BtfMember,
  type BtfParam,
  type BtfType,
  type BtfVarSecinfo,
} from './types.ts'
export { formatValue } from './value.ts'
