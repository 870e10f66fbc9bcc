// The rows hang together: ids dense, names unique, every program type that a set or a section names exists, and known facts come out.
import { describe, expect, test } from 'vitest'
import { HELPER_DOCS, helperDoc } from './helpers.docs.ts'
import {
  constants,
  ctxAccess,
  ctxFields,
  enums,
  errnoName,
  errnoNumber,
  helperAllowed,
  helperArgs,
  helperById,
  helperByName,
  helpers,
  mapType,
  mapTypeById,
  mapTypes,
  progType,
  progTypeById,
  progTypeBySection,
  progTypes,
  splitKind,
} from './index.ts'

describe('helpers', () => {
  test('ids are 1 to 211 without a gap and names are unique', () => {
    expect(helpers.map((h) => h.id)).toEqual(Array.from({ length: 211 }, (_, i) => i + 1))
    expect(new Set(helpers.map((h) => h.name)).size).toBe(211)
  })

  test('each set of types names rows that exist', () => {
    for (const h of helpers) if (h.allowed !== 'all') for (const t of h.allowed) expect(progType(t), t).toBeDefined()
  })

  test('a row in full', () => {
    expect(helperByName('bpf_skb_store_bytes')).toMatchObject({
      id: 9,
      ret: 'integer',
      args: ['ptr_to_ctx', 'anything', 'ptr_to_mem|mem_rdonly', 'const_size', 'anything'],
      gplOnly: false,
      pktAccess: false,
      changesPacket: true,
      c: {
        ret: 'long',
        params: [
          { type: 'struct __sk_buff *', name: 'ctx' },
          { type: '__u32', name: 'offset' },
          { type: 'const void *', name: 'from' },
          { type: '__u32', name: 'size' },
          { type: '__u64', name: 'flags' },
        ],
      },
    })
    expect(helperByName('bpf_check_mtu')?.argSizes).toEqual([undefined, undefined, 4, undefined, undefined])
    expect(helperByName('bpf_trace_printk')?.c.params.at(-1)).toEqual({ type: '...', name: '' })
    expect(helperById(212)).toBeUndefined()
  })

  test('prototypes have as many parameters as checked arguments, but for the variadic one and one that is not looked at', () => {
    const odd = helpers.filter((h) => h.c.params.filter((p) => p.type !== '...').length !== h.args.length)
    expect(odd.map((h) => h.name)).toEqual(['bpf_get_branch_snapshot'])
  })

  test('who may call what', () => {
    const redirectMap = helperByName('bpf_redirect_map')!.id
    expect(helperAllowed(redirectMap, 'xdp')).toBe(true)
    expect(helperAllowed(redirectMap, 'xdp_devmap')).toBe(true)
    expect(helperAllowed(redirectMap, 'sched_cls')).toBe(false)
    expect(helperAllowed(1, 'cgroup_skb')).toBe(true)
    expect(helperAllowed(1, 'struct_ops')).toBe(true)
    expect(helperAllowed(25, 'struct_ops')).toBe(false)
    expect(helperAllowed(147, 'tp_btf')).toBe(true)
    expect(helperAllowed(126, 'tp_btf')).toBe(false)
    expect(helperAllowed(126, 'iter')).toBe(true)
    expect(helperAllowed(145, 'lsm')).toBe(true)
    expect(helperAllowed(126, 'lsm')).toBe(false)
    expect(helperAllowed(1, 'ext')).toBe(false)
    expect(helperAllowed(0, 'xdp')).toBe(false)
    const count = (type: string) => helpers.filter((h) => helperAllowed(h.id, type)).length
    expect([count('socket_filter'), count('sched_cls'), count('xdp'), count('cgroup_skb')]).toEqual([88, 139, 104, 103])
  })

  test('every helper that networking programs may call has words in both languages', () => {
    const modelled = ['xdp', 'sched_cls', 'socket_filter', 'cgroup_skb']
    const without = helpers.filter((h) => modelled.some((t) => helperAllowed(h.id, t)) && helperDoc(h.name) === undefined)
    expect(without.map((h) => h.name)).toEqual([])
    const documented = helpers.flatMap((h) => helperDoc(h.name) ?? [])
    expect(documented.length).toBe(HELPER_DOCS.size)
    for (const { doc } of [
      ...documented.map((doc) => ({ doc })),
      ...mapTypes,
      ...progTypes,
      ...ctxFields('sched_cls'),
      ...ctxFields('xdp'),
    ]) {
      expect(doc?.en).toMatch(/^(cgroups |[A-Z1]).*\.$/)
      expect(doc?.ko).toMatch(/[가-힣].*[.]$/)
    }
  })

  test('one helper takes the context in some program types and nothing in others', () => {
    const row = helperByName('bpf_get_cgroup_classid')!
    expect(helperArgs(row, 'sched_cls')).toEqual(['ptr_to_ctx'])
    expect(helperArgs(row, 'xdp')).toEqual([])
    expect(helperArgs(row, 'xdp_devmap')).toEqual([])
    expect(helpers.filter((h) => h.noArgsIn !== undefined)).toEqual([row])
    expect(helperArgs(helperByName('bpf_sk_assign')!, 'sk_lookup')[1]).toBe('ptr_to_socket_or_null')
    expect(helperArgs(helperByName('bpf_sk_assign')!, 'sched_cls')[1]).toBe('ptr_to_btf_id_sock_common')
  })

  test('kinds come apart', () => {
    expect(splitKind('ptr_to_uninit_mem')).toEqual({ base: 'ptr_to_mem', flags: new Set(['mem_uninit', 'mem_write']) })
    expect(splitKind('ptr_to_map_value_or_null')).toEqual({ base: 'ptr_to_map_value', flags: new Set(['maybe_null']) })
    expect(splitKind('const_size_or_zero')).toEqual({ base: 'const_size_or_zero', flags: new Set() })
    expect(splitKind('ptr_to_mem|maybe_null|mem_rdonly')).toEqual({ base: 'ptr_to_mem', flags: new Set(['maybe_null', 'mem_rdonly']) })
  })
})

