// Fields of contexts that Linux's verifier rewrites into plain loads of pointers, as cells in Ram: where the packet begins, ends, and where
// its metadata does. Compiled code reads the cells; whoever moves the packet writes them (`showPacket`). All other fields are asked for.
// Linux: xdp_convert_ctx_access(), bpf_convert_ctx_access().
import { helperById } from '../abi/index.ts'
import type { ContextCell } from '../vm/index.ts'
import { isXdp, runsPackets } from './invocation.ts'
import type { PacketBuffer } from './packet-buffer.ts'

const DATA = 0
const DATA_END = 8
const DATA_META = 16

/** Offsets in struct xdp_md and in struct __sk_buff, by distance of the cell. */
const XDP: ReadonlyMap<number, number> = new Map([
  [0, DATA],
  [4, DATA_END],
  [8, DATA_META],
])
const SKB: ReadonlyMap<number, number> = new Map([
  [76, DATA],
  [80, DATA_END],
  [140, DATA_META],
])

/** The cell of a field of 4 bytes; undefined where there is none. */
export function contextCell(packet: PacketBuffer, progType: string, off: number, size: number): ContextCell | undefined {
  if (size !== 4 || !runsPackets(progType)) return undefined
  const distance = (isXdp(progType) ? XDP : SKB).get(off)
  return distance === undefined ? undefined : { at: packet.cells + distance, isPointer: true }
}

const BYTES = new Set(['integer', 'void', 'ptr_to_map_value', 'ptr_to_map_value_or_null', 'ptr_to_mem', 'ptr_to_mem_or_null'])

/** Whether a helper answers numbers or pointers to bytes. */
export const returnsRam = (kind: 'helper' | 'kfunc', id: number): boolean => kind === 'helper' && BYTES.has(helperById(id)?.ret ?? '')
