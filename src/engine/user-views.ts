// What user space shows of a world: tables, histograms, logs, trees, values over time and flame graphs, made from maps and records by the types that the
// object brings. In: the kernel as it stands, what user space has taken so far, the scenario's views. Out: plain rows for panels and for checks.
import { toHex } from '../base/index.ts'
import { type Btf, type BtfId, btfType, formatValue, resolve } from '../btf/index.ts'
import type { Kernel, KernelMap, ScenarioView } from '../kernel/index.ts'
import { fieldValue, fillFormat, recordType } from './field-value.ts'
import type { Sample, UserRecord } from './observe.ts'

export interface HistogramBar {
  readonly label: string
  readonly count: number
}

export interface TreeRow {
  readonly id: string
  readonly parent: string
  readonly label: string
  readonly depth: number
}

export type UserView = { readonly title: string; readonly fault: string } & (
  | { readonly kind: 'table'; readonly rows: readonly { readonly key: string; readonly value: string }[] }
  | {
      readonly kind: 'histogram'
      readonly unit: string
      readonly groups: readonly { readonly key: string; readonly bars: readonly HistogramBar[] }[]
    }
  | {
      readonly kind: 'log'
      readonly lines: readonly { readonly atNs: number; readonly node: string; readonly text: string }[]
      readonly total: number
    }
  | { readonly kind: 'tree'; readonly rows: readonly TreeRow[] }
  | {
      readonly kind: 'series'
      readonly lines: readonly { readonly key: string; readonly points: readonly { readonly atNs: number; readonly value: number }[] }[]
    }
  /** Frames from the root on. */
  | { readonly kind: 'flame'; readonly stacks: readonly { readonly frames: readonly string[]; readonly count: number }[] }
)

/** The scenario's views at a tick. */
export interface UserViews {
  readonly revision: number
  readonly views: readonly UserView[]
}

export interface UserViewInput {
  readonly views: readonly ScenarioView[]
  /** The kernel whose maps are shown. */
  readonly kernel: Kernel
  /** Types of the object that the programs came in. */
  readonly btf: Btf | undefined
  readonly records: readonly UserRecord[]
  readonly samples: readonly Sample[]
  /** Name of the function at an address, in a process or in the kernel. */
  readonly symbol: (address: bigint, pid: number) => string | undefined
}

/** Arrays of up to so many slots are shown whole. */
const FULL_ROWS = 16
const MAX_ROWS = 1000
const MAX_LINES = 2000
const NO_TYPES: Btf = { types: [{ kind: 'void' }], strings: new Uint8Array(1) }

export const userViews = (o: UserViewInput): UserView[] => o.views.map((view) => makeView(o, view))

function makeView(o: UserViewInput, view: ScenarioView): UserView {
  const title = view.title ?? view.map
  const source = sourceOf(o, view.map)
  const fault = source ? '' : `no map ${view.map}`
  switch (view.kind) {
    case 'table':
      return { kind: 'table', title, fault, rows: source ? tableRows(o, source) : [] }
    case 'histogram':
      return { kind: 'histogram', title, fault, unit: view.unit ?? '', groups: source ? histogram(o, source, view.log2 === true) : [] }
    case 'log': {
      const all = o.records.filter((r) => r.map === view.map)
      const lines = all.slice(-MAX_LINES).map((r) => ({ atNs: r.atNs, node: r.node, text: recordText(o, r.data, view.type, view.format) }))
      return { kind: 'log', title, fault, lines, total: all.length }
    }
    case 'tree':
      return { kind: 'tree', title, fault, rows: tree(o, view) }
    case 'series':
      return { kind: 'series', title, fault, lines: source ? series(o, view, source) : [] }
    case 'flame': {
      const stacks = o.kernel.maps.find((m) => m.def.name === view.stacks)
      return {
        kind: 'flame',
        title,
        fault: fault || (stacks ? '' : `no map ${view.stacks}`),
        stacks: source && stacks ? flame(o, source, stacks) : [],
      }
    }
  }
}

/** A map, or a global variable in one of the object's data sections. */
interface Source {
  readonly keyType: BtfId
  readonly valueType: BtfId
  readonly entries: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[]
  /** All keys are always there: an array. */
  readonly isArray?: boolean
}

function sourceOf(o: UserViewInput, name: string): Source | undefined {
  const { btf = NO_TYPES, kernel } = o
  const map = kernel.maps.find((m) => m.def.name === name)
  if (map)
    return {
      keyType: map.def.keyTypeId,
      valueType: map.def.valueTypeId,
      entries: entriesOf(o, map),
      isArray: map.def.type.includes('array'),
    }
  for (const section of btf.types) {
    if (section.kind !== 'datasec') continue
    for (const info of section.vars) {
      const variable = btfType(btf, info.type)
      if (variable.kind !== 'var' || variable.name !== name) continue
      const holder = kernel.maps.find((m) => m.def.section === section.name || m.def.name.endsWith(section.name))
      const value = holder?.entries()[0]?.value.subarray(info.offset, info.offset + info.size)
      if (value) return { keyType: 0, valueType: variable.type, entries: [{ key: new Uint8Array(0), value }] }
    }
  }
  return undefined
}

