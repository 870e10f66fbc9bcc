// What is said about a program rather than in it: lines that begin with a dot.
//
//   .type xdp                       program type
//   .name NAME                      the program's name
//   .license "GPL"                  default: GPL
//   .flags N                        prog_flags
//   .map NAME TYPE KEY VALUE MAX [FLAGS]   a map, sizes in bytes; its place among the maps is its index
//   .8byte N[, N]...                slots as they are
import type { DiagCode } from '../../diag/index.ts'
import type { MapDef } from '../program.ts'
import type { Statement, Token } from './lex.ts'

export interface Settings {
  type: string
  name: string
  license: string
  flags: number
  readonly maps: MapDef[]
}

/** Names that the layers above know; without a function every name is taken. */
export interface KnownNames {
  readonly mapType?: (name: string) => boolean
  readonly progType?: (name: string) => boolean
}

export type Complain = (code: DiagCode, params: readonly string[], token: { readonly start: number; readonly end: number }) => void

/** Applies a directive (token `first` of the statement) to the settings; gives the slots that `.8byte` puts down. */
export function directive(statement: Statement, first: number, settings: Settings, names: KnownNames, complain: Complain): bigint[] {
  const [head, ...rest] = statement.tokens.slice(first)
  const args = rest.filter((t) => t.text !== ',')
  const missing = { start: statement.end, end: statement.end }
  const word = (): string | undefined => {
    if (args.length === 1 && (args[0].kind === 'word' || args[0].kind === 'string')) return args[0].text
    complain('asm.expectedName', [], args[1] ?? args[0] ?? missing)
    return undefined
  }
  switch (head.text) {
    case '.type': {
      const type = word()
      if (type === undefined) return []
      if (names.progType && !names.progType(type)) complain('asm.progType', [type], args[0])
      settings.type = type
      return []
    }
    case '.name':
      settings.name = word() ?? settings.name
      return []
    case '.license':
      settings.license = word() ?? settings.license
      return []
    case '.flags': {
      const [flags] = numbers(args, 1, missing, complain) ?? []
      settings.flags = Number(flags ?? settings.flags)
      return []
    }
    case '.map': {
      const map = mapDef(args, missing, names, complain)
      if (map && settings.maps.some((m) => m.name === map.name)) complain('asm.duplicateLabel', [map.name], args[0])
      if (map) settings.maps.push(map)
      return []
    }
    case '.8byte':
      if (args.length === 0) complain('asm.expectedNumber', [], missing)
      return numbers(args, args.length, missing, complain) ?? []
    default:
      complain('asm.directive', [head.text], head)
      return []
  }
}

function mapDef(
  args: readonly Token[],
  missing: { start: number; end: number },
  names: KnownNames,
  complain: Complain,
): MapDef | undefined {
  const [name, type, ...sizes] = args
  if (name?.kind !== 'word' || type?.kind !== 'word') {
    complain('asm.expected', ['.map NAME TYPE KEY VALUE MAX [FLAGS]'], name?.kind === 'word' ? (type ?? missing) : (name ?? missing))
    return undefined
  }
  if (names.mapType && !names.mapType(type.text)) complain('asm.mapType', [type.text], type)
  const values = numbers(sizes, sizes.length === 4 ? 4 : 3, missing, complain)
  if (!values) return undefined
  const [keySize, valueSize, maxEntries, flags = 0] = values.map(Number)
  return {
    name: name.text,
    type: type.text,
    keySize,
    valueSize,
    maxEntries,
    flags,
    keyTypeId: 0,
    valueTypeId: 0,
    init: [],
    frozen: false,
  }
}

/** Exactly `count` numbers; 32 bits, or 64 for those that are slots. */
function numbers(
  tokens: readonly Token[],
  count: number,
  missing: { start: number; end: number },
  complain: Complain,
): bigint[] | undefined {
  const out: bigint[] = []
  for (let i = 0; i < count; i++) {
    const token = tokens[i]
    if (token?.kind !== 'number') {
      complain('asm.expectedNumber', [], token ?? missing)
      return undefined
    }
    if (token.text.length > 24 || BigInt(token.text) >= 2n ** 64n) {
      complain('asm.range', [token.text.slice(0, 24), '0', String(2n ** 64n - 1n)], token)
      return undefined
    }
    out.push(BigInt(token.text))
  }
  if (tokens.length > count) {
    complain('asm.expectedEnd', [], tokens[count])
    return undefined
  }
  return out
}
