// Every lesson is built and run against everything that it claims; the examiner itself must find what is wrong with a lesson made false.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../engine/index.ts'
import { conditionKinds, course, examine, type LessonFiles, lessonFiles, newLesson, readLesson, startPlay } from './index.ts'

const kernel = await loadKernelBtf()

async function filesOf(id: string): Promise<LessonFiles> {
  const files = await lessonFiles(id)
  if (!files) throw new Error(`no lesson ${id}`)
  return files
}

function examined(files: LessonFiles): readonly string[] {
  const read = readLesson(files)
  return read.ok ? examine(read.lesson, kernel).faults : read.faults
}

test.each(course.map((row) => row.id))('%s is true', async (id) => {
  const files = await filesOf(id)
  expect(JSON.parse(files['lesson.json'])).toMatchObject({ id })
  expect(examined(files)).toEqual([])
})

test('no two lessons stand in the same place', () => {
  const places = course.map((row) => `${row.kind} ${row.track}.${row.order}`)
  expect(new Set(places).size).toBe(places.length)
})

test('what the maps of a further run hold is told in words, of long ones the beginning', async () => {
  const contents = async (id: string) => {
    const read = readLesson(await filesOf(id))
    return read.ok ? read.lesson.hidden.flatMap((h) => h.contents) : read.faults
  }
  expect(await contents('the-same-rule-twice')).toEqual(['blocked: 203.0.113.200 → 1'])
  expect(await contents('pipeline')).toContain('order: 0 → 3, 1 → 0, 2 → 1, 3 → 2')
  expect((await contents('katran')).find((text) => text.startsWith('list: '))).toMatch(/^list: 0 → 0, .* 5 → 6, …$/)
})

test('a play changes the world and tells what came of it', async () => {
  const read = readLesson(await filesOf('cilium-endpoints'))
  if (!read.ok) throw new Error(read.faults.join())
  const { lesson } = read
  expect(startPlay(lesson, 'nothing', lesson.start.files, kernel)).toBeUndefined()
  const shown = (files: (typeof lesson)['start']['files']) => {
    const work = startPlay(lesson, 'deploy', files, kernel)
    while (work?.run() === 'more');
    return work?.grade().checks.map((c) => `${c.id} ${c.passed} ${c.found}`)
  }
  expect(shown(lesson.solution.files)).toEqual(['both true 2', 'before true 7', 'after true 0'])
  expect(shown(lesson.start.files)).toEqual(['both true 2', 'before true 7', 'after false 5'])
})

test('plays that are not as they are told are found out', async () => {
  const files = await filesOf('flow-cache')
  const faults = examined({
    ...files,
    'lesson.json': files['lesson.json'].replace('"number": 66', '"number": 65').replace(/"plays": \["flood"\]/, '"plays": []'),
    'en.md': files['en.md'].replace(/## [^\n]*\{#play-flood\}/, '## Flood {#flood}'),
  })
  expect(faults).toEqual([
    'play flood: the solution fails slow: 66',
    'en.md: no section play-flood',
    'en.md: the section "Flood" {#flood} belongs to nothing',
    'play flood: no step has it',
  ])
})

describe('a lesson made false is found out', () => {
  const change = async (path: string, from: string | RegExp, to: string): Promise<readonly string[]> => {
    const files = await filesOf('read-a-packet-safely')
    const text = files[path].replace(from, to)
    expect(text).not.toBe(files[path])
    return examined({ ...files, [path]: text })
  }
  test('a start that passes', async () => {
    const files = await filesOf('read-a-packet-safely')
    expect(examined({ ...files, 'start/no_telnet.c': files['solution/no_telnet.c'] })).toContain('the start passes already')
  })
  test('a solution that fails', async () => {
    expect(await change('solution/no_telnet.c', 'bpf_htons(23)', 'bpf_htons(24)')).toContainEqual(
      expect.stringMatching(/^the solution fails right/),
    )
  })
  test('a solution that fails a hidden run', async () => {
    const faults = await change('solution/no_telnet.c', '(void *)ip + ip->ihl * 4', '(void *)(ip + 1)')
    expect(faults).toContainEqual(expect.stringMatching(/^the solution fails the hidden run ip-options/))
  })
  test('a wrong solution that is right', async () => {
    expect(await change('wrong/host-order.c', '== 23', '== bpf_htons(23)')).toContain('wrong/host-order.c does not fail right, it passes')
  })
  test('a prediction', async () => {
    expect(await change('lesson.json', '"line": 17', '"line": 21')).toContain('prediction first: rejected at line 17, not 21')
  })
  test('a claim about the log', async () => {
    expect(await change('en.md', 'off=12 size=2', 'off=13 size=2')).toContainEqual(expect.stringMatching(/^```log start/))
  })
  test('a snippet', async () => {
    expect(await change('en.md', '(tcp + 1) > data_end', '(tcp + 2) > data_end')).toContainEqual(expect.stringMatching(/^```c solution/))
  })
  test('a figure', async () => {
    expect(await change('en.md', 'That is progress.', '{{start.steps}} steps')).toContainEqual(
      expect.stringMatching(/^facts: start.steps is/),
    )
  })
  test('a name that does not exist', async () => {
    expect(await change('ko.md', '`XDP_PASS`', '`XDP_PAAS`')).toContain('ko.md: nothing is called XDP_PAAS')
  })
  test('a section that is missing', async () => {
    expect(await change('ko.md', '{#ip}', '{#ipv4}')).toContain('ko.md: no section ip')
  })
})

test('a new lesson is true from the start', () => {
  expect(examined(newLesson('some-lesson'))).toEqual([])
})

test('the guide names every kind of condition', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/lessons.md'), 'utf8')
  for (const kind of conditionKinds) expect(guide).toContain(`\`${kind}\``)
})
