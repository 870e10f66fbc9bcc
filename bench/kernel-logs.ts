// Records what the running kernel says of C programs: compiles each file with our compiler (or clang, where its first line begins "// clang: "), loads its programs with libbpf at log level 2, and
// writes program and log, a JSON line each, beside the file (NAME.jsonl.gz), where src/verifier/objects.test.ts holds Beeyard against them.
// Usage: node scripts/ts.mjs bench/kernel-logs.ts FILE.c...        (root on Linux 6.18; gcc and libbpf)
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { loadKernelBtf } from '../src/abi/index.ts'
import { toHex } from '../src/base/index.ts'
import { renderDiagnostics } from '../src/diag/index.ts'
import { openC, openObject } from '../src/engine/toolchain.ts'
import { keptKernel } from '../src/loader/index.ts'
import { writeElf } from '../src/object/index.ts'
import { askOracle, whyNoOracle } from '../src/testkit/oracle.ts'

const kernel = keptKernel(await loadKernelBtf())
const missing = whyNoOracle(process.cwd())
if (missing) throw new Error(missing)
/** For what our compiler does not take, such as tags and ids of types. */
function byClang(file: string): Uint8Array {
  const to = join(mkdtempSync(join(tmpdir(), 'beeyard-')), 'a.o')
  const words = ['-O2', '-g', '-target', 'bpf', '-mcpu=v3', '-I/usr/include/x86_64-linux-gnu', '-c', file, '-o', to]
  execFileSync('clang-22', words, { stdio: 'inherit' })
  return new Uint8Array(readFileSync(to))
}

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, 'utf8')
  const clang = text.startsWith('// clang: ')
  const opened = clang
    ? openObject(file, byClang(file), kernel)
    : openC(file, text, { include: () => undefined, includeDirs: [], defines: {}, cpu: 3, kernel })
  if (!opened.object) {
    console.log(renderDiagnostics(opened.diagnostics, (path) => opened.sources.find((s) => s.path === path)))
    continue
  }
  const rows: string[] = []
  const object = clang ? byClang(file) : writeElf(opened.object)
  for (const answer of askOracle(basename(file).replace(/\.c$/, '.o'), object, '', 2, process.cwd())) {
    const program = opened.programs.find((p) => p.name === answer.name)
    if (!program) {
      console.log(`${file}: ${answer.name} is not loaded here`)
      continue
    }
    const { code, maps, btf, spans, vars, ...rest } = program
    const log = answer.log.replaceAll(/0xff[0-9a-f]{14}/g, '0xADDR').replace(/^verification time .*\n/m, '')
    rows.push(
      JSON.stringify({
        ...rest,
        code: toHex(code),
        maps: maps.map((m) => ({ ...m, init: m.init.map(({ key, value }) => [toHex(key), toHex(value)]) })),
        btf: btf ? Buffer.from(btf).toString('base64') : undefined,
        errno: answer.errno,
        log,
      }),
    )
    console.log(`${file}: ${answer.name} ${answer.verdict} ${answer.errno} ${log.length} ${log.trimEnd().split('\n').at(-2)}`)
  }
  writeFileSync(file.replace(/\.c$/, '.jsonl.gz'), gzipSync(`${rows.join('\n')}\n`, { level: 9 }))
}
