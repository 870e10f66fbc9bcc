// A program at a hook, as the parts of a world run it: timers that are due call back first, then the context is set and the driver gets the
// activation. In: where, which program, with what. Out: what the driver answered.
import { type PacketContext, startInvocation } from '../invocation.ts'
import type { Kernel, LoadedProgram } from '../kernel.ts'
import { runTimers } from '../timers.ts'
import { BOOT_NS, type Happening, type WorldEngine } from './engine.ts'
import type { ActivationResult, Hook } from './types.ts'

export interface PacketCall {
  readonly hook: Hook
  readonly kernel: Kernel
  readonly program: LoadedProgram
  /** Whole frame. */
  readonly packet: Uint8Array
  readonly context?: PacketContext
  readonly subject?: string
}

/** Linux's test runs take no shorter frame. */
const ETH_HLEN = 14

/** Runs a program that is given a packet. */
export function* invokeOnPacket(world: WorldEngine, call: PacketCall): Happening<ActivationResult> {
  const { hook, kernel, program, packet, subject = '' } = call
  const refused = start(kernel, program, packet, BOOT_NS + world.nowNs, call.context)
  const event = world.events.count - 1
  const activation = { hook, kernel, program, atNs: world.nowNs, cpu: 0, packet, subject, event }
  return yield refused === '' ? activation : { ...activation, refused }
}

/** Sets the packet before the program. Answers what is not modelled, or ''. */
function start(kernel: Kernel, program: LoadedProgram, packet: Uint8Array, nowNs: number, context: PacketContext | undefined): string {
  if (packet.length < ETH_HLEN) return 'a frame shorter than an Ethernet header (Linux refuses it with EINVAL)'
  const trouble = kernel.timers.length > 0 ? runTimers(kernel, nowNs) : undefined
  if (trouble) return `a timer: ${trouble.unsupported ?? trouble.fault?.text}`
  const started = startInvocation(kernel, program, packet, nowNs, context)
  return started.ok ? '' : started.unsupported
}
