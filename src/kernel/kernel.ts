// The simulated Linux: maps, loaded programs, the packet under way, clock and randomness, on one Memory and one processor. Everything
// in it is a function of the seed, the maps, the programs and what was run; `saveKernel` and `restoreKernel` go to any point in time.
// Owned by one scenario or one test run.

import type { MapDef, Program } from '../isa/index.ts'
import {
  type Code,
  createJit,
  createMachine,
  type Engine,
  type Machine,
  type MachineSnapshot,
  Memory,
  type MemorySnapshot,
  Ram,
  READ,
  type Region,
  restoreMachine,
  run,
  saveMachine,
  WRITE,
} from '../vm/index.ts'
import { DIRECT_HI, MAP_LO, MAP_STRIDE, mapStructLo, SKB_LO, VMALLOC_HI, XDP_BUFF_LO } from './address.ts'
import { bareHost } from './bare-host.ts'
import type { CallSite, StructKind, SysctlAccess } from './context.ts'
import { EPERM } from './errno.ts'
import { type Effect, type Host, restoreHost, type SavedHost, saveHost } from './host.ts'
import { createLog, type Log } from './log.ts'
import { createMap } from './maps/create.ts'
import type { FdArrayMap } from './maps/fd-array.ts'
import { lockField } from './maps/lock-field.ts'
import type { KernelMap, MapHost } from './maps/map.ts'
import { createPacketBuffer, type PacketBuffer } from './packet-buffer.ts'
import { createRandom, nextU32, type RandomState } from './random.ts'
import { copySkBuff, createSkBuff, type SkBuff, skbPort } from './sk-buff.ts'
import { copySock, createSock, mapSockRegion, type Sock } from './sock.ts'
import { dropTimers, type Timer } from './timers.ts'
import { type XdpBuff, xdpPort } from './xdp-buff.ts'

/** Possible CPUs unless told otherwise. */
const DEFAULT_CPUS = 2
const RAM_LIMIT = 256 << 20

/** What a redirect helper asked for. */
export interface Redirect {
  readonly ifindex: number
  readonly flags: number
  /** Index of the map that named the target; -1 = none. */
  readonly map: number
  /** Key in that map. */
  readonly key?: number
  /** bpf_redirect_peer(): into the namespace at the other end. bpf_redirect_neigh(): the world finds the link layer's addresses. */
  readonly how?: 'peer' | 'neigh'
  /** Next hop that bpf_redirect_neigh() was told: a struct bpf_redir_neigh. */
  readonly nextHop?: Uint8Array
}

/** One change of a map by a helper, for the "changed" marks. Writes through pointers to values are accesses of steps. */
export interface MapChange {
  readonly map: number
  readonly kind: 'update' | 'delete' | 'push' | 'pop' | 'record'
  readonly key: Uint8Array
}

/** A record that a program sent through a perf event array. */
export interface PerfRecord {
  readonly map: number
  readonly cpu: number
  readonly data: Uint8Array
}

/** A program that was loaded. */
export interface LoadedProgram {
  readonly program: Program
  readonly code: Code
  /** The kernel's map for each entry of program.maps. */
  readonly maps: readonly KernelMap[]
}

export interface KernelOptions {
  readonly seed?: number
  readonly cpus?: number
  /** Interfaces besides loopback. */
  readonly ifindexes?: readonly number[]
  /** What executes programs; the interpreter unless told otherwise. */
  readonly engine?: 'interp' | 'jit'
  /** Name of a kernel function by its BTF id, as calls have it. */
  readonly kfuncName?: (id: number) => string | undefined
  /** All programs are ones that the verifier has accepted: compiled code need not check what it vouched for. */
  readonly verified?: boolean
}

/** A context of bytes in Ram. Mutable; the current invocation's. */
export interface ContextArea {
  kind: StructKind | 'regs' | 'bytes' | 'args'
  /** Ram offset, 0 = none was needed yet; bytes that fit there, and those of the context. */
  ram: number
  room: number
  size: number
  region: Region | undefined
  /** What the context's `sk` points to. */
  sock: Sock | undefined
}

