// Checksums against the examples of the RFC, and the words of addresses both ways.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromHex } from '../base/index.ts'
import { formatIpv4, formatIpv6, formatMac, internetChecksum, parseIpv4, parseIpv6, parseMac, sum16 } from './index.ts'

test('the example of RFC 1071', () => {
  const bytes = fromHex('0001f203f4f5f6f7')!
  expect(sum16(bytes)).toBe(0x2ddf0)
  expect(internetChecksum(bytes)).toBe(0xffff ^ 0xddf2)
})

test('an odd last byte is the high half of a word', () => {
  expect(internetChecksum(fromHex('0001f2')!)).toBe(0xffff ^ 0xf201)
})

test('bytes with their checksum in place sum to zero, wherever the cut between two parts lies', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(32), (bytes, cut) => {
      const sum = internetChecksum(bytes)
      const whole = Uint8Array.of(...bytes, ...(bytes.length % 2 === 1 ? [0] : []), sum >> 8, sum & 255)
      expect(internetChecksum(whole)).toBe(0)
      const even = Math.min(whole.length, cut * 2)
      expect(internetChecksum(whole.subarray(even), sum16(whole.subarray(0, even)))).toBe(0)
    }),
  )
})

test.each([
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['fd00::2', 'fd000000000000000000000000000002'],
  ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
  ['2001:0:0:1::1', '20010000000000010000000000000001'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['1:0:3:4:5:6:7:8', '00010000000300040005000600070008'],
  ['fe80::ff:fe00:1', 'fe80000000000000000000fffe000001'],
])('IPv6 address %s', (text, hex) => {
  expect(formatIpv6(fromHex(hex)!)).toBe(text)
  expect(parseIpv6(text)).toEqual(fromHex(hex))
})

test('addresses are read as they are written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.array(fc.nat(7), { maxLength: 6 }), (bytes, zeros) => {
      for (const z of zeros) bytes.fill(0, 2 * z, 2 * z + 2)
      expect(parseIpv6(formatIpv6(bytes))).toEqual(bytes)
      expect(parseIpv4(formatIpv4(bytes.subarray(0, 4)))).toEqual(bytes.slice(0, 4))
      expect(parseMac(formatMac(bytes.subarray(0, 6)))).toEqual(bytes.slice(0, 6))
    }),
  )
  expect(parseIpv6('::ffff:10.0.0.1')).toEqual(fromHex('00000000000000000000ffff0a000001'))
  for (const bad of ['1:2', '1::2::3', '::12345', '1:2:3:4:5:6:7:8:9', ':1', 'g::', '1:2:3:4:5:6:7::8:9'])
    expect(parseIpv6(bad), bad).toBeUndefined()
  for (const bad of ['1.2.3', '256.0.0.1', 'a.b.c.d', '1.2.3.4.5', '']) expect(parseIpv4(bad), bad).toBeUndefined()
  for (const bad of ['1:2:3', '00:11:22:33:44:gg', '']) expect(parseMac(bad), bad).toBeUndefined()
})
