// The run of a world on one axis of ticks. Each activation (one run of one program) has a tick before each instruction and one when it is over:
//
//   activation 0        activation 1                 tick = firstTick + step
//   0 1 2 ... n0 (over) n0+1 ... n0+1+n1 (over)      step 0 = before the first instruction
//
// Keyframes (snapshots of the whole world) stand between events, frames (snapshots of one kernel) within runs; `seek` restores the nearest one
// at or before the place and replays. Replaying is deterministic, so a tick always shows the same machine. Runs that are only passed are compiled
// code where there are many; the one that is looked at is interpreted, and leaves frames on the way. Owned by one build.
import type { Program } from '../isa/index.ts'
import {
  type Activation,
  type ActivationResult,
  type Kernel,
  type KernelSnapshot,
  outcome,
  packetBytes,
  restoreKernel,
  runInvocation,
  saveKernel,
  stepInvocation,
  type World,
  type WorldSnapshot,
} from '../kernel/index.ts'

/** Between frames within a run that stay. */
const FRAME_STEPS = 1 << 16
/** Between the place that is looked at and the frame before it, so that a step back is at hand. */
const NEAR_STEPS = 1 << 11
/** Compiled runs go so far without frames: an interpreter makes up for that in milliseconds. */
const COMPILED_STEPS = 1 << 18
/** The first runs are interpreted, so that the browser has made the interpreter fast by the time that somebody looks into a run. */
const INTERPRETED_TICKS = 1 << 14
/** A run that takes longer is stopped. A verified program takes a million instructions at most, times its callbacks and tail calls. */
const MAX_STEPS = 1 << 24
/** Between keyframes, whichever comes first; both grow where there would be more than MAX_KEYFRAMES. */
const KEYFRAME_EVENTS = 128
const KEYFRAME_TICKS = 1 << 15
const MAX_KEYFRAMES = 512
/** Keyframes right before the place that is looked at, and how many activations before it they begin. */
const MAX_NEAR = 16
const NEAR_ACTIVATIONS = 6
/** Events without a program that one call passes. */
const EVENTS_A_CALL = 256
/** Frames after which those near places that were looked at are dropped. */
const MAX_FRAMES = 1024
/** No activation: the world stands between events. */
const NOWHERE = -1

export interface RunResult extends ActivationResult {
  /** The packet as the program left it; empty where it was given none. */
  readonly dataOut: Uint8Array
}

export interface ActivationRun {
  readonly activation: Activation
  readonly firstTick: number
  /** Instructions executed. */
  readonly steps: number
  readonly result: RunResult
}

/** Before the event that activation `next` is the first of, or of events without any before it. */
interface Keyframe {
  readonly next: number
  readonly snapshot: WorldSnapshot
}

/** Within a run, which the world has to stand in. */
interface Frame {
  readonly run: number
  readonly step: number
  readonly snapshot: KernelSnapshot
}

export interface Timeline {
  readonly world: World
  readonly maxSteps: number
  readonly runs: ActivationRun[]
  /** In order. */
  keyframes: Keyframe[]
  /** The newest last. */
  near: Keyframe[]
  /** In order of run and step. */
  readonly frames: Frame[]
  totalTicks: number
  /** Run that the world stands in. */
  here: number
  /** Activation that comes next. */
  next: number
  /** What is far between keyframes now. */
  strideEvents: number
  strideTicks: number
  sinceEvents: number
  sinceTicks: number
}

/** `maxSteps`: where a run is stopped. */
export function createTimeline(world: World, maxSteps = MAX_STEPS): Timeline {
  return {
    world,
    maxSteps,
    runs: [],
    keyframes: [{ next: 0, snapshot: world.save() }],
    near: [],
    frames: [],
    totalTicks: 0,
    here: NOWHERE,
    next: 0,
    strideEvents: KEYFRAME_EVENTS,
    strideTicks: KEYFRAME_TICKS,
    sinceEvents: 0,
    sinceTicks: 0,
  }
}