/** What each CPU has to itself: where its invocation stands, and on what. Mutable. */
export interface Processor {
  machine: Machine
  ctx: ContextArea
  site: CallSite
  /** What the call that a cgroup program is about returns. */
  retval: number
  sysctl: SysctlAccess | undefined
  packet: PacketBuffer
  skbRegion: Region
  xdpRegion: Region
  skb: SkBuff
  xdp: XdpBuff
  /** Ram offset of the fragments of an XDP frame; 0 = none were needed yet. */
  fragRam: number
  /** Type of the program that runs. */
  progType: string
  redirect: Redirect | undefined
}

/** Mutable; owned by whoever created it. The processor's fields are those of the CPU that runs. */
export interface Kernel extends Processor {
  /** What the world around programs answers; see host.ts for how to take part. */
  host: Host
  /** What programs did to that world. */
  readonly effects: Log<Effect>
  /** Ram offset of 64 bytes for helpers. */
  readonly scratch: number
  /** By number. Number 0 is that of a test run's packet. */
  socks: Sock[]
  readonly memory: Memory
  readonly engine: Engine
  readonly cpus: number
  /** The CPU that runs; what is started next runs there. Kept in Ram, where compiled code sees it. */
  cpu: number
  readonly cpuCell: number
  /** Of other CPUs than the first, by number; they come with interleave(). */
  others: readonly (Processor | undefined)[]
  /** Ram offset of the lock that each CPU waits for; 0 = none. */
  readonly waiting: number[]
  /** Several CPUs take turns. */
  isInterleaved: boolean
  readonly kfuncName: (id: number) => string | undefined
  /** All programs are ones that the verifier has accepted. */
  readonly verified: boolean
  readonly maps: KernelMap[]
  readonly programs: LoadedProgram[]
  /** Sockets that were given a cookie. */
  cookies: number
  /** Interfaces besides loopback, which is number 1. */
  readonly ifindexes: ReadonlySet<number>
  readonly random: RandomState
  /** In no order. Replaced when one changes. */
  timers: readonly Timer[]
  /** Ram offset of the timer whose callback runs; 0 = none. */
  runningTimer: number
  /** Nanoseconds since boot when the invocation began; each instruction takes one. */
  nowNs: number
  readonly printk: Log<string>
  readonly changes: Log<MapChange>
  readonly perfRecords: Log<PerfRecord>
}

/** Simulated time at which a scenario begins: a quarter of an hour after boot. */
const BOOT_NS = 900_000_000_000

export function createKernel(options: KernelOptions = {}): Kernel {
  const seed = options.seed ?? 0
  const jit = options.engine === 'jit' ? createJit({ limit: RAM_LIMIT, checked: options.verified !== true }) : undefined
  const memory = new Memory(new Ram(RAM_LIMIT, jit?.source))
  const packet = createPacketBuffer(memory)
  const machine = createMachine(memory, VMALLOC_HI)
  const cpuCell = memory.ram.alloc(8)
  const ifindexes = new Set(options.ifindexes)
  const kernel: Kernel = {
    host: bareHost(ifindexes),
    effects: createLog(),
    ctx: emptyContext(),
    site: {},
    retval: 0,
    sysctl: undefined,
    scratch: memory.ram.alloc(64),
    socks: [createSock(0)],
    memory,
    machine,
    engine: jit?.engine ?? run,
    cpus: options.cpus ?? DEFAULT_CPUS,
    cpuCell,
    others: [],
    waiting: new Array<number>(options.cpus ?? DEFAULT_CPUS).fill(0),
    isInterleaved: false,
    get cpu() {
      return memory.ram.i32[cpuCell >> 2]
    },
    set cpu(cpu) {
      memory.ram.setI32(cpuCell, cpu)
    },
    kfuncName: options.kfuncName ?? (() => undefined),
    verified: options.verified === true,
    maps: [],
    programs: [],
    packet,
    skbRegion: memory.map({
      kind: 'ctx',
      baseHi: DIRECT_HI,
      baseLo: SKB_LO,
      to: 0,
      rights: READ | WRITE,
      port: skbPort(packet, () => kernel.skb),
    }),
    xdpRegion: memory.map({
      kind: 'ctx',
      baseHi: VMALLOC_HI,
      baseLo: XDP_BUFF_LO,
      to: 0,
      rights: READ | WRITE,
      port: xdpPort(packet, () => kernel.xdp),
    }),
    skb: createSkBuff(),
    xdp: { frags: [], hardStart: 0, ingressIfindex: 1, rxQueueIndex: 0, egressIfindex: 0 },
    fragRam: 0,
    progType: '',
    cookies: 0,
    ifindexes,
    redirect: undefined,
    random: createRandom(seed, 1),
    timers: [],
    runningTimer: 0,
    nowNs: BOOT_NS,
    printk: createLog(),
    changes: createLog(),
    perfRecords: createLog(),
  }
  mapSockRegion(memory, () => kernel.socks)
  return kernel
}

