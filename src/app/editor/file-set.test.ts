import { expect, test } from 'vitest'
import { readProject } from '../../worker/index.ts'
import { addFile, type FileSet, freeName, makeMain, nameFault, removeFile, renameFile, setUnit } from './file-set.ts'

const start: FileSet = { files: [{ path: 'a.c', text: 'int a;' }], build: { main: 'a.c', cpu: 3, defines: {} } }

/** Every set that comes out is one that a link may hold. */
function checked(set: FileSet): FileSet {
  const scenario = { seed: 1, nodes: [], attach: [], maps: [], stimuli: [], views: [] }
  expect(readProject({ version: 1, ...set, verifier: { logLevel: 1, flags: 0 }, scenario }).ok).toBe(true)
  return set
}

test('files come, change their names and go, and what is built follows', () => {
  const two = checked(setUnit(addFile(start, { path: 'b.c', text: '' }), 'b.c', true))
  expect(two.build.units).toEqual(['b.c'])
  const renamed = checked(renameFile(two, 'b.c', 'lib/c.c'))
  expect(renamed.build.units).toEqual(['lib/c.c'])
  expect(checked(renameFile(renamed, 'lib/c.c', 'c.h')).build.units).toBeUndefined()
  const other = checked(makeMain(renamed, 'lib/c.c'))
  expect(other.build).toEqual({ main: 'lib/c.c', cpu: 3, defines: {} })
  expect(checked(removeFile(renamed, 'lib/c.c'))).toEqual(start)
  expect(removeFile(start, 'a.c')).toBe(start)
})

test('names are judged before they are taken', () => {
  expect(nameFault(start.files, '')).toBe('empty')
  expect(nameFault(start.files, 'a.c')).toBe('taken')
  expect(nameFault(start.files, 'a.c', 'a.c')).toBeUndefined()
  for (const bad of ['/etc/passwd', '../x.c', 'a/../b.c', 'a b.c', '<img>.c', 'x'.repeat(201)])
    expect(nameFault(start.files, bad)).toBe('bad')
  expect(nameFault(start.files, 'lib/types.h')).toBeUndefined()
  expect(freeName(start.files, 'a.c')).toBe('a-2.c')
  expect(freeName(start.files, 'b.h')).toBe('b.h')
})
