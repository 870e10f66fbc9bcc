// Helpers that ask the world: memory of user space, call stacks, storage that belongs to objects, tables of sockets, tunnels. A small world is put
// around the kernel; what it answers is what programs see.
import { describe, expect, it } from 'vitest'
import { helperByName } from '../abi/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble, type MapDef } from '../isa/index.ts'
import {
  addObject,
  addSock,
  createKernel,
  type Kernel,
  loadProgram,
  logged,
  outcome,
  type ProgContext,
  runInvocation,
  startProgram,
} from './index.ts'

const HEAP = 0x7ffd_0000_1000n

function world(): Kernel {
  const k = createKernel({ verified: true })
  const object = addObject(k, { name: 'task_struct', sizeBytes: 128 })
  const task = {
    pid: 7,
    tgid: 5,
    uid: 1000,
    gid: 100,
    comm: 'a rather long name',
    cgroups: [1, 20, 300],
    classid: 0,
    object: [object, 0xffff8881 | 0],
  } as const
  const heap = new TextEncoder().encode('hello\0world')
  k.host = {
    ...k.host,
    tasks: { current: () => task, at: ([lo]) => (lo === object ? task : undefined), signal: () => 0 },
    user: {
      read: ([lo, hi], size) => {
        const at = Number(((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)) - HEAP)
        return at < 0 || at >= heap.length ? new Uint8Array(0) : heap.slice(at, at + size)
      },
      write: () => 0,
    },
    stacks: { kernel: () => [0xffffffff81000001n, 0xffffffff81000002n, 0xffffffff81000003n], user: () => [] },
  }
  return k
}

const def = (type: string, keySize: number, valueSize: number, maxEntries: number, more: Partial<MapDef> = {}): MapDef => ({
  name: 'm',
  type,
  keySize,
  valueSize,
  maxEntries,
  flags: 0,
  keyTypeId: 0,
  valueTypeId: 0,
  init: [],
  frozen: false,
  ...more,
})
const STORAGE = def('task_storage', 4, 8, 0, { flags: 1, keyTypeId: 1, valueTypeId: 1 })

function run(
  k: Kernel,
  type: string,
  text: string,
  maps: readonly MapDef[] = [],
  context: ProgContext = { kind: 'args', args: [] },
): bigint | string {
  const head = maps.map((m) => `.map m ${m.type} ${m.keySize} ${m.valueSize} ${m.maxEntries}\n`).join('')
  const made = assemble(makeSource('t.s', head + text), { helper: (name) => helperByName(name)?.id })
  if (!made.program) throw new Error(JSON.stringify(made.diagnostics))
  const loaded = loadProgram(k, { ...made.program, type, maps })
  if (!loaded.ok) return loaded.unsupported ?? `errno ${loaded.errno}`
  const started = startProgram(k, loaded.program, context)
  if (!started.ok) return started.unsupported
  runInvocation(k, 100_000)
  const end = outcome(k)
  const r0 = (BigInt(k.machine.hi[0]) << 32n) | BigInt(k.machine.lo[0] >>> 0)
  return end.kind === 'exited' ? r0 : (end.fault?.text ?? end.unsupported ?? end.kind)
}

describe('the running task', () => {
  it('is told', () => {
    expect(run(world(), 'kprobe', 'call bpf_get_current_pid_tgid\nexit')).toBe((5n << 32n) | 7n)
    expect(run(world(), 'kprobe', 'call bpf_get_current_uid_gid\nexit')).toBe((100n << 32n) | 1000n)
    expect(run(world(), 'kprobe', 'call bpf_get_current_cgroup_id\nexit')).toBe(300n)
    expect(run(world(), 'kprobe', 'r1 = 1\ncall bpf_get_current_ancestor_cgroup_id\nexit')).toBe(20n)
    expect(run(world(), 'kprobe', 'r1 = 3\ncall bpf_get_current_ancestor_cgroup_id\nexit')).toBe(0n)
  })

  it('is cut to the buffer in its name', () => {
    const text = 'r1 = r10\nr1 += -8\nr2 = 8\ncall bpf_get_current_comm\nr0 = *(u64 *)(r10 -8)\nexit'
    expect(run(world(), 'kprobe', text)).toBe(0x00_65_68_74_61_72_20_61n)
  })

  it('is named as missing in a bare test run', () => {
    const k = createKernel({ verified: true })
    expect(run(k, 'kprobe', 'call bpf_get_current_task\nexit')).toBe('struct task_struct of the running task')
  })
})

