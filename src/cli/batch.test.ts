// The batch command's answers, one line at a time: records, sources, and whatever else comes in.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerLine } from './batch.ts'

type Answer = Record<string, unknown>
const answer = (request: unknown): Answer => JSON.parse(answerLine(JSON.stringify(request), () => 0)) as Answer

/** r0 = 2; exit */
const PASS = 'b7000000020000009500000000000000'
const packet = `${'00'.repeat(12)}0800${'00'.repeat(46)}`

const SOURCE = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int drop(struct xdp_md *ctx) { return XDP_DROP; }
char LICENSE[] SEC("license") = "GPL";
`

describe('records', () => {
  test('accepted and run', () => {
    expect(answer({ id: 'a', type: 'xdp', insns: PASS, maps: [], run: { data: packet } })).toEqual({
      id: 'a',
      verdict: 'accepted',
      errno: 0,
      message: '',
      processed: 2,
      total_states: 0,
      peak_states: 0,
      max_states_per_insn: 0,
      run: { retval: 2, data_out: packet, maps: [] },
      ms: { compile: 0, verify: 0, run: 0 },
    })
  })
  test('rejected with the message', () => {
    expect(answer({ id: 1, type: 'xdp', insns: '9500000000000000' })).toMatchObject({
      id: 1,
      verdict: 'rejected',
      errno: 13,
      message: 'R0 !read_ok',
    })
  })
  test('a log where one is asked for', () => {
    expect(answer({ type: 'xdp', insns: PASS, log_level: 2 })['log']).toContain('0: (b7) r0 = 2')
    expect(answer({ type: 'xdp', insns: PASS })['log']).toBeUndefined()
  })
  test('a program type that is not modelled', () => {
    expect(answer({ type: 'struct_ops', insns: PASS })['verdict']).toBe('unsupported')
  })
  test.each([
    [{ insns: 'zz', type: 'xdp' }, /^insns/],
    [{ insns: PASS }, /^type/],
    [{ insns: PASS, type: 'xdp', maps: 3 }, /^maps/],
    [{ insns: PASS, type: 'xdp', maps: [{ type: 'hash', key: -1, value: 4, max: 1 }] }, /^maps\[0\]/],
    [{ insns: PASS, type: 'xdp', run: { data: 'x' } }, /^run/],
  ])('%j is told what is wrong', (request, error) => {
    expect(answer(request)['error']).toMatch(error)
  })
})

describe('sources', () => {
  test('compile', () => {
    const a = answer({ id: 1, op: 'compile', source: SOURCE })
    expect(a).toMatchObject({ ok: true, programs: [{ name: 'drop', section: 'xdp', type: 'xdp' }] })
    expect(a['object']).toMatch(/^7f454c46/)
  })
  test('verify and run', () => {
    expect(answer({ op: 'verify', source: SOURCE })).toMatchObject({ verdict: 'accepted' })
    expect(answer({ op: 'run', source: SOURCE, packet })).toMatchObject({ verdict: 'accepted', run: { retval: 1 } })
  })
  test('a mistake is a diagnostic with a place', () => {
    const a = answer({ op: 'compile', source: SOURCE.replace('XDP_DROP', 'XDP_DORP') })
    expect(a['ok']).toBe(false)
    expect(a['diagnostics']).toMatchObject([{ severity: 'error', at: { file: 'main.bpf.c' } }])
  })
})

describe('anything', () => {
  test('is answered with one JSON line', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((o) => JSON.stringify({ ...o, insns: PASS, type: 'xdp' })),
        ),
        (line) => {
          const text = answerLine(line, () => 0)
          expect(text).not.toContain('\n')
          expect(text).not.toContain('defect')
          expect(typeof JSON.parse(text)).toBe('object')
        },
      ),
      { numRuns: 500 },
    )
  })
  test('random instructions get a verdict', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 8, maxLength: 160 }),
        fc.constantFrom('xdp', 'sched_cls', 'socket_filter', 'kprobe', 'x'),
        (bytes, type) => {
          const insns = Buffer.from(bytes.subarray(0, bytes.length & ~7)).toString('hex')
          const a = answer({ insns, type, maps: [{ type: 'array', key: 4, value: 8, max: 1 }], run: { data: packet } })
          expect(['accepted', 'rejected', 'unsupported']).toContain(a['verdict'])
        },
      ),
      { numRuns: 1000 },
    )
  })
})
