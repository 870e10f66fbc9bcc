// Captures of every kind that is read, written here byte by byte, and whatever else a file may hold.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../base/index.ts'
import { formatMessage } from '../diag/index.ts'
import { readCapture, writePcap } from './index.ts'

const A = Uint8Array.from({ length: 60 }, (_, i) => i)
const B = Uint8Array.from({ length: 61 }, (_, i) => 255 - i)

function pcap(
  little: boolean,
  magic: number,
  records: readonly { sec: number; frac: number; data: Uint8Array; original?: number }[],
  linkType = 1,
): Uint8Array {
  const w = new ByteWriter()
    .u32(magic, little)
    .u16(2, little)
    .u16(4, little)
    .u32(0, little)
    .u32(0, little)
    .u32(65535, little)
    .u32(linkType, little)
  for (const r of records) {
    w.u32(r.sec, little)
      .u32(r.frac, little)
      .u32(r.data.length, little)
      .u32(r.original ?? r.data.length, little)
      .bytes(r.data)
  }
  return w.done()
}

const says = (bytes: Uint8Array) => readCapture(bytes).diagnostics.map((d) => formatMessage(d.code, d.params, 'en'))

describe('pcap', () => {
  test.each([
    [true, 0xa1b2c3d4, 1500],
    [false, 0xa1b2c3d4, 1500],
    [true, 0xa1b23c4d, 1_500_000],
    [false, 0xa1b23c4d, 1_500_000],
  ] as const)('little-endian %s, magic %d', (little, magic, frac) => {
    const file = pcap(little, magic, [
      { sec: 1_700_000_000, frac: 0, data: A },
      { sec: 1_700_000_001, frac, data: B, original: 1000 },
    ])
    expect(readCapture(file)).toEqual({
      packets: [
        { atNs: 0, data: A, originalLength: 60, linkType: 1 },
        { atNs: 1_001_500_000, data: B, originalLength: 1000, linkType: 1 },
      ],
      diagnostics: [{ code: 'capture.snapped', severity: 'note', params: ['1'], labels: [], fixes: [] }],
    })
  })

  test('what is written is read again', () => {
    const packet = fc.record({ atNs: fc.integer({ min: 0, max: 2 ** 52 }), data: fc.uint8Array({ maxLength: 100 }), more: fc.nat(1000) })
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 10 }), (packets) => {
        const back = readCapture(writePcap(packets.map((p) => ({ atNs: p.atNs, data: p.data, originalLength: p.data.length + p.more }))))
        expect(back.packets).toEqual(
          packets.map((p) => ({ atNs: p.atNs - packets[0].atNs, data: p.data, originalLength: p.data.length + p.more, linkType: 1 })),
        )
      }),
    )
  })

  test('cut at each byte: what came before is kept, the place is told', () => {
    const file = pcap(true, 0xa1b2c3d4, [
      { sec: 1, frac: 0, data: A },
      { sec: 2, frac: 0, data: B },
    ])
    for (let size = 0; size < file.length; size++) {
      const { packets, diagnostics } = readCapture(file.subarray(0, size))
      expect(packets.length).toBe(size < 24 + 16 + 60 ? 0 : 1)
      const whole = size === 24 || size === 24 + 16 + 60
      expect(diagnostics.map((d) => [d.code, ...d.params])).toEqual(
        whole ? [] : size < 4 ? [['capture.magic']] : [['capture.truncated', String(size < 24 ? size : size < 100 ? 24 : 100)]],
      )
    }
  })

  test('impossible lengths and other links', () => {
    const huge = pcap(true, 0xa1b2c3d4, [{ sec: 1, frac: 0, data: A }])
    new DataView(huge.buffer).setUint32(32, 0x7fffffff, true)
    expect(says(huge)).toEqual(['what begins at byte 24 has an impossible length of 2147483647'])
    const raw = pcap(
      true,
      0xa1b2c3d4,
      [
        { sec: 1, frac: 0, data: A },
        { sec: 1, frac: 0, data: A },
      ],
      101,
    )
    expect(readCapture(raw).packets).toEqual([])
    expect(says(raw)).toEqual(['packets of link type 101 are left out; only Ethernet (1) is read'])
    expect(says(Uint8Array.from([1, 2, 3, 4, 5]))).toEqual(['this is neither a pcap nor a pcapng file'])
  })
})

interface Block {
  readonly type: number
  readonly body: (w: ByteWriter) => void
}

function pcapng(little: boolean, blocks: readonly Block[]): Uint8Array {
  const w = new ByteWriter()
  for (const b of blocks) {
    const body = new ByteWriter()
    b.body(body)
    body.align(4)
    w.u32(b.type, little)
      .u32(12 + body.length, little)
      .bytes(body.done())
      .u32(12 + body.length, little)
  }
  return w.done()
}

const section = (little: boolean): Block => ({
  type: 0x0a0d0d0a,
  body: (w) => w.u32(0x1a2b3c4d, little).u16(1, little).u16(0, little).u64(0xffffffffffffffffn, little),
})

const iface = (little: boolean, options: readonly (readonly [code: number, value: Uint8Array])[] = [], linkType = 1, snap = 0): Block => ({
  type: 1,
  body: (w) => {
    w.u16(linkType, little).u16(0, little).u32(snap, little)
    for (const [code, value] of options) w.u16(code, little).u16(value.length, little).bytes(value).align(4)
    if (options.length > 0) w.u32(0, little)
  },
})