/** Goes on to the end of the next activation; 'done' once the world is over. */
export function runNext(t: Timeline): 'more' | 'done' {
  for (let events = 0; events < EVENTS_A_CALL; ) {
    const step = t.world.next()
    switch (step.kind) {
      case 'over':
        return 'done'
      case 'event':
        events++
        betweenEvents(t)
        break
      case 'activation':
        record(t, step.activation)
        return 'more'
    }
  }
  return 'more'
}

function record(t: Timeline, activation: Activation): void {
  const { kernel } = activation
  const index = t.runs.length
  if (activation.refused === undefined) {
    const first = t.totalTicks < INTERPRETED_TICKS ? stepInvocation : runInvocation
    first(kernel, Math.min(COMPILED_STEPS, t.maxSteps))
    while (kernel.machine.status === 'ready' && kernel.machine.steps < t.maxSteps) {
      addFrame(t, index, kernel)
      stepInvocation(kernel, Math.min(FRAME_STEPS, t.maxSteps - kernel.machine.steps))
    }
  }
  const steps = activation.refused === undefined ? kernel.machine.steps : 0
  const result = resultOf(activation, t.maxSteps)
  t.runs.push({ activation, firstTick: t.totalTicks, steps, result })
  t.totalTicks += steps + 1
  t.sinceTicks += steps + 1
  t.next = index + 1
  t.world.finish(result)
}

function betweenEvents(t: Timeline): void {
  if (++t.sinceEvents < t.strideEvents && t.sinceTicks < t.strideTicks) return
  t.sinceEvents = t.sinceTicks = 0
  t.keyframes.push({ next: t.next, snapshot: t.world.save() })
  if (t.keyframes.length < MAX_KEYFRAMES) return
  t.keyframes = t.keyframes.filter((_, i) => i % 2 === 0)
  t.strideEvents *= 2
  t.strideTicks *= 2
}

/** The kernel that a run is of. */
export const kernelOf = (t: Timeline, run: number): Kernel => t.runs[run].activation.kernel

/** The kernel that the world stands in. */
export const kernelHere = (t: Timeline): Kernel => kernelOf(t, t.here)

/** The program that the machine stands in: that of the activation, or one that it tail-called. */
export function runningProgram(t: Timeline): Program {
  const { kernel, program } = t.runs[t.here].activation
  const { code } = kernel.machine
  return code === program.code ? program.program : (kernel.programs.find((p) => p.code === code)?.program ?? program.program)
}

/** The run that a tick belongs to; clamps. */
export function runAt(t: Timeline, tick: number): number {
  let low = 0
  let high = t.runs.length - 1
  while (low < high) {
    const mid = (low + high + 1) >> 1
    if (t.runs[mid].firstTick <= tick) low = mid
    else high = mid - 1
  }
  return low
}

/** Puts the world into a run, before the instruction of that step (`step` = its number of steps: behind the last one). */
export function seek(t: Timeline, run: number, step: number): void {
  if (t.here === run && stepsWithin(t, run, step)) return
  goTo(t, run)
  stepsWithin(t, run, step)
}

/** Within the run that the world stands in; false where the way leads over its beginning. */
function stepsWithin(t: Timeline, run: number, step: number): boolean {
  const kernel = kernelOf(t, run)
  const at = kernel.machine.steps
  const i = t.frames.findLastIndex((f) => f.run < run || (f.run === run && f.step <= step))
  const frame = t.frames[i]
  const usable = frame?.run === run
  if (at > step && !usable) return false
  if (usable && (at > step || frame.step > at)) restoreKernel(kernel, frame.snapshot)
  interpret(t, run, step)
  return true
}

