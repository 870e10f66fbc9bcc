// Recorded walks: any state is rebuilt exactly as it was walked, and a path that was cut short says by which state and why.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import type { Program } from '../isa/index.ts'
import { generate, namedProgram } from '../testkit/index.ts'
import { objectFiles, recordedObjects, walkProgram } from '../testkit/recorded.ts'
import { readWalks } from '../testkit/walks.ts'
import { ALLOCATED_SLOTS, frameWords } from './domain/layout.ts'
import type { Env } from './env.ts'
import { explainPrune, stateAtStep } from './index.ts'
import { replayTo } from './replay.ts'
import type { VerifyResult } from './types.ts'
import { startVerifyWith } from './verify.ts'

const kernel = await loadKernelBtf()
const WALKS = `${import.meta.dirname}/fixtures/walk`

interface Kept {
  readonly words: Int32Array
  readonly rest: string
}

/** All of a state that a walk can change. */
function keep({ cur, idGen, insnIdx, prevInsnIdx }: Env): Kept {
  const frames = Array.from({ length: cur.curframe + 1 }, (_, i) => {
    const at = cur.at[i]!
    return cur.words.subarray(at, at + frameWords(cur.words[at + ALLOCATED_SLOTS]!))
  })
  const words = new Int32Array(frames.reduce((sum, frame) => sum + frame.length, 0))
  let at = 0
  for (const frame of frames) {
    words.set(frame, at)
    at += frame.length
  }
  const { refs, locks, mayGotoDepth, callbackUnrollDepth, inSleepable, rcuLock, preemptLocks } = cur
  const rest = { refs, locks, mayGotoDepth, callbackUnrollDepth, inSleepable, rcuLock, preemptLocks, idGen, insnIdx, prevInsnIdx }
  return { words, rest: JSON.stringify(rest) }
}

/** A walk with what its states were as it went. */
function walked(program: Program): { readonly result: VerifyResult; readonly states: Map<number, Kept> } {
  const states = new Map<number, Kept>()
  const onStep = (env: Env): void => void states.set(env.step, keep(env))
  const verification = startVerifyWith(program, { logLevel: 0, record: true, kernel }, { onStep })
  while (verification.run(100) === 'more') {}
  return { result: verification.result(), states }
}

/** Steps whose rebuilt state is another than the walked one. Looked at from the back, so that nothing is left from the step before. */
function wrongSteps(program: Program): readonly number[] {
  const { result, states } = walked(program)
  return [...states.keys()].reverse().filter((step) => {
    const a = keep(replayTo(result.recorded!, step)!)
    const b = states.get(step)!
    return a.rest !== b.rest || Buffer.compare(Buffer.from(a.words.buffer), Buffer.from(b.words.buffer)) !== 0
  })
}

describe('a state is rebuilt as it was', () => {
  test.each(readdirSync(WALKS))('%s', (file) => {
    for (const walk of readWalks(readFileSync(`${WALKS}/${file}`, 'utf8')))
      expect([walk.title, ...wrongSteps(walkProgram(walk))]).toEqual([walk.title])
  })
  test.each(objectFiles)('%s.c', (file) => {
    for (const { program } of recordedObjects(file)) expect([program.name, ...wrongSteps(program)]).toEqual([program.name])
  })
  test.each([
    ['typed', 30],
    ['frontier', 120],
    ['loops', 12],
    ['nearmiss', 60],
  ] as const)('%s: %i generated programs', (lane, count) => {
    for (let i = 0; i < count; i++) {
      const { program } = namedProgram(generate(lane, 5, i))
      if (walked(program).result.steps.count < 3000) expect([i, ...wrongSteps(program)]).toEqual([i])
    }
  })
})

/** Both ways are equal behind the branch but for what is in r6: `first`, which is walked first, or 2; `use` is what is done with it there. */
const diamond = (use: string, first = 'r6 = 1'): Program => {
  const text = `== x\ncall 7\nif r0 > 5 goto other\n${first}\ngoto join\nother:\nr6 = 2\njoin:\nr7 = 0\nr7 = 0\nr7 = 0\nr7 = 0\nif r7 != 0 goto end\n${use}\nend:\nr0 = 0\nexit\n--\n`
  return walkProgram({ ...readWalks(text)[0]!, flags: TEST_STATE_FREQ })
}
const TEST_STATE_FREQ = 8
const prunedSteps = ({ steps }: VerifyResult): number[] => [...steps.cover.keys()].filter((i) => steps.cover[i]! >= 0)

