// A subset of a BTF as columns of text and back. Types keep their ids; an id that is left out reads as void.
// Columns put like beside like, which is what a compressor of texts wants; a reference is written as a rank, where types that are
// referred to often have small ranks. Offsets of members are differences, values of enumerators distances from what C would give them.
// Invariant: `decode(encode(types))` gives the same types.
import { never } from '../../base/index.ts'
import { BTF_KINDS, type BtfEnumerator, type BtfId, type BtfLinkage, type BtfMember, type BtfType, referredIds } from '../../btf/index.ts'
import { DigitReader, DigitWriter } from './digits.ts'

export interface Columns {
  /** One character a type, by number of the kind, 0 being 'A'; ids that are left out in between are told by `gaps`. */
  readonly kinds: string
  /** Distance of each id from the one before. */
  readonly gaps: string
  /** Every name in order, a comma behind each. */
  readonly names: string
  /** The place in the list of types (counted among those kept) of each rank. */
  readonly ranks: string
  readonly refs: string
  readonly counts: string
  readonly sizes: string
  readonly offsets: string
  readonly values: string
}

export function encode(types: ReadonlyMap<BtfId, BtfType>): Columns {
  const ids = [...types.keys()].sort((a, b) => a - b)
  const list = ids.map((id) => types.get(id)!)
  const ranked = rank(list)
  const rankOf = new Map(ranked.map((id, i) => [id, i]))
  const [gaps, ranks, refs, counts, sizes, offsets, values] = Array.from({ length: 7 }, () => new DigitWriter())
  for (const [i, id] of ids.entries()) gaps.unsigned(id - (ids[i - 1] ?? 0))
  const placeOf = new Map(ids.map((id, i) => [id, i + 1]))
  let before = 0
  for (const id of ranked) {
    const place = id === 0 ? 0 : placeOf.get(id)!
    ranks.signed(place - before)
    before = place
  }
  const names: string[] = []
  const ref = (id: BtfId) => refs.unsigned(rankOf.get(id)!)
  for (const t of list) {
    if ('name' in t) names.push(t.name)
    switch (t.kind) {
      case 'void':
        break
      case 'int':
        sizes.unsigned(t.size).unsigned(t.encoding).unsigned(t.bits).unsigned(t.offBits)
        break
      case 'ptr':
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type_tag':
        ref(t.type)
        break
      case 'array':
        ref(t.type)
        ref(t.indexType)
        counts.unsigned(t.count)
        break
      case 'struct':
      case 'union': {
        sizes.unsigned(t.size)
        counts.unsigned(t.members.length * 2 + Number(hasBits(t.members)))
        let last = 0
        for (const m of t.members) {
          names.push(m.name)
          ref(m.type)
          if (hasBits(t.members)) offsets.signed(m.offBits - last).unsigned(m.sizeBits)
          else offsets.signed((m.offBits - last) / 8)
          last = m.offBits
        }
        break
      }
      case 'enum':
      case 'enum64': {
        sizes.unsigned(t.size * 2 + Number(t.signed))
        counts.unsigned(t.values.length)
        let next = 0n
        for (const v of t.values) {
          names.push(v.name)
          writeBig(values, v.value - next)
          next = v.value + 1n
        }
        break
      }
      case 'fwd':
        counts.unsigned(Number(t.isUnion))
        break
      case 'func':
      case 'var':
        ref(t.type)
        counts.unsigned(t.linkage)
        break
      case 'func_proto':
        ref(t.ret)
        counts.unsigned(t.params.length)
        for (const p of t.params) {
          names.push(p.name)
          ref(p.type)
        }
        break
      case 'datasec':
        sizes.unsigned(t.size)
        counts.unsigned(t.vars.length)
        for (const v of t.vars) {
          ref(v.type)
          sizes.unsigned(v.size)
          offsets.signed(v.offset)
        }
        break
      case 'float':
        sizes.unsigned(t.size)
        break
      case 'decl_tag':
        ref(t.type)
        counts.unsigned(t.component + 1)
        break
      default:
        never(t)
    }
  }
  return {
    kinds: list.map((t) => String.fromCharCode(65 + BTF_KINDS.indexOf(t.kind))).join(''),
    gaps: gaps.done(),
    names: names.map((n) => `${n},`).join(''),
    ranks: ranks.done(),
    refs: refs.done(),
    counts: counts.done(),
    sizes: sizes.done(),
    offsets: offsets.done(),
    values: values.done(),
  }
}

