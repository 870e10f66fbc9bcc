// Our objects before other people's tools: what llvm-readobj, llvm-objdump and bpftool make of them.
// Usage: npm run -s object-readers [-- --only PART OF A PATH] [--cpu v1|v2|v3|v4] [PATH...]     (C files or folders; ours where none is given)
//
// Of each object: llvm-readobj reads all of it without a word; llvm-objdump's text, assembled again by our own assembler, gives the same bytes;
// bpftool prints its BTF, makes a skeleton of it, and links it with an object of another source; what comes out of that has the same code in it.
// A line for each complaint, then a sum. Exits with 1 if there was one. What a tool says of clang's object of the same file too is its own limit and
// counted apart. Tools that are not here are named and passed over.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { readSettings } from '../src/cli/files.ts'
import { compile } from '../src/compiler/index.ts'
import { makeSource } from '../src/diag/index.ts'
import { assemble } from '../src/isa/index.ts'
import { type ObjectFile, readElf, SHF_EXECINSTR, writeElf } from '../src/object/index.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' }, cpu: { type: 'string' } },
})
const OURS = ['src/compiler/fixtures/features', 'src/compiler/fixtures/programs', 'src/loader/fixtures', 'bench/speed']
const READOBJ = 'llvm-readobj-22'
const OBJDUMP = 'llvm-objdump-22'
const BPFTOOL = 'bpftool'

const isHere = (tool: string): boolean => {
  const found = spawnSync(tool, ['--version']).status === 0
  if (!found) console.log(`${tool} is not here: what it would say is not asked`)
  return found
}
const here = { readobj: isHere(READOBJ), objdump: isHere(OBJDUMP), bpftool: isHere(BPFTOOL) }
const work = mkdtempSync(join(tmpdir(), 'beeyard-readers-'))
let complaints = 0
let objects = 0
let asked = 0
let limits = 0

function main(): void {
  const paths = (positionals.length > 0 ? positionals : OURS).flatMap(filesIn).filter((path) => path.includes(options.only))
  const companion = join(work, 'companion.o')
  writeFileSync(companion, objectOf('companion.c', COMPANION, 'v3') ?? new Uint8Array())
  for (const path of paths) {
    for (const cpu of options.cpu ? [options.cpu] : ['v2', 'v3', 'v4']) {
      const bytes = objectOf(path, readFileSync(path, 'utf8'), cpu)
      // What needs a newer instruction set says so as a diagnostic.
      if (bytes) check(`${path} ${cpu}`, bytes, companion)
    }
  }
  console.log(
    `${objects} objects of ${paths.length} files, ${asked} questions, ${complaints} complaints (${limits} more are made of clang's objects too)`,
  )
  rmSync(work, { recursive: true })
  process.exitCode = complaints > 0 ? 1 : 0
}

const COMPANION = `int companion_count;
__attribute__((section("socket"), used)) int companion(void *ctx) { return ++companion_count; }
`

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.c'))
  return names.sort().map((name) => join(path, name))
}

function objectOf(path: string, text: string, cpu: string): Uint8Array | undefined {
  const read = readSettings({ includeDirs: [], defines: [], cpu }, path)
  if (!read.ok) throw new Error(read.error)
  const { object } = compile({ ...read.settings, main: makeSource(path, text) })
  return object && writeElf(object)
}

function complain(what: string, said: string): void {
  complaints++
  console.log(`${what}: ${said.trim().split('\n').slice(0, 4).join('\n    ')}`)
}

/** What a tool prints; a complaint where it fails or says anything on its second output, and does neither of clang's object. */
function ask(what: string, tool: string, words: readonly string[], path: string): string | undefined {
  asked++
  const run = (list: readonly string[]) => spawnSync(tool, list, { encoding: 'utf8', maxBuffer: 1 << 28 })
  const ran = run(words)
  if (ran.status === 0 && ran.stderr.trim() === '') return ran.stdout
  const theirs = clangObject(what)
  const same = theirs === undefined ? undefined : run(words.map((w) => (w === path ? theirs : w)))
  if (same && (same.status !== 0 || same.stderr.trim() !== '')) {
    limits++
    return undefined
  }
  complain(what, `${tool} ${words.slice(0, 3).join(' ')}: ${ran.stderr || ran.stdout || `exit status ${ran.status}`}`)
  return undefined
}

