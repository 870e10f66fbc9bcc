// The kernel's own verifier tests before the running kernel and before ours, file by file.
// Usage: npm run -s selftests -- TREE [--files REGEX] [--set progs|scale|all|tables] [--budget SECONDS] [--show KIND] [--id FILE.PROGRAM]
//   TREE is tools/testing/selftests/bpf of a kernel source (Debian: linux-source-6.12). Its programs are built by clang-22
//   and handed to the kernel once: what comes back lies in build/selftests, and the next call goes on where the budget (50 s) ended.
//   `progs` are the annotated ones, `scale` the large ones of prog_tests/bpf_verif_scale.c, `tables` those of verifier/*.c. Without a kernel
//   6.18 at hand it says so and judges nothing.
// Ledger: equal verdicts; lax = accepted here, rejected by Linux; strict = the other way round; message = log of level 4, equal among rejections; processed, states,
// depth and log (level 2, under 20,000 lines, to the letter but for addresses and times) = equal among equal verdicts. --show lists what differs:
// lax, strict, unsupported, crash, message, processed, depth, log, libbpf, build. Nothing of the kernel's is kept in the repository.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { loadKernelBtf } from '../src/abi/index.ts'
import {
  askObjects,
  type Captured,
  type CapturedTypes,
  capturedProgram,
  hasBadMap,
  readAnswers,
  whyNoObjects,
} from '../src/testkit/objects.ts'
import { type VerifyResult, verify } from '../src/verifier/index.ts'
import { askTables, buildTest } from './kernel-tests.ts'

const words = process.argv.slice(2)
const option = (name: string): string | undefined => (words.includes(name) ? words.splice(words.indexOf(name), 2)[1] : undefined)
const flag = (name: string): boolean => words.includes(name) && words.splice(words.indexOf(name), 1).length > 0
const filePattern = new RegExp(option('--files') ?? '')
const set = option('--set') ?? 'progs'
const deadline = performance.now() + 1000 * Number(option('--budget') ?? 50)
const show = option('--show')?.split(',') ?? []
const only = option('--id')
const cpu = option('--cpu') ?? 'v3'
const again = flag('--again')
const tree = words[0] && resolve(words[0])

const kernel = await loadKernelBtf()
const root = process.cwd()
const work = join(root, 'build/selftests')
const MAX_LOG_LINES = 20_000
/** Some machines keep programs on functions (fentry, LSM) from being loaded at all. */
const EPERM = 1

const STAGES = ['libbpf', 'unsupported', 'crash', 'lax', 'strict', 'errno', 'message', 'processed', 'states', 'depth', 'log'] as const
type Stage = (typeof STAGES)[number]

interface Row {
  asked: number
  equal: number
  rejected: number
  logs: number
  readonly wrong: Record<Stage, number>
}
const newRow = (): Row => ({
  asked: 0,
  equal: 0,
  rejected: 0,
  logs: 0,
  wrong: Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>,
})

/** The large programs that prog_tests/bpf_verif_scale.c and its neighbours load. */
const SCALE =
  /^(test_verif_scale[123]|pyperf(50|100|180|600|600_nounroll|600_bpf_loop|600_iter|_global|_subprogs)|loop[1-6]|strobemeta(_nounroll[12]|_bpf_loop|_subprogs)?|test_sysctl_loop[12]|test_xdp_loop|test_seg6_loop|test_l4lb(_noinline(_dynptr)?)?|test_xdp(_noinline|_dynptr|_vlan)?|test_cls_redirect(_dynptr|_subprogs)?|xdp_synproxy_kern|bpf_flow|test_tc_tunnel|test_lwt_seg6local|test_pkt_access|test_jhash|test_tcp_hdr_options|test_misc_tcp_hdr_options|test_sk_lookup|xdping_kern|profiler[123]|connect4_prog|connect_force_port[46]|sockopt_(inherit|multi|sk)|test_tcpbpf_kern|test_skb_ctx|test_sockmap_kern|cgroup_skb_sk_lookup_kern|test_btf_haskv|test_global_func[0-9]*|test_global_data|test_map_lock|test_obj_id|test_ringbuf|test_spin_lock|test_stacktrace_map|test_tracepoint|test_xdp_adjust_tail_(grow|shrink)|test_xdp_meta|xdp_dummy|xdp_redirect_map|xdp_tx|test_mmap|test_queue_map|test_stack_map|tailcall[1-6]|tailcall_bpf2bpf[1-6])\.c$/

