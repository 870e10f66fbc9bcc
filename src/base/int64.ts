// 64-bit integers: BigInt at the edges, (hi, lo) pairs of int32 where speed matters. Little-endian like BPF itself.

/** Low 32 bits as an int32. */
export const lo32 = (x: bigint): number => Number(BigInt.asIntN(32, x))
/** High 32 bits as an int32. */
export const hi32 = (x: bigint): number => Number(BigInt.asIntN(32, x >> 32n))
/** The unsigned 64-bit value of a (hi, lo) pair of int32. */
export const u64 = (hi: number, lo: number): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)
/** The signed 64-bit value of a (hi, lo) pair of int32. */
export const s64 = (hi: number, lo: number): bigint => (BigInt(hi | 0) << 32n) | BigInt(lo >>> 0)
