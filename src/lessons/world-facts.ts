// Facts of a world in words, looked up in its log: what really happened, whatever programs saw of it.
//
//   openat /etc/shadow by cat on web = -1      a system call: part of an argument (several words, each in some argument), who, where, its result
//   connect by xmrig = fails                   any error; "= ok" any other result
//   exec by sh on shop                         fork, exec, exit, killed: what became of a process
//
// In: words. Out: a fact, or undefined where the words are none; never throws.
import type { Build, WorldEvent } from '../engine/index.ts'

export interface Fact {
  readonly what: string
  readonly words: readonly string[]
  readonly by: string
  readonly on: string
  readonly result: string
}

const PROCESS = ['fork', 'exec', 'exit', 'killed']
const MAX_EVENTS = 1_000_000
const WINDOW = 5000

export function readFact(text: string): Fact | undefined {
  const m = /^(?!by |on )([a-z][a-z0-9_]*)((?: (?!by |on |= )\S+)*)(?: by (\S+))?(?: on (\S+))?(?: = (-?\d+|ok|fails))?$/.exec(text.trim())
  if (!m) return undefined
  const [, what, words, by = '', on = '', result = ''] = m
  if (PROCESS.includes(what) && (words !== '' || result !== '')) return undefined
  return { what, words: words.split(' ').filter(Boolean), by, on, result }
}

/** Processes and system calls of the world's log. */
export type Happened = Extract<WorldEvent, { kind: 'syscall' | 'process' }>

const logs = new WeakMap<Build, readonly Happened[]>()

export function happened(build: Build): readonly Happened[] {
  const kept = logs.get(build)
  if (kept) return kept
  const out: Happened[] = []
  for (let at = 0; at < Math.min(build.report.events, MAX_EVENTS); at += WINDOW)
    for (const e of build.events(at, WINDOW).events) if (e.kind === 'syscall' || e.kind === 'process') out.push(e)
  logs.set(build, out)
  return out
}

export function isFact(fact: Fact, e: Happened): boolean {
  if (fact.what !== (e.kind === 'process' ? e.what : e.name)) return false
  if ((fact.by !== '' && fact.by !== e.comm) || (fact.on !== '' && fact.on !== e.node)) return false
  if (e.kind === 'process') return PROCESS.includes(fact.what)
  if (!fact.words.every((word) => e.args.some((arg) => arg.includes(word)))) return false
  const failed = e.result < 0 && e.result > -4096
  return fact.result === '' || (fact.result === 'fails' ? failed : fact.result === 'ok' ? !failed : e.result === Number(fact.result))
}

/** What of the log a fact in words is about. */
export function factsOf(build: Build, text: string): readonly Happened[] {
  const fact = readFact(text)
  return fact ? happened(build).filter((e) => isFact(fact, e)) : []
}

/** Nanoseconds from each `from` to the next `to` of the same task. */
export function spansOf(build: Build, from: string, to: string): readonly number[] {
  const [begin, end] = [readFact(from), readFact(to)]
  const since = new Map<string, number>()
  const out: number[] = []
  for (const e of begin && end ? happened(build) : []) {
    const task = `${e.node} ${e.pid}`
    const start = since.get(task)
    if (end && start !== undefined && isFact(end, e)) {
      out.push(e.atNs - start)
      since.delete(task)
    } else if (begin && isFact(begin, e)) since.set(task, e.atNs)
  }
  return out
}