describe('map types', () => {
  test('ids are 1 to 33 and agree with the enumeration', () => {
    expect(mapTypes.map((m) => m.id)).toEqual(Array.from({ length: 33 }, (_, i) => i + 1))
    for (const m of mapTypes) expect(constants.get(`BPF_MAP_TYPE_${m.name.toUpperCase()}`), m.name).toBe(m.id)
    expect(mapType('percpu_hash')).toBe(mapTypeById(5))
    expect(mapType('toString')).toBeUndefined()
  })
})

describe('program types', () => {
  test('every type of the kernel has a row', () => {
    const ids = enums
      .find((e) => e.name === 'bpf_prog_type')!
      .members.filter(([n]) => n.startsWith('BPF_PROG_TYPE') && !n.endsWith('UNSPEC'))
    for (const [name, id] of ids) expect(progTypeById(id)?.id, name).toBe(id)
    expect(new Set(progTypes.map((r) => r.name)).size).toBe(progTypes.length)
    expect(progTypeById(8, 1)?.name).toBe('cgroup_skb_egress')
  })

  test.each([
    ['xdp', 'xdp', 37, false],
    ['xdp.frags', 'xdp', 37, false],
    ['xdp/devmap', 'xdp_devmap', 33, false],
    ['xdp_pass', 'xdp', 37, true],
    ['xdp/mine', 'xdp', 37, true],
    ['tc', 'sched_cls', 0, false],
    ['tcx/ingress', 'sched_cls', 46, false],
    ['tc/egress', 'sched_cls', 47, false],
    ['classifier', 'sched_cls', 0, false],
    ['classifier_host_ingress', 'sched_cls', 0, true],
    ['action', 'sched_act', 0, false],
    ['socket', 'socket_filter', 0, false],
    ['socket1', 'socket_filter', 0, true],
    ['cgroup_skb/ingress', 'cgroup_skb', 0, false],
    ['cgroup_skb/egress', 'cgroup_skb_egress', 1, false],
    ['cgroup/skb', 'cgroup_skb', 0, false],
    ['kprobe/do_unlinkat', 'kprobe', 0, false],
    ['tp/syscalls/sys_enter_write', 'tracepoint', 0, false],
    ['fentry/tcp_connect', 'tracing', 24, false],
    ['cgroup/connect4', 'connect4', 10, false],
    ['struct_ops/init', 'struct_ops', 0, false],
    ['iter/task', 'iter', 28, false],
  ] as const)('SEC("%s") is %s, attach type %d', (section, name, attachType, legacy) => {
    expect(progTypeBySection(section)).toEqual({ row: progType(name), attachType, legacy })
  })

  test('names that say nothing', () => {
    for (const s of ['', '.text', 'prog', 'license', 'maps', '.maps']) expect(progTypeBySection(s), s).toBeUndefined()
  })
})

