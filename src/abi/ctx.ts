// The contexts that programs are given: which (offset, size) may be read or written, and what a read yields.
// ctxAccess() answers from a table read off Linux by probing, so it is exact for every place of it; the fields with names, C types and
// words for people are in ctx-fields.ts. What a context does not offer is undefined: Linux says "invalid bpf_context access off=O size=S".
// Linux: is_valid_access() of struct bpf_verifier_ops.
import { CTX_PATTERNS, CTX_RUNS } from './ctx-access.generated.ts'
import type { CtxAccess, CtxKind } from './types.ts'

/** Same answers under another name: XDP programs on a cpumap entry see what plain ones see. */
const ALIAS: Readonly<Record<string, string>> = { xdp_cpumap: 'xdp', xdp_devmap: 'xdp' }
const DEVMAP_EGRESS_IFINDEX = { offset: 20, size: 4 } as const

/** Linux: tp_prog_is_valid_access(), PERF_MAX_TRACE_SIZE; syscall_prog_is_valid_access(). */
const LONG: Readonly<Record<string, { readonly from: number; readonly to: number; readonly writable: boolean }>> = {
  tracepoint: { from: 8, to: 8192, writable: false },
  syscall: { from: 0, to: 0xffff, writable: true },
}

const tables = new Map<string, ReadonlyMap<number, CtxAccess>>()

/** What an access of `size` bytes at `offset` of the program type's context is, or undefined where Linux refuses it. */
export function ctxAccess(progTypeName: string, offset: number, size: number): CtxAccess | undefined {
  if (progTypeName === 'xdp_devmap' && offset === DEVMAP_EGRESS_IFINDEX.offset && size === DEVMAP_EGRESS_IFINDEX.size) {
    return { kind: 'scalar', writable: false }
  }
  // Contexts whose size nobody knows beforehand are longer than was probed.
  const long = LONG[progTypeName]
  if (long && offset >= long.from && offset < long.to) return offset % size === 0 ? { kind: 'scalar', writable: long.writable } : undefined
  return tableOf(ALIAS[progTypeName] ?? progTypeName)?.get(place(offset, size))
}

/** Whether the table knows the type's context at all. */
export function ctxKnown(progTypeName: string): boolean {
  return Object.hasOwn(CTX_RUNS, ALIAS[progTypeName] ?? progTypeName)
}

function place(offset: number, size: number): number {
  return offset * 16 + size
}

function tableOf(name: string): ReadonlyMap<number, CtxAccess> | undefined {
  if (!Object.hasOwn(CTX_RUNS, name)) return undefined
  let table = tables.get(name)
  if (table === undefined) {
    table = readRuns(CTX_RUNS[name])
    tables.set(name, table)
  }
  return table
}

function readRuns(text: string): ReadonlyMap<number, CtxAccess> {
  const table = new Map<number, CtxAccess>()
  for (const run of text.split(', ')) {
    const [range, id] = run.split(' ')
    const [first, last] = range.split('-').map(Number)
    for (let word = first; word <= (last ?? first); word += 4) {
      for (const item of CTX_PATTERNS[Number(id)].split(' ')) {
        const [, at, size, w, kind] = /^(\d):(\d)(w?)(?:=(\w+))?$/.exec(item)!
        table.set(place(word + Number(at), Number(size)), { kind: (kind ?? 'scalar') as CtxKind, writable: w === 'w' })
      }
    }
  }
  return table
}
