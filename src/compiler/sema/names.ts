// Names that are not declared: did the author mistype one, or forget a header? (clang's typo correction, and hints of our own.)
// In: the name. Out: a diagnostic with a fix where one is likely; each name is reported once.
import type { DiagCode } from '../../diag/index.ts'
import { missingHeader } from '../hints.ts'
import { error, label, type More, type Place, plain } from '../report.ts'
import { editDistance, nearestOf } from '../spelling.ts'
import type { Context } from './context.ts'

/** Reports an undeclared name. `called`: it stands before `(`. */
export function undeclared(cx: Context, name: string, at: Place, called: boolean): void {
  if (cx.sink.stopped || cx.undeclared.has(name)) return
  cx.undeclared.add(name)
  const { header, fixes } = missingHeader(cx.hints, name)
  if (header !== undefined) {
    error(cx.sink, called ? 'c.undeclared-function-header' : 'c.undeclared-header', at, [name, header], { fixes })
    return
  }
  if (LIBC.has(name) && called) {
    error(cx.sink, 'c.libc-function', at, [name])
    return
  }
  const near = nearest(cx, name, called)
  const more: More = near
    ? {
        labels: near.at.file === '' ? [] : [label(near.at, 'c.note.declared-here', [near.name])],
        fixes: at.site ? [] : [{ code: 'c.fix.replace' as DiagCode, params: [near.name], at: plain(at), text: near.name }],
      }
    : {}
  if (called) error(cx.sink, near ? 'c.undeclared-function-near' : 'c.undeclared-function', at, [name, near?.name ?? ''], more)
  else error(cx.sink, near ? 'c.undeclared-near' : 'c.undeclared', at, [name, near?.name ?? ''], more)
}

/** Library functions that people try; BPF programs have no C library. */
const LIBC = new Set([
  'printf',
  'fprintf',
  'sprintf',
  'snprintf',
  'puts',
  'putchar',
  'malloc',
  'calloc',
  'realloc',
  'free',
  'exit',
  'abort',
  'strcpy',
  'strncpy',
  'strcat',
  'strcmp',
  'strncmp',
  'strchr',
  'strstr',
  'strdup',
  'atoi',
  'strtol',
  'rand',
  'srand',
  'time',
  'sleep',
  'usleep',
  'getpid',
  'open',
  'read',
  'write',
  'close',
  'socket',
  'ntohs',
  'ntohl',
  'htons',
  'htonl',
  'inet_addr',
  'inet_ntoa',
  'assert',
  'perror',
])

function nearest(cx: Context, name: string, called: boolean): { readonly name: string; readonly at: Place } | undefined {
  const limit = Math.floor((name.length + 2) / 3)
  let best: { readonly name: string; readonly at: Place } | undefined
  let bestDistance = limit + 1
  for (let i = cx.scopes.length - 1; i >= 0; i--) {
    for (const [candidate, symbol] of cx.scopes[i].names) {
      if (symbol.kind === 'typedef' || (called && symbol.kind === 'enumerator')) continue
      if (Math.abs(candidate.length - name.length) >= bestDistance) continue
      const distance = editDistance(name, candidate, bestDistance)
      if (distance < bestDistance) {
        best = { name: candidate, at: symbol.at }
        bestDistance = distance
      }
    }
  }
  const word = best || called ? undefined : nearestOf(['break', 'continue', 'return'], name)
  return word === undefined ? best : { name: word, at: { file: '', start: 0, end: 0 } }
}
