// The controller against a port that answers when it is told to: builds that supersede, moves one at a time, windows asked for once,
// a worker that is lost twice.
import { beforeEach, expect, test, vi } from 'vitest'
import type { BuildReport, MachineView } from '../../engine/index.ts'
import { type Client, createClient, defaultProject, type ToPage, type ToWorker } from '../../worker/index.ts'
import { useDocument } from './document.ts'
import { createEngine, type Engine, TYPING_PAUSE_MS } from './engine.ts'
import { useSession } from './session.ts'

const work = { project: defaultProject, steps: [], breakpoints: { lines: [], slots: [] } }

const report = (revision: number, change: Partial<BuildReport> = {}): BuildReport => ({
  revision,
  diagnostics: [],
  programs: [
    {
      name: 'p',
      section: 'xdp',
      type: 'xdp',
      insnCount: 1,
      listing: [{ slot: 0, text: 'exit', opcode: 0x95, bytes: '', line: 1, target: -1, label: '' }],
      verdict: {
        verdict: 'accepted',
        errno: 0,
        message: '',
        insn: -1,
        line: 0,
        processed: 1,
        totalStates: 0,
        peakStates: 0,
        maxStatesPerInsn: 0,
        stackDepth: '0',
      },
    },
  ],
  attached: 0,
  packets: [
    {
      index: 0,
      atNs: 0,
      sizeBytes: 60,
      summary: '',
      protocol: '',
      verdict: 'XDP_PASS',
      retval: 2,
      outcome: 'passed',
      firstTick: 0,
      ticks: 9,
      activation: 0,
    },
  ],
  passed: 1,
  dropped: 0,
  totalTicks: 9,
  activations: 1,
  events: 2,
  ms: { compile: 0, verify: 0, run: 0 },
  notRun: '',
  notRunFeature: '',
  ...change,
})

const machine = (revision: number, tick: number) =>
  ({ revision, tick, packet: 0, step: tick, steps: 9, program: 0, pc: 0, line: 0 }) as MachineView

type Request = Extract<ToWorker, { kind: 'request' }>

interface Fake {
  readonly engine: Engine
  readonly client: Client
  /** Requests that came and were not answered. */
  readonly requests: Request[]
  answer(value: unknown): Promise<void>
}

let fake: Fake

function connect(patienceMs = 60_000): Fake {
  const requests: Request[] = []
  let toPage: (message: ToPage) => void = () => {}
  const client = createClient({
    patienceMs,
    spawn: () => ({
      port: {
        post: (message) => {
          if (message.kind === 'request') requests.push(message)
        },
        onMessage: (handler) => {
          toPage = handler
        },
      },
      terminate: () => {},
    }),
  })
  const answer = async (value: unknown) => {
    const request = requests.shift()
    if (!request) throw new Error('no request')
    toPage({ kind: 'value', id: request.id, value } as ToPage)
    await settle()
  }
  return { engine: createEngine(client), client, requests, answer }
}

const settle = () => new Promise((done) => setTimeout(done))
const revisionOf = (request: Request): number => (request.args as { readonly revision: number }).revision

beforeEach(() => {
  useSession.setState(useSession.getInitialState())
  useDocument.getState().open(work, { kind: 'own' })
  fake = connect()
  return () => fake.client.close()
})

test('a build is followed by the machine at the place one looked at', async () => {
  void fake.engine.build({ packet: 7, step: 3, panels: [], cursorLine: 1 })
  await fake.answer(report(1))
  expect(useSession.getState()).toMatchObject({ phase: 'ready', fresh: true })
  expect(fake.requests[0]).toMatchObject({ method: 'move', args: { revision: 1, move: { kind: 'packet', packet: 0, step: 3 } } })
  await fake.answer(machine(1, 3))
  expect(useSession.getState().machine?.tick).toBe(3)
})

test('programs that run without packets stand at the beginning of their runs', async () => {
  void fake.engine.build()
  await fake.answer(report(1, { packets: [], passed: 0, totalTicks: 30, activations: 4 }))
  expect(fake.requests[0]).toMatchObject({ method: 'move', args: { revision: 1, move: { kind: 'tick', tick: 0 } } })
  await fake.answer(machine(1, 0))
  void fake.engine.build()
  await fake.answer(report(2, { packets: [], passed: 0, totalTicks: 0, activations: 0 }))
  expect(useSession.getState().machine).toBeUndefined()
})

test('a newer build supersedes an older one, whichever answers last', async () => {
  void fake.engine.build()
  void fake.engine.build()
  const [old, current] = fake.requests.splice(0, 2)
  fake.requests.push(current, old)
  await fake.answer(report(revisionOf(current)))
  fake.requests.shift()
  const before = useSession.getState().report
  fake.requests.unshift(old)
  await fake.answer(report(revisionOf(old)))
  expect(useSession.getState().report).toBe(before)
  expect(before?.revision).toBe(2)
})

