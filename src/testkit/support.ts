// The support matrix (docs/support.md): each program type, map type, helper and kernel function with whether its use is judged and run, and a
// fixture that shows it. Nothing of it is written by hand: the rows are abi's, the answers are those of the verifier to the smallest program
// that uses the thing and of the kernel that is simulated, and the fixture is the first one that names it.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { helperAllowed, helpers, type KernelBtf, kfuncAllowed, kfuncs, mapTypes, progTypes } from '../abi/index.ts'
import { BPF_CALL, BPF_EXIT, BPF_JMP, BPF_PSEUDO_KFUNC_CALL, type MapDef, type Program } from '../isa/index.ts'
import { modelledHelpers, modelledKfuncs, modelledMaps } from '../kernel/index.ts'
import { type VerifyResult, verify } from '../verifier/index.ts'
import { assembleText } from './generate/record.ts'

const FIXTURES = ['src/engine/fixtures', 'src/verifier/fixtures', 'src/compiler/fixtures', 'src/kernel/fixtures', 'src/lessons/content']
const TEXT = /\.(c|s|txt|ts|h)$/
/** Fixtures of what is not modelled come last. */
const LIMITS = 'src/engine/fixtures/limits'

export const SUPPORT_COMMAND = 'npm run -s support'

/** `root` is the repository. */
export function supportMatrix(kernel: KernelBtf, root: string): string {
  const texts = fixtureTexts(root)
  const shown = (word: string): string => {
    const whole = new RegExp(`\\b${word}\\b`)
    const file = texts.find(([, text]) => whole.test(text))?.[0]
    return file === undefined ? '' : `\`${file}\``
  }
  const runs = new Set(modelledHelpers)
  const runsMaps = new Set(modelledMaps)
  const runsKfuncs = new Set(modelledKfuncs)
  const verdict = (result: VerifyResult): string => (result.verdict === 'unsupported' ? `no: ${result.feature}` : 'yes')
  const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
    [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

  const types = [...new Map(progTypes.map((row) => [row.name, row])).values()]
  const typeRows = types.map(({ name, id, attachType, doc }) => [
    `\`${name}\``,
    String(id),
    verdict(verify(probe(name, attachType, 'r0 = 0\nexit', []), { logLevel: 1, kernel })),
    doc.en,
  ])
  const mapRows = mapTypes.map((row) => [
    `\`${row.name}\``,
    String(row.id),
    verdict(verify(probe('xdp', 37, 'r1 = map[m0] ll\nr0 = 0\nexit', [row.name]), { logLevel: 1, kernel })),
    runsMaps.has(row.name) ? 'yes' : 'no',
    shown(`(BPF_MAP_TYPE_${row.name.toUpperCase()}|[.]map \\w+ ${row.name})`),
  ])
  const helperRows = helpers.map((row) => {
    const type = types.find((t) => helperAllowed(row.id, t.name))
    const judged = type
      ? verdict(verify(probe(type.name, type.attachType, `call ${row.id}\nexit`, []), { logLevel: 1, kernel }))
      : 'no: not listed'
    return [`\`${row.name}\``, String(row.id), judged, runs.has(row.id) ? 'yes' : 'no', shown(row.name)]
  })
  const kfuncRows = kfuncs.map((row) => {
    const type = types.find((t) => kfuncAllowed(row, t.name))
    const id = kernel.find(row.name, 'func')
    const judged =
      type && id !== undefined
        ? verdict(verify({ ...probe(type.name, type.attachType, 'exit', []), code: kfuncCall(id) }, { logLevel: 1, kernel }))
        : 'no: not listed'
    return [`\`${row.name}\``, judged, runsKfuncs.has(row.name) ? 'yes' : 'no', [...row.flags].join(' '), shown(row.name)]
  })
  const yes = (rows: readonly (readonly string[])[], column: number): string =>
    `${rows.filter((row) => row[column] === 'yes').length} of ${rows.length}`
  return `# What is modelled

Made by \`${SUPPORT_COMMAND}\`; a test fails where it is not up to date. "Judged" = the verifier's answer to the smallest program that uses the thing is
Linux's or names what is not modelled; special uses may still be answered with \`unsupported\`, see [limits](limits.md). "Run" = the simulated kernel has a
body for it. The last column names the first fixture that mentions it.

| what | judged | run |
| --- | --- | --- |
| program types | ${yes(typeRows, 2)} | |
| map types | ${yes(mapRows, 2)} | ${yes(mapRows, 3)} |
| helpers | ${yes(helperRows, 2)} | ${yes(helperRows, 3)} |
| kernel functions | ${yes(kfuncRows, 1)} | ${yes(kfuncRows, 2)} |

## Program types

${table(['type', 'number', 'judged', 'what it is'], typeRows)}

## Map types

${table(['type', 'number', 'judged', 'run', 'fixture'], mapRows)}

## Helpers

${table(['helper', 'number', 'judged', 'run', 'fixture'], helperRows)}

## Kernel functions (kfuncs)

${table(['function', 'judged', 'run', 'flags', 'fixture'], kfuncRows)}
`
}

/** `call` of a kernel function, and `exit`. */
function kfuncCall(id: number): Uint8Array {
  const code = new Uint8Array(16)
  code[0] = BPF_JMP | BPF_CALL
  code[1] = BPF_PSEUDO_KFUNC_CALL << 4
  new DataView(code.buffer).setInt32(4, id, true)
  code[8] = BPF_JMP | BPF_EXIT
  return code
}

/** What programs of these types are attached to here. */
const ATTACH_TO: Readonly<Record<string, string>> = {
  tracing: 'tcp_connect',
  fexit: 'tcp_connect',
  fmod_ret: 'bpf_modify_return_test',
  tp_btf: 'btf_trace_sched_switch',
  iter: 'bpf_iter_task',
  lsm: 'bpf_lsm_file_open',
  struct_ops: 'tcp_congestion_ops',
}

function probe(type: string, attachType: number, text: string, mapTypeNames: readonly string[]): Program {
  const maps: MapDef[] = mapTypeNames.map((name) => ({
    name: 'm0',
    type: name,
    keySize: 4,
    valueSize: 8,
    maxEntries: 1,
    flags: 0,
    keyTypeId: 0,
    valueTypeId: 0,
    init: [],
    frozen: false,
  }))
  const [first] = maps
  if (first?.type.endsWith('_of_maps')) maps[0] = { ...first, valueSize: 4, inner: { ...first, type: 'array' } }
  const sketches = maps.map((m) => ({ type: 'array', key: m.keySize, value: m.valueSize, max: m.maxEntries }))
  return {
    name: '',
    section: '',
    type,
    attachType,
    ...(ATTACH_TO[type] ? { attachTo: ATTACH_TO[type] } : {}),
    license: 'GPL',
    flags: type === 'syscall' ? 16 : 0,
    code: assembleText(text, sketches),
    maps,
    lines: [],
    spans: [],
    subprogs: [],
    vars: [],
  }
}

/** Every readable fixture with its path, those of limits last. */
function fixtureTexts(root: string): (readonly [string, string])[] {
  const files = FIXTURES.flatMap((dir) => filesIn(join(root, dir)))
    .map((file) => relative(root, file))
    .sort((a, b) => Number(a.startsWith(LIMITS)) - Number(b.startsWith(LIMITS)) || (a < b ? -1 : 1))
  return files.map((file) => [file, readFileSync(join(root, file), 'utf8')])
}

const filesIn = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? filesIn(path) : TEXT.test(name) ? [path] : []
  })
