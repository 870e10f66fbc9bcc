// Our C programs through our compiler, libbpf and the running kernel: the kernel loads each object unchanged and answers as our verifier
// does; BPF_PROG_TEST_RUN gives the interpreter's return value, packet and maps. Needs root on Linux 6.18 with gcc and libbpf.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openC, renderDiagnostics, runRecord, toHex, verify, writeElf } from '../engine/index.ts'
import { askOracle, whyNoOracle } from './oracle.ts'
import { PACKETS } from './packets.ts'

const dir = join(import.meta.dirname, '../compiler/fixtures/programs')
const files = readdirSync(dir).filter((f) => f.endsWith('.c'))
const missing = whyNoOracle()
if (missing) console.log(`The running kernel is not asked: ${missing}.`)

/** Helpers whose answers differ from run to run, so that results are not compared. */
const UNSTABLE = /bpf_(ktime_get_\w+|get_prandom_u32|jiffies64|get_smp_processor_id|get_current_\w+)\s*\(/

/** Programs whose every verdict and run was compared, with no part of them answered by `unsupported`. */
const compared = new Set<string>()

describe.skipIf(missing)('the running kernel', () => {
  for (const file of files) {
    const text = readFileSync(join(dir, file), 'utf8')
    test(file, () => {
      const opened = openC(file, text, { include: () => undefined, includeDirs: [], defines: {}, cpu: 3 })
      const sources = new Map(opened.sources.map((s) => [s.path, s]))
      const errors = opened.diagnostics.filter((d) => d.severity === 'error')
      expect(renderDiagnostics(errors, (path) => sources.get(path))).toBe('')
      const object = writeElf(opened.object!)
      let isWhole = true
      for (const packet of PACKETS) {
        const answers = askOracle(file.replace(/\.c$/, '.o'), object, toHex(packet))
        expect(answers.map((a) => a.name).sort()).toEqual(opened.programs.map((p) => p.name).sort())
        for (const program of opened.programs) {
          const theirs = answers.find((a) => a.name === program.name)!
          expect(theirs.verdict, `${theirs.libbpf.slice(-500)}\n${theirs.log.slice(-800)}`).toBe('accepted')
          const ours = verify(program, { logLevel: 1 })
          if (ours.verdict === 'unsupported') {
            isWhole = false
            continue
          }
          expect({ verdict: ours.verdict, errno: ours.errno, message: ours.message }).toEqual({
            verdict: 'accepted',
            errno: 0,
            message: '',
          })
          if (theirs.verdict === 'rejected' || !theirs.run || UNSTABLE.test(text)) continue
          const run = runRecord(program, packet)
          if (run.unsupported !== '') {
            isWhole = false
            continue
          }
          expect({ fault: run.fault, errno: run.errno }).toEqual({ fault: '', errno: theirs.run.errno })
          if (run.errno !== 0) continue
          expect({ retval: run.retval, data: toHex(run.dataOut) }).toEqual({ retval: theirs.run.retval, data: theirs.run.data_out })
          for (const { index, entries } of run.maps) {
            const def = program.maps[index]
            const expected = theirs.run.maps[def.name]
            if (!expected || def.name.endsWith('.rodata')) continue
            const sort = (rows: readonly (readonly [string, string])[]) =>
              def.type.includes('hash') ? [...rows].sort(([a], [b]) => (a < b ? -1 : 1)) : rows
            expect({ map: def.name, entries: sort(entries) }).toEqual({ map: def.name, entries: sort(expected) })
          }
        }
      }
      if (isWhole) compared.add(file)
    })
  }

  test('at least 40 programs were compared whole', () => {
    expect(compared.size).toBeGreaterThanOrEqual(40)
  })
})