describe('contexts', () => {
  test('fields are those that may be read, with the kind that reading yields', () => {
    expect(ctxFields('xdp').map((f) => `${f.offset} ${f.name} ${f.kind}`)).toEqual([
      '0 data pkt',
      '4 data_end pkt_end',
      '8 data_meta pkt_meta',
      '12 ingress_ifindex scalar',
      '16 rx_queue_index scalar',
    ])
    expect(ctxFields('socket_filter').some((f) => f.name === 'data')).toBe(false)
    expect(ctxFields('sched_cls').find((f) => f.name === 'cb')).toMatchObject({ offset: 48, size: 20, type: '__u32[5]', kind: 'scalar' })
    expect(ctxFields('kprobe')).toEqual([])
  })

  test('each readable place of a packet context lies in a field', () => {
    for (const type of ['xdp', 'xdp_devmap', 'sched_cls', 'socket_filter', 'cgroup_skb', 'sk_skb', 'flow_dissector', 'lwt_in']) {
      const fields = ctxFields(type)
      for (let offset = 0; offset < 256; offset++) {
        if (
          ctxAccess(type, offset, 1) === undefined &&
          ctxAccess(type, offset, 4) === undefined &&
          ctxAccess(type, offset, 8) === undefined
        )
          continue
        expect(
          fields.some((f) => offset >= f.offset && offset < f.offset + f.size),
          `${type} ${offset}`,
        ).toBe(true)
      }
    }
  })
})

describe('constants', () => {
  test.each([
    ['XDP_REDIRECT', 4],
    ['TC_ACT_SHOT', 2],
    ['TC_ACT_UNSPEC', -1],
    ['BPF_ANY', 0],
    ['BPF_NOEXIST', 1],
    ['BPF_EXIST', 2],
    ['BPF_F_RDONLY_PROG', 128],
    ['BPF_F_CURRENT_CPU', 0xffffffff],
    ['BPF_F_CTXLEN_MASK', 0xfffff00000000],
    ['BPF_FUNC_loop', 181],
    ['__BPF_FUNC_MAX_ID', 212],
    ['BPF_TRACE_UPROBE_SESSION', 57],
    ['EINVAL', 22],
    ['E2BIG', 7],
  ])('%s is %d', (name, value) => {
    expect(constants.get(name)).toBe(value)
  })

  test('errors by number and name', () => {
    expect(errnoName(-22)).toBe('EINVAL')
    expect(errnoName(11)).toBe('EAGAIN')
    expect(errnoName(133)).toBe('EHWPOISON')
    expect(errnoNumber('EOPNOTSUPP')).toBe(95)
    expect(errnoNumber('EWOULDBLOCK')).toBe(11)
    expect(errnoName(0)).toBeUndefined()
    expect(errnoName(41)).toBeUndefined()
  })
})
