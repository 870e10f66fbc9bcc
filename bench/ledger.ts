// The running kernel's answers about objects before ours, as a ledger: a row a file, then the sums and what differs.
// equal = same verdicts; lax = accepted here, rejected by Linux; strict = the other way round; message = log of level 4, equal among rejections;
// processed, states, depth and log (level 2, under 20,000 lines, to the letter but for addresses and times) = equal among equal verdicts.
import type { KernelBtf } from '../src/abi/index.ts'
import { type Captured, type CapturedTypes, capturedProgram, hasBadMap } from '../src/testkit/objects.ts'
import { type Capabilities, type VerifyResult, verify } from '../src/verifier/index.ts'

const MAX_LOG_LINES = 20_000
/** Some machines keep programs on functions (fentry, LSM) from being loaded at all. */
const EPERM = 1

const STAGES = ['libbpf', 'unsupported', 'crash', 'lax', 'strict', 'errno', 'message', 'processed', 'states', 'depth', 'log'] as const
type Stage = (typeof STAGES)[number]

export interface Row {
  asked: number
  equal: number
  rejected: number
  logs: number
  readonly wrong: Record<Stage, number>
}
export const newRow = (): Row => ({
  asked: 0,
  equal: 0,
  rejected: 0,
  logs: 0,
  wrong: Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>,
})

export interface Ledger {
  readonly kernel: KernelBtf
  /** Judge this program alone, FILE.NAME, and show where its logs part. */
  readonly only: string | undefined
  /** The capabilities that programs were loaded with; root's where undefined. */
  readonly caps?: Capabilities
  /** Stages of which all that differs is listed. */
  readonly show: readonly string[]
  readonly rows: [string, Row][]
  readonly features: Map<string, number>
  readonly classes: Map<string, string[]>
}

export const newLedger = (parts: Pick<Ledger, 'kernel' | 'only' | 'show' | 'caps'>): Ledger => ({
  ...parts,
  rows: [],
  features: new Map(),
  classes: new Map(),
})

const normal = (log: string): string =>
  log
    .replace(/0xff[0-9a-f]{14}/g, '0xADDRESS')
    // Where an arena lies in user space.
    .replace(/0x(?:7f|10)[0-9a-f]{10}\b/g, '0xADDRESS')
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

/** Puts a program into the row of its file. */
export function judge(ledger: Ledger, stem: string, captured: Captured, types: CapturedTypes, row: Row): void {
  const { kernel, only, features, classes, caps } = ledger
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
  if (captured.errno === EPERM && captured.log === '' && !caps) {
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
    own = verify(program, { logLevel: captured.level, kernel, ...(caps ? { caps } : {}) })
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
    const said = messageOf(verify(program, { logLevel: 4, kernel, ...(caps ? { caps } : {}) }).log)
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
export function tellApart(linux: string, here: string): void {
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

/** Prints the ledger; whether anything is accepted that Linux rejects, or a verification threw. */
export function printLedger({ rows, features, classes, show }: Ledger): boolean {
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
  return total.wrong.lax + total.wrong.crash > 0
}