const enhanced = (little: boolean, id: number, time: bigint, data: Uint8Array): Block => ({
  type: 6,
  body: (w) =>
    w
      .u32(id, little)
      .u32(Number(time >> 32n), little)
      .u32(Number(time & 0xffffffffn), little)
      .u32(data.length, little)
      .u32(data.length, little)
      .bytes(data),
})

describe('pcapng', () => {
  test.each([true, false])('blocks of all kinds, little-endian %s', (little) => {
    const file = pcapng(little, [
      section(little),
      iface(little, [[2, new TextEncoder().encode('eth0')]]),
      iface(little, [[9, Uint8Array.of(9)]]),
      iface(little, [
        [9, Uint8Array.of(0x80 | 10)],
        [14, new ByteWriter().u64(5n, little).done()],
      ]),
      enhanced(little, 0, 1_000_000n, A),
      { type: 5, body: (w) => w.u32(0, little).u64(0n, little) },
      enhanced(little, 1, 1_000_000_123n, B),
      enhanced(little, 2, 1024n, A),
      {
        type: 2,
        body: (w) => w.u16(0, little).u16(0, little).u32(0, little).u32(3_000_000, little).u32(B.length, little).u32(99, little).bytes(B),
      },
    ])
    const { packets, diagnostics } = readCapture(file)
    expect(packets.map((p) => [p.atNs, p.data.length, p.originalLength])).toEqual([
      [0, 60, 60],
      [123, 61, 61],
      [5_000_000_000, 60, 60],
      [2_000_000_000, 61, 99],
    ])
    expect(diagnostics.map((d) => d.code)).toEqual(['capture.snapped'])
  })

  test('simple packets follow the snap length', () => {
    const file = pcapng(true, [section(true), iface(true, [], 1, 20), { type: 3, body: (w) => w.u32(60).bytes(A.subarray(0, 20)) }])
    expect(readCapture(file).packets).toEqual([{ atNs: 0, data: A.slice(0, 20), originalLength: 60, linkType: 1 }])
  })

  test('sections have byte orders and interfaces of their own', () => {
    const first = pcapng(true, [section(true), iface(true), enhanced(true, 0, 5n, A)])
    const second = pcapng(false, [
      section(false),
      iface(false, [], 113),
      iface(false),
      enhanced(false, 1, 7n, B),
      enhanced(false, 0, 7n, B),
      enhanced(false, 2, 7n, B),
    ])
    const at = first.length + second.length - 96
    const { packets, diagnostics } = readCapture(new ByteWriter().bytes(first).bytes(second).done())
    expect(packets.map((p) => [p.atNs, p.data.length])).toEqual([
      [0, 60],
      [2000, 61],
    ])
    expect(diagnostics.map((d) => [d.code, ...d.params])).toEqual([
      ['capture.linkType', '113'],
      ['capture.interface', String(at), '2'],
    ])
  })

  test('cut at each byte', () => {
    const file = pcapng(true, [section(true), iface(true), enhanced(true, 0, 1n, A), enhanced(true, 0, 2n, B)])
    const ends = new Set([28, 28 + 20, 28 + 20 + 92])
    for (let size = 12; size < file.length; size++) {
      const { packets, diagnostics } = readCapture(file.subarray(0, size))
      expect(packets.length).toBe(size < 28 + 20 + 92 ? 0 : 1)
      expect(diagnostics.map((d) => d.code)).toEqual(ends.has(size) ? [] : ['capture.truncated'])
    }
  })

  test('lengths that cannot be', () => {
    const file = pcapng(true, [section(true), iface(true), enhanced(true, 0, 1n, A)])
    for (const length of [0, 4, 8, 13]) {
      const broken = file.slice()
      new DataView(broken.buffer).setUint32(28 + 4, length, true)
      expect(readCapture(broken).diagnostics.map((d) => [d.code, ...d.params])).toEqual([['capture.length', '28', String(length)]])
    }
    const captured = file.slice()
    new DataView(captured.buffer).setUint32(28 + 20 + 8 + 12, 5000, true)
    expect(says(captured)).toEqual(['what begins at byte 48 has an impossible length of 5000'])
    const order = file.slice()
    order[8] = 0
    expect(says(order)).toEqual(['the section at byte 0 does not say its byte order'])
  })
})

test('no bytes make reading fail', () => {
  const start = fc.constantFrom(
    pcap(true, 0xa1b2c3d4, [
      { sec: 1, frac: 0, data: A },
      { sec: 2, frac: 0, data: B },
    ]),
    pcapng(true, [
      section(true),
      iface(true, [[9, Uint8Array.of(0xff)]]),
      enhanced(true, 0, 1n, A),
      section(true),
      enhanced(true, 0, 2n, B),
    ]),
    pcapng(false, [section(false), iface(false), enhanced(false, 0, 1n, A), { type: 3, body: (w) => w.u32(60, false).bytes(A) }]),
  )
  fc.assert(
    fc.property(
      start,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      fc.nat(300),
      (file, edits, size) => {
        const changed = file.slice(0, Math.max(4, size))
        for (const [at, v] of edits) changed[at % changed.length] = v
        const { packets, diagnostics } = readCapture(changed)
        for (const p of packets) expect(Number.isSafeInteger(p.atNs) || Math.abs(p.atNs) > 2 ** 53).toBe(true)
        for (const d of diagnostics)
          for (const language of ['en', 'ko'] as const) expect(formatMessage(d.code, d.params, language)).not.toMatch(/\{\d\}/)
      },
    ),
    { numRuns: 3000 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readCapture(bytes).packets.length <= 20))
})
