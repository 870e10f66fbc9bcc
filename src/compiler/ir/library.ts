// Calls of memcpy and its kin whose size is not a literal yet. C text often gives the size as a parameter that inlining makes a literal;
// until then the call stands for itself, of a function that nobody has. What is left in the end is an error of the source: BPF has no library.
//
//   call void @.memcpy(ptr to, ptr from, i64 bytes, i64 alignment)        .memmove alike; .memset with an i8 as the second argument
import { makeFunc } from './build.ts'
import type { Func, Value } from './types.ts'

export type LibraryName = 'memcpy' | 'memmove' | 'memset'

const NAMES: Readonly<Record<string, LibraryName>> = { '.memcpy': 'memcpy', '.memmove': 'memmove', '.memset': 'memset' }

export function makeLibraryFunc(name: LibraryName): Func {
  return makeFunc({ name: `.${name}`, ret: 'void', linkage: 'extern' }, [
    { type: 'ptr', name: 'to' },
    { type: name === 'memset' ? 'i8' : 'ptr', name: 'from' },
    { type: 'i64', name: 'bytes' },
    { type: 'i64', name: 'alignment' },
  ])
}

/** Which function of the library a call means, where it does. */
export function libraryName(callee: Value): LibraryName | undefined {
  return callee.kind === 'func' ? NAMES[callee.name] : undefined
}
