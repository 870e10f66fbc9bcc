// Records what the running kernel says of C programs: compiles each file with our compiler, loads its programs with libbpf at log level 2, and
// writes program and log, a JSON line each, beside the file (NAME.jsonl.gz), where src/verifier/objects.test.ts holds Beeyard against them.
// Usage: node scripts/ts.mjs bench/kernel-logs.ts FILE.c...        (root on Linux 6.18; gcc and libbpf)
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { loadKernelBtf } from '../src/abi/index.ts'
import { toHex } from '../src/base/index.ts'
import { renderDiagnostics } from '../src/diag/index.ts'
import { openC } from '../src/engine/toolchain.ts'
import { keptKernel } from '../src/loader/index.ts'
import { writeElf } from '../src/object/index.ts'
import { askOracle, whyNoOracle } from '../src/testkit/oracle.ts'

const kernel = keptKernel(await loadKernelBtf())
const missing = whyNoOracle(process.cwd())
if (missing) throw new Error(missing)
for (const file of process.argv.slice(2)) {
  const opened = openC(file, readFileSync(file, 'utf8'), { include: () => undefined, includeDirs: [], defines: {}, cpu: 3, kernel })
  if (!opened.object) {
    console.log(renderDiagnostics(opened.diagnostics, (path) => opened.sources.find((s) => s.path === path)))
    continue
  }
  const rows: string[] = []
  for (const answer of askOracle(basename(file).replace(/\.c$/, '.o'), writeElf(opened.object), '', 2, process.cwd())) {
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
