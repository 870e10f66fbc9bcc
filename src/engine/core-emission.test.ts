// CO-RE as our compiler emits it against clang: of one source, each record of both objects gets the same answer from another kernel's types,
// in an instruction of the same form. The source and clang's object are the loader's fixtures.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Btf, readBtf, typeName } from '../btf/index.ts'
import { wholeKernel } from '../loader/index.ts'
import { type ObjectFile, readBtfExt, readElf, writeElf } from '../object/index.ts'
import { openC, openObject } from './toolchain.ts'

const dir = `${import.meta.dirname}/../loader/fixtures`
const bytesOf = (name: string) => new Uint8Array(readFileSync(`${dir}/${name}`))
const sectionOf = (object: ObjectFile, name: string) => object.sections.find((s) => s.name === name)!.data
const btfOf = (object: ObjectFile): Btf => {
  const read = readBtf(sectionOf(object, '.BTF'))
  if (!read.ok) throw new Error(read.fault)
  return read.btf
}
const kernel = wholeKernel(btfOf(readElf(bytesOf('core-target.o')).object!))

/** What each record was answered with, by section, kind, type and access. */
function answers(bytes: Uint8Array): Map<string, string> {
  const { object, programs, loading } = openObject('core.o', bytes, kernel)
  expect(loading).toEqual([])
  const btf = btfOf(object!)
  const ext = readBtfExt(sectionOf(object!, '.BTF.ext'), btf)
  if (!ext.ok) throw new Error('.BTF.ext')
  const out = new Map<string, string>()
  for (const { section, records } of ext.ext.core) {
    const { code } = programs.find((p) => p.section === section)!
    const view = new DataView(code.buffer, code.byteOffset)
    for (const r of records) out.set(`${section} ${r.kind} ${typeName(btf, r.typeId)} ${r.access}`, answer(view, r.offset))
  }
  return out
}

function answer(view: DataView, at: number): string {
  const opcode = view.getUint8(at)
  if (opcode === 0x85) return 'no such thing'
  if (opcode === 0x18) return `wide ${view.getBigUint64(at + 8, true) | BigInt(view.getUint32(at + 4, true))}`
  const isAccess = (opcode & 7) >= 1 && (opcode & 7) <= 3
  return isAccess ? `offset ${view.getInt16(at + 2, true)} size ${opcode & 0x18}` : `imm ${view.getInt32(at + 4, true)}`
}

// Ours folds the second subscript into the record, counts whole structures in it, and reads bit-fields in units of their own type; types have
// other numbers in another file.
const APART = [/ 0 struct node 0:9:3(:2)?$/, / 0 struct node [02]:0$/, /^raw_tp\/bits /, / 6 struct node 0$/]

test("our records are clang's", () => {
  const { object, diagnostics } = openC('core.c', readFileSync(`${dir}/core.c`, 'utf8'), {
    include: () => undefined,
    includeDirs: [],
    defines: {},
    cpu: 3,
  })
  expect(diagnostics).toEqual([])
  const told = (all: Map<string, string>) => [...all].filter(([key]) => !APART.some((a) => a.test(key))).sort()
  expect(told(answers(writeElf(object!)))).toEqual(told(answers(bytesOf('core.o'))))
})
