// Each example does what its words say: it compiles without a warning, is accepted (or rejected, in that group) and runs over the capture.
import { expect, test } from 'vitest'
import { type Build, readProject, startBuild } from '../../engine/index.ts'
import { type Example, exampleProject, examples } from './index.ts'

function build(example: Example): Build {
  const work = startBuild(exampleProject(example), 0, () => 0)
  while (work.run() === 'more');
  return work.build()
}

test('ids are unique and texts stand in both languages', () => {
  expect(new Set(examples.map((e) => e.id)).size).toBe(examples.length)
  for (const { title, about } of examples)
    for (const text of [title, about]) expect([text.en, text.ko].every((t) => t.length > 3)).toBe(true)
})

test.each(examples.map((e) => [e.id, e] as const))('%s', (_, example) => {
  const { report } = build(example)
  expect(report.diagnostics).toEqual([])
  const verdict = report.programs[report.attached].verdict
  expect([verdict.verdict, verdict.feature ?? '']).toEqual([example.group === 'rejected' ? 'rejected' : 'accepted', ''])
  if (example.group === 'rejected') return
  expect(report.notRun).toBe('')
  expect(report.packets.filter((p) => p.verdict === 'fault')).toEqual([])
  expect(readProject(JSON.parse(JSON.stringify(exampleProject(example)))).ok).toBe(true)
})

const outcome = (id: string) => {
  const example = examples.find((e) => e.id === id)
  if (!example) throw new Error(id)
  const done = build(example)
  const end = done.move(0, { kind: 'tick', tick: done.report.totalTicks })
  return { verdicts: done.report.packets.map((p) => p.verdict), printk: end.printk, maps: end.maps }
}

test('pings are answered', () => {
  expect(outcome('answer_ping').verdicts.filter((v) => v === 'XDP_TX').length).toBeGreaterThan(0)
})

test('the question of a DNS query is printed', () => {
  expect(outcome('only_dns').printk.join('\n')).toMatch(/question: \w+/)
})

test('what user space put into the trie is dropped', () => {
  expect(new Set(outcome('block_networks').verdicts)).toEqual(new Set(['XDP_PASS', 'XDP_DROP']))
})

test('IPv4 goes to the next stage', () => {
  const { verdicts } = outcome('stages')
  expect(new Set(verdicts)).toEqual(new Set(['XDP_PASS', 'XDP_DROP']))
})

test('requests are found', () => {
  const { printk, verdicts } = outcome('find_get')
  expect(printk.join('\n')).toMatch(/GET at byte \d+/)
  expect(verdicts).toContain('XDP_DROP')
})
