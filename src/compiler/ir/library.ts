// Calls of C's library that only the optimiser can answer: memcpy and its kin whose size is no literal yet, strcmp and strlen of strings that
// inlining makes known. Until then the call stands for itself, of a function that nobody has. What is left in the end is an error of the
// source: BPF has no library.
//
//   call void @.memcpy(ptr to, ptr from, i64 bytes, i64 alignment)        .memmove alike; .memset with an i8 as the second argument
//   call i32 @.constant_p(i64)    whether the optimiser knows the value; `settle` answers no where nothing else did
//   call i32 @.strcmp(ptr, ptr)        call i64 @.strlen(ptr)
import { makeFunc } from './build.ts'
import type { Func, Type, Value } from './types.ts'

const LIBRARY = {
  memcpy: { ret: 'void', params: ['ptr', 'ptr', 'i64', 'i64'] },
  memmove: { ret: 'void', params: ['ptr', 'ptr', 'i64', 'i64'] },
  memset: { ret: 'void', params: ['ptr', 'i8', 'i64', 'i64'] },
  constant_p: { ret: 'i32', params: ['i64'] },
  strcmp: { ret: 'i32', params: ['ptr', 'ptr'] },
  strlen: { ret: 'i64', params: ['ptr'] },
} as const satisfies Record<string, { readonly ret: Type; readonly params: readonly Type[] }>

export type LibraryName = keyof typeof LIBRARY

export function makeLibraryFunc(name: LibraryName): Func {
  const { ret, params } = LIBRARY[name]
  return makeFunc(
    { name: `.${name}`, ret, linkage: 'extern' },
    params.map((type, k) => ({ type, name: `a${k}` })),
  )
}

/** Whether a call touches no memory: a question about values, or about strings that have to be constant. */
export const isQuestion = (callee: Value): boolean => {
  const name = libraryName(callee)
  return name === 'constant_p' || name === 'strcmp' || name === 'strlen'
}

/** Which function of the library a call means, where it does. */
export function libraryName(callee: Value): LibraryName | undefined {
  if (callee.kind !== 'func' || !callee.name.startsWith('.')) return undefined
  const name = callee.name.slice(1)
  return Object.hasOwn(LIBRARY, name) ? (name as LibraryName) : undefined
}
