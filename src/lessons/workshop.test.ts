// Workshops and hand-ins: they come back from a link as they were, what is no such thing is answered, and a forged hand-in shows its true grade.

import { deflateRawSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Compressor, defaultProject } from '../engine/index.ts'
import {
  fingerprint,
  type GradeRow,
  gradeNow,
  gradesCsv,
  gradesJunit,
  hiddenRuns,
  type Lesson,
  loadLesson,
  pack,
  readHandIn,
  readLesson,
  readWorkshop,
  similarity,
  unpack,
  type Workshop,
} from './index.ts'

const compressor: Compressor = {
  deflate: (bytes) => new Uint8Array(deflateRawSync(bytes)),
  inflate(bytes, _dictionary, maxOutputLength) {
    try {
      return new Uint8Array(inflateRawSync(bytes, { maxOutputLength }))
    } catch {
      return 'damaged'
    }
  },
}

const hidden = [{ id: 'arp', packets: ['arp 10.0.0.1 > 10.0.0.2'], checks: [{ id: 'v', kind: 'verdict', packet: 0, verdict: 'XDP_TX' }] }]
const workshop: Workshop = {
  version: 1,
  title: 'XDP 오후',
  items: [
    { kind: 'text', title: 'Hello', body: '*Welcome*', notes: 'smile' },
    { kind: 'lesson', id: 'hello-xdp', notes: '', hidden },
    { kind: 'snippet', title: 'Mine', body: 'Look at *this*.', notes: '', project: defaultProject },
  ],
  from: 0,
  until: 0,
}

const lessonOf = async (id: string): Promise<Lesson> => {
  const lesson = await loadLesson(id)
  if (!lesson) throw new Error(id)
  return lesson
}

test('a workshop comes back from its link as it was', () => {
  const found = unpack(`http://127.0.0.1/#${pack('workshop', workshop, compressor)}`, compressor)
  expect(found.ok && readWorkshop(found.json)).toEqual({ ok: true, workshop })
})

test('a program that is none is told by its field', () => {
  const broken = { ...defaultProject, build: { ...defaultProject.build, main: 'gone.c' } }
  const item = { kind: 'snippet', title: '', body: '', notes: '', project: broken }
  expect(readWorkshop({ ...workshop, items: [item] })).toEqual({
    ok: false,
    faults: ['items[0].project.build.main: is not what a project has there'],
  })
})

test('a hidden check cannot be read in the link by eye', () => {
  expect(pack('workshop', workshop, compressor)).not.toMatch(/XDP_TX|hidden|arp/)
})

test('a link that was cut or changed is no workshop', () => {
  const link = pack('workshop', workshop, compressor)
  expect(unpack(link.slice(0, -1), compressor).ok).toBe(false)
  expect(unpack(`${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`, compressor).ok).toBe(false)
})

test('whatever comes in is answered', () => {
  fc.assert(
    fc.property(fc.string(), fc.anything(), (text, json) => {
      unpack(text, compressor)
      readWorkshop(json)
      readHandIn(json)
      readLesson({ 'lesson.json': text })
    }),
    { numRuns: 300 },
  )
})

describe('grading', () => {
  test('a hand-in that claims what is not so gets its true grade', async () => {
    const lesson = await lessonOf('hello-xdp')
    const forged = {
      version: 1,
      workshop: '',
      name: 'Mallory',
      items: [{ lesson: 'hello-xdp', files: lesson.start.files, at: 1, claims: true, grade: { passed: true } }],
    }
    const read = readHandIn(forged)
    expect(read.ok).toBe(true)
    const [item] = read.ok ? read.handIn.items : []
    expect(gradeNow(lesson, item.files).passed).toBe(false)
  })
  test("a teacher's hidden run counts", async () => {
    const lesson = await lessonOf('hello-xdp')
    const { runs, faults } = hiddenRuns(hidden, lesson)
    expect(faults).toEqual([])
    expect(gradeNow(lesson, lesson.solution.files, undefined, runs).hidden.at(-1)).toEqual({ id: 'arp', passed: true })
    const other = hiddenRuns([{ ...hidden[0], checks: [{ id: 'v', kind: 'verdict', packet: 0, verdict: 'XDP_DROP' }] }], lesson)
    expect(gradeNow(lesson, lesson.solution.files, undefined, other.runs).passed).toBe(false)
  })
  test('a hidden run that says nothing is told', async () => {
    expect(hiddenRuns([{ id: 'x', packets: ['tpc'], checks: [] }], await lessonOf('hello-xdp')).faults).toEqual([
      'hidden[0].packets[0]: is no packet',
    ])
  })
})

test('a renamed copy is alike, other work is not', async () => {
  const lesson = await lessonOf('count')
  const text = lesson.solution.files[0].text
  const print = (changed: string) => fingerprint([{ path: 'count.c', text: changed }], lesson.start.files)
  const renamed = text
    .replaceAll(/\bpackets\b/g, 'n')
    .replaceAll('sent', 'theirs')
    .replaceAll('\t', '    ')
  expect(similarity(print(text), print(`// mine\n${renamed}`))).toBeGreaterThan(0.9)
  expect(similarity(print(text), fingerprint((await lessonOf('loops')).solution.files, lesson.start.files))).toBeLessThan(0.3)
})

test('tables for other tools', async () => {
  const lesson = await lessonOf('hello-xdp')
  const row = (name: string, grade: GradeRow['grade']): GradeRow => ({
    name,
    lesson: 'hello-xdp',
    grade,
    claims: true,
    at: 0,
    similarity: 0,
    like: '',
  })
  const rows = [row('=cmd("x")', gradeNow(lesson, lesson.start.files)), row('김 & <이>', gradeNow(lesson, lesson.solution.files))]
  expect(gradesCsv(rows, String).split('\r\n')[1]).toMatch(/^"'=cmd\(""x""\)",hello-xdp,false,/)
  expect(gradesJunit('XDP', rows)).toContain('tests="2" failures="1"')
  expect(gradesJunit('XDP', rows)).toContain('classname="김 &#38; &#60;이&#62;"')
})