/** The map of a definition: the one that is there, or a new one with its initial entries in. `btf`: of the program that it came with. */
export function addMap(
  kernel: Kernel,
  def: MapDef,
  btf?: Uint8Array,
): { readonly map?: KernelMap; readonly errno: number; readonly unsupported?: string } {
  const known = kernel.maps.find((m) => m.def === def)
  if (known) return { map: known, errno: 0 }
  const host: MapHost = {
    memory: kernel.memory,
    cpus: kernel.cpus,
    cpuCell: kernel.cpuCell,
    random: () => nextU32(kernel.random),
    mapAt: (index) => kernel.maps[index],
    ownerOf: (type, fd) => kernel.host.names.owner?.(type, fd)?.[0],
    sockOf: (fd) => kernel.host.net.socket?.(fd)?.id ?? -1,
    sock: (number) => kernel.socks[number],
    sockCookie: (sock) => cookieOf(kernel, kernel.socks[sock]),
    lock: lockField(def, btf),
    freed: (ram, size) => dropTimers(kernel, ram, size),
  }
  const result = createMap(host, def, kernel.maps.length)
  if (!result.ok) return result.unsupported ? { errno: result.errno, unsupported: result.unsupported } : { errno: result.errno }
  const { map } = result
  for (const { key, value } of def.init) {
    const errno = map.userUpdate(key, value, 0)
    if (errno < 0) return { errno: -errno }
  }
  const live = def.frozen ? frozen(map) : map
  kernel.maps.push(live)
  return fillSlots(kernel, live, btf)
}

/** Puts the maps in that the declaration of a map of maps names. libbpf: init_map_in_map_slots(). */
function fillSlots(kernel: Kernel, map: KernelMap, btf: Uint8Array | undefined): ReturnType<typeof addMap> {
  for (const slot of map.def.slots ?? []) {
    if (slot.kind !== 'map') continue
    const inner = addMap(kernel, slot.map, btf)
    if (!inner.map) return inner
    const key = new Uint8Array(map.def.keySize)
    key.set(new Uint8Array(new Uint32Array([slot.index]).buffer).subarray(0, key.length))
    const errno = map.userUpdate(key, new Uint8Array(new Uint32Array([inner.map.id]).buffer), 0)
    if (errno < 0) return { errno: -errno }
  }
  return { map, errno: 0 }
}

/** BPF_MAP_FREEZE: user space may no longer change it. */
function frozen<M extends KernelMap>(map: M): M {
  return { ...map, userUpdate: () => -EPERM, userDelete: () => -EPERM }
}

/** Lower half of the address of a map, as a program holds it. */
export const mapLo = (map: KernelMap): number => mapStructLo(map.id)

/** The map that an address stands for, or undefined. */
export function mapAt(kernel: Kernel, lo: number, hi: number): KernelMap | undefined {
  const off = lo - MAP_LO
  return hi === DIRECT_HI && off >= 0 && off % MAP_STRIDE === 0 ? kernel.maps[off / MAP_STRIDE] : undefined
}

/** Program at an index of a prog array, or undefined where the slot is empty. */
export function programAt(kernel: Kernel, map: FdArrayMap, index: number): LoadedProgram | undefined {
  const slot = map.slot(index)
  return slot < 0 ? undefined : kernel.programs[slot]
}

