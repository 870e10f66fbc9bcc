import { expect, test } from 'vitest'
import { formatMessage } from '../diag/index.ts'
import { verify } from '../verifier/index.ts'
import { compileFilter } from './filter.ts'

const ARP = Uint8Array.from([...new Array<number>(12).fill(2), 8, 6, ...new Array<number>(28).fill(0)])

test('an expression becomes both kinds of BPF', () => {
  const { classic, program, takes, diagnostics } = compileFilter('arp')
  expect(diagnostics).toEqual([])
  expect(classic.split('\n')[1]).toBe('(001) jeq      #0x806           jt 2\tjf 3')
  expect(verify(program!, { logLevel: 0 }).verdict).toBe('accepted')
  expect([takes(ARP), compileFilter('ip').takes(ARP), compileFilter('').takes(ARP)]).toEqual([true, false, true])
})

test('a fault has its place', () => {
  const { diagnostics, program } = compileFilter('port eighty')
  expect(program).toBeUndefined()
  expect(diagnostics.map((d) => [formatMessage(d.code, d.params, 'en'), d.at?.start])).toEqual([
    ["'eighty' is not a port number (0 to 65535) or a known service", 5],
  ])
})