describe('a path that is cut short', () => {
  test('is the last of its line, and what covers it stands at the same instruction', () => {
    const { steps } = walked(diamond('r0 = r6')).result
    const pruned = prunedSteps(walked(diamond('r0 = r6')).result)
    expect(pruned.length).toBeGreaterThan(0)
    for (const i of pruned) {
      expect(steps.kind[i]).toBe(2)
      expect(steps.cover[i]).toBeLessThan(i)
      expect(steps.insn[steps.cover[i]!]).toBe(steps.insn[i])
      expect([...steps.parent]).not.toContain(i)
    }
  })

  test.each([
    ['a number that is never read', 'r0 = 1', 'unused'],
    ['a number that is read and does not matter', 'r0 = r6', 'imprecise'],
  ])('says why: %s', (_, use, why) => {
    const { result } = walked(diamond(use))
    const why6 = prunedSteps(result).map((step) => explainPrune(result, step)!.parts.find((part) => part.place === 'r6'))
    expect(why6).toContainEqual({ place: 'r6', frame: 0, why, old: expect.stringMatching(/^(1|)$/), new: '2' })
  })

  test('says why: numbers that lie within those that were relied upon', () => {
    const { result } = walked(diamond('if r6 > 7 goto end', 'r6 = r0'))
    const parts = prunedSteps(result).map((step) => explainPrune(result, step)!.parts.find((part) => part.place === 'r6'))
    expect(parts).toContainEqual({ place: 'r6', frame: 0, why: 'within', old: expect.stringMatching(/^Pscalar.*=5,/), new: '2' })
  })

  test('tells nothing of steps that were not', () => {
    const { result } = walked(diamond('r0 = r6'))
    expect(explainPrune(result, 0)).toBeUndefined()
    expect(explainPrune(result, 1e9)).toBeUndefined()
    expect(stateAtStep(result, 1e9)).toBeUndefined()
    expect(stateAtStep(result, -1)).toBeUndefined()
  })

  test('in all recorded programs: both states are those of their steps, and what is "within" is', () => {
    let within = 0
    const generated = Array.from({ length: 300 }, (_, i) => namedProgram(generate('frontier', 6, i)).program)
    for (const program of [...objectFiles.flatMap((file) => recordedObjects(file).map((r) => r.program)), ...generated]) {
      const { result } = walked(program)
      for (const step of prunedSteps(result).slice(0, 3)) {
        const told = explainPrune(result, step)!
        expect(told.new.text).toBe(stateAtStep(result, step)!.text)
        expect(told.old.insn).toBe(told.new.insn)
        expect(told.coveredBy).toBe(result.steps.cover[step])
        for (const part of told.parts.filter((p) => p.frame === told.new.frame && p.place.startsWith('r') && p.why === 'within')) {
          const reg = Number(part.place.slice(1))
          const [a, b] = [told.old.regs[reg]!, told.new.regs[reg]!]
          expect([a.umin <= b.umin, a.umax >= b.umax, a.smin <= b.smin, a.smax >= b.smax]).toEqual([true, true, true, true])
          within++
        }
      }
    }
    expect(within).toBeGreaterThan(0)
  })

  test('an endless loop names the state that comes again', () => {
    const endless = walkProgram(readWalks('== x\nr0 = 0\nr6 = 0\nloop:\nif r6 == 1 goto out\ngoto loop\nout:\nexit\n--\n')[0]!)
    const { result } = walked({ ...endless, flags: TEST_STATE_FREQ })
    expect(result.message).toContain('infinite loop detected')
    const last = result.steps.count - 1
    expect(result.steps.kind[last]).toBe(3)
    expect(result.steps.cover[last]).toBeGreaterThanOrEqual(0)
    expect(explainPrune(result, last)!.parts.every((part) => part.why === 'same' || part.why === 'unused')).toBe(true)
  })
})