describe('memory of user space', () => {
  const read = (helper: string, at: bigint, size: number): string =>
    `r1 = r10\nr1 += -16\nr2 = ${size}\nr3 = ${at} ll\n*(u64 *)(r10 -16) = -1\n*(u64 *)(r10 -8) = -1\ncall ${helper}\nr1 = *(u64 *)(r10 -16)\nr0 += r1\nexit`

  it('is read whole or not at all', () => {
    expect(run(world(), 'kprobe', read('bpf_probe_read_user', HEAP, 4))).toBe(BigInt.asIntN(64, 0xffffffff_6c6c6568n))
    expect(run(world(), 'kprobe', read('bpf_probe_read_user', HEAP + 8n, 8))).toBe(-14n)
    expect(run(world(), 'kprobe', read('bpf_probe_read', HEAP, 8))).toBe(0x6f77_006f_6c6c_6568n)
  })

  it('gives strings up to their end', () => {
    expect(run(world(), 'kprobe', read('bpf_probe_read_user_str', HEAP, 8))).toBe(BigInt.asIntN(64, 0xffff006f6c6c6568n + 6n))
    expect(run(world(), 'kprobe', read('bpf_probe_read_user_str', HEAP, 4))).toBe(BigInt.asIntN(64, 0xffffffff_006c6568n + 4n))
    expect(run(world(), 'kprobe', read('bpf_probe_read_user_str', HEAP + 6n, 8))).toBe(-14n)
  })
})

describe('call stacks', () => {
  const STACKS = def('stack_trace', 4, 16, 4)
  const ID = (flags: number): string => `r2 = m ll\nr3 = ${flags}\ncall bpf_get_stackid\nexit`

  it('have one number as long as they are the same', () => {
    const k = world()
    const id = run(k, 'kprobe', ID(0), [STACKS])
    expect(typeof id === 'bigint' && id >= 0n && id < 4n).toBe(true)
    expect(run(k, 'kprobe', ID(0), [STACKS])).toBe(id)
    expect(k.maps[0].entries()).toHaveLength(1)
    expect([...new BigUint64Array(k.maps[0].entries()[0].value.buffer.slice(0, 16))]).toEqual([0xffffffff81000001n, 0xffffffff81000002n])
    expect(k.maps[0].userDelete(Uint8Array.of(Number(id), 0, 0, 0))).toBe(0)
  })

  it('fail where there is none, or none behind what is skipped', () => {
    expect(run(world(), 'kprobe', ID(256), [STACKS])).toBe(-14n)
    expect(run(world(), 'kprobe', ID(3), [STACKS])).toBe(-14n)
    expect(run(world(), 'kprobe', ID(1 << 13), [STACKS])).toBe(-22n)
  })

  it('come into a buffer', () => {
    const text = 'r2 = r10\nr2 += -16\nr3 = 16\nr4 = 1\ncall bpf_get_stack\nr1 = *(u64 *)(r10 -8)\nr0 += r1\nexit'
    expect(run(world(), 'kprobe', text)).toBe(BigInt.asIntN(64, 0xffffffff81000003n + 16n))
  })
})

describe('storage of a task', () => {
  const GET = `
    call bpf_get_current_task_btf
    r1 = m ll
    r2 = r0
    r3 = 0
    r4 = 1
    call bpf_task_storage_get
    if r0 == 0 goto out
    r1 = *(u64 *)(r0 +0)
    r1 += 1
    *(u64 *)(r0 +0) = r1
    r0 = r1
  out:
    exit`

  it('stays with it and goes when it is deleted', () => {
    const k = world()
    expect(run(k, 'tp_btf', GET, [STORAGE])).toBe(1n)
    expect(run(k, 'tp_btf', GET, [STORAGE])).toBe(2n)
    expect(k.maps[0].count()).toBe(1)
    const drop = 'call bpf_get_current_task_btf\nr1 = m ll\nr2 = r0\ncall bpf_task_storage_delete\nexit'
    expect(run(k, 'tp_btf', drop, [STORAGE])).toBe(0n)
    expect(run(k, 'tp_btf', drop, [STORAGE])).toBe(-2n)
    expect(run(k, 'tp_btf', GET, [STORAGE])).toBe(1n)
  })

  it('needs types', () => {
    expect(run(world(), 'tp_btf', GET, [{ ...STORAGE, keyTypeId: 0 }])).toBe('errno 22')
  })
})

