// Both ends of the protocol over a pair of ports in Node: answers, stale revisions, superseded builds, cancels, a worker that hangs.
import { describe, expect, test } from 'vitest'
import { defaultProject, type Project } from '../engine/index.ts'
import { createClient, StaleError } from './client.ts'
import { serve } from './host.ts'
import type { Port, ToPage, ToWorker } from './messages.ts'

/** A worker in the same thread: messages are copied as structured clones and arrive in a later turn. */
function spawnHere(): { port: Port<ToWorker, ToPage>; terminate: () => void } {
  const toWorker: ((message: ToWorker) => void)[] = []
  const toPage: ((message: ToPage) => void)[] = []
  let alive = true
  const send = <T>(handlers: ((message: T) => void)[], message: T) => {
    const copy = structuredClone(message)
    setImmediate(() => {
      if (alive) for (const handler of handlers) handler(copy)
    })
  }
  serve(
    { post: (message) => send(toPage, message), onMessage: (handler) => toWorker.push(handler) },
    { now: () => performance.now(), pause: () => new Promise((resolve) => setImmediate(resolve)) },
  )
  return {
    port: { post: (message) => send(toWorker, message), onMessage: (handler) => toPage.push(handler) },
    terminate: () => {
      alive = false
    },
  }
}

const edited = (from: string, to: string): Project => ({
  ...defaultProject,
  files: defaultProject.files.map((f) => ({ ...f, text: f.text.replace(from, to) })),
})

describe('protocol', () => {
  test('builds the first project, runs it, and moves along it', async () => {
    const client = createClient({ spawn: spawnHere })
    const report = await client.call('build', { project: defaultProject, revision: 1 })
    expect(report.diagnostics).toEqual([])
    expect(report.programs.map((p) => p.verdict.verdict)).toEqual(['accepted'])
    expect(report.notRun).toBe('')
    expect(report.dropped).toBeGreaterThan(0)
    expect(report.passed + report.dropped).toBe(report.packets.length)
    const dropped = report.packets.find((p) => p.outcome === 'dropped')!
    const view = await client.call('move', {
      revision: 1,
      from: 0,
      move: { kind: 'packet', packet: dropped.index, step: dropped.ticks - 1 },
    })
    expect(view).toMatchObject({ packet: dropped.index, pc: -1, verdict: 'XDP_DROP', fault: '' })
    expect(view.printk.at(-1)).toContain('dropped: port 8080')
    const log = await client.call('log', { revision: 1, program: 0, level: 2, from: 0, count: 100 })
    expect(log.lines[0].text).toBe('func#0 @0')
    const visits = await client.call('visits', { revision: 1, program: 0, insn: 0 })
    expect(visits.states[0].text).toBe('R1=ctx() R10=fp0')
    client.close()
  })

  test('every register lies in what the verifier believed, at every step of every packet', async () => {
    const client = createClient({ spawn: spawnHere })
    const report = await client.call('build', { project: defaultProject, revision: 1 })
    for (let tick = 0; tick < report.totalTicks; tick++) {
      const view = await client.call('move', { revision: 1, from: 0, move: { kind: 'tick', tick } })
      if (view.pc >= 0) expect(view.registers[10].believed, `tick ${tick} at ${view.pc}`).toBe('fp0')
    }
    client.close()
  })

  test('answers stale for another revision', async () => {
    const client = createClient({ spawn: spawnHere })
    await client.call('build', { project: defaultProject, revision: 1 })
    await expect(client.call('visits', { revision: 7, program: 0, insn: 0 })).rejects.toBeInstanceOf(StaleError)
    client.close()
  })

  test('a newer build supersedes an older one', async () => {
    const client = createClient({ spawn: spawnHere })
    const first = client.call('build', { project: defaultProject, revision: 1 })
    const second = client.call('build', { project: edited('8080', '80'), revision: 2 })
    await expect(first).rejects.toBeInstanceOf(StaleError)
    expect((await second).revision).toBe(2)
    client.close()
  })

  test('a rejected program shows the message and its line, and runs nothing', async () => {
    const client = createClient({ spawn: spawnHere })
    const report = await client.call('build', { project: edited('if ((void *)(ip + 1) > data_end)', 'if (0)'), revision: 1 })
    expect(report.programs[0].verdict).toMatchObject({ verdict: 'rejected', errno: 13 })
    expect(report.programs[0].verdict.message).toMatch(/^invalid access to packet/)
    expect(report.programs[0].verdict.line).toBeGreaterThan(1)
    expect(report.notRun).toBe('rejected')
    expect(report.packets.every((p) => p.verdict === '')).toBe(true)
    client.close()
  })

  test('a link of the project comes back as it was', async () => {
    const client = createClient({ spawn: spawnHere })
    const { link } = await client.call('encodeLink', { project: defaultProject })
    expect(await client.call('decodeLink', { fragment: link })).toEqual({ kind: 'project', project: defaultProject })
    client.close()
  })

  test('a worker that shows no sign of life is replaced', async () => {
    let spawned = 0
    const client = createClient({
      spawn: () => (spawned++ === 0 ? { port: { post: () => {}, onMessage: () => {} }, terminate: () => {} } : spawnHere()),
      patienceMs: 40,
    })
    let restarts = 0
    client.onRestart(() => restarts++)
    await expect(client.call('encodeLink', { project: defaultProject })).rejects.toThrow(/replaced/)
    expect(restarts).toBe(1)
    expect((await client.call('encodeLink', { project: defaultProject })).link).toMatch(/^1\./)
    client.close()
  })
})
