// Expressions, their classic BPF in tcpdump's notation, and verdicts.
import { describe, expect, test } from 'vitest'
import { renderDiagnostics } from '../diag/index.ts'
import { parseFilter, printClassic, runClassic, toClassic } from './index.ts'

function compileFilter(text: string) {
  const parsed = parseFilter(text)
  if (!parsed.expression) throw new Error(renderDiagnostics(parsed.diagnostics, () => undefined))
  const classic = toClassic(parsed.expression)
  if (!classic.insns) throw new Error('too long')
  return classic.insns
}

/** Ethernet, IPv4 without options, TCP or UDP. */
function packet(protocol: number, source: number, destination: number, fragment = 0): Uint8Array {
  const bytes = new Uint8Array(54)
  bytes.set([0x08, 0x00, 0x45], 12)
  bytes.set([fragment >> 8, fragment & 255], 20)
  bytes[23] = protocol
  bytes.set([10, 0, 0, 1, 10, 0, 0, 2], 26)
  bytes.set([source >> 8, source & 255, destination >> 8, destination & 255], 34)
  return bytes
}

describe('classic BPF', () => {
  test('reads as tcpdump -d prints it', () => {
    expect(printClassic(compileFilter('ip'))).toBe(
      ['(000) ldh      [12]', '(001) jeq      #0x800           jt 2\tjf 3', '(002) ret      #262144', '(003) ret      #0'].join('\n'),
    )
  })
  test.each([
    ['tcp port 80', packet(6, 1234, 80), true],
    ['tcp port 80', packet(17, 1234, 80), false],
    ['port 80', packet(17, 80, 1234), true],
    ['dst port 80', packet(6, 80, 1234), false],
    ['not tcp port 80', packet(6, 1234, 80), false],
    ['udp or tcp and dst port 80', packet(17, 1, 2), false],
    ['udp or (tcp and dst port 80)', packet(17, 1, 2), true],
    ['host 10.0.0.2', packet(6, 1, 2), true],
    ['src host 10.0.0.2', packet(6, 1, 2), false],
    ['src or dst port 2', packet(6, 1, 2), true],
    ['arp', packet(6, 1, 2), false],
    ['', packet(6, 1, 2), true],
    ['tcp port 2', packet(6, 1, 2, 185), false],
  ])('%s', (text, bytes, taken) => {
    expect(runClassic(compileFilter(text), bytes) > 0).toBe(taken)
  })
  test('a packet that ends early is not taken', () => {
    const insns = compileFilter('tcp port 80')
    const whole = packet(6, 1, 80)
    for (let n = 0; n < 36; n++) expect(runClassic(insns, whole.subarray(0, n))).toBe(0)
  })
})

test('a filter too long for classic jumps says so, soon', () => {
  const ports = (n: number) => Array.from({ length: n }, (_, i) => `port ${i}`).join(' or ')
  for (const n of [300, 2000]) {
    const { expression } = parseFilter(ports(n))
    expect(toClassic(expression!).diagnostics.map((d) => d.code)).toEqual(['filter.too-long'])
  }
  expect(parseFilter(ports(5000)).diagnostics.map((d) => d.code)).toEqual(['filter.too-long'])
})

describe('faults', () => {
  test.each([
    ['tcp port', 'filter.end'],
    ['port 99999', 'filter.port'],
    ['host 10.0.0.300', 'filter.address'],
    ['host example', 'filter.name'],
    ['example', 'filter.unexpected'],
    ['net 10.0.0.1/8', 'filter.host-bits'],
    ['host 10.0.0.0/8', 'filter.mask'],
    ['10.0.0.1', 'filter.unexpected'],
    ['net 10.0.0.0/33', 'filter.prefix'],
    ['host 1::2::3', 'filter.address6'],
    ['ether host 10.0.0.1', 'filter.host-of'],
    ['icmp port 80', 'filter.port-of'],
    ['src proto 6', 'filter.direction'],
    ['ip proto nothing', 'filter.proto'],
    ['ip proto 256', 'filter.range'],
    ['vlan 4096', 'filter.range'],
    ['ip[0:3] = 1', 'filter.size'],
    ['ip[0] / 0 = 1', 'filter.zero'],
    ['ip[0] =', 'filter.end'],
    ['ip[0', 'filter.end'],
    ['len > 4294967296', 'filter.number'],
    ['port 80 @', 'filter.unexpected'],
    ['geneve', 'filter.unsupported'],
    ['ip6 protochain 6', 'filter.unsupported'],
    ['inbound', 'filter.unsupported'],
    [`${'('.repeat(5000)}tcp`, 'filter.too-deep'],
    ['(tcp', 'filter.end'],
    ['tcp )', 'filter.unexpected'],
    [`${'!'.repeat(5000)}tcp`, 'filter.too-deep'],
    [`ip[0] = ${'('.repeat(5000)}1`, 'filter.too-deep'],
  ])('%s', (text, code) => {
    expect(parseFilter(text).diagnostics.map((d) => d.code)).toEqual([code])
  })
})