/** The types by id; holes are void. */
export function decode(columns: Columns): BtfType[] {
  const gaps = new DigitReader(columns.gaps)
  const ids: BtfId[] = [0]
  for (let id = 0; gaps.more(); ) ids.push((id += gaps.unsigned()))
  const ranks = new DigitReader(columns.ranks)
  const ranked: BtfId[] = []
  for (let place = 0; ranks.more(); ) ranked.push(ids[(place += ranks.signed())])
  const refs = new DigitReader(columns.refs)
  const counts = new DigitReader(columns.counts)
  const sizes = new DigitReader(columns.sizes)
  const offsets = new DigitReader(columns.offsets)
  const values = new DigitReader(columns.values)
  const names = columns.names.split(',')
  let nextName = 0
  const name = (): string => names[nextName++]
  const ref = (): BtfId => ranked[refs.unsigned()]
  const linkage = (): BtfLinkage => counts.unsigned() as BtfLinkage

  const type = (kind: BtfType['kind']): BtfType => {
    switch (kind) {
      case 'void':
        return VOID
      case 'int':
        return { kind, name: name(), size: sizes.unsigned(), encoding: sizes.unsigned(), bits: sizes.unsigned(), offBits: sizes.unsigned() }
      case 'typedef':
      case 'type_tag':
        return { kind, name: name(), type: ref() }
      case 'ptr':
      case 'volatile':
      case 'const':
      case 'restrict':
        return { kind, type: ref() }
      case 'array':
        return { kind, type: ref(), indexType: ref(), count: counts.unsigned() }
      case 'struct':
      case 'union': {
        const own = name()
        const size = sizes.unsigned()
        const count = counts.unsigned()
        const members: BtfMember[] = []
        let last = 0
        for (let left = count >> 1; left > 0; left--) {
          last += count % 2 === 1 ? offsets.signed() : offsets.signed() * 8
          members.push({ name: name(), type: ref(), offBits: last, sizeBits: count % 2 === 1 ? offsets.unsigned() : 0 })
        }
        return { kind, name: own, size, members }
      }
      case 'enum':
      case 'enum64': {
        const own = name()
        const size = sizes.unsigned()
        const list: BtfEnumerator[] = []
        let next = 0n
        for (let left = counts.unsigned(); left > 0; left--) {
          const value = next + readBig(values)
          list.push({ name: name(), value })
          next = value + 1n
        }
        return { kind, name: own, size: size >> 1, signed: size % 2 === 1, values: list }
      }
      case 'fwd':
        return { kind, name: name(), isUnion: counts.unsigned() === 1 }
      case 'func':
      case 'var':
        return { kind, name: name(), type: ref(), linkage: linkage() }
      case 'func_proto': {
        const ret = ref()
        return { kind, ret, params: Array.from({ length: counts.unsigned() }, () => ({ name: name(), type: ref() })) }
      }
      case 'datasec': {
        const own = name()
        const size = sizes.unsigned()
        const vars = Array.from({ length: counts.unsigned() }, () => ({ type: ref(), size: sizes.unsigned(), offset: offsets.signed() }))
        return { kind, name: own, size, vars }
      }
      case 'float':
        return { kind, name: name(), size: sizes.unsigned() }
      case 'decl_tag':
        return { kind, name: name(), type: ref(), component: counts.unsigned() - 1 }
    }
  }

  const types = new Array<BtfType>(ids[ids.length - 1] + 1).fill(VOID)
  for (let i = 1; i < ids.length; i++) types[ids[i]] = type(BTF_KINDS[columns.kinds.charCodeAt(i - 1) - 65])
  return types
}

const VOID: BtfType = { kind: 'void' }

const hasBits = (members: readonly BtfMember[]): boolean => members.some((m) => m.sizeBits > 0 || m.offBits % 8 !== 0)

/** Ids that are referred to, the most frequent first. */
function rank(list: readonly BtfType[]): BtfId[] {
  const uses = new Map<BtfId, number>([[0, 0]])
  for (const t of list) for (const id of referredIds(t)) uses.set(id, (uses.get(id) ?? 0) + 1)
  return [...uses].sort(([a, m], [b, n]) => n - m || a - b).map(([id]) => id)
}

/** A number of up to 64 bits and its sign, in steps of 40 bits. */
function writeBig(w: DigitWriter, n: bigint): void {
  const magnitude = n < 0n ? -n : n
  const low = Number(BigInt.asUintN(40, magnitude))
  const high = Number(magnitude >> 40n)
  w.unsigned(low * 4 + Number(n < 0n) * 2 + Number(high > 0))
  if (high > 0) w.unsigned(high)
}

function readBig(r: DigitReader): bigint {
  const head = r.unsigned()
  const low = BigInt(Math.floor(head / 4))
  const magnitude = head % 2 === 1 ? low | (BigInt(r.unsigned()) << 40n) : low
  return head % 4 >= 2 ? -magnitude : magnitude
}
