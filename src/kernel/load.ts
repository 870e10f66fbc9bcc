// Loading: a Program becomes Code whose map references are addresses and whose calls are helper bodies. The verifier has had its say
// elsewhere; what cannot be resolved is unsupported when it runs.
import { helperById, helperByName } from '../abi/index.ts'
import { readBtf } from '../btf/index.ts'
import type { Program } from '../isa/index.ts'
import { type Linker, link } from '../vm/index.ts'
import { DIRECT_HI } from './address.ts'
import { callName } from './call-name.ts'
import { contextCell, returnsRam } from './context-cells.ts'
import { helperBody } from './helpers/index.ts'
import { runsPackets } from './invocation.ts'
import { addMap, type Kernel, type LoadedProgram, mapAt, mapLo } from './kernel.ts'
import { kfuncBody } from './kfuncs/index.ts'
import { loadPacket } from './load-packet.ts'
import { ARENA_USER_HI } from './maps/arena.ts'
import type { KernelMap } from './maps/map.ts'

export type LoadResult =
  | { readonly ok: true; readonly program: LoadedProgram }
  | { readonly ok: false; readonly errno: number; readonly unsupported?: string }

/** Loads a program; its maps are those that were added with the same MapDef, or are created now. */
export function loadProgram(kernel: Kernel, program: Program): LoadResult {
  const maps: KernelMap[] = []
  for (const def of program.maps) {
    const added = addMap(kernel, def, program.btf)
    if (!added.map) return { ok: false, errno: added.errno, ...(added.unsupported ? { unsupported: added.unsupported } : {}) }
    maps.push(added.map)
  }
  const loaded: LoadedProgram = { program, code: link(program.name, program.code, linkerFor(kernel, program, maps)), maps }
  kernel.programs.push(loaded)
  return { ok: true, program: loaded }
}

/** Types whose programs are given pointers of the kernel's own types, or may get some from what all types may call. */
const WITHOUT_KERNEL_POINTERS = new Set(['socket_filter', 'cgroup_device', 'cgroup_sysctl'])
const CALL = 0x85
const CALL_KFUNC = 2
/** Helpers that answer such pointers begin the names of their return kinds so. */
const BTF_RETURN = 'ptr_to_btf_id'

function mayHoldKernelPointers(program: Program): boolean {
  if (WITHOUT_KERNEL_POINTERS.has(program.type)) return false
  if (!runsPackets(program.type)) return true
  for (let at = 0; at < program.code.length; at += 8) {
    if (program.code[at] !== CALL) continue
    const kind = program.code[at + 1] >> 4
    const id = new DataView(program.code.buffer, program.code.byteOffset + at).getInt32(4, true)
    if (kind === CALL_KFUNC || (kind === 0 && helperById(id)?.ret.startsWith(BTF_RETURN))) return true
  }
  return false
}

const MAP_LOOKUP = helperByName('bpf_map_lookup_elem')?.id
const PROCESSOR = helperByName('bpf_get_smp_processor_id')?.id
const THROW = 'bpf_throw'
const PSEUDO_MAP_IDX = 5
const PSEUDO_MAP_IDX_VALUE = 6

/** Whether a function of the program is tagged to be called when it throws; then its result is that function's matter. */
function hasExceptionCallback({ btf }: Program): boolean {
  const read = btf && readBtf(btf)
  return read?.ok === true && read.btf.types.some((t) => t.kind === 'decl_tag' && t.name.startsWith('exception_callback:'))
}

function linkerFor(kernel: Kernel, program: Program, maps: readonly KernelMap[]): Linker {
  return {
    imm64: (src, imm, imm2) => {
      const map = maps[imm]
      if (!map) return undefined
      if (src === PSEUDO_MAP_IDX) return [mapLo(map), DIRECT_HI]
      if (src === PSEUDO_MAP_IDX_VALUE && map.directValue)
        return [map.directValue(imm2), map.def.type === 'arena' ? ARENA_USER_HI : DIRECT_HI]
      return undefined
    },
    helper: (id) => {
      const body = helperBody(id)
      return body && ((m) => body(kernel, m))
    },
    kfunc: (id) => {
      const name = kernel.kfuncName(id)
      const body = name === undefined || (name === THROW && hasExceptionCallback(program)) ? undefined : kfuncBody(name)
      return body && ((m) => body(kernel, m))
    },
    callName: (kind, id) => callName(kind, id, kernel.kfuncName),
    returnsRam,
    lookup: (helper, lo) => (helper === MAP_LOOKUP ? mapAt(kernel, lo, DIRECT_HI)?.table : undefined),
    answerCell: (helper) => (helper === PROCESSOR ? kernel.cpuCell : undefined),
    arenaHi: maps.some((map) => map.def.type === 'arena') ? ARENA_USER_HI : 0,
    contextInRam: !runsPackets(program.type),
    probes: maps.some((map) => map.def.type === 'arena') || (kernel.verified && mayHoldKernelPointers(program)),
    contextCell: (off, size) => contextCell(kernel.packet, program.type, off, size),
    loadPacket: (m, offset, size) => loadPacket(kernel, m, offset, size),
  }
}
