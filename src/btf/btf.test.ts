// BTF written and read back, asked, printed as C, and values shown by it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BtfBuilder, writeBtf } from './builder.ts'
import { dedupTypes, withIds } from './dedup.ts'
import { printType, typeName } from './print.ts'
import { alignOf, findByName, findMember, resolve, sizeOf } from './query.ts'
import { readBtf } from './read.ts'
import type { Btf, BtfId, BtfType } from './types.ts'
import { formatValue } from './value.ts'

const int = (name: string, size: number, encoding = 0): BtfType => ({ kind: 'int', name, size, encoding, bits: size * 8, offBits: 0 })

/** A little world of types; ids by name. */
function world(): { builder: BtfBuilder; id: Record<string, BtfId> } {
  const builder = new BtfBuilder()
  const add = (type: BtfType) => builder.add(type)
  const id: Record<string, BtfId> = {}
  id['int'] = add(int('int', 4, 1))
  id['char'] = add(int('char', 1, 1))
  id['u8'] = add({ kind: 'typedef', name: '__u8', type: add(int('unsigned char', 1)) })
  id['u32'] = add({ kind: 'typedef', name: '__u32', type: add(int('unsigned int', 4)) })
  id['u64'] = add({ kind: 'typedef', name: '__u64', type: add(int('unsigned long long', 8)) })
  id['bool'] = add(int('_Bool', 1, 4))
  const values = [
    { name: 'IDLE', value: 0n },
    { name: 'BUSY', value: -1n },
  ]
  id['state'] = add({ kind: 'enum', name: 'state', size: 4, signed: true, values })
  id['big'] = add({ kind: 'enum64', name: 'big', size: 8, signed: false, values: [{ name: 'HUGE', value: 2n ** 63n }] })
  id['addr'] = add({ kind: 'array', type: id['u8'], indexType: id['int'], count: 4 })
  id['comm'] = add({ kind: 'array', type: id['char'], indexType: id['int'], count: 8 })
  id['node'] = builder.reserve()
  id['nodePtr'] = add({ kind: 'ptr', type: id['node'] })
  const member = (name: string, type: BtfId, offBits: number, sizeBits = 0) => ({ name, type, offBits, sizeBits })
  const inner = add({ kind: 'union', name: '', size: 4, members: [member('word', id['u32'], 0), member('bytes', id['addr'], 0)] })
  builder.define(id['node'], {
    kind: 'struct',
    name: 'node',
    size: 40,
    members: [
      member('next', id['nodePtr'], 0),
      member('packets', id['u64'], 64),
      member('', inner, 128),
      member('low', id['u32'], 160, 3),
      member('signed_bits', id['int'], 163, 4),
      member('up', id['bool'], 184),
      member('comm', id['comm'], 192),
      member('state', id['state'], 256),
    ],
  })
  const proto = add({
    kind: 'func_proto',
    ret: id['int'],
    params: [
      { name: 'n', type: id['nodePtr'] },
      { name: '', type: 0 },
    ],
  })
  id['callback'] = add({ kind: 'ptr', type: proto })
  id['f'] = add({ kind: 'func', name: 'f', type: proto, linkage: 0 })
  id['ptrArray'] = add({ kind: 'ptr', type: id['addr'] })
  id['arrayOfPtr'] = add({ kind: 'array', type: id['nodePtr'], indexType: id['int'], count: 2 })
  id['constPtr'] = add({ kind: 'const', type: add({ kind: 'ptr', type: add({ kind: 'const', type: id['char'] }) }) })
  id['volatileInt'] = add({ kind: 'const', type: add({ kind: 'volatile', type: id['int'] }) })
  id['double'] = add({ kind: 'float', name: 'double', size: 8 })
  id['fwd'] = add({ kind: 'fwd', name: 'elsewhere', isUnion: true })
  id['seen'] = add({ kind: 'var', name: 'seen', type: id['u64'], linkage: 1 })
  id['bss'] = add({ kind: 'datasec', name: '.bss', size: 8, vars: [{ type: id['seen'], offset: 0, size: 8 }] })
  id['tag'] = add({ kind: 'decl_tag', name: 'hot', type: id['node'], component: 1 })
  id['user'] = add({ kind: 'type_tag', name: 'user', type: id['int'] })
  return { builder, id }
}

function readOk(bytes: Uint8Array): Btf {
  const result = readBtf(bytes)
  if (!result.ok) throw new Error(`${result.fault} at ${result.at}`)
  return result.btf
}

