import { expect, test } from 'vitest'
import { loadKernelBtf } from '../../abi/index.ts'
import { fromHex } from '../../base/index.ts'
import { testRun } from '../../kernel/index.ts'
import { openEntry } from '../../testkit/catalogue.ts'
import { rejectedPath, verify } from '../../verifier/index.ts'
import { startWitness } from './witness.ts'

const kernel = await loadKernelBtf()
const options = { logLevel: 0, kernel }

async function witnessOf(name: string) {
  const { program, message, explanation } = await openEntry(name)
  if (!explanation) throw new Error(`${name} is not explained`)
  const result = verify(program, options)
  const states = rejectedPath(program, options, 2000, 50_000)
  const path = states.map((s) => s.insn)
  const search = startWitness({
    program,
    code: explanation.code,
    message,
    insn: result.insn,
    path,
    state: states.at(-1),
    seeds: [],
    kernel,
  })
  while (search.run(50) === 'more') {}
  return { program, result, witness: search.result() }
}

test.each([
  '02-packet-short.c',
  '16-branches-merged.c',
  '27-maybe-null.c',
  '31-map-index-equal.c',
  '33-negative-size.c',
  '34-unbounded-size.c',
])('the packet found for %s makes the refused instruction go wrong', async (name) => {
  const { program, result, witness } = await witnessOf(name)
  expect(witness).toMatchObject({ kind: 'fault', registers: [], insn: result.insn })
  // The same packet on a machine of its own, without the search.
  const run = testRun({ program, data: fromHex(witness?.packetHex ?? '') ?? new Uint8Array(0), engine: 'interp', verified: false })
  expect(run.fault?.text).toBe(witness?.text)
})

test('a resource that is kept, an answer that is not known, a loop without end', async () => {
  expect((await witnessOf('58-reference.c')).witness).toMatchObject({ kind: 'leak' })
  expect((await witnessOf('48-return-range.c')).witness).toMatchObject({ kind: 'answer', text: '2' })
  expect((await witnessOf('59-infinite-loop.c')).witness).toMatchObject({ kind: 'endless' })
}, 30_000)

test('where no packet does harm, what Linux has to fear is shown as such', async () => {
  const { witness } = await witnessOf('30-global-argument.c')
  expect(witness).toMatchObject({ kind: 'fault', registers: [{ name: 'R1', value: '0' }] })
})

test('a program that does no harm has no witness', async () => {
  expect((await witnessOf('08-packet-end.c')).witness).toBeUndefined()
})
