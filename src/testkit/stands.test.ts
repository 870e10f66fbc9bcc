// A stand shows what a fresh kernel would, whatever ran on it before; and what differs between two of them is told.
import { describe, expect, test } from 'vitest'
import { toHex } from '../base/index.ts'
import { readRecord } from '../engine/index.ts'
import { testRun } from '../kernel/index.ts'
import { generate, toRecord } from './index.ts'
import { apart, createStand, runOn } from './stands.ts'

const FUEL = 100_000

function read(record: unknown) {
  const result = readRecord(record)
  if (!result.ok) throw new Error(result.error)
  const { program, packet = new Uint8Array(64) } = result.record
  return { program, packet }
}

const written = (text: string, maps: Parameters<typeof toRecord>[2]['maps'] = []) =>
  read(toRecord('t', '', { gen: '', type: 'xdp', text, maps, packet: new Uint8Array(64) }))

describe('a stand', () => {
  test('shows what a fresh kernel shows, one program after the other', () => {
    const stand = createStand({ engine: 'interp' })
    for (const lane of ['typed', 'frontier', 'helpers', 'noise', 'loops']) {
      for (let i = 0; i < 25; i++) {
        const { program, packet } = read(generate(lane, 3, i))
        const here = runOn(stand, program, packet, FUEL)
        const fresh = testRun({ program, data: packet, fuel: FUEL })
        const shown = [here, fresh].map((r) => [
          r.retval,
          r.errno,
          r.steps,
          r.fault?.text,
          r.unsupported,
          toHex(r.dataOut),
          r.printk,
          r.maps.map((m) => m.entries().map((e) => [toHex(e.key), toHex(e.value)])),
        ])
        expect(shown[0], `${lane} ${i}`).toEqual(shown[1])
      }
    }
  })
})

describe('apart', () => {
  const array = [{ type: 'array', key: 4, value: 8, max: 1 }] as const
  const store = (value: number): string =>
    `r1 = m0 ll\n*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\ncall bpf_map_lookup_elem\nif r0 == 0 goto +1\n*(u64 *)(r0 + 0) = ${value}\nr0 = 2\nexit\n`
  const between = (a: ReturnType<typeof read>, b: ReturnType<typeof read>): string => {
    const [one, other] = [createStand({ engine: 'interp' }), createStand({ engine: 'jit', verified: true })]
    return apart(one, runOn(one, a.program, a.packet, FUEL), other, runOn(other, b.program, b.packet, FUEL))
  }

  test('tells nothing of runs that are equal', () => {
    expect(between(written(store(7), array), written(store(7), array))).toBe('')
  })

  test('tells a result, a step, a packet, a map and a random number', () => {
    const two = written('r0 = 2\nexit\n')
    expect(between(two, written('r0 = 1\nexit\n'))).toContain('r0 1 errno 0 steps 2')
    expect(between(two, written('r0 = 2\nr0 = 2\nexit\n'))).toContain('steps 3')
    expect(between(two, { ...two, packet: new Uint8Array(64).fill(1) })).toContain('0101')
    expect(between(written(store(7), array), written(store(8), array))).toContain('00000000=0800000000000000')
    const random = written('call bpf_get_prandom_u32\nr0 = 2\nexit\n')
    expect(between(written('call bpf_get_smp_processor_id\nr0 = 2\nexit\n'), random)).toContain('random')
  })
})
