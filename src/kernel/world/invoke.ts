// A program at a hook, as the parts of a world run it: timers that are due call back first, then the context is set and the driver gets the
// activation. In: where, which program, with what. Out: what the driver answered.
import type { ProgContext } from '../context.ts'
import { runsPackets, startProgram } from '../invocation.ts'
import type { Kernel, LoadedProgram } from '../kernel.ts'
import { runTimers } from '../timers.ts'
import { BOOT_NS, type Happening, type WorldEngine } from './engine.ts'
import type { ActivationResult, Hook } from './types.ts'

export interface ProgramCall {
  readonly hook: Hook
  readonly kernel: Kernel
  readonly program: LoadedProgram
  readonly context: ProgContext
  readonly subject?: string
  /** Called once the context is set, before the first instruction. */
  readonly begun?: () => void
}

/** Linux's test runs take no shorter frame. */
const ETH_HLEN = 14

/** Runs a program with a context. */
export function* invoke(world: WorldEngine, call: ProgramCall): Happening<ActivationResult> {
  const { hook, kernel, program, context, subject = '' } = call
  const refused = prepare(kernel, program, context, world.nowNs)
  if (refused === '') call.begun?.()
  const event = world.events.count - 1
  const activation = { hook, kernel, program, atNs: world.nowNs, cpu: 0, subject, event }
  const packet = 'packet' in context ? { packet: context.packet } : {}
  return yield refused === '' ? { ...activation, ...packet } : { ...activation, ...packet, refused }
}

/** Sets the context before the program, `atNs` after the scenario began. Answers what is not modelled, or ''. */
export function prepare(kernel: Kernel, program: LoadedProgram, context: ProgContext, atNs: number): string {
  const nowNs = BOOT_NS + atNs
  if ('packet' in context && context.packet.length < ETH_HLEN)
    return 'a frame shorter than an Ethernet header (Linux refuses it with EINVAL)'
  const trouble = kernel.timers.length > 0 ? runTimers(kernel, nowNs) : undefined
  if (trouble) return `a timer: ${trouble.unsupported ?? trouble.fault?.text}`
  const started = startProgram(kernel, program, context, nowNs)
  return started.ok ? '' : started.unsupported
}

/** The context in which a test run puts a packet before a program. */
export const packetContext = (program: LoadedProgram, packet: Uint8Array): ProgContext =>
  program.program.type.startsWith('xdp') || !runsPackets(program.program.type) ? { kind: 'xdp', packet } : { kind: 'skb', packet }