function clangObject(what: string): string | undefined {
  const [path, cpu] = what.split(' ')
  const out = join(work, `clang-${basename(path, '.c')}.o`)
  const words = ['-O2', '-g', '-w', '-target', 'bpf', `-mcpu=${cpu}`, '-I/usr/include/x86_64-linux-gnu', '-c', path, '-o', out]
  return spawnSync('clang-22', words).status === 0 ? out : undefined
}

function check(what: string, bytes: Uint8Array, companion: string): void {
  objects++
  const path = join(work, `${basename(what.split(' ')[0], '.c')}.o`)
  writeFileSync(path, bytes)
  const { object } = readElf(bytes)
  if (!object) {
    complain(what, 'our own reader does not read it')
    return
  }
  if (here.readobj) ask(what, READOBJ, ['--all', '--expand-relocs', path], path)
  if (here.objdump) {
    const text = ask(what, OBJDUMP, ['-d', '--no-show-raw-insn', path], path)
    if (text !== undefined) checkText(what, object, text)
  }
  if (!here.bpftool) return
  if (object.sections.some((s) => s.name === '.BTF')) {
    ask(what, BPFTOOL, ['btf', 'dump', 'file', path, 'format', 'raw'], path)
    ask(what, BPFTOOL, ['btf', 'dump', 'file', path, 'format', 'c'], path)
  }
  ask(what, BPFTOOL, ['gen', 'skeleton', path, 'name', 'readers'], path)
  const linked = join(work, 'linked.o')
  if (ask(what, BPFTOOL, ['gen', 'object', linked, path, companion], path) === undefined) return
  const { object: whole } = readElf(new Uint8Array(readFileSync(linked)))
  for (const section of codeOf(object)) {
    const kept = whole?.sections.find((s) => s.name === section.name)
    if (!kept || kept.data.length < section.data.length) complain(what, `bpftool gen object lost code of ${section.name}`)
  }
}

const codeOf = (object: ObjectFile) => object.sections.filter((s) => s.flags & SHF_EXECINSTR && s.data.length > 0)

/** Each instruction of llvm-objdump's text by itself, assembled again; calls whose target a relocation names have no text of their own. */
function checkText(what: string, object: ObjectFile, text: string): void {
  let section = codeOf(object)[0]
  for (const line of text.split('\n')) {
    const heading = /^Disassembly of section (.*):$/.exec(line)
    if (heading) section = codeOf(object).find((s) => s.name === heading[1]) ?? section
    const [, slot, said] = /^\s*(\d+):\s+(.*)$/.exec(line) ?? []
    if (slot === undefined) continue
    const at = 8 * Number(slot)
    const insn = section.data.subarray(at, at + (section.data[at] === 0x18 ? 16 : 8))
    if (insn[0] === 0x85 && (insn[1] & 0xf0) !== 0) continue
    const source = said.replace(/\s+<[^<>= ]+>$/, '')
    const [before, behind] = around(source)
    const { program, diagnostics } = assemble(makeSource('objdump.s', `${before}${source}\n${behind}exit\n`))
    const start = 8 * (before.length / EXIT.length)
    const made = program?.code.subarray(start, start + insn.length)
    if (!made) complain(what, `${section.name} ${slot}: our assembler does not read '${source}': ${diagnostics[0]?.code}`)
    else if (!made.every((b, k) => b === insn[k]))
      complain(what, `${section.name} ${slot}: '${source}' is ${hex(made)} here, ${hex(insn)} there`)
  }
}

const EXIT = 'exit\n'

/** A jump needs instructions to go to: what stands before it and behind it. */
function around(source: string): readonly [string, string] {
  const [, sign, distance] = /\bgotol? ([+-])(0x[0-9a-f]+|\d+)$/.exec(source) ?? []
  const fill = EXIT.repeat(Number(distance ?? 0) + 1)
  return sign === '-' ? [fill, ''] : ['', sign === '+' ? fill : '']
}

const hex = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(' ')

main()