async function main(): Promise<void> {
  if (!tree || !existsSync(join(tree, 'progs'))) {
    console.error('usage: npm run -s selftests -- TREE [--files REGEX] [--set progs|scale] [--budget SECONDS] [--show KIND]')
    process.exitCode = 2
    return
  }
  const missing = whyNoObjects(root)
  if (missing) {
    console.log(`skipped: the running kernel cannot be asked (${missing}).`)
    return
  }
  const files = (set === 'tables' ? TABLES : sources(tree)).filter((file) => filePattern.test(file))
  const rows: [string, Row][] = []
  const features = new Map<string, number>()
  const classes = new Map<string, string[]>()
  let left = 0
  let unbuilt = 0
  for (const file of files) {
    const stem = basename(file, '.c')
    const saved = join(work, `clang-${cpu}`, `${stem.replaceAll(' ', '-')}.jsonl.gz`)
    if (!existsSync(saved) || again) {
      if (performance.now() > deadline) {
        left++
        continue
      }
      ask(tree, file, saved)
    }
    const lines = gunzipSync(readFileSync(saved)).toString()
    if (lines.startsWith('#')) {
      unbuilt++
      if (show.includes('build')) console.log(`${file}: ${lines.trim()}`)
      continue
    }
    if (performance.now() > deadline) {
      left++
      continue
    }
    const { programs, types } = readAnswers(lines)
    const row = newRow()
    for (const captured of programs) judge(stem, captured, types, row, features, classes)
    rows.push([stem, row])
  }
  print(rows, features, classes)
  if (unbuilt) console.log(`${unbuilt} files do not build`)
  if (left) console.log(`${left} files are left: call again`)
  process.exitCode = rows.some(([, row]) => row.wrong.lax + row.wrong.crash > 0) ? 1 : 0
}

/** The tests of verifier/*.c by number; beyond them lie a few that only take long. */
const TABLES = ['tables 0-99', 'tables 100-199', 'tables 200-299', 'tables 300-399', 'tables 400-499']

function sources(tree: string): string[] {
  const annotated = /\b__(success|failure|msg|retval|log_level)\b/
  return readdirSync(join(tree, 'progs'))
    .filter((name) => name.endsWith('.c'))
    .filter((name) => {
      if (set !== 'progs' && SCALE.test(name)) return true
      return set !== 'scale' && annotated.test(readFileSync(join(tree, 'progs', name), 'utf8'))
    })
    .sort()
}

// ---- build and ask ----

function ask(tree: string, file: string, saved: string): void {
  mkdirSync(join(work, `clang-${cpu}`), { recursive: true })
  if (set === 'tables') {
    const [from, to] = file.slice('tables '.length).split('-')
    writeFileSync(saved, gzipSync(askTables(tree, work, root, Number(from), Number(to))))
    return
  }
  const object = join(work, `clang-${cpu}`, `${basename(file, '.c')}.o`)
  const error = buildTest(tree, file, object, cpu, work)
  if (error === undefined && existsSync(object)) writeFileSync(saved, gzipSync(askObjects([object], 2, root)))
  else writeFileSync(saved, gzipSync(`# ${error ?? 'no object'}\n`))
}

// ---- judge ----

const normal = (log: string): string =>
  log
    .replace(/0xff[0-9a-f]{14}/g, '0xADDRESS')
    .replace(/verification time \d+ usec\n/, '')
    .trimEnd()
const statistics = (log: string): string => /processed \d+ insns/.exec(log)?.[0] ?? ''
const states = (log: string): string => /max_states_per_insn.*/.exec(log)?.[0] ?? ''
const depth = (log: string): string => /^stack depth.*/m.exec(log)?.[0] ?? ''
const messageOf = (said: string): string =>
  normal(said)
    .replace(/stack depth .*/, '')
    .split('\n')
    .filter((line) => !/^(; |processed \d|$)/.test(line))
    .join('\n')
const shape = (text: string): string => text.replace(/-?0x[0-9a-f]+|-?\d+/g, '#').slice(0, 160)

