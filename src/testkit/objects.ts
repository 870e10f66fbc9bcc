// Programs of objects as libbpf hands them to the running kernel, with the kernel's answer: `oracle/objects.c` asks, this reads its lines.
// A captured program stands on its own: maps by index, its BTF, its functions and lines; the kernel's types that it mentions have the ids that
// they have here (kernel-ids.ts).
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type KernelBtf, mapTypeById, progTypeById } from '../abi/index.ts'
import { fromHex } from '../base/index.ts'
import { btfString, readBtf } from '../btf/index.ts'
import type { LineInfo, MapDef, Program, SubprogInfo } from '../isa/index.ts'
import { type ForeignIds, inOwnIds } from './kernel-ids.ts'
import { buildOracle, whyNoKernel } from './oracle.ts'

const root = join(import.meta.dirname, '../..')
const LIBRARIES = ['-l:libbpf.a', '-lelf', '-lz', '-Wl,--wrap=bpf_prog_load', '-Wl,--wrap=bpf_map_create']

interface CapturedMap {
  readonly name?: string
  readonly type?: number
  readonly key?: number
  readonly value?: number
  readonly max?: number
  readonly flags?: number
  readonly extra?: number
  readonly key_type?: number
  readonly value_type?: number
  /** Whose types those are. */
  readonly btf?: number
  readonly inner?: CapturedMap
  readonly frozen?: boolean
  readonly data?: string
}

/** A line of `oracle/objects.c`; where `libbpf` is there, the program did not come to the kernel and nothing below it is there. */
export interface Captured extends ForeignIds {
  readonly file: string
  readonly name: string
  readonly section: string
  readonly tags: readonly string[]
  readonly libbpf?: string
  readonly type: number
  readonly attach_type: number
  readonly flags: number
  readonly license: string
  readonly maps: readonly CapturedMap[]
  readonly attach_to?: string | null
  readonly btf?: number
  readonly func_info_size?: number
  readonly func_info?: string
  readonly line_info_size?: number
  readonly line_info?: string
  readonly verdict: 'accepted' | 'rejected'
  readonly errno: number
  readonly level: number
  readonly usec: number
}

/** Types by the number that captured programs name them by. */
export type CapturedTypes = Map<number, Uint8Array>

export interface ObjectAnswers {
  readonly programs: readonly Captured[]
  readonly types: CapturedTypes
}

/** Why objects cannot be asked about here; undefined where they can. */
export function whyNoObjects(repository = root): string | undefined {
  const missing = whyNoKernel()
  if (missing) return missing
  if (!existsSync('/usr/include/bpf/libbpf.h') || !existsSync('/usr/include/libelf.h')) return 'no headers of libbpf and libelf'
  const capture = join(repository, 'oracle/capture.c')
  return buildOracle(join(repository, 'oracle/objects.c'), join(repository, 'build/objects'), [capture, ...LIBRARIES])
}

/** The lines that the kernel's answers about objects are made of. `caps` are the capabilities of the loads (oracle/caps.h), root's unless told. */
export function askObjects(files: readonly string[], logLevel: number, repository = root, caps?: string): string {
  return spawnSync(join(repository, 'build/objects'), ['-l', String(logLevel), ...(caps ? ['-c', caps] : []), ...files], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  }).stdout
}

/** Answers with the ids that the kernel's types have in `kernel`. */
export function readAnswers(lines: string, kernel: KernelBtf): ObjectAnswers {
  const programs: Captured[] = []
  const types: CapturedTypes = new Map()
  for (const line of lines.split('\n')) {
    if (line === '') continue
    const read = JSON.parse(line) as Captured | { readonly btf_id: number; readonly btf: string }
    if ('btf_id' in read) types.set(read.btf_id, fromHex(read.btf)!)
    else programs.push(read.libbpf === undefined ? inOwnIds(read, kernel) : read)
  }
  return { programs, types }
}

