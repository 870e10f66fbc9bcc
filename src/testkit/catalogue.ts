// One entry of the catalogue of rejections, opened: for tests and for the command that counts them. A `.c` is compiled and judged as root by
// Linux 6.18; a `.log` was printed by a kernel that is older or under fewer rights, for what root on 6.18 no longer meets.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadKernelBtf } from '../abi/index.ts'
import { type Explanation, explain, explainLog, keptKernel, openC, type Program, verify } from '../engine/index.ts'

/** Tests and commands run at the root of the project. */
export const CATALOGUE = join(process.cwd(), 'src/engine/fixtures/catalogue')

export const catalogueEntries = (): readonly string[] => readdirSync(CATALOGUE).filter((name) => /^\d\d-.*\.(?:c|log)$/.test(name))

export interface CatalogueEntry {
  readonly text: string
  readonly program: Program
  readonly message: string
  readonly explanation: Explanation | undefined
  /** The kind that the file's first line names. */
  readonly wanted: string
}

export async function openEntry(name: string): Promise<CatalogueEntry> {
  const text = readFileSync(join(CATALOGUE, name), 'utf8')
  const wanted = /^(?:\/\/|#) entry \d+, (\w+):/.exec(text)?.[1] ?? ''
  if (name.endsWith('.log')) return { text, wanted, ...explainLog(text.replace(/^#.*\n/gm, '')) }
  const kernel = await loadKernelBtf()
  const settings = { include: () => undefined, includeDirs: [], cpu: 3, defines: {}, kernel: keptKernel(kernel) } as const
  const [program] = openC(name, text, settings).programs
  if (!program) throw new Error(`${name} does not compile`)
  const options = { logLevel: 0, kernel }
  const result = verify(program, options)
  return { text, program, message: result.message, explanation: explain(program, options, result, name), wanted }
}
