// The ground that everything stands on: closed-set checks, bytes, hex and 64-bit numbers. Imports nothing.
export { ByteReader, ByteWriter, concat } from './bytes.ts'
export { assert, never } from './check.ts'
export { fromHex, hex, toHex } from './hex.ts'
export { hi32, lo32, s64, u64 } from './int64.ts'
export { Worklist } from './worklist.ts'
