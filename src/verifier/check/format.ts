// Format strings that are known when a program is loaded: every conversion is one that the kernel prints for programs, and there is an argument
// for it. A character at a time, as in Linux: check_bpf_snprintf_call(), bpf_bprintf_prepare().
import { OFF } from '../domain/layout.ts'
import { curReg, type Env } from '../env.ts'
import { EINVAL } from '../errno.ts'
import { varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { constString, mapOf } from './map.ts'

const ARG_BYTES = 8

/** bpf_snprintf(): the format is register 3, register 5 the bytes of arguments. */
export function checkSnprintf(env: Env): number {
  const { words: s, log } = env
  const format = curReg(env, 3)
  const map = mapOf(env, format)
  if (map.type === 'percpu_array') {
    verbose(log, 'percpu_array map cannot be used for snprintf\n')
    return -EINVAL
  }
  const bytes = varOffOf(s, curReg(env, 5))
  if (bytes % ARG_BYTES !== 0) return -EINVAL
  const text = constString(map, s[format + OFF]! + varOffOf(s, format))
  if (text && isFormat(text, bytes / ARG_BYTES)) return 0
  verbose(log, 'Invalid format string\n')
  return -EINVAL
}

const isSpace = (c: string): boolean => /^[ \t\n\v\f\r]$/.test(c)
const isPrintable = (c: string): boolean => c >= ' ' && c <= '~'
/** What may follow a pointer or string. */
const endsWord = (c: string): boolean => c === '' || isSpace(c) || (isPrintable(c) && !/^[A-Za-z0-9 ]$/.test(c))

export function isFormat(bytes: Uint8Array, args: number): boolean {
  const text = String.fromCharCode(...bytes)
  let used = 0
  const at = (i: number): string => text[i] ?? ''
  for (let i = 0; i < text.length; i++) {
    if (at(i) <= '\x7f' && !isPrintable(at(i)) && !isSpace(at(i))) return false
    if (at(i) !== '%') continue
    if (at(i + 1) === '%') {
      i++
      continue
    }
    if (used >= args) return false
    used++
    i++
    while (at(i) !== '' && '0+- '.includes(at(i))) i++
    if (/^[1-9]$/.test(at(i))) while (/^[0-9]$/.test(at(i))) i++
    const end = at(i) === 'p' ? endOfPointer(at, i) : at(i) === 's' ? (endsWord(at(i + 1)) ? i : -1) : endOfNumber(at, i)
    if (end < 0) return false
    i = end
  }
  return true
}

/** Last character of a conversion that begins with "p"; -1 where there is none like it. */
function endOfPointer(at: (i: number) => string, i: number): number {
  const kind = at(i + 1)
  if (endsWord(kind)) return i
  if ((kind === 'k' || kind === 'u') && at(i + 2) === 's') return endsWord(at(i + 3)) ? i + 2 : -1
  if ('KxsSB'.includes(kind)) return i + 1
  return 'iI'.includes(kind) && /^[46]$/.test(at(i + 2)) ? i + 2 : -1
}

function endOfNumber(at: (i: number) => string, from: number): number {
  if (at(from) === 'c') return from
  let i = from
  if (at(i) === 'l') i++
  if (at(i) === 'l') i++
  return /^[iduxX]$/.test(at(i)) ? i : -1
}