test('typing builds once, after the pause', async () => {
  vi.useFakeTimers()
  for (let i = 0; i < 5; i++) {
    useDocument.getState().setText(`int x${i};`)
    fake.engine.buildSoon()
    vi.advanceTimersByTime(TYPING_PAUSE_MS - 10)
  }
  expect(fake.requests).toHaveLength(0)
  expect(useSession.getState().fresh).toBe(false)
  vi.advanceTimersByTime(20)
  expect(fake.requests).toHaveLength(1)
  vi.useRealTimers()
})

test('where builds are quick, the first change after a rest is built soon and the one behind it waits', async () => {
  void fake.engine.build()
  await fake.answer(report(1))
  await fake.answer(machine(1, 0))
  vi.useFakeTimers()
  fake.engine.buildSoon()
  vi.advanceTimersByTime(20)
  expect(fake.requests.map((r) => r.method)).toEqual(['build'])
  fake.engine.buildSoon()
  vi.advanceTimersByTime(10)
  expect(fake.requests).toHaveLength(1)
  vi.advanceTimersByTime(TYPING_PAUSE_MS)
  expect(fake.requests).toHaveLength(2)
  vi.useRealTimers()
})

test('a text that changed while it was built is not taken for fresh', async () => {
  void fake.engine.build()
  useDocument.getState().setText('int later;')
  await fake.answer(report(1))
  expect(useSession.getState().fresh).toBe(false)
})

test('a drag asks for the first and the newest place', async () => {
  void fake.engine.build()
  await fake.answer(report(1))
  await fake.answer(machine(1, 0))
  for (let tick = 1; tick <= 9; tick++) fake.engine.go({ kind: 'tick', tick })
  await fake.answer(machine(1, 1))
  expect(fake.requests.map((r) => r.args)).toEqual([{ revision: 1, from: 1, move: { kind: 'tick', tick: 9 } }])
})

test('a window of the log is asked for once', async () => {
  void fake.engine.build()
  await fake.answer(report(1, { packets: [], notRun: 'no-packets' }))
  fake.engine.needLog(2, 0)
  fake.engine.needLog(2, 0)
  expect(fake.requests).toHaveLength(1)
  await fake.answer({ revision: 1, total: 1, from: 0, lines: [{ text: '0: R1=ctx()', insn: 0, kind: 'state' }] })
  expect(useSession.getState().log).toMatchObject({ total: 1, pages: { 0: [{ insn: 0 }] } })
})

test('an answer about an old build is passed over', async () => {
  void fake.engine.build()
  await fake.answer(report(1))
  const move = fake.requests.shift()
  void fake.engine.build()
  await fake.answer(report(2))
  if (move) fake.requests.unshift(move)
  await fake.answer(machine(1, 5))
  expect(useSession.getState().machine).toBeUndefined()
})

test('breakpoints on instructions that are no longer there go', async () => {
  void fake.engine.build()
  await fake.answer(report(1, { notRun: 'no-packets' }))
  useDocument.getState().setBreakpoints({ lines: [1], slots: [0] })
  void fake.engine.build()
  const [program] = report(2).programs
  await fake.answer(report(2, { notRun: 'no-packets', programs: [{ ...program, listing: [{ ...program.listing[0], text: 'r0 = 1' }] }] }))
  expect(useDocument.getState().breakpoints).toEqual({ lines: [1], slots: [] })
})

test('a worker that is lost twice on the same text halts building; another text tries again', async () => {
  fake.client.close()
  fake = connect(5)
  void fake.engine.build()
  await vi.waitFor(() => expect(useSession.getState().phase).toBe('halted'), { timeout: 5000 })
  expect(fake.requests).toHaveLength(2)
  fake.requests.length = 0
  void fake.engine.build()
  await fake.answer(report(3, { notRun: 'no-packets' }))
  expect(useSession.getState().phase).toBe('ready')
})

test('a worker that is lost again and again over what follows a build halts it too', async () => {
  fake.client.close()
  fake = connect(5)
  void fake.engine.build()
  await fake.answer(report(1, { notRun: 'no-packets' }))
  for (let n = 2; n < 4 && useSession.getState().phase !== 'halted'; n++) {
    // Nobody answers this one.
    void fake.engine.call('course', {}).catch(() => undefined)
    await vi.waitFor(() => expect(fake.requests.some((r) => r.method === 'build') || useSession.getState().phase === 'halted').toBe(true), {
      timeout: 5000,
    })
    fake.requests.splice(
      0,
      fake.requests.findIndex((r) => r.method === 'build'),
    )
    if (useSession.getState().phase !== 'halted') await fake.answer(report(n, { notRun: 'no-packets' }))
  }
  expect(useSession.getState().phase).toBe('halted')
})
