// What the verifier has to know of a helper, taken from abi's row once: kinds of arguments and of the result as numbers and flags.
// Linux: struct bpf_func_proto, enum bpf_arg_type, enum bpf_return_type.
import { type HelperRow, helperArgs, helperById, splitKind } from '../../abi/index.ts'
import {
  DYNPTR_TYPE_LOCAL,
  DYNPTR_TYPE_RINGBUF,
  MEM_ALIGNED,
  MEM_FIXED_SIZE,
  MEM_RDONLY,
  MEM_RINGBUF,
  MEM_UNINIT,
  MEM_WRITE,
  OBJ_RELEASE,
  PTR_MAYBE_NULL,
  PTR_TRUSTED,
} from '../domain/layout.ts'

export interface Arg {
  readonly base: string
  /** Flags of domain/layout.ts. */
  readonly flags: number
  /** Bytes of fixed-size memory. */
  readonly size: number
}

export interface HelperProto {
  readonly row: HelperRow
  readonly args: readonly Arg[]
  readonly ret: string
  readonly retFlags: number
}

const FLAGS: Readonly<Record<string, number>> = {
  maybe_null: PTR_MAYBE_NULL,
  mem_rdonly: MEM_RDONLY,
  mem_uninit: MEM_UNINIT,
  mem_write: MEM_WRITE,
  mem_fixed_size: MEM_FIXED_SIZE,
  mem_aligned: MEM_ALIGNED,
  mem_ringbuf: MEM_RINGBUF,
  obj_release: OBJ_RELEASE,
  dynptr_type_local: DYNPTR_TYPE_LOCAL,
  dynptr_type_ringbuf: DYNPTR_TYPE_RINGBUF,
  ptr_trusted: PTR_TRUSTED,
}

/** By program type and id. */
const protos = new Map<string, Map<number, HelperProto | undefined>>()

/** What a helper checks and gives when a program of the type calls it. Linux: get_func_proto() of the type. */
export function helperProto(id: number, progTypeName: string): HelperProto | undefined {
  let ofType = protos.get(progTypeName)
  if (!ofType) protos.set(progTypeName, (ofType = new Map()))
  let proto = ofType.get(id)
  if (proto === undefined && !ofType.has(id)) {
    const row = helperById(id)
    proto = row && readRow(row, progTypeName)
    ofType.set(id, proto)
  }
  return proto
}

function readRow(row: HelperRow, progTypeName: string): HelperProto {
  const args = helperArgs(row, progTypeName).map((kind, i): Arg => {
    const size = row.argSizes?.[i] ?? 0
    const { base, flags } = bits(kind)
    // Memory of fixed size may be named by its size alone.
    if (base === 'ptr_to_fixed_size_mem') return { base: 'ptr_to_mem', flags: flags | MEM_FIXED_SIZE, size }
    return { base, flags: base === 'ptr_to_mem' && size > 0 ? flags | MEM_FIXED_SIZE : flags, size }
  })
  const ret = bits(row.ret)
  if (ret.base === 'ptr_to_ringbuf_mem') return { row, args, ret: 'ptr_to_mem', retFlags: ret.flags | MEM_RINGBUF }
  if (ret.base === 'ptr_to_dynptr_mem') return { row, args, ret: 'ptr_to_mem', retFlags: ret.flags }
  return { row, args, ret: ret.base, retFlags: ret.flags }
}

function bits(kind: string): { base: string; flags: number } {
  const parts = splitKind(kind)
  let flags = 0
  for (const flag of parts.flags) flags |= FLAGS[flag] ?? 0
  return { base: parts.base, flags }
}