describe('tables of sockets', () => {
  it('take a socket of the world and redirect to it', () => {
    const k = world()
    const sock = Object.assign(addSock(k), { protocol: 6, state: 1 })
    k.host = { ...k.host, net: { ...k.host.net, socket: (fd) => (fd === 3 ? sock : undefined) } }
    const map = def('sockmap', 4, 4, 2)
    const redirect = 'r2 = m ll\nr3 = 1\nr4 = 0\ncall bpf_sk_redirect_map\nexit'
    const context: ProgContext = { kind: 'skb', packet: new Uint8Array(60) }
    expect(run(k, 'sk_skb_verdict', redirect, [map], context)).toBe(0n)
    expect(k.maps[0].userUpdate(Uint8Array.of(1, 0, 0, 0), Uint8Array.of(9, 0, 0, 0), 0)).toBe(-9)
    expect(k.maps[0].userUpdate(Uint8Array.of(1, 0, 0, 0), Uint8Array.of(3, 0, 0, 0), 0)).toBe(0)
    expect(k.maps[0].userUpdate(Uint8Array.of(1, 0, 0, 0), Uint8Array.of(3, 0, 0, 0), 1)).toBe(-17)
    expect(run(k, 'sk_skb_verdict', redirect, [map], context)).toBe(1n)
    expect(logged(k.effects).map((e) => e.kind)).toEqual(['redirect-socket'])
  })
})

it('per-CPU values are those of the CPU that runs', () => {
  for (const engine of ['interp', 'jit'] as const) {
    for (const type of ['percpu_array', 'percpu_hash']) {
      const k = createKernel({ verified: true, cpus: 3, engine })
      const count = `*(u32 *)(r10 -4) = 0\nr2 = r10\nr2 += -4\nr1 = m ll\ncall bpf_map_lookup_elem\nif r0 == 0 goto out\nr1 = *(u64 *)(r0 +0)\nr1 += 1\n*(u64 *)(r0 +0) = r1\nout:\ncall bpf_get_smp_processor_id\nexit`
      const map = def(type, 4, 8, 1, { init: [{ key: new Uint8Array(4), value: new Uint8Array(24) }] })
      for (const cpu of [2, 0, 2]) {
        k.cpu = cpu
        expect(run(k, 'sched_cls', count, [map], { kind: 'skb', packet: new Uint8Array(60) })).toBe(BigInt(cpu))
      }
      expect([...new BigUint64Array(k.maps[0].userLookup(new Uint8Array(4))!.slice().buffer)]).toEqual([1n, 0n, 2n])
    }
  }
})

it('messages show the program one piece', () => {
  const k = createKernel({ verified: true })
  const text = `r6 = r1\nr2 = 2\nr3 = 6\nr4 = 0\ncall bpf_msg_pull_data\nr2 = *(u64 *)(r6 +0)\nr3 = *(u64 *)(r6 +8)\nr0 = *(u8 *)(r2 +0)\nr3 -= r2\nr0 <<= 8\nr0 |= r3\nexit`
  const context: ProgContext = { kind: 'sk_msg', fields: {}, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7) }
  expect(run(k, 'sk_msg', text, [], context)).toBe(0x304n)
})

it('a tunnel key reads back with the ends exchanged', () => {
  const k = createKernel({ verified: true })
  const text = `r6 = r1\nr2 = r10\nr2 += -48\n*(u64 *)(r10 -48) = 0\n*(u64 *)(r10 -40) = 0\n*(u64 *)(r10 -32) = 0\n*(u64 *)(r10 -24) = 0\n*(u64 *)(r10 -16) = 0\n*(u64 *)(r10 -8) = 0
  *(u32 *)(r10 -44) = 77\nr3 = 44\nr4 = 0\ncall bpf_skb_set_tunnel_key\nr1 = r6\nr2 = r10\nr2 += -48\nr3 = 44\nr4 = 0\ncall bpf_skb_get_tunnel_key\nr0 = *(u32 *)(r10 -20)\nexit`
  expect(run(k, 'sched_cls', text, [], { kind: 'skb', packet: new Uint8Array(60) })).toBe(77n)
})
