// The command link: objects and C files become one object, as `bpftool gen object` makes it.
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import {
  type Diagnostic,
  joinObjects,
  type NamedObject,
  type Opened,
  openC,
  readElf,
  renderDiagnostics,
  type SourceFile,
  writeElf,
} from '../engine/index.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './commands.ts'
import { readSettings } from './files.ts'

export const linkCommand: Command = (words, output) => {
  const args = readArguments(words, [
    { name: '-o', takes: 'value' },
    { name: '-I', takes: 'values' },
    { name: '-D', takes: 'values' },
    { name: '--cpu', takes: 'value' },
  ])
  const bad = (text: string): number => {
    output.err(text)
    return 2
  }
  if (!args.ok) return bad(args.error)
  const value = (name: string): string | undefined => args.options.get(name)?.[0]
  const target = value('-o')
  if (target === undefined || args.files.length === 0) return bad('link needs files and -o OUT.o')
  const objects: NamedObject[] = []
  const sources = new Map<string, SourceFile>()
  const diagnostics: Diagnostic[] = []
  for (const path of args.files) {
    const words = { includeDirs: args.options.get('-I') ?? [], defines: args.options.get('-D') ?? [], cpu: value('--cpu') }
    const settings = readSettings(words, path)
    if (!settings.ok) return bad(settings.error)
    let bytes: Buffer
    try {
      bytes = readFileSync(path)
    } catch (error) {
      return bad(error instanceof Error ? error.message : `${path}: cannot be read`)
    }
    const isC = path.endsWith('.c')
    const {
      object,
      diagnostics: found,
      sources: read = [],
    }: Partial<Opened> & Pick<Opened, 'diagnostics'> = isC
      ? openC(path, bytes.toString('utf8'), settings.settings)
      : readElf(new Uint8Array(bytes))
    diagnostics.push(...found)
    for (const s of read) sources.set(s.path, s)
    if (object) objects.push({ name: basename(path), object })
  }
  const joined = objects.length === args.files.length ? joinObjects(objects) : undefined
  diagnostics.push(...(joined?.diagnostics ?? []))
  if (diagnostics.length > 0) output.err(renderDiagnostics(diagnostics, (path) => sources.get(path)))
  if (!joined?.object) return 1
  writeFileSync(target, writeElf(joined.object))
  return 0
}