/** Values of all CPUs are summed up where they are numbers, else the first CPU's stand for them. */
function entriesOf({ btf = NO_TYPES }: UserViewInput, map: KernelMap): Source['entries'] {
  if (!('entries' in map)) return []
  const all = map.entries()
  if (!map.percpu) return all
  const stride = (map.def.valueSize + 7) & ~7
  const isNumber = resolve(btf, map.def.valueTypeId).type.kind === 'int'
  return all.map(({ key, value }) => {
    if (!isNumber) return { key, value: value.subarray(0, map.def.valueSize) }
    let sum = 0n
    for (let at = 0; at + map.def.valueSize <= value.length; at += stride) sum += little(value.subarray(at, at + map.def.valueSize))
    return { key, value: bytesOf(sum, map.def.valueSize) }
  })
}

const shownAs = (btf: Btf, type: BtfId, bytes: Uint8Array): string => (type === 0 ? toHex(bytes) : formatValue(btf, type, bytes))

/** Of a long array, what is zero says nothing. */
function tableRows({ btf = NO_TYPES }: UserViewInput, { entries, keyType, valueType, isArray }: Source): { key: string; value: string }[] {
  const used = isArray && entries.length > FULL_ROWS ? entries.filter(({ value }) => value.some((byte) => byte !== 0)) : entries
  return (used.length > 0 ? used : entries.slice(0, FULL_ROWS))
    .slice(0, MAX_ROWS)
    .map(({ key, value }) => ({ key: shownAs(btf, keyType, key), value: shownAs(btf, valueType, value) }))
}

/** An array's slots are one histogram; a value that holds an array of numbers is one for each key. */
function histogram(
  { btf = NO_TYPES }: UserViewInput,
  { entries, keyType, valueType }: Source,
  log2: boolean,
): { key: string; bars: HistogramBar[] }[] {
  const slots = numbersIn(btf, valueType)
  if (slots) {
    return entries.slice(0, MAX_ROWS).map(({ key, value }) => ({
      key: key.length === 0 ? '' : shownAs(btf, keyType, key),
      bars: bars(numbers(value, slots.offset, slots.size, slots.count), log2),
    }))
  }
  const counts: number[] = []
  for (const { key, value } of entries) {
    const slot = Number(little(key))
    if (slot < MAX_ROWS) counts[slot] = Number(little(value))
  }
  return [
    {
      key: '',
      bars: bars(
        Array.from(counts, (n) => n ?? 0),
        log2,
      ),
    },
  ]
}

/** The first array of numbers in a type. */
function numbersIn(btf: Btf, id: BtfId): { readonly offset: number; readonly size: number; readonly count: number } | undefined {
  const { type } = resolve(btf, id)
  if (type.kind === 'array') {
    const element = resolve(btf, type.type).type
    return element.kind === 'int' && element.size > 1 ? { offset: 0, size: element.size, count: type.count } : undefined
  }
  if (type.kind !== 'struct') return undefined
  for (const m of type.members) {
    const found = numbersIn(btf, m.type)
    if (found) return { ...found, offset: found.offset + (m.offBits >> 3) }
  }
  return undefined
}

const numbers = (bytes: Uint8Array, offset: number, size: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Number(little(bytes.subarray(offset + i * size, offset + (i + 1) * size))))

/** Without what is empty at the end; powers of two are labelled as bcc's tools do. */
function bars(counts: readonly number[], log2: boolean): HistogramBar[] {
  const end = counts.findLastIndex((n) => n > 0) + 1
  return counts.slice(0, end).map((count, i) => ({ label: log2 ? `${i === 0 ? 0 : 2 ** i} -> ${2 ** (i + 1) - 1}` : String(i), count }))
}

function recordText({ btf }: UserViewInput, data: Uint8Array, name: string | undefined, format: string | undefined): string {
  const type = btf && recordType(btf, name, data.length)
  if (!btf || type === undefined) return toHex(data)
  return format ? fillFormat(btf, type, data, format) : formatValue(btf, type, data)
}

