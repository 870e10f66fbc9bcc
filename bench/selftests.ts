// The kernel's own verifier tests before the running kernel and before ours, file by file.
// Usage: npm run -s selftests -- TREE [--files REGEX] [--set progs|scale|all|every|tables] [--budget SECONDS] [--show KIND] [--id FILE.PROGRAM] [--caps LIST]
//        [--own]
//   TREE is tools/testing/selftests/bpf of a kernel source (Debian: linux-source-6.12). Its programs are built by clang-22
//   and handed to the kernel once: what comes back lies in build/selftests, and the next call goes on where the budget (50 s) ended.
//   `progs` are the annotated ones, `scale` the large ones of prog_tests/bpf_verif_scale.c, `every` all that there are, `tables` those of verifier/*.c. Without a kernel
//   6.18 at hand it says so and judges nothing.
//   --own: built by our own compiler where it can, by clang-22 where it cannot; the last line says how many.
//   --caps none, or some of bpf,perfmon,net_admin: loads with these capabilities alone, as the annotations that end in _unpriv mean.
// The columns are those of ledger.ts. --show lists what differs:
// lax, strict, unsupported, crash, message, processed, depth, log, libbpf, build. Nothing of the kernel's is kept in the repository.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { loadKernelBtf } from '../src/abi/index.ts'
import { askObjects, readAnswers, whyNoObjects } from '../src/testkit/objects.ts'
import { readCapabilities } from '../src/verifier/index.ts'
import { askTables, buildTest, buildTestOurselves } from './kernel-tests.ts'
import { judge, newLedger, newRow, printLedger } from './ledger.ts'

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
const own = flag('--own')
const capsText = option('--caps')
const caps = capsText === undefined ? undefined : readCapabilities(capsText)
/** With speculative paths a log of level 2 grows past what a string can hold. */
const LOG_LEVEL = capsText?.includes('perfmon') === false && capsText !== 'none' ? 1 : 2
/** Where the answers of one kind of loads are kept. */
const kept = `${own ? 'own' : 'clang'}-${cpu}${capsText === undefined ? '' : `-${capsText.replaceAll(',', '-')}`}`
const tree = words[0] && resolve(words[0])

const kernel = await loadKernelBtf()
const root = process.cwd()
const work = join(root, 'build/selftests')

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
  const ledger = newLedger({ kernel, only, show, ...(caps ? { caps } : {}) })
  let left = 0
  let unbuilt = 0
  let byClang = 0
  for (const file of files) {
    const stem = basename(file, '.c')
    const saved = join(work, kept, `${stem.replaceAll(' ', '-')}.jsonl.gz`)
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
    const { programs, types } = readAnswers(lines, kernel)
    if (own && existsSync(refusal(file))) {
      byClang++
      if (show.includes('build')) console.log(`${file}: ${readFileSync(refusal(file), 'utf8')}`)
    }
    const row = newRow()
    for (const captured of programs) judge(ledger, stem, captured, types, row)
    ledger.rows.push([stem, row])
  }
  if (printLedger(ledger)) process.exitCode = 1
  if (own) console.log(`${files.length - left - unbuilt - byClang} files built by our compiler, ${byClang} by clang`)
  if (unbuilt) console.log(`${unbuilt} files do not build`)
  if (left) console.log(`${left} files are left: call again`)
}

/** The tests of verifier/*.c by number; beyond them lie a few that only take long. */
const TABLES = ['tables 0-99', 'tables 100-199', 'tables 200-299', 'tables 300-399', 'tables 400-499']

function sources(tree: string): string[] {
  const annotated = /\b__(success|failure|msg|retval|log_level)\b/
  return readdirSync(join(tree, 'progs'))
    .filter((name) => name.endsWith('.c'))
    .filter((name) => {
      if (set === 'every' || (set !== 'progs' && SCALE.test(name))) return true
      return set !== 'scale' && annotated.test(readFileSync(join(tree, 'progs', name), 'utf8'))
    })
    .sort()
}

// ---- build and ask ----

function ask(tree: string, file: string, saved: string): void {
  mkdirSync(join(work, kept), { recursive: true })
  const folder = `${own ? 'own' : 'clang'}-${cpu}`
  mkdirSync(join(work, folder), { recursive: true })
  if (set === 'tables') {
    const [from, to] = file.slice('tables '.length).split('-')
    writeFileSync(saved, gzipSync(askTables(tree, work, root, Number(from), Number(to))))
    return
  }
  const object = join(work, folder, `${basename(file, '.c')}.o`)
  const error = existsSync(object) && !again ? undefined : build(tree, file, object)
  if (error === undefined && existsSync(object)) writeFileSync(saved, gzipSync(askObjects([object], LOG_LEVEL, root, capsText)))
  else writeFileSync(saved, gzipSync(`# ${error ?? 'no object'}\n`))
}

/** Why our compiler makes nothing of a test. */
const refusal = (file: string): string => join(work, `own-${cpu}`, `${basename(file, '.c')}.txt`)

function build(tree: string, file: string, object: string): string | undefined {
  if (own) {
    const error = buildTestOurselves(tree, file, object, cpu, work)
    rmSync(refusal(file), { force: true })
    if (error === undefined) return undefined
    writeFileSync(refusal(file), error)
  }
  return buildTest(tree, file, object, cpu, work)
}

await main()
