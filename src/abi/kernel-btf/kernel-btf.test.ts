// The table against facts of Linux 6.18 that its own tools print, and the encoding against types of every kind.
import { describe, expect, test } from 'vitest'
import { type BtfType, findMember, printType, referredIds, resolve, sizeOf } from '../../btf/index.ts'
import { decode, encode } from './columns.ts'
import { loadKernelBtf } from './index.ts'
import { inNameFilter, makeNameFilter } from './name-filter.ts'
import { selectTypes } from './select.ts'

const kernel = await loadKernelBtf()
const { btf } = kernel
const struct = (name: string) => kernel.find(name, 'struct')!

describe('the subset of the kernel', () => {
  test('every id inside a type is void or kept', () => {
    for (const [id, type] of btf.types.entries()) {
      for (const ref of referredIds(type)) {
        if (ref !== 0 && btf.types[ref]?.kind === 'void') throw new Error(`[${id}] ${type.kind} mentions ${ref}, which is left out`)
      }
    }
    expect(btf.types[0].kind).toBe('void')
  })

  test('what is kept whole has a size', () => {
    for (const [id, type] of btf.types.entries()) {
      if (type.kind !== 'struct' && type.kind !== 'union') continue
      for (const m of type.members) {
        const { type: behind } = resolve(btf, m.type)
        if (behind.kind === 'fwd') throw new Error(`[${id}] ${type.name}.${m.name} is cut`)
      }
    }
  })

  test.each([
    ['task_struct', 'pid', 'pid_t'],
    ['sk_buff', 'data', 'unsigned char *'],
    ['sock', 'sk_protocol', 'u16'],
    ['bpf_iter__task', '', ''],
  ])('%s is there', (name, member) => {
    expect(sizeOf(btf, struct(name))).toBeGreaterThan(0)
    if (member !== '') expect(findMember(btf, struct(name), member)).toBeDefined()
  })

  test('anonymous enumerations', () => {
    const states = btf.types.filter((t) => t.kind === 'enum' && t.values.some((v) => v.name === 'TCP_ESTABLISHED'))
    expect(states).toHaveLength(1)
    expect(states[0].kind === 'enum' && states[0].values.find((v) => v.name === 'TCP_LISTEN')?.value).toBe(10n)
  })

  test('a kfunc with its tags and the names of its parameters', () => {
    const kfunc = kernel.kfunc('bpf_dynptr_slice')!
    expect(kfunc.tags).toContain('bpf_kfunc')
    expect(kfunc.proto.params.map((p) => p.name)).toEqual(['p', 'offset', 'buffer__opt', 'buffer__szk'])
    expect(kernel.kfunc('bpf_rcu_read_lock')?.proto.params).toEqual([])
    expect(kernel.kfunc('no_such_kfunc')).toBeUndefined()
  })

  test('a tracepoint leads to its prototype', () => {
    const id = kernel.find('btf_trace_sched_switch', 'typedef')!
    expect(printType(btf, id)).toBe(
      'typedef void (*btf_trace_sched_switch)(void *, bool, struct task_struct *, struct task_struct *, unsigned int);',
    )
  })

  test('tells what it lacks from what the kernel lacks', () => {
    expect(kernel.mayHaveType('xfs_inode')).toBe(true)
    expect(kernel.find('xfs_inode', 'struct')).toBeUndefined()
    expect(kernel.mayHaveType('task_struct')).toBe(true)
    expect(kernel.mayHaveType('no_such_struct')).toBe(false)
    const [cut] = kernel.cut
    expect(['fwd', 'enum', 'enum64']).toContain(btf.types[cut].kind)
  })
})

test('a name filter has all its names and few others', () => {
  const names = Array.from({ length: 2000 }, (_, i) => `name_${i}`)
  const filter = makeNameFilter(names)
  expect(names.every((n) => inNameFilter(filter, n))).toBe(true)
  const others = Array.from({ length: 2000 }, (_, i) => `other_${i}`).filter((n) => inNameFilter(filter, n))
  expect(others.length).toBeLessThan(60)
})

