// Objects that other compilers made: clang from 13 on and gcc, as far as they are here. One file is compiled by each, loaded, verified and run. Of
// clang's objects the verdicts and the result are known beforehand; where the running kernel can be asked, it says the same of every one.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { keptKernel } from '../loader/index.ts'
import { askOracle, whyNoOracle } from '../testkit/oracle.ts'
import { openObject, runRecord, toHex, verify } from './index.ts'

const source = join(import.meta.dirname, 'fixtures/foreign/objects.c')
const kernel = keptKernel(await loadKernelBtf())
const packet = Uint8Array.from({ length: 64 }, (_, i) => i + 5)

interface Tool {
  readonly command: string
  readonly words: readonly string[]
}

const CLANGS: readonly Tool[] = [13, 14, 15, 16, 17, 18, 19, 20, 21, 22].flatMap((version) =>
  ['-mcpu=v2', '-mcpu=v3'].map((cpu) => ({ command: `clang-${version}`, words: ['-target', 'bpf', cpu] })),
)
const GCCS: readonly Tool[] = ['bpf-gcc', 'bpf-unknown-none-gcc'].map((command) => ({ command, words: ['-gbtf'] }))
const here = [...CLANGS, ...GCCS].filter(({ command }) => spawnSync(command, ['--version']).status === 0)
const none = here.length === 0 ? ' (skipped: neither clang nor gcc for BPF here)' : ''

function build({ command, words }: Tool): Uint8Array<ArrayBuffer> {
  const dir = mkdtempSync(join(tmpdir(), 'beeyard-'))
  try {
    const out = join(dir, 'objects.o')
    const built = spawnSync(command, [...words, '-O2', '-g', '-c', source, '-o', out], { encoding: 'utf8' })
    expect(built.status, built.stderr).toBe(0)
    return new Uint8Array(readFileSync(out))
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** What `count` returns for the packet: written out by hand from its source. */
const WEIGHTS = [10, 200, 3000, 40000]
const kind = packet[13] & 3
const RETVAL = [0, 1, 2, 3, 4].reduce((sum, i) => sum + (WEIGHTS[(kind + i) & 3] ^ packet[0]), 3 + (3 << 20))

describe.skipIf(none !== '')(`objects of other compilers${none}`, () => {
  it.each(here.map((tool) => [`${tool.command} ${tool.words.join(' ')}`, tool] as const))('%s', (_, tool) => {
    const bytes = build(tool)
    const { programs, diagnostics, loading } = openObject('objects.o', bytes, kernel)
    expect([...diagnostics, ...loading].filter((d) => d.severity === 'error')).toEqual([])
    const judged = programs.map((p) => ({ name: p.name, ...verify(p, { logLevel: 1 }) }))
    const verdicts = judged.map((j) => [j.name, j.verdict])
    const retval = judged[0].verdict === 'accepted' ? runRecord(programs[0], packet).retval : undefined
    if (tool.command.startsWith('clang')) {
      expect(verdicts).toEqual(['count', 'parent_of'].map((name) => [name, 'accepted']))
      expect(retval).toBe(RETVAL)
    }
    if (whyNoOracle() !== undefined) return
    const answers = askOracle('objects.o', bytes, toHex(packet))
    expect(verdicts).toEqual(answers.map((a) => [a.name, a.verdict]))
    expect(retval).toBe(answers[0].run?.retval)
    for (const [k, j] of judged.entries()) if (j.verdict === 'rejected') expect(answers[k].log).toContain(j.message)
  })
})