/** From where the world stands, or from a keyframe where that is nearer, to the beginning of a run. */
function goTo(t: Timeline, run: number): void {
  const { world } = t
  const frame = nearest(t, run)
  // The world stands before activation `next`, or within the one before that.
  const isAhead = t.next > run
  if (isAhead || frame.next > t.next) restoreTo(t, frame)
  else if (t.here !== NOWHERE) finish(t)
  for (;;) {
    const step = world.next()
    if (step.kind === 'over') return
    if (step.kind === 'event') {
      t.here = NOWHERE
      if (run - t.next <= NEAR_ACTIVATIONS) keepNear(t)
      continue
    }
    t.here = t.next++
    if (t.here === run) break
    const { activation } = step
    if (activation.refused === undefined) runInvocation(activation.kernel, t.maxSteps)
    finish(t)
  }
  dropFrames(t)
  if (t.runs[run].activation.refused === undefined) addFrame(t, run, kernelOf(t, run))
}

function restoreTo(t: Timeline, frame: Keyframe): void {
  t.world.restore(frame.snapshot)
  t.next = frame.next
  t.here = NOWHERE
}

/** The last keyframe before a run. */
function nearest(t: Timeline, run: number): Keyframe {
  const kept = t.keyframes[t.keyframes.findLastIndex((k) => k.next <= run)]
  let best = kept
  for (const k of t.near) if (k.next <= run && k.next > best.next) best = k
  return best
}

function keepNear(t: Timeline): void {
  if (t.near.some((k) => k.next === t.next)) return
  t.near.push({ next: t.next, snapshot: t.world.save() })
  if (t.near.length > MAX_NEAR) t.near.shift()
}

/** Ends the activation that the world stands in, as it ended the first time. */
function finish(t: Timeline): void {
  const { activation } = t.runs[t.here]
  const { machine } = activation.kernel
  if (activation.refused === undefined && machine.status === 'ready') runInvocation(activation.kernel, t.maxSteps - machine.steps)
  t.world.finish(t.runs[t.here].result)
  t.here = NOWHERE
}

/** Goes on within the run. */
function interpret(t: Timeline, run: number, step: number): void {
  const { activation } = t.runs[run]
  if (activation.refused !== undefined) return
  const { kernel } = activation
  const { machine } = kernel
  while (machine.steps < step && machine.status === 'ready') {
    const left = step - machine.steps
    if (left > FRAME_STEPS) stepInvocation(kernel, FRAME_STEPS - (machine.steps % FRAME_STEPS))
    else if (left > NEAR_STEPS) stepInvocation(kernel, left - (step % NEAR_STEPS))
    else {
      stepInvocation(kernel, left)
      return
    }
    if (machine.status === 'ready') addFrame(t, run, kernel)
  }
}

function addFrame(t: Timeline, run: number, kernel: Kernel): void {
  const { steps } = kernel.machine
  const before = t.frames.findLastIndex((f) => f.run < run || (f.run === run && f.step <= steps))
  const last = t.frames[before]
  if (last?.run === run && last.step === steps) return
  t.frames.splice(before + 1, 0, { run, step: steps, snapshot: saveKernel(kernel) })
  if (t.frames.length % MAX_FRAMES === 0) dropFrames(t)
}

/** Drops the frames that were left near places. */
function dropFrames(t: Timeline): void {
  let kept = 0
  for (const f of t.frames) if (f.step > 0 && f.step % FRAME_STEPS === 0) t.frames[kept++] = f
  t.frames.length = kept
}

const NO_BYTES = new Uint8Array(0)

function resultOf({ kernel, packet, refused }: Activation, maxSteps: number): RunResult {
  if (refused !== undefined) return { retval: 0, dataOut: NO_BYTES, fault: '', unsupported: refused }
  const end = outcome(kernel)
  const dataOut = packet ? packetBytes(kernel) : NO_BYTES
  if (end.kind === 'fuel') return { retval: 0, dataOut, fault: '', unsupported: `runs of more than ${maxSteps} instructions` }
  return { retval: end.retval, dataOut, fault: end.fault?.text ?? '', unsupported: end.unsupported ?? '' }
}
