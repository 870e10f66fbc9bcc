// Files as the commands take them: C, object or assembly by the name's end, includes from the folders asked for. Reading is the only effect.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type CompileSettings,
  type KernelBtf,
  type KernelTypes,
  keptKernel,
  makeSource,
  type Opened,
  openAssembly,
  openC,
  openObject,
  PASS_NAMES,
  readBtfFile,
  wholeKernel,
} from '../engine/index.ts'

export interface CompileWords {
  readonly includeDirs: readonly string[]
  readonly defines: readonly string[]
  readonly cpu: string | undefined
  readonly passes?: boolean
  readonly noPass?: readonly string[]
  readonly lastPass?: string | undefined
}

export type Settings = { readonly ok: true; readonly settings: CompileSettings } | { readonly ok: false; readonly error: string }

/** -I, -D and --cpu as settings of a compilation. */
export function readSettings(words: CompileWords, mainPath: string): Settings {
  const cpu = /^v?([1-4])$/.exec(words.cpu ?? 'v3')
  if (!cpu) return { ok: false, error: `--cpu ${words.cpu}: v1, v2, v3 or v4` }
  const { noPass = [], lastPass } = words
  const stranger = noPass.find((name) => !PASS_NAMES.includes(name))
  if (stranger !== undefined) return { ok: false, error: `--no-pass ${stranger}: ${PASS_NAMES.join(', ')}` }
  if (lastPass !== undefined && !/^\d+$/.test(lastPass)) return { ok: false, error: `--last-pass ${lastPass}: a number of passes` }
  const skipping = { names: noPass, ...(lastPass !== undefined && { after: Number(lastPass) }) }
  const defines: [string, string][] = []
  for (const word of words.defines) {
    const m = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(word)
    if (!m) return { ok: false, error: `-D ${word}: NAME or NAME=TEXT` }
    defines.push([m[1], m[2] ?? '1'])
  }
  // Our own headers are named as if they lay here; the machine's are read only where -I asks for them.
  const isOurs = (path: string) => path.startsWith('/usr/include/') && !words.includeDirs.some((dir) => path.startsWith(dir))
  const include = (path: string) => {
    if (isOurs(path)) return undefined
    const at = [path, join(dirname(mainPath), path)].find((p) => existsSync(p) && statSync(p).isFile())
    return at === undefined ? undefined : makeSource(at, readFileSync(at, 'utf8'))
  }
  return {
    ok: true,
    settings: {
      include,
      includeDirs: words.includeDirs,
      defines: Object.fromEntries(defines),
      cpu: Number(cpu[1]) as 1 | 2 | 3 | 4,
      passes: words.passes ?? false,
      ...((noPass.length > 0 || lastPass !== undefined) && { skipping }),
    },
  }
}

export type OpenResult = { readonly ok: true; readonly opened: Opened } | { readonly ok: false; readonly error: string }

/** Opens a file of any kind; its name's end tells which. */
export function openFile(path: string, settings: CompileSettings): OpenResult {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    return { ok: false, error: `${path}: ${error instanceof Error ? error.message : 'cannot be read'}` }
  }
  if (path.endsWith('.o')) return { ok: true, opened: openObject(path, new Uint8Array(bytes), settings.kernel) }
  const text = bytes.toString('utf8')
  return { ok: true, opened: path.endsWith('.s') ? openAssembly(path, text) : openC(path, text, settings) }
}

/** The kernel that CO-RE relocates to: that of a BTF file (raw, or the section of an ELF file), else the simulated one; text says what is wrong. */
export function kernelTypes(btfPath: string | undefined, kernel: KernelBtf): KernelTypes | string {
  if (btfPath === undefined) return keptKernel(kernel)
  try {
    const btf = readBtfFile(new Uint8Array(readFileSync(btfPath)))
    return btf ? wholeKernel(btf) : `--btf ${btfPath}: not BTF`
  } catch (error) {
    return error instanceof Error ? error.message : `--btf ${btfPath}: cannot be read`
  }
}
