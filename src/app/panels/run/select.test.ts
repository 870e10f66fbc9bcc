import { expect, test } from 'vitest'
import { type ByteRow, byteRows, markText, packetTone, pairs, shortSummary, splitZeros, timeText } from './select.ts'

const layers = [
  { name: 'Ethernet', offset: 0, size: 14, fields: [] },
  { name: 'IPv4', offset: 14, size: 20, fields: [] },
]

const runsOf = (row: ByteRow) =>
  row.runs.map((r) => `${r.text}|${r.now?.[0] ?? '.'}${r.touched?.[0] ?? '.'}${r.layer}${r.lit ? ' lit' : ''}`)

test('the packet as rows of sixteen bytes, in runs that look the same', () => {
  const rows = byteRows({
    hex: '41'.repeat(18),
    marks: [{ offset: 12, size: 2, access: 'read' }],
    touched: [
      { offset: 0, size: 2, access: 'write' },
      { offset: 1, size: 4, access: 'read' },
    ],
    layers,
    lit: { offset: 8, size: 1 },
  })
  expect(rows.map((r) => [r.offset, r.size])).toEqual([
    [0, 16],
    [16, 2],
  ])
  expect(runsOf(rows[0])).toEqual(['41 41|.w0', '41 41 41|.r0', '41 41 41|..0', '41|..0 lit', '41 41 41|..0', '41 41|r.0', '41 41|..1'])
  expect(rows[0].runs.map((r) => r.offset)).toEqual([0, 2, 5, 8, 9, 12, 14])
  expect(runsOf(rows[1])).toEqual(['41 41|..1'])
  expect(rows[1].ascii).toBe('AA')
})
test('marks beyond the packet are cut', () => {
  const rows = byteRows({ hex: 'ff20', marks: [{ offset: -1, size: 9, access: 'read' }], touched: [], layers: [], lit: undefined })
  expect(runsOf(rows[0])).toEqual(['ff 20|r.-1'])
  expect(rows[0].ascii).toBe('· ')
})
test('marks in words', () => {
  expect(
    markText(
      [
        { offset: 12, size: 2, access: 'read' },
        { offset: 0, size: 1, access: 'write' },
      ],
      'read',
    ),
  ).toBe('+12…+13')
})
test('tones', () => {
  expect(packetTone({ outcome: 'passed', verdict: 'XDP_PASS' })).toBe('good')
  expect(packetTone({ outcome: 'dropped', verdict: 'XDP_DROP' })).toBe('bad')
  expect(packetTone({ outcome: 'dropped', verdict: 'fault' })).toBe('warn')
  expect(packetTone({ outcome: 'other', verdict: '' })).toBe('plain')
})
test('times', () => {
  expect([0, 1500, 1_250_000, 3e9].map(timeText)).toEqual(['0', '1.5 µs', '1.25 ms', '3.000 s'])
})
test('digits', () => {
  expect(pairs('00ff..01')).toEqual(['00', 'ff', '..', '01'])
  expect(splitZeros('000000000000001f')).toEqual(['00000000000000', '1f'])
  expect(splitZeros('0000000000000000')).toEqual(['000000000000000', '0'])
})
test('addresses and ports stand together', () => {
  expect(shortSummary('IPv4 10.0.0.1 > 10.0.0.2 TCP 41000 > 80 [SYN]')).toBe('10.0.0.1:41000 > 10.0.0.2:80 [SYN]')
  expect(shortSummary('IPv6 fe80::1 > ff02::1 UDP 546 > 547')).toBe('[fe80::1]:546 > [ff02::1]:547')
  expect(shortSummary('IPv4 10.0.0.1 > 10.0.0.2 ICMP echo request')).toBe('10.0.0.1 > 10.0.0.2 ICMP echo request')
  expect(shortSummary('ARP who has 10.0.0.2? tell 10.0.0.1')).toBe('ARP who has 10.0.0.2? tell 10.0.0.1')
})