describe('write and read', () => {
  test('every kind comes back', () => {
    const { builder } = world()
    const btf = readOk(builder.build())
    expect(btf.types).toEqual(builder.types)
    expect(new Set(btf.types.map((t) => t.kind)).size).toBe(19)
  })
  test('equal types are one, equal strings are one', () => {
    const b = new BtfBuilder()
    expect(b.add(int('int', 4, 1))).toBe(1)
    expect(b.add(int('unsigned', 4))).toBe(2)
    expect(b.add(int('int', 4, 1))).toBe(1)
    expect(b.add({ kind: 'void' })).toBe(0)
    expect(b.string('text')).toBe(b.string('text'))
    expect(b.string('')).toBe(0)
  })
  test('a list of types keeps its ids', () => {
    const btf = readOk(world().builder.build())
    expect(readOk(writeBtf(btf)).types).toEqual(btf.types)
  })
  test.each([
    ['magic', (b: Uint8Array) => b.fill(0, 0, 2)],
    ['version', (b: Uint8Array) => b.fill(7, 2, 3)],
    ['header', (b: Uint8Array) => b.fill(1, 4, 5)],
    ['kind', (b: Uint8Array) => b.fill(0x1f, 24 + 7, 24 + 8)],
    ['string', (b: Uint8Array) => b.fill(0x7f, 24 + 1, 24 + 4)],
    ['type id', (b: Uint8Array) => b.fill(0x7f, 24 + 16 + 8, 24 + 16 + 12)],
  ])('a broken %s is told', (what, breakIt) => {
    const b = new BtfBuilder()
    b.add({ kind: 'ptr', type: b.add(int('int', 4, 1)) })
    const bytes = b.build()
    breakIt(bytes)
    expect(readBtf(bytes)).toMatchObject({ ok: false, fault: what })
  })
  test('any bytes are answered, and what is read can be walked', () => {
    const good = world().builder.build()
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 }), fc.nat(good.length), (edits, cut) => {
        const bytes = good.slice()
        for (const [at, value] of edits) bytes[at] = value
        for (const input of [bytes, bytes.subarray(0, cut)]) {
          const result = readBtf(input)
          if (result.ok) for (let id = 0; id < result.btf.types.length; id++) walk(result.btf, id)
        }
      }),
      { numRuns: 300 },
    )
  })
  test('circular and bottomless types do not hang or overflow', () => {
    const n = 3000
    const types: BtfType[] = [{ kind: 'void' }]
    const twice = (id: BtfId) => [0, 64].map((offBits) => ({ name: '', type: id, offBits, sizeBits: 0 }))
    for (let i = 1; i <= n; i++) types.push({ kind: 'struct', name: '', size: 16, members: twice(i === n ? 1 : i + 1) })
    types.push({ kind: 'typedef', name: 'self', type: n + 1 })
    types.push({ kind: 'array', type: n + 2, indexType: 1, count: 1000 })
    const btf = readOk(writeBtf({ types }))
    for (const id of [1, n, n + 1, n + 2]) walk(btf, id)
  })
})

function walk(btf: Btf, id: BtfId): void {
  expect(printType(btf, id).length + typeName(btf, id).length).toBeLessThan(10_000_000)
  expect(formatValue(btf, id, new Uint8Array(64)).length).toBeLessThan(1_000_000)
  expect(alignOf(btf, id)).toBeGreaterThan(0)
  sizeOf(btf, id)
  findMember(btf, id, 'nothing')
}

describe('questions', () => {
  const { builder, id } = world()
  const btf = readOk(builder.build())
  test('size and alignment', () => {
    const of = (name: string) => [sizeOf(btf, id[name]), alignOf(btf, id[name])]
    expect(of('u32')).toEqual([4, 4])
    expect(of('node')).toEqual([40, 8])
    expect(of('addr')).toEqual([4, 1])
    expect(of('arrayOfPtr')).toEqual([16, 8])
    expect(of('volatileInt')).toEqual([4, 4])
    expect(of('seen')).toEqual([8, 8])
    expect(of('fwd')).toEqual([undefined, 1])
    expect(sizeOf(btf, 0)).toBeUndefined()
  })
  test('members, also of anonymous members', () => {
    expect(findMember(btf, id['node'], 'packets')).toMatchObject({ offBits: 64 })
    expect(findMember(btf, id['node'], 'bytes')).toMatchObject({ offBits: 128, type: id['addr'] })
    expect(findMember(btf, id['node'], 'none')).toBeUndefined()
    expect(findByName(btf, 'struct', 'node')).toBe(id['node'])
    expect(findByName(btf, 'union', 'node')).toBeUndefined()
    expect(resolve(btf, id['volatileInt']).type).toMatchObject({ kind: 'int', name: 'int' })
  })
})

