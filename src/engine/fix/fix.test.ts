import { expect, test } from 'vitest'
import { loadKernelBtf } from '../../abi/index.ts'
import { keptKernel } from '../../loader/index.ts'
import { CATALOGUE, openEntry } from '../../testkit/catalogue.ts'
import { verify } from '../../verifier/index.ts'
import { openC } from '../toolchain.ts'
import { frames } from '../witness/frames.ts'
import { diffRows } from './diff.ts'
import { startFixes } from './fix.ts'
import { applyEdits, functionsOf, statementAt, tokensOf } from './source-text.ts'

const kernel = await loadKernelBtf()
const settings = { include: () => undefined, includeDirs: [], cpu: 3, defines: {}, kernel: keptKernel(kernel) } as const
const options = { logLevel: 0, kernel }

async function fixesOf(file: string) {
  const { text, program } = await openEntry(file)
  const result = verify(program, options)
  const compile = (changed: string) => openC(file, changed, settings)
  const search = startFixes({ file, text, program, result, options, compile, packets: frames() })
  while (search.run(1) === 'more') {}
  return search.result()
}

test.each([
  ['02-packet-short.c', ['checkPacket']],
  ['15-null-base.c', ['startFromData', 'checkPacket']],
  ['31-map-index-equal.c', ['tightenCheck']],
  ['40-unread-argument.c', ['bpfKprobe']],
  ['58-reference.c', ['giveBack']],
])(
  '%s is mended by %j, and what mends it is accepted',
  async (file, names) => {
    const [first] = await fixesOf(file)
    expect(first?.names).toEqual(names)
    const { programs, diagnostics } = openC(file, first?.text ?? '', settings)
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([])
    expect(verify(programs[0], options).verdict).toBe('accepted')
  },
  30_000,
)

test('an edit that changes what good packets get is no fix', async () => {
  // Every fix of this one keeps the answers: a rule that returns early for all packets would be accepted by Linux, but not offered.
  const fixes = await fixesOf('31-map-index-equal.c')
  expect(fixes.every((f) => f.packets > 0 && f.text.includes('XDP_DROP'))).toBe(true)
}, 30_000)

test('the catalogue lies where the command looks for it', () => expect(CATALOGUE).toContain('fixtures/catalogue'))

const text = `int f(int a, int b)
{
	if (a > 1)
		return b;
	for (int i = 0; i < a; i++)
		b += i; // not this; one
	return g(a, b[1]);
}
`
const statement = (piece: string) => {
  const found = statementAt(tokensOf(text), text.indexOf(piece))
  return found && { text: text.slice(found.start, found.end), isBare: found.isBare }
}

test('statements around a place', () => {
  expect(statement('b[1]')).toEqual({ text: 'return g(a, b[1]);', isBare: false })
  expect(statement('i < a')?.text).toBe('for (int i = 0; i < a; i++)\n\t\tb += i;')
  expect(statement('a > 1')?.text).toBe('if (a > 1)\n\t\treturn b;')
})

test('functions and their parameters', () => {
  expect(functionsOf(tokensOf(text))).toMatchObject([{ name: 'f', names: ['a', 'b'], returns: 'int' }])
})

test('edits are applied from the end, and a diff shows them', () => {
  const changed = applyEdits('a\nb\nc\nd\n', [
    { start: 0, end: 1, text: 'A' },
    { start: 4, end: 4, text: 'x\n' },
  ])
  expect(changed).toBe('A\nb\nx\nc\nd\n')
  expect(diffRows('a\nb\nc\nd\n', changed).map((r) => `${r.kind[0]}${r.text}`)).toEqual(['ra', 'aA', 'sb', 'ax', 'sc', 'sd'])
})
