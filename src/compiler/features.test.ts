// Small C programs, each about one feature. The expected result stands in the file ("// Returns N"), and three answer it:
//
//   as written   the reference interpreter of the IR, on what the front end makes of the source
//   in the end   compiler, loader, verifier and interpreter, for every instruction set; and once more with passes left out
//   natively     gcc, where there is one ("// Of BPF alone": a feature that it has not; "gcc differs": where clang does not agree with it)
//
// A file whose feature needs a newer instruction set says so ("// Needs v3").
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { makeSource, renderDiagnostics } from '../diag/index.ts'
import { openC, PASS_NAMES, runRecord, verify } from '../engine/index.ts'
import { keptKernel } from '../loader/index.ts'
import { interpret, makeMemory, placeGlobals } from './ir/interpret.ts'
import { lower } from './lower/index.ts'
import { preprocess } from './preprocess/index.ts'
import { makeSink } from './report.ts'
import { analyze } from './sema/index.ts'
import { parse } from './syntax/index.ts'

const folder = join(import.meta.dirname, 'fixtures/features')
const features = readdirSync(folder)
  .filter((f) => f.endsWith('.c'))
  .map((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    return {
      file,
      text,
      expected: Number(/^\/\/ Returns (\d+)$/m.exec(text)?.[1] ?? Number.NaN),
      least: Number(/^\/\/ Needs v(\d)$/m.exec(text)?.[1] ?? 1),
      bpfAlone: /^\/\/ Of BPF alone$/m.test(text),
      gccDiffers: /gcc differs/.test(text),
    }
  })
const packet = new Uint8Array(64)
const kernel = await loadKernelBtf()
const settings = { include: () => undefined, includeDirs: [], defines: {}, kernel: keptKernel(kernel) } as const

describe('in the end', () => {
  test.each(features)('$file', ({ file, text, expected, least }) => {
    expect(expected, 'the file says what it returns').not.toBeNaN()
    for (const cpu of ([1, 2, 3, 4] as const).filter((v) => v >= least)) {
      const { programs, diagnostics, sources } = openC(file, text, { ...settings, cpu })
      const errors = diagnostics.filter((d) => d.severity === 'error')
      expect(renderDiagnostics(errors, (path) => sources.find((s) => s.path === path))).toBe('')
      const [program] = programs
      const { verdict, message } = verify(program, { logLevel: 0, kernel })
      expect({ cpu, verdict, message }).toEqual({ cpu, verdict: 'accepted', message: '' })
      const { retval, fault, errno, unsupported } = runRecord(program, packet, { kernel })
      expect({ cpu, retval, fault, errno, unsupported }).toEqual({ cpu, retval: expected, fault: '', errno: 0, unsupported: '' })
    }
  })
})

/** The verifier need not take less optimised code, so it is not asked. */
describe('with a pass left out, or all that may be', () => {
  test.each(features.map((f, k) => ({ ...f, skipping: k % 4 === 0 ? { after: 0 } : { names: [PASS_NAMES[k % PASS_NAMES.length]] } })))(
    '$file without $skipping',
    ({ file, text, expected, skipping }) => {
      const { programs, diagnostics } = openC(file, text, { ...settings, cpu: 4, skipping })
      expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([])
      const { retval, fault } = runRecord(programs[0], packet, { kernel })
      expect({ retval, fault }).toEqual({ retval: expected, fault: '' })
    },
  )
})

describe('as written', () => {
  test.each(features.filter((f) => !f.bpfAlone))('$file', ({ file, text, expected }) => {
    const main = makeSource(file, text)
    const sink = makeSink()
    const nothing = (): undefined => undefined
    const read = preprocess({ main, include: nothing, header: nothing, includeDirs: [], defines: {}, cpu: 4 }, sink)
    const hints = { main, headers: [], headerText: nothing, included: new Set<string>() }
    const { module } = lower(analyze(parse(read.tokens, hints, sink), hints, sink), read.sources, sink)
    expect(sink.errors).toBe(0)
    const memory = makeMemory()
    const places = placeGlobals(module, memory)
    const entry = module.funcs.find((f) => f.name === 'entry')!
    const outcome = interpret(entry, [0n], { memory, helper: () => 0n, limit: 1_000_000 }, places)
    expect(outcome).toEqual({ kind: 'returned', value: BigInt(expected) })
  })
})

const GCC = spawnSync('gcc', ['--version']).status === 0

describe.skipIf(!GCC)(`natively${GCC ? '' : ' (skipped: no gcc here)'}`, () => {
  let dir = ''
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'features-'))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  test.each(features.filter((f) => !f.bpfAlone && !f.gccDiffers))('$file', ({ file, text, expected }) => {
    const [source, program] = [join(dir, file), join(dir, file.slice(0, -2))]
    const main = 'int printf(const char *, ...);\nint main(void)\n{\n\tprintf("%u", entry(0));\n\treturn 0;\n}\n'
    // The sections' names are BPF's; a native program has sections of its own there.
    writeFileSync(source, `${text.replace(/section\("(xdp|license)"\)/g, 'section(".$1")')}\n${main}`)
    const made = spawnSync('gcc', ['-w', '-std=gnu11', '-fsigned-char', '-fwrapv', '-o', program, source], { encoding: 'utf8' })
    expect(made.stderr).toBe('')
    expect(spawnSync(program, { encoding: 'utf8' }).stdout).toBe(String(expected))
  })
})