/** Instructions name maps that the kernel knows nothing of: what it says of the descriptor has no counterpart here. */
export const hasBadMap = (captured: Captured): boolean => captured.maps.some((map) => map.type === undefined)

/** The program as the verifier takes it; a text where it cannot be told. */
export function capturedProgram(captured: Captured, types: CapturedTypes): Program | string {
  const type = progTypeById(captured.type, captured.attach_type) ?? progTypeById(captured.type)
  if (!type) return `program type ${captured.type}`
  if (captured.lacks !== undefined) return `${captured.lacks} of the kernel's BTF`
  const maps: MapDef[] = []
  for (const map of captured.maps) {
    const def = mapDef(map)
    if (typeof def === 'string') return def
    maps.push(def)
  }
  // A map's types are taken from the program's BTF; a program without any takes those of its first map that has some.
  const own = captured.btf === undefined ? undefined : types.get(captured.btf)
  const btf = own ?? types.get(captured.maps.find((map) => map.btf)?.btf ?? 0)
  return {
    name: captured.name,
    section: captured.section,
    type: type.name,
    attachType: captured.attach_type,
    ...(captured.attach_to ? { attachTo: captured.attach_to } : {}),
    license: captured.license,
    flags: captured.flags,
    code: fromHex(captured.insns)!,
    maps,
    ...(btf ? { btf, ...infoOf(captured, btf) } : { lines: [], subprogs: [] }),
    spans: [],
    vars: [],
  }
}

function mapDef(map: CapturedMap): MapDef | string {
  const type = map.type === undefined ? undefined : mapTypeById(map.type)
  if (!type) return `map type ${map.type}`
  const inner = map.inner ? mapDef(map.inner) : undefined
  if (typeof inner === 'string') return inner
  return {
    name: map.name ?? '',
    type: type.name,
    keySize: map.key ?? 0,
    valueSize: map.value ?? 0,
    maxEntries: map.max ?? 0,
    flags: map.flags ?? 0,
    keyTypeId: map.key_type ?? 0,
    valueTypeId: map.value_type ?? 0,
    init: map.data ? [{ key: new Uint8Array(4), value: fromHex(map.data)! }] : [],
    frozen: map.frozen ?? false,
    ...(map.extra ? { extra: map.extra } : {}),
    ...(inner ? { inner } : {}),
  }
}

const GLOBAL_LINKAGE = 1
const LINE_COLUMN_BITS = 10

function infoOf(captured: Captured, bytes: Uint8Array): { readonly lines: LineInfo[]; readonly subprogs: SubprogInfo[] } {
  const read = readBtf(bytes)
  const lines: LineInfo[] = []
  const subprogs: SubprogInfo[] = []
  if (!read.ok) return { lines, subprogs }
  const { btf } = read
  for (const at of rows(captured.func_info, captured.func_info_size)) {
    const typeId = at.getUint32(4, true)
    const func = btf.types[typeId]
    if (func?.kind !== 'func') continue
    subprogs.push({ start: at.getUint32(0, true), name: func.name, typeId, isGlobal: func.linkage === GLOBAL_LINKAGE })
  }
  for (const at of rows(captured.line_info, captured.line_info_size)) {
    const place = at.getUint32(12, true)
    lines.push({
      insn: at.getUint32(0, true),
      file: btfString(btf.strings, at.getUint32(4, true)) ?? '',
      text: btfString(btf.strings, at.getUint32(8, true)) ?? '',
      line: place >>> LINE_COLUMN_BITS,
      column: place & ((1 << LINE_COLUMN_BITS) - 1),
    })
  }
  return { lines, subprogs }
}

function rows(hex: string | undefined, size: number | undefined): DataView[] {
  const bytes = hex ? fromHex(hex) : undefined
  if (!bytes || !size) return []
  return Array.from({ length: bytes.length / size }, (_, i) => new DataView(bytes.buffer, bytes.byteOffset + i * size, size))
}
