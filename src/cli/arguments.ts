// Words of the command line as options. In: argv after the command, and which options there are. Out: values, or one sentence on what is wrong.

export interface OptionSpec {
  /** '-I', '--section' */
  readonly name: string
  readonly takes: 'nothing' | 'value' | 'values'
}

export type Arguments =
  | { readonly ok: true; readonly files: readonly string[]; readonly options: ReadonlyMap<string, readonly string[]> }
  | { readonly ok: false; readonly error: string }

/** Reads `-I DIR`, `-IDIR`, `--cpu v3`, `--cpu=v3`, files in any order; `--` ends the options. */
export function readArguments(words: readonly string[], specs: readonly OptionSpec[]): Arguments {
  const files: string[] = []
  const options = new Map<string, string[]>()
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '--') {
      files.push(...words.slice(i + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      files.push(word)
      continue
    }
    const split = splitOption(word, specs)
    if (!split) return { ok: false, error: `unknown option ${word}` }
    const { spec, attached } = split
    if (spec.takes === 'nothing') {
      options.set(spec.name, [])
      continue
    }
    const value = attached ?? words[++i]
    if (value === undefined) return { ok: false, error: `${spec.name} needs a value` }
    const values = options.get(spec.name) ?? []
    if (spec.takes === 'value' && values.length > 0) return { ok: false, error: `${spec.name} is given twice` }
    options.set(spec.name, [...values, value])
  }
  return { ok: true, files, options }
}

function splitOption(word: string, specs: readonly OptionSpec[]): { spec: OptionSpec; attached?: string } | undefined {
  for (const spec of specs) {
    if (word === spec.name) return { spec }
    if (spec.takes === 'nothing') continue
    if (spec.name.startsWith('--') && word.startsWith(`${spec.name}=`)) return { spec, attached: word.slice(spec.name.length + 1) }
    if (/^-\w$/.test(spec.name) && word.startsWith(spec.name)) return { spec, attached: word.slice(2) }
  }
  return undefined
}