/** Records in the order of their parents; a record of an id that was there before renames it, as exec does. */
function tree({ btf, records }: UserViewInput, view: Extract<ScenarioView, { kind: 'tree' }>): TreeRow[] {
  const nodes = new Map<string, { parent: string; label: string }>()
  for (const { map, data } of records) {
    if (map !== view.map || !btf) continue
    const type = recordType(btf, view.type, data.length)
    if (type === undefined) continue
    const id = fieldValue(btf, type, data, view.id)
    const parent = fieldValue(btf, type, data, view.parent)
    if (id === undefined || parent === undefined) continue
    const label = view.label.includes('{') ? fillFormat(btf, type, data, view.label) : String(fieldValue(btf, type, data, view.label) ?? '')
    nodes.set(String(id), { parent: String(parent), label })
  }
  const rows: TreeRow[] = []
  const visit = (id: string, depth: number): void => {
    const node = nodes.get(id)
    if (!node || rows.length >= MAX_ROWS || rows.some((r) => r.id === id)) return
    rows.push({ id, parent: node.parent, label: node.label, depth })
    for (const [child, { parent }] of nodes) if (parent === id) visit(child, depth + 1)
  }
  for (const [id, { parent }] of nodes) if (!nodes.has(parent) || parent === id) visit(id, 0)
  return rows
}

function series(
  { btf = NO_TYPES, samples }: UserViewInput,
  view: Extract<ScenarioView, { kind: 'series' }>,
  source: Source,
): Extract<UserView, { kind: 'series' }>['lines'] {
  const lines = new Map<string, { atNs: number; value: number }[]>()
  for (const { map, key, value, atNs } of samples) {
    const hex = toHex(key)
    if (map !== view.map || (view.key !== undefined && hex !== view.key.toLowerCase())) continue
    const field = view.field === undefined ? undefined : fieldValue(btf, source.valueType, value, view.field)
    const number = view.field === undefined ? Number(little(value.subarray(0, 8))) : typeof field === 'bigint' ? Number(field) : undefined
    if (number === undefined) continue
    const name = shownAs(btf, source.keyType, key)
    const points = lines.get(name) ?? []
    if (points.length === 0) lines.set(name, points)
    points.push({ atNs, value: number })
  }
  return [...lines].map(([key, points]) => ({ key, points }))
}

/** Which fields of a key tell a process, a name and stacks. */
function flame(o: UserViewInput, source: Source, stacks: KernelMap): { frames: string[]; count: number }[] {
  const { btf = NO_TYPES } = o
  const { type } = resolve(btf, source.keyType)
  const out = new Map<string, { frames: string[]; count: number }>()
  for (const { key, value } of source.entries) {
    let pid = 0
    let name = ''
    const user: string[] = []
    const kernel: string[] = []
    const fields = type.kind === 'struct' ? type.members.map((m) => m.name) : ['']
    for (const field of fields) {
      const v = field === '' ? BigInt.asIntN(32, little(key.subarray(0, 4))) : fieldValue(btf, source.keyType, key, field)
      if (typeof v === 'bigint' && /pid/.test(field)) pid = Number(v)
      else if (typeof v === 'string' && /comm|name/.test(field)) name = v
    }
    for (const field of fields) {
      const v = field === '' ? BigInt.asIntN(32, little(key.subarray(0, 4))) : fieldValue(btf, source.keyType, key, field)
      if (typeof v !== 'bigint' || BigInt.asIntN(32, v) < 0n || (field !== '' && !/stack/.test(field))) continue
      for (const ip of stackAt(stacks, Number(BigInt.asUintN(32, v))))
        (ip >> 63n ? kernel : user).push(o.symbol(ip, pid) ?? `0x${ip.toString(16)}`)
    }
    const root = name !== '' ? name : pid > 0 ? String(pid) : ''
    const frames = [...(root === '' ? [] : [root]), ...user.reverse(), ...kernel.reverse().map((f) => `${f}_[k]`)]
    const id = frames.join(';')
    const known = out.get(id)
    const count = (known?.count ?? 0) + Number(little(value.subarray(0, 8)))
    out.set(id, { frames, count })
  }
  return [...out.values()]
}

/** Addresses of a stack, the innermost first. */
function stackAt(stacks: KernelMap, id: number): bigint[] {
  const wanted = bytesOf(BigInt(id), 4)
  const entry = stacks.entries().find(({ key }) => little(key) === little(wanted))
  const out: bigint[] = []
  for (let at = 0; entry && at + 8 <= entry.value.length; at += 8) {
    const ip = little(entry.value.subarray(at, at + 8))
    if (ip === 0n) break
    out.push(ip)
  }
  return out
}

function little(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = Math.min(bytes.length, 8) - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i])
  return value
}

function bytesOf(value: bigint, size: number): Uint8Array {
  const out = new Uint8Array(size)
  for (let i = 0, rest = value; i < size; i++, rest >>= 8n) out[i] = Number(rest & 0xffn)
  return out
}