const KINDS: BtfType[] = [
  { kind: 'void' },
  { kind: 'int', name: 'long int', size: 4, encoding: 1, bits: 32, offBits: 0 },
  { kind: 'ptr', type: 0 },
  { kind: 'array', type: 1, indexType: 1, count: 70_000 },
  {
    kind: 'struct',
    name: 's',
    size: 16,
    members: [
      { name: 'a', type: 1, offBits: 0, sizeBits: 3 },
      { name: '', type: 2, offBits: 64, sizeBits: 0 },
    ],
  },
  { kind: 'union', name: '', size: 8, members: [{ name: 'u', type: 2, offBits: 0, sizeBits: 0 }] },
  {
    kind: 'enum',
    name: 'e',
    size: 4,
    signed: true,
    values: [
      { name: 'A', value: -1n },
      { name: 'B', value: 0n },
    ],
  },
  { kind: 'enum64', name: 'big', size: 8, signed: false, values: [{ name: 'MAX', value: (1n << 64n) - 1n }] },
  { kind: 'fwd', name: 'f', isUnion: true },
  { kind: 'typedef', name: 't', type: 4 },
  { kind: 'volatile', type: 1 },
  { kind: 'const', type: 1 },
  { kind: 'restrict', type: 2 },
  { kind: 'func', name: 'g', type: 14, linkage: 1 },
  {
    kind: 'func_proto',
    ret: 0,
    params: [
      { name: 'x', type: 1 },
      { name: '', type: 0 },
    ],
  },
  { kind: 'var', name: 'v', type: 1, linkage: 1 },
  { kind: 'datasec', name: '.data', size: 4, vars: [{ type: 15, offset: 0, size: 4 }] },
  { kind: 'float', name: 'double', size: 8 },
  { kind: 'decl_tag', name: 'bpf_kfunc', type: 13, component: -1 },
  { kind: 'type_tag', name: 'user', type: 1 },
]

test('columns give back types of every kind, and holes as void', () => {
  expect(decode(encode(new Map(KINDS.slice(1).map((t, i) => [i + 1, t]))))).toEqual(KINDS)
  expect(decode(encode(new Map([[3, KINDS[1]]])))).toEqual([KINDS[0], KINDS[0], KINDS[0], KINDS[1]])
})

test('a selection holds by value, declares behind pointers, and keeps kfuncs', () => {
  const types: BtfType[] = [
    { kind: 'void' },
    { kind: 'int', name: 'int', size: 4, encoding: 1, bits: 32, offBits: 0 },
    { kind: 'struct', name: 'inner', size: 4, members: [{ name: 'a', type: 1, offBits: 0, sizeBits: 0 }] },
    { kind: 'struct', name: 'behind', size: 4, members: [{ name: 'a', type: 1, offBits: 0, sizeBits: 0 }] },
    { kind: 'ptr', type: 3 },
    {
      kind: 'struct',
      name: 'root',
      size: 16,
      members: [
        { name: 'i', type: 2, offBits: 0, sizeBits: 0 },
        { name: 'p', type: 4, offBits: 64, sizeBits: 0 },
      ],
    },
    { kind: 'struct', name: 'other', size: 4, members: [] },
    { kind: 'ptr', type: 6 },
    { kind: 'func_proto', ret: 0, params: [{ name: 'o', type: 7 }] },
    { kind: 'func', name: 'kf', type: 8, linkage: 1 },
    { kind: 'decl_tag', name: 'bpf_kfunc', type: 9, component: -1 },
    { kind: 'struct', name: 'unused', size: 4, members: [] },
  ]
  const selection = selectTypes({ types, strings: new Uint8Array(1) }, '# comment\ntype ro*t nothing\n')
  expect([...selection.types.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(selection.types.get(3)).toEqual({ kind: 'fwd', name: 'behind', isUnion: false })
  expect(selection.types.get(6)).toBe(types[6])
  expect(selection.cut).toEqual([3])
  expect(selection.unmatched).toEqual(['type nothing'])
})
