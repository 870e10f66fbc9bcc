// Hints about forgotten headers: which of our headers declares a name, and the edit that includes it.
// The headers' texts are searched on demand, when a name is unknown; that is rare and quick enough without an index.
import type { Fix, SourceFile } from '../diag/index.ts'

export interface Hints {
  /** The file that an #include would be put in. */
  readonly main: SourceFile
  /** Our headers, those that people include themselves first. */
  readonly headers: readonly string[]
  readonly headerText: (path: string) => string | undefined
  /** Headers that were read already. */
  readonly included: ReadonlySet<string>
}

/** The header that declares a name (`XDP_PASS`, `struct iphdr`) and is not included yet, with the fix that includes it. */
export function missingHeader(hints: Hints, name: string): { readonly header: string | undefined; readonly fixes: readonly Fix[] } {
  const header = declaringHeader(hints, name)
  if (header === undefined) return { header, fixes: [] }
  const { main } = hints
  const at = includePosition(main.text)
  const fix: Fix = { code: 'c.fix.include', params: [header], at: { file: main.path, start: at, end: at }, text: `#include <${header}>\n` }
  return { header, fixes: [fix] }
}

/** Headers that are parts of others are named by what people include. */
const PUBLIC: Readonly<Record<string, string>> = {
  'bpf/bpf_helper_defs.h': 'bpf/bpf_helpers.h',
  'asm/types.h': 'linux/types.h',
  'asm-generic/types.h': 'linux/types.h',
  'asm-generic/int-ll64.h': 'linux/types.h',
  'asm-generic/errno.h': 'errno.h',
  'asm-generic/errno-base.h': 'errno.h',
}
/** Asked first where several declare a name. */
const FIRST = [
  'linux/bpf.h',
  'bpf/bpf_helpers.h',
  'bpf/bpf_helper_defs.h',
  'bpf/bpf_endian.h',
  'linux/types.h',
  'linux/in.h',
  'errno.h',
  'stdbool.h',
  'stddef.h',
  'stdint.h',
]

function declaringHeader(hints: Hints, name: string): string | undefined {
  if (!/^(?:(?:struct|union|enum) )?\w+$/.test(name)) return undefined
  const declares = name.includes(' ')
    ? new RegExp(`\\b${name}\\s*\\{`)
    : new RegExp(
        `#\\s*define\\s+${name}\\b|\\*\\s*const\\s+${name}\\)|^\\s*${name}\\s*(?:=[^=;]*)?,|\\btypedef\\b[^;{}]*\\b${name};|\\b${name}\\(.*\\)\\s*$`,
        'm',
      )
  for (const path of [...FIRST, ...hints.headers]) {
    if (!declares.test(hints.headerText(path) ?? '')) continue
    const named = PUBLIC[path] ?? path
    return hints.included.has(named) ? undefined : named
  }
  return undefined
}

/** Behind the last #include, or at the start of the file. */
function includePosition(text: string): number {
  let at = 0
  for (const m of text.matchAll(/^[ \t]*#[ \t]*include\b.*$/gm)) at = Math.min(text.length, m.index + m[0].length + 1)
  return at
}
