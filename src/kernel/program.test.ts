// Programs of types that are not given packets: contexts of bytes, objects of the kernel, sockets, and what programs did to their world. Both engines.
import { describe, expect, it } from 'vitest'
import { helperByName } from '../abi/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble, type Program } from '../isa/index.ts'
import {
  addObject,
  addSock,
  contextBytes,
  contextField,
  createKernel,
  type Kernel,
  loadProgram,
  logged,
  objectAt,
  outcome,
  type ProgContext,
  removeObject,
  restoreKernel,
  runInvocation,
  saveKernel,
  startProgram,
} from './index.ts'

function program(type: string, text: string): Program {
  const result = assemble(makeSource('t.s', text), { helper: (name) => helperByName(name)?.id })
  if (!result.program) throw new Error(JSON.stringify(result.diagnostics))
  return { ...result.program, type }
}

/** r0 of a run, or what ended it. */
function run(kernel: Kernel, type: string, text: string, context: ProgContext): bigint | string {
  const loaded = loadProgram(kernel, program(type, text))
  if (!loaded.ok) return `errno ${loaded.errno}`
  const started = startProgram(kernel, loaded.program, context)
  if (!started.ok) return started.unsupported
  runInvocation(kernel, 100_000)
  const end = outcome(kernel)
  if (end.kind === 'exited') return (BigInt(kernel.machine.hi[0] >>> 0) << 32n) | BigInt(kernel.machine.lo[0] >>> 0)
  return end.fault?.text ?? end.unsupported ?? end.kind
}

const ENGINES = ['interp', 'jit'] as const

describe.each(ENGINES)('contexts of bytes (%s)', (engine) => {
  const kernelOf = (): Kernel => createKernel({ engine, verified: true })

  it('hand the words of a raw tracepoint over', () => {
    const text = 'r0 = *(u64 *)(r1 +8)\nexit'
    expect(run(kernelOf(), 'raw_tracepoint', text, { kind: 'args', args: [1n, 0x1234_5678_9abc_def0n] })).toBe(0x1234_5678_9abc_def0n)
  })

  it('name the memory of maps themselves as not modelled', () => {
    const k = kernelOf()
    const text = '.map m array 4 8 1\nr1 = m ll\nr0 = *(u32 *)(r1 +36)\nexit'
    expect(run(k, 'sched_cls', text, { kind: 'skb', packet: new Uint8Array(64) })).toBe('memory of struct bpf_map')
  })

  it('take back what a syscall program wrote', () => {
    const k = kernelOf()
    expect(
      run(k, 'syscall', 'r2 = 7\n*(u32 *)(r1 +4) = r2\nr0 = *(u32 *)(r1 +0)\nexit', { kind: 'bytes', bytes: new Uint8Array(8).fill(1) }),
    ).toBe(0x01010101n)
    expect([...contextBytes(k)]).toEqual([1, 1, 1, 1, 7, 0, 0, 0])
  })

  it('have the fields of their structs', () => {
    const k = kernelOf()
    const context: ProgContext = { kind: 'sock_addr', fields: { user_ip4: 0x0100007f, user_port: 0x901f, user_ip6: [1, 2, 3, 4] } }
    const text = 'r2 = 0x0200007f\n*(u32 *)(r1 +4) = r2\nr0 = *(u16 *)(r1 +24)\nr3 = *(u32 *)(r1 +12)\nr0 += r3\nexit'
    expect(run(k, 'connect4', text, context)).toBe(0x901fn + 2n)
    expect(contextField(k, 'user_ip4')).toBe(0x0200007fn)
    expect(contextField(k, 'user_ip6', 3)).toBe(4n)
  })

  it('point to data', () => {
    const k = kernelOf()
    const text = 'r2 = *(u64 *)(r1 +8)\nr3 = *(u64 *)(r1 +16)\nr3 -= r2\nr0 = *(u8 *)(r2 +1)\nr0 <<= 8\nr0 |= r3\nexit'
    expect(run(k, 'cgroup_setsockopt', text, { kind: 'sockopt', fields: { optlen: 4 }, data: Uint8Array.of(9, 8, 7, 6) })).toBe(0x804n)
  })

  it('are refused where the type has others', () => {
    expect(run(kernelOf(), 'xdp', 'r0 = 0\nexit', { kind: 'args', args: [] })).toBe('program type xdp on args')
  })
})

