// A program given as raw instructions with its maps and one packet: the JSON form that recorded programs and the batch command use.
// In: an untrusted parsed JSON value. Out: a Program and the packet, or a text that says which field is wrong. Never throws.
// Map loads in `insns` name maps by index (src_reg 5 or 6), so a record stands on its own.
import type { KernelBtf } from '../abi/index.ts'
import { fromHex } from '../base/index.ts'
import type { MapDef, Program } from '../isa/index.ts'

export interface ProgramRecord {
  readonly program: Program
  /** The packet of the run, Ethernet header first; absent where none was given. */
  readonly packet?: Uint8Array
}

export type RecordResult = { readonly ok: true; readonly record: ProgramRecord } | { readonly ok: false; readonly error: string }

const MAX_INSNS_BYTES = 8 * 1_000_000
const MAX_MAPS = 64

/** `kernel`: where a record says what it attaches to by number. */
export function readRecord(json: unknown, kernel?: KernelBtf): RecordResult {
  if (!isObject(json)) return bad('a record is an object')
  const code = typeof json['insns'] === 'string' ? fromHex(json['insns']) : undefined
  if (!code || code.length === 0 || code.length % 8 !== 0 || code.length > MAX_INSNS_BYTES)
    return bad('insns: hex of whole 8-byte instructions')
  const type = json['type']
  if (typeof type !== 'string') return bad('type: the name of a program type')
  const rawMaps = json['maps'] ?? []
  if (!Array.isArray(rawMaps) || rawMaps.length > MAX_MAPS) return bad(`maps: a list of at most ${MAX_MAPS}`)
  const maps: MapDef[] = []
  for (const [i, m] of rawMaps.entries()) {
    const def = readMap(m)
    if (typeof def === 'string') return bad(`maps[${i}].${def}`)
    maps.push(def)
  }
  const flags = json['flags'] ?? 0
  if (!isCount(flags)) return bad('flags: a number')
  const run = json['run']
  let packet: Uint8Array | undefined
  if (isObject(run) && run['data'] !== undefined) {
    packet = typeof run['data'] === 'string' ? fromHex(run['data']) : undefined
    if (!packet) return bad('run.data: hex')
  }
  const program: Program = {
    name: typeof json['name'] === 'string' ? json['name'] : '',
    section: '',
    type,
    attachType: isCount(json['attach_type']) ? json['attach_type'] : 0,
    ...readAttachment(json, kernel),
    license: typeof json['license'] === 'string' ? json['license'] : 'GPL',
    flags,
    code,
    maps,
    lines: [],
    spans: [],
    subprogs: [],
    vars: [],
  }
  return { ok: true, record: packet ? { program, packet } : { program } }
}

function readAttachment(json: Record<string, unknown>, kernel: KernelBtf | undefined): { attachTo: string } | undefined {
  if (typeof json['attach_to'] === 'string') return { attachTo: json['attach_to'] }
  const id = json['attach_btf_id']
  const type = isCount(id) ? kernel?.btf.types[id] : undefined
  return type && 'name' in type ? { attachTo: type.name } : undefined
}

function readMap(m: unknown): MapDef | string {
  if (!isObject(m)) return ' an object'
  const { type, key, value, max, flags = 0, init = [], name } = m
  if (typeof type !== 'string') return 'type: the name of a map type'
  if (!isCount(key) || !isCount(value) || !isCount(max) || !isCount(flags)) return 'key, value, max, flags: numbers'
  if (!Array.isArray(init)) return 'init: a list of [key, value]'
  const entries: { key: Uint8Array; value: Uint8Array }[] = []
  for (const pair of init) {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string' || typeof pair[1] !== 'string') return 'init: pairs of hex'
    const k = fromHex(pair[0])
    const v = fromHex(pair[1])
    if (!k || !v) return 'init: pairs of hex'
    entries.push({ key: k, value: v })
  }
  return {
    name: typeof name === 'string' ? name : '',
    type,
    keySize: key,
    valueSize: value,
    maxEntries: max,
    flags,
    keyTypeId: 0,
    valueTypeId: 0,
    init: entries,
    frozen: false,
  }
}

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x)
const isCount = (x: unknown): x is number => typeof x === 'number' && Number.isInteger(x) && x >= 0 && x <= 0xffffffff
const bad = (error: string): RecordResult => ({ ok: false, error })