function judge(
  stem: string,
  captured: Captured,
  types: CapturedTypes,
  row: Row,
  features: Map<string, number>,
  classes: Map<string, string[]>,
): void {
  const id = `${stem}.${captured.name}`
  if (only && id !== only) return
  const differs = (stage: Stage, key: string): void => {
    row.wrong[stage]++
    const name = `${stage}: ${key}`
    const ids = classes.get(name)
    if (ids) ids.push(id)
    else classes.set(name, [id])
  }
  if (captured.libbpf !== undefined) {
    differs('libbpf', shape(captured.libbpf.split('\n')[0] ?? ''))
    return
  }
  if (hasBadMap(captured)) {
    differs('libbpf', 'a map descriptor that is none')
    return
  }
  if (captured.errno === EPERM && captured.log === '') {
    differs('libbpf', 'refused before the verifier looked')
    return
  }
  const program = capturedProgram(captured, types)
  row.asked++
  if (typeof program === 'string') {
    differs('unsupported', program)
    return
  }
  let own: VerifyResult
  try {
    own = verify(program, { logLevel: captured.level, kernel })
  } catch (error) {
    differs('crash', error instanceof Error ? `${error.message} ${error.stack?.split('\n')[1]?.trim()}` : String(error))
    return
  }
  if (only) tellApart(captured.log, own.log)
  if (own.verdict === 'unsupported') {
    features.set(own.feature ?? '', (features.get(own.feature ?? '') ?? 0) + 1)
    differs('unsupported', own.feature ?? '')
    return
  }
  const message = messageOf(captured.said ?? '')
  if (own.verdict !== captured.verdict) {
    if (own.verdict === 'accepted') differs('lax', `Linux: ${shape(message)}`)
    else differs('strict', `here: ${shape(own.message)}`)
    return
  }
  row.equal++
  if (own.verdict === 'rejected') {
    row.rejected++
    if (own.errno !== captured.errno) differs('errno', `Linux ${captured.errno} here ${own.errno}`)
    const said = messageOf(verify(program, { logLevel: 4, kernel }).log)
    if (said !== message) differs('message', apart(message, said))
  }
  const same = statistics(captured.log) === statistics(own.log)
  if (!same) differs('processed', `${statistics(captured.log)} | here ${statistics(own.log)}`)
  if (same && states(captured.log) !== states(own.log)) differs('states', `${states(captured.log)} | here ${states(own.log)}`)
  if (depth(captured.log) !== depth(own.log)) differs('depth', `${depth(captured.log)} | here ${depth(own.log)}`)
  if (!(captured.level & 2)) return
  const theirs = normal(captured.log)
  if (theirs.split('\n', MAX_LOG_LINES + 1).length > MAX_LOG_LINES) return
  row.logs++
  const ours = normal(own.log)
  if (theirs !== ours) {
    differs('log', apart(theirs, ours))
  }
}

/** The first lines of two texts that differ. */
function apart(linux: string, here: string): string {
  const a = linux.split('\n')
  const b = here.split('\n')
  const i = a.findIndex((line, k) => line !== b[k])
  return `${shape(a[i < 0 ? a.length : i] ?? '')}  |  here ${shape(b[i < 0 ? a.length : i] ?? '')}`
}

/** The first place where two logs part. */
function tellApart(linux: string, here: string): void {
  const a = normal(linux).split('\n')
  const b = normal(here).split('\n')
  const i = a.findIndex((line, k) => line !== b[k])
  const at = i < 0 ? a.length : i
  console.log(`line ${at} of ${a.length}`)
  for (const line of a.slice(Math.max(0, at - 30), at)) console.log(`  ${line.slice(0, 400)}`)
  for (const line of a.slice(at, at + 5)) console.log(`- ${line.slice(0, 600)}`)
  for (const line of b.slice(at, at + 5)) console.log(`+ ${line.slice(0, 600)}`)
}

// ---- the ledger ----

function print(
  rows: readonly [string, Row][],
  features: ReadonlyMap<string, number>,
  classes: ReadonlyMap<string, readonly string[]>,
): void {
  const total = newRow()
  for (const [, row] of rows) {
    total.asked += row.asked
    total.equal += row.equal
    total.rejected += row.rejected
    total.logs += row.logs
    for (const stage of STAGES) total.wrong[stage] += row.wrong[stage]
  }
  console.log(`${'file'.padEnd(36)} asked equal%   lax strict unsup crash | message% processed% states%  depth% |   log%`)
  const share = (right: number, of: number, width: number): string => (of ? ((100 * right) / of).toFixed(1) : '-').padStart(width)
  for (const [name, r] of [...rows, ['all', total] as const]) {
    const w = r.wrong
    if (r.asked === 0) continue
    console.log(
      `${name.slice(0, 36).padEnd(36)} ${String(r.asked).padStart(5)} ${share(r.equal, r.asked, 6)} ${String(w.lax).padStart(5)} ${String(w.strict).padStart(6)} ${String(w.unsupported).padStart(5)} ${String(w.crash).padStart(5)} | ` +
        `${share(r.rejected - w.message, r.rejected, 8)} ${share(r.equal - w.processed, r.equal, 10)} ${share(r.equal - w.processed - w.states, r.equal, 7)} ${share(r.equal - w.depth, r.equal, 7)} | ${share(r.logs - w.log, r.logs, 6)}`,
    )
  }
  const list = [...features].sort((a, b) => b[1] - a[1]).map(([name, n]) => `${name} ${n}`)
  if (list.length) console.log(`not modelled: ${list.join(', ')}`)
  for (const [name, ids] of [...classes].sort((a, b) => b[1].length - a[1].length)) {
    const stage = name.slice(0, name.indexOf(':'))
    if (show.includes(stage) || stage === 'lax' || stage === 'crash')
      console.log(`${ids.length} ${name}\n    ${ids.slice(0, 6).join('  ')}`)
  }
  if (total.wrong.libbpf) console.log(`${total.wrong.libbpf} programs did not come to the kernel (libbpf)`)
}

await main()
