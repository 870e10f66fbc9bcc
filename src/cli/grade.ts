// The command grade: builds and runs every hand-in again, as the page's gradebook does. Files hold a link, a packed line, or JSON.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Compressor, KernelBtf } from '../engine/index.ts'
import {
  fingerprint,
  type GradeRow,
  gradeNow,
  gradesCsv,
  gradesJunit,
  type HandIn,
  hiddenRuns,
  loadLesson,
  mostAlike,
  readHandIn,
  readWorkshop,
  similarity,
  unpack,
  type Workshop,
  workshopMark,
} from '../lessons/index.ts'
import { readArguments } from './arguments.ts'
import type { Output } from './commands.ts'

export async function gradeCommand(words: readonly string[], output: Output, kernel: KernelBtf): Promise<number> {
  const args = readArguments(words, [
    { name: '--junit', takes: 'value' },
    { name: '--csv', takes: 'value' },
  ])
  if (!args.ok || args.files.length < 2) {
    output.err(args.ok ? 'grade WORKSHOP HANDIN... [--junit FILE] [--csv FILE]' : args.error)
    return 2
  }
  const [first, ...rest] = args.files
  const workshop = readWorkshop(readAny(first))
  if (!workshop.ok) {
    output.err(`${first}: ${existsSync(first) ? workshop.faults.join('; ') : 'no such file'}`)
    return 2
  }
  const handIns: HandIn[] = []
  for (const path of rest) {
    const read = readHandIn(readAny(path))
    if (read.ok) handIns.push(read.handIn)
    else output.err(`${path}: ${existsSync(path) ? read.faults.join('; ') : 'no such file'}`)
  }
  const rows = await gradeAll(workshop.workshop, handIns, kernel)
  output.out(JSON.stringify({ workshop: workshop.workshop.title, rows }, undefined, 1))
  const { title } = workshop.workshop
  const [junit] = args.options.get('--junit') ?? []
  const [csv] = args.options.get('--csv') ?? []
  if (junit !== undefined) writeFileSync(junit, gradesJunit(title, rows))
  if (csv !== undefined)
    writeFileSync(
      csv,
      gradesCsv(rows, (ms) => new Date(ms).toISOString()),
    )
  return handIns.length < rest.length || rows.some((r) => !r.grade?.passed) ? 1 : 0
}

async function gradeAll(workshop: Workshop, handIns: readonly HandIn[], kernel: KernelBtf): Promise<GradeRow[]> {
  const rows: GradeRow[] = []
  for (const item of workshop.items) {
    const lesson = item.kind === 'lesson' ? await loadLesson(item.id) : undefined
    if (item.kind !== 'lesson' || !lesson) continue
    const more = hiddenRuns(item.hidden, lesson).runs
    const of = (h: HandIn) => h.items.find((i) => i.lesson === item.id)
    const keys = handIns.map((h, i) => `${i} ${h.name}`)
    const prints = new Map(handIns.map((h, i) => [keys[i], fingerprint(of(h)?.files ?? [], lesson.start.files)] as const))
    for (const [i, handIn] of handIns.entries()) {
      const piece = of(handIn)
      const isForThis = handIn.workshop === workshopMark(workshop)
      const alike = mostAlike(prints, keys[i], keys, similarity)
      rows.push({
        name: handIn.name,
        lesson: item.id,
        grade: piece && isForThis ? gradeNow(lesson, piece.files, kernel, more) : undefined,
        claims: piece?.claims ?? false,
        at: piece?.at ?? 0,
        similarity: alike.similarity,
        like: alike.like.replace(/^\d+ /, ''),
      })
    }
  }
  return rows
}

function readAny(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text)
    } catch {
      return undefined
    }
  }
  const unpacked = unpack(text, nodeCompressor)
  return unpacked.ok ? unpacked.json : undefined
}

const nodeCompressor: Compressor = {
  deflate: (bytes) => new Uint8Array(deflateRawSync(bytes)),
  inflate(bytes, _dictionary, maxBytes) {
    try {
      return new Uint8Array(inflateRawSync(bytes, { maxOutputLength: maxBytes }))
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-big' : 'damaged'
    }
  },
}
