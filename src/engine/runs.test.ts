// C programs over one packet on both engines, against what Linux 6.18 gave for the same objects: return value, packet, maps. Beside each
// FILE.c lies FILE.json with the answers by program, made by the running kernel (BPF_PROG_TEST_RUN); UPDATE_RUNS=1 asks it again.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { fromHex, toHex } from '../base/index.ts'
import { keptKernel } from '../loader/index.ts'
import { writeElf } from '../object/index.ts'
import { askOracle, whyNoOracle } from '../testkit/oracle.ts'
import { outcomeOf, runProgram } from './run.ts'
import { openC } from './toolchain.ts'

const PACKET =
  '525400123456020000000001080045000034000140004006a6c20a0000010a0000029c4000500000000100000000501220000000000068656c6c6f20776f726c6421'

interface Expected {
  readonly retval: number
  readonly data: string
  readonly maps: Readonly<Record<string, readonly (readonly [string, string])[]>>
}

/** Sections of their own (.data.A) hold lists and locks of the kernel, whose addresses are no data. */
const holdsData = (name: string): boolean => !name.startsWith('.data.')

/** Hashes have no order that counts. */
const sorted = (rows: readonly (readonly [string, string])[]) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1))

const dir = join(import.meta.dirname, 'fixtures/runs')
const kernel = await loadKernelBtf()

function open(file: string) {
  const text = readFileSync(join(dir, file), 'utf8')
  const settings = { include: () => undefined, includeDirs: [], defines: {}, cpu: 3 as const, kernel: keptKernel(kernel) }
  const opened = openC(file, text, settings)
  if (!opened.object) throw new Error(JSON.stringify(opened.diagnostics))
  return { programs: opened.programs, object: opened.object }
}

/** What Linux says now. */
function ask(file: string): Record<string, Expected> {
  const why = whyNoOracle()
  if (why) throw new Error(why)
  const { programs, object } = open(file)
  const out: Record<string, Expected> = {}
  for (const a of askOracle('runs.o', writeElf(object), PACKET)) {
    if (!a.run) throw new Error(`${a.name}: ${a.log}`)
    const shown = runProgram(programs.find((p) => p.name === a.name)!, [], 1)
      .maps.map((m) => m.name)
      .filter(holdsData)
    out[a.name] = {
      retval: a.run.retval,
      data: a.run.data_out,
      maps: Object.fromEntries(shown.map((name) => [name, sorted(a.run!.maps[name])])),
    }
  }
  return out
}

describe('runs of C programs', () => {
  for (const file of readdirSync(dir).filter((f) => f.endsWith('.c'))) {
    test(file, () => {
      const answers = join(dir, file.replace(/\.c$/, '.json'))
      if (process.env['UPDATE_RUNS'] || !existsSync(answers)) writeFileSync(answers, `${JSON.stringify(ask(file))}\n`)
      const expected = JSON.parse(readFileSync(answers, 'utf8')) as Record<string, Expected>
      const { programs } = open(file)
      expect(programs.map((p) => p.name).sort()).toEqual(Object.keys(expected).sort())
      for (const program of programs) {
        for (const engine of ['interp', 'jit'] as const) {
          const run = runProgram(program, [{ atNs: 0, data: fromHex(PACKET)! }], 1, { engine, kernel })
          const [{ retval, dataOut, fault, unsupported }] = run.packets
          expect(fault || unsupported, program.name).toBe('')
          const got = {
            retval,
            data: toHex(dataOut ?? new Uint8Array(0)),
            maps: Object.fromEntries(run.maps.filter((m) => holdsData(m.name)).map((m) => [m.name, sorted(m.entries)])),
          }
          expect(got, `${program.name} ${engine}`).toEqual(expected[program.name])
        }
      }
    })
  }
})

test('what watches lets nothing pass and holds nothing back; a security hook denies by an error number', () => {
  expect(['kprobe', 'tracepoint', 'tracing', 'raw_tracepoint', 'perf_event'].map((type) => outcomeOf(type, 0))).toEqual(
    Array(5).fill('other'),
  )
  expect([outcomeOf('lsm', 0), outcomeOf('lsm', 0xffffffff)]).toEqual(['passed', 'dropped'])
  expect([outcomeOf('cgroup_skb', 0), outcomeOf('cgroup_skb', 1), outcomeOf('xdp', 1)]).toEqual(['dropped', 'passed', 'dropped'])
})