describe.each(ENGINES)('objects of the kernel (%s)', (engine) => {
  const WALK = 'r1 = *(u64 *)(r1 +0)\nr1 = *(u64 *)(r1 +16)\nr0 = *(u32 *)(r1 +4)\nexit'

  it('are read through pointers, and what leads nowhere gives 0', () => {
    const k = createKernel({ engine, verified: true })
    const task = addObject(k, { name: 'task_struct', sizeBytes: 64 })
    const parent = addObject(k, { name: 'task_struct', sizeBytes: 64 })
    const at = (ram: number): bigint => 0xffff8881_00000000n | BigInt(ram)
    k.memory.ram.view.setBigUint64(task + 16, at(parent), true)
    k.memory.ram.view.setUint32(parent + 4, 42, true)
    expect(run(k, 'tp_btf', WALK, { kind: 'args', args: [at(task)] })).toBe(42n)
    expect(run(k, 'tp_btf', WALK, { kind: 'args', args: [at(parent)] })).toBe(0n)
    expect(run(k, 'tp_btf', WALK, { kind: 'args', args: [0xdead_0000_0000_0001n] })).toBe(0n)
    expect(objectAt(k, parent)).toBeDefined()
    expect(removeObject(k, parent)).toBe(true)
    expect(run(k, 'tp_btf', WALK, { kind: 'args', args: [at(task)] })).toBe(0n)
  })

  it('fault in a program that nobody verified', () => {
    const k = createKernel({ engine })
    expect(run(k, 'tp_btf', WALK, { kind: 'args', args: [0n] })).toMatch(/null pointer/)
  })
})

describe('sockets', () => {
  const LOOKUP = `
    r6 = r1
    *(u64 *)(r10 -16) = 0
    *(u32 *)(r10 -8) = 0
    r2 = r10
    r2 += -16
    r3 = 12
    r4 = -1
    r5 = 0
    call bpf_sk_lookup_tcp
    if r0 == 0 goto out
    r7 = *(u32 *)(r0 +44)
    r1 = r0
    call bpf_tcp_sock
    if r0 == 0 goto out
    r0 = *(u32 *)(r0 +0)
    r0 += r7
  out:
    exit`

  it('are found in the world and seen through their views', () => {
    const k = createKernel({ verified: true })
    const packet = new Uint8Array(64)
    expect(run(k, 'sched_cls', LOOKUP, { kind: 'skb', packet })).toBe(0n)
    const sock = addSock(k)
    sock.localPort = 8000
    sock.tcp = { snd_cwnd: 10 }
    k.host = {
      ...k.host,
      net: { ...k.host.net, lookup: (q) => (q.protocol === 'tcp' && q.family === 'ip4' && q.netns === -1 ? sock : undefined) },
    }
    const before = saveKernel(k)
    expect(run(k, 'sched_cls', LOOKUP, { kind: 'skb', packet })).toBe(8010n)
    sock.localPort = 1
    restoreKernel(k, before)
    expect(k.socks[sock.id].localPort).toBe(8000)
  })

  it('are assigned to a lookup, which is noted', () => {
    const k = createKernel({ verified: true })
    const sock = Object.assign(addSock(k), { family: 2, protocol: 17 })
    const args = { kind: 'sk_lookup', fields: { family: 2, protocol: 17 } } as const
    const text = 'r2 = r3\nr2 = 0\nr3 = 0\ncall bpf_sk_assign\nexit'
    expect(run(k, 'sk_lookup', text, args)).toBe(0n)
    expect(logged(k.effects)).toEqual([{ kind: 'assign-socket', sock: undefined, flags: 0 }])
    expect(sock.id).toBe(1)
  })
})