describe('as C', () => {
  const { builder, id } = world()
  const btf = readOk(builder.build())
  test.each([
    ['nodePtr', 'x', 'struct node *x'],
    ['nodePtr', '', 'struct node *'],
    ['addr', 'x', '__u8 x[4]'],
    ['ptrArray', 'x', '__u8 (*x)[4]'],
    ['arrayOfPtr', 'x', 'struct node *x[2]'],
    ['callback', 'x', 'int (*x)(struct node *n, ...)'],
    ['callback', '', 'int (*)(struct node *n, ...)'],
    ['constPtr', 'x', 'const char *const x'],
    ['volatileInt', 'x', 'const volatile int x'],
    ['state', 'x', 'enum state x'],
  ])('%s around "%s"', (name, around, expected) => {
    expect(typeName(btf, id[name], around)).toBe(expected)
  })
  test('definitions', () => {
    const all = ['node', 'state', 'big', 'u32', 'f', 'fwd', 'bss'].map((name) => printType(btf, id[name])).join('\n')
    expect(all).toBe(`struct node {
	struct node *next;
	__u64 packets;
	union {
		__u32 word;
		__u8 bytes[4];
	};
	__u32 low: 3;
	int signed_bits: 4;
	_Bool up;
	char comm[8];
	enum state state;
};
enum state {
	IDLE = 0,
	BUSY = -1,
};
enum big {
	HUGE = 9223372036854775808,
};
typedef unsigned int __u32;
static int f(struct node *n, ...);
union elsewhere;
/* .bss */
__u64 seen;`)
  })
})

describe('values', () => {
  const { builder, id } = world()
  const btf = readOk(builder.build())
  const show = (name: string, ...bytes: number[]) => formatValue(btf, id[name], new Uint8Array(bytes))
  test('of a struct', () => {
    const bytes = new Uint8Array(40)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(0, 0xffff8881_00000000n, true)
    view.setBigUint64(8, 3n, true)
    bytes.set([192, 168, 0, 1], 16)
    bytes[20] = 5 | (9 << 3)
    bytes[23] = 1
    bytes.set([101, 116, 104, 48], 24)
    view.setInt32(32, -1, true)
    expect(formatValue(btf, id['node'], bytes)).toBe(
      '{.next = 0xffff888100000000, .packets = 3, {.word = 16820416, .bytes = {192, 168, 0, 1}}, .low = 5, .signed_bits = -7, .up = true, .comm = "eth0", .state = BUSY}',
    )
  })
  test('of one thing', () => {
    expect(show('int', 0xff, 0xff, 0xff, 0xff)).toBe('-1')
    expect(show('u32', 0xff, 0xff, 0xff, 0xff)).toBe('4294967295')
    expect(show('state', 7, 0, 0, 0)).toBe('7')
    expect(show('big', 0, 0, 0, 0, 0, 0, 0, 0x80)).toBe('HUGE')
    expect(show('comm', 1, 2, 3, 4, 5, 6, 7, 8)).toBe('{1, 2, 3, 4, 5, 6, 7, 8}')
    expect(show('comm', 0x22, 0x5c, 10, 0, 0, 0, 0, 0)).toBe('"\\"\\\\\\n"')
    expect(show('double', 0, 0, 0, 0, 0, 0, 0xf8, 0x3f)).toBe('1.5')
    expect(show('bss', 9, 0, 0, 0, 0, 0, 0, 0)).toBe('{.seen = 9}')
    expect(show('u32', 1)).toBe('?')
  })
})

describe('types made one', () => {
  /** A list node, seen whole or as a declaration by what points to it. */
  const unit = (whole: boolean, size = 16): BtfType[] => {
    const node: BtfType = whole
      ? { kind: 'struct', name: 'node', size, members: [{ name: 'next', type: 2, offBits: 0, sizeBits: 0 }] }
      : { kind: 'fwd', name: 'node', isUnion: false }
    return [{ kind: 'void' }, node, { kind: 'ptr', type: 1 }, { kind: 'var', name: whole ? 'a' : 'b', type: 2, linkage: 1 }]
  }
  const together = (...units: BtfType[][]): BtfType[] => {
    const all: BtfType[] = [{ kind: 'void' }]
    for (const types of units) {
      const base = all.length - 1
      all.push(...types.slice(1).map((t) => withIds(t, (id) => (id === 0 ? 0 : id + base))))
    }
    return all
  }

  test('circular ones', () => {
    const { types, ids } = dedupTypes(together(unit(true), unit(true)))
    expect(types.map((t) => t.kind)).toEqual(['void', 'struct', 'ptr', 'var', 'var'])
    expect([...ids]).toEqual([0, 1, 2, 3, 1, 2, 4])
  })
  test('a declaration stands for the one struct of its name', () => {
    const { types, ids } = dedupTypes(together(unit(false), unit(true)))
    expect(types.map((t) => t.kind)).toEqual(['void', 'ptr', 'var', 'struct', 'var'])
    expect([...ids]).toEqual([0, 3, 1, 2, 3, 1, 4])
  })
  test('of two structs of a name it stands for neither', () => {
    const { types } = dedupTypes(together(unit(false), unit(true), unit(true, 24)))
    expect(types.filter((t) => t.kind === 'fwd' || t.kind === 'struct')).toHaveLength(3)
  })
  test('once is enough', () => {
    const once = dedupTypes(together(unit(false), unit(true), unit(true, 24))).types
    expect(dedupTypes(once).types).toEqual(once)
  })
})