export interface KernelSnapshot {
  readonly memory: MemorySnapshot
  readonly machine: MachineSnapshot
  readonly others: readonly (Processor | undefined)[]
  readonly host: SavedHost
  readonly effects: number
  readonly ctx: ContextArea
  readonly site: CallSite
  readonly retval: number
  readonly sysctl: SysctlAccess | undefined
  readonly socks: readonly Sock[]
  readonly skb: SkBuff
  readonly xdp: XdpBuff
  readonly packet: { readonly data: number; readonly end: number; readonly meta: number }
  readonly fragRam: number
  readonly progType: string
  readonly cookies: number
  readonly redirect: Redirect | undefined
  readonly random: RandomState
  readonly timers: readonly Timer[]
  readonly nowNs: number
  readonly printk: number
  readonly changes: number
  readonly perfRecords: number
}

/** Everything that running changes. Cheap: pages not written since the last snapshot are shared with it. */
export function saveKernel(k: Kernel): KernelSnapshot {
  return {
    memory: k.memory.save(),
    machine: saveMachine(k.machine),
    others: k.others,
    host: saveHost(k.host),
    effects: k.effects.count,
    ctx: { ...k.ctx },
    site: k.site,
    retval: k.retval,
    sysctl: k.sysctl,
    socks: k.socks.map(copySock),
    skb: copySkBuff(k.skb),
    xdp: { ...k.xdp, frags: k.xdp.frags.slice() },
    packet: { data: k.packet.data, end: k.packet.end, meta: k.packet.meta },
    fragRam: k.fragRam,
    progType: k.progType,
    cookies: k.cookies,
    redirect: k.redirect,
    random: k.random.slice(),
    timers: k.timers,
    nowNs: k.nowNs,
    printk: k.printk.count,
    changes: k.changes.count,
    perfRecords: k.perfRecords.count,
  }
}

/** To a snapshot of this kernel, earlier or later. */
export function restoreKernel(k: Kernel, s: KernelSnapshot): void {
  k.memory.restore(s.memory)
  restoreMachine(k.machine, s.machine)
  k.others = s.others
  k.waiting.fill(0)
  restoreHost(k.host, s.host)
  k.effects.count = s.effects
  Object.assign(k.ctx, s.ctx)
  k.site = s.site
  k.retval = s.retval
  k.sysctl = s.sysctl
  k.socks = s.socks.map(copySock)
  k.ctx.sock = ofKernel(k, s.ctx.sock)
  k.skb = copySkBuff(s.skb)
  k.skb.sock = ofKernel(k, s.skb.sock)
  k.xdp = { ...s.xdp, frags: s.xdp.frags.slice() }
  Object.assign(k.packet, s.packet)
  k.fragRam = s.fragRam
  k.progType = s.progType
  k.cookies = s.cookies
  k.redirect = s.redirect
  k.random.set(s.random)
  k.timers = s.timers
  k.runningTimer = 0
  k.nowNs = s.nowNs
  k.printk.count = s.printk
  k.changes.count = s.changes
  k.perfRecords.count = s.perfRecords
}

/** The socket that has the number of another point in time's. */
const ofKernel = (k: Kernel, sock: Sock | undefined): Sock | undefined => sock && k.socks[sock.id]

/** bpf_get_socket_cookie(): sockets are numbered when they are first asked. */
export function cookieOf(k: Kernel, sock: Sock): number {
  if (sock.cookie === 0) sock.cookie = ++k.cookies
  return sock.cookie
}

/** A new socket of the kernel. */
export function addSock(k: Kernel): Sock {
  const sock = createSock(k.socks.length)
  k.socks.push(sock)
  return sock
}

export const emptyContext = (): ContextArea => ({ kind: 'bytes', ram: 0, room: 0, size: 0, region: undefined, sock: undefined })

/** The fields of the CPU that runs, to put back later. */
export function processorOf(k: Kernel): Processor {
  const { machine, ctx, site, retval, sysctl, packet, skbRegion, xdpRegion, skb, xdp, fragRam, progType, redirect } = k
  return { machine, ctx, site, retval, sysctl, packet, skbRegion, xdpRegion, skb, xdp, fragRam, progType, redirect }
}
