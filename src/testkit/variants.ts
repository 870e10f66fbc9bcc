// The running kernel's answers about variants of the programs of an object: `oracle/objects.c -v` loads each with the maps, types and lines of the
// program that it is a variant of. Variants are made when the program is there; one child an object.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { KernelBtf } from '../abi/index.ts'
import { fromHex, toHex } from '../base/index.ts'
import { INSN_BYTES, LD_IMM64 } from '../isa/index.ts'
import { inOwnIds } from './kernel-ids.ts'
import type { Captured, CapturedTypes } from './objects.ts'
import type { KernelAnswer } from './records.ts'

export interface VariantQuestion {
  readonly code: Uint8Array
  readonly type: number
  readonly attachType: number
  readonly flags: number
}

/** As it came from the kernel: ids are the running kernel's. */
export type RawCaptured = Captured

export interface VariantSession {
  /** Called for each program that came to the kernel; `ask` answers in order. */
  readonly program: (
    captured: RawCaptured,
    types: CapturedTypes,
    ask: (questions: readonly VariantQuestion[]) => Promise<KernelAnswer[]>,
  ) => Promise<void>
}

export async function askVariants(
  file: string,
  logLevel: number,
  repository: string,
  session: VariantSession,
  caps?: string,
): Promise<void> {
  const words = ['-v', '-l', String(logLevel), ...(caps ? ['-c', caps] : []), file]
  const child = spawn(join(repository, 'build/objects'), words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const types: CapturedTypes = new Map()
  for (;;) {
    const { value: line, done } = await lines.next()
    if (done) return
    const read = JSON.parse(line) as RawCaptured | { readonly btf_id: number; readonly btf: string }
    if ('btf_id' in read) {
      types.set(read.btf_id, fromHex(read.btf)!)
      continue
    }
    if (read.libbpf !== undefined) continue
    await session.program(read, types, async (questions) => {
      for (const q of questions) child.stdin!.write(`${q.type} ${q.attachType} ${q.flags} ${toHex(q.code)}\n`)
      const answers: KernelAnswer[] = []
      for (let i = 0; i < questions.length; i++) {
        const next = await lines.next()
        if (next.done) throw new Error(`${file}: the oracle ended`)
        answers.push(JSON.parse(next.value) as KernelAnswer)
      }
      return answers
    })
    child.stdin!.write('.\n')
  }
}

/** The variant as a captured program with ids of the kept types; `names` are those of the running kernel's ids. */
export function asCaptured(
  original: RawCaptured,
  q: VariantQuestion,
  answer: KernelAnswer,
  names: Readonly<Record<string, string>>,
  kernel: KernelBtf,
): Captured {
  const foreign: RawCaptured = {
    ...original,
    type: q.type,
    attach_type: q.attachType,
    flags: q.flags,
    insns: toHex(q.code),
    kernel: names,
    casts: castsOf(original, q.code),
    verdict: answer.verdict ?? 'rejected',
    errno: answer.errno ?? 0,
    log: answer.log ?? '',
  }
  return inOwnIds(foreign, kernel)
}

/** Numbers that were ids of types in the original still are, wherever they went. */
function castsOf(original: RawCaptured, code: Uint8Array): Record<string, string> {
  const casts: Record<string, string> = {}
  if (Object.keys(original.casts ?? {}).length === 0) return casts
  const before = fromHex(original.insns)!
  const imm = (bytes: Uint8Array, slot: number): number =>
    new DataView(bytes.buffer, bytes.byteOffset).getInt32(slot * INSN_BYTES + 4, true)
  const named = new Map(Object.entries(original.casts!).map(([slot, name]) => [imm(before, Number(slot)), name]))
  for (let slot = 0; slot < code.length / INSN_BYTES; slot++) {
    const name = named.get(imm(code, slot))
    const op = code[slot * INSN_BYTES]!
    if (name !== undefined && (op === 0xb7 || op === 0xb4 || op === LD_IMM64)) casts[slot] = name
    if (op === LD_IMM64) slot++
  }
  return casts
}
