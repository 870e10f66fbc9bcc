// Asks the running kernel about records: a child process `oracle/records.c` that answers line by line. Where it cannot be asked,
// `whyNoRecords` says why in one line. Nothing is attached; the child closes what it opens.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { progType } from '../abi/index.ts'
import type { GeneratedRecord } from './generate/record.ts'
import { buildOracle, whyNoKernel } from './oracle.ts'

const root = join(import.meta.dirname, '../..')
const binary = join(root, 'build/records')

export type KernelMaps = readonly { readonly index: number; readonly entries: readonly (readonly [string, string])[] }[]

export interface KernelAnswer {
  readonly id: string
  /** The record could not be asked about; nothing else is there. */
  readonly error?: string
  readonly verdict?: 'accepted' | 'rejected'
  readonly errno?: number
  readonly log?: string
  /** Also accepted where neither uninitialised stack nor addresses may get out: the run's result is the only right one. */
  readonly proved?: boolean
  readonly run?: { readonly errno?: number; readonly retval?: number; readonly data_out?: string; readonly maps?: KernelMaps }
}

export interface RecordOracle {
  readonly ask: (record: GeneratedRecord) => Promise<KernelAnswer>
  readonly close: () => void
}

export function whyNoRecords(repository = root): string | undefined {
  return whyNoKernel() ?? buildOracle(join(repository, 'oracle/records.c'), join(repository, 'build/records'), [])
}

/**
 * Starts the child; answers come in the order of the questions. `proof` also asks whether results are determined, which takes up to a second
 * a program. `caps` are the capabilities of the load (oracle/caps.h), root's unless told: without the right to leak, Linux follows speculative paths too.
 */
export function askRecords(logLevel: number, proof: boolean, repository = root, caps?: string): RecordOracle {
  const child = spawn(
    repository === root ? binary : join(repository, 'build/records'),
    [...(proof ? ['-p'] : []), '-l', String(logLevel), ...(caps ? ['-c', caps] : [])],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const waiting: { readonly give: (answer: KernelAnswer) => void; readonly fail: (reason: Error) => void }[] = []
  createInterface({ input: child.stdout! }).on('line', (line) => waiting.shift()?.give(JSON.parse(line) as KernelAnswer))
  child.on('close', (code) => {
    for (const { fail } of waiting) fail(new Error(`the oracle ended with ${code}`))
  })
  return {
    ask: (record) =>
      new Promise((give, fail) => {
        waiting.push({ give, fail })
        child.stdin!.write(`${JSON.stringify({ ...record, type: progType(record.type)?.id })}\n`)
      }),
    close: () => end(child),
  }
}

function end(child: ChildProcess): void {
  child.stdin!.end()
}
