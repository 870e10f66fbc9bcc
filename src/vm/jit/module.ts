// A WebAssembly module from its parts: types, imported functions, functions with their bodies, exports; one imported memory.
// In: parts. Out: the bytes of the binary format.
// Reference: WebAssembly core specification 5.5.
import { Bytes } from './bytes.ts'

export interface FuncType {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

export interface Import {
  readonly name: string
  readonly type: FuncType
}

export interface Func {
  readonly type: FuncType
  /** Types of the locals behind the parameters, in runs. */
  readonly locals: readonly { readonly count: number; readonly type: number }[]
  /** Without the final `end`. */
  readonly body: Bytes
  /** Empty = not exported. */
  readonly name: string
  /** For people: which instruction of the program the code from a place on is of; -1 = of none. */
  readonly marks?: readonly Mark[]
}

export interface Mark {
  readonly at: number
  readonly insn: number
}

/** Name of the module that everything is imported from, and of the memory there. */
export const IMPORTS = 'e'
export const MEMORY = 'memory'

const FUNC_TYPE = 0x60
const FUNC = 0x00
const MEM = 0x02
const HAS_MAXIMUM = 0x01
const END = 0x0b

/** Functions are numbered: imports first. `pages` bounds the memory, in pages of 64 KiB. */
export function encodeModule(imports: readonly Import[], funcs: readonly Func[], pages: number): Uint8Array<ArrayBuffer> {
  const types: string[] = []
  const typeIndex = (t: FuncType): number => {
    const key = JSON.stringify(t)
    const known = types.indexOf(key)
    return known >= 0 ? known : types.push(key) - 1
  }
  const importTypes = imports.map((i) => typeIndex(i.type))
  const funcTypes = funcs.map((f) => typeIndex(f.type))
  const out = new Bytes()
  for (const b of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) out.byte(b)
  section(out, 1, types, (s, key) => {
    const { params, results } = JSON.parse(key) as FuncType
    s.byte(FUNC_TYPE)
    for (const list of [params, results]) {
      s.u32(list.length)
      for (const type of list) s.byte(type)
    }
  })
  section(out, 2, [undefined, ...imports], (s, i, index) => {
    name(s, IMPORTS)
    name(s, i?.name ?? MEMORY)
    if (i) {
      s.byte(FUNC)
      s.u32(importTypes[index - 1])
    } else {
      s.byte(MEM)
      s.byte(HAS_MAXIMUM)
      s.u32(0)
      s.u32(pages)
    }
  })
  section(out, 3, funcTypes, (s, type) => s.u32(type))
  const exported = funcs.flatMap((f, i) => (f.name === '' ? [] : [{ name: f.name, index: imports.length + i }]))
  section(out, 7, exported, (s, e) => {
    name(s, e.name)
    s.byte(FUNC)
    s.u32(e.index)
  })
  section(out, 10, funcs, (s, f) => {
    const code = new Bytes()
    code.u32(f.locals.length)
    for (const { count, type } of f.locals) {
      code.u32(count)
      code.byte(type)
    }
    code.append(f.body)
    code.byte(END)
    s.u32(code.length)
    s.append(code)
  })
  return out.view()
}

function section<T>(out: Bytes, id: number, items: readonly T[], write: (s: Bytes, item: T, index: number) => void): void {
  const s = new Bytes()
  s.u32(items.length)
  for (const [i, item] of items.entries()) write(s, item, i)
  out.byte(id)
  out.u32(s.length)
  out.append(s)
}

function name(s: Bytes, text: string): void {
  s.u32(text.length)
  for (let i = 0; i < text.length; i++) s.byte(text.charCodeAt(i))
}
