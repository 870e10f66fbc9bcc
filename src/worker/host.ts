// The worker's end of the protocol. Owns the newest build; answers windows of it, 'stale' for any other revision.
// A build runs in slices of about 8 ms with a pause between them, so that a newer project, a cancel or a ping is seen at once.
// Clock and pause are handed in: the same host runs in a browser's worker, in Node and in tests.
import {
  type Build,
  type BuildWork,
  decodeLink,
  encodeLink,
  type KernelBtf,
  type LinkResult,
  loadKernelBtf,
  loadNetwork,
  type MakeNetwork,
  type Project,
  readCaptureBytes,
  startBuildWith,
  writePcap,
} from '../engine/index.ts'
import { compressor } from './compressor.ts'
import type { LessonCalls } from './lesson-calls.ts'
import type { Method, Methods, Port, RequestMessage, ToPage, ToWorker } from './messages.ts'
import type { ThinkingCalls } from './thinking-calls.ts'

export interface HostOptions {
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** Lets waiting messages in. */
  readonly pause: () => Promise<void>
}

const SLICE_MS = 8

/** Serves one port until the worker ends. */
export function serve(port: Port<ToPage, ToWorker>, { now, pause }: HostOptions): void {
  let current: Build | undefined
  let newest = 0
  let kernel: KernelBtf | undefined
  const cancelled = new Set<number>()

  // What a first visit does not ask for is loaded by the first question that needs it.
  let network: MakeNetwork | undefined
  let lessonCalls: Promise<LessonCalls> | undefined
  let thinkingCalls: Promise<ThinkingCalls> | undefined

  const loadLessons = async (): Promise<LessonCalls> => {
    const { createLessonCalls } = await import('./lesson-calls.ts')
    return createLessonCalls(async (work, isCancelled) => {
      for (;;) {
        const until = now() + SLICE_MS
        while (now() < until) if (work.run() === 'done') return true
        await pause()
        if (isCancelled()) return false
      }
    })
  }
  const debugging = () => import('./debug-calls.ts')
  const lessons = (): Promise<LessonCalls> => (lessonCalls ??= loadLessons())

  const loadThinking = async (): Promise<ThinkingCalls> => {
    const { createThinkingCalls } = await import('./thinking-calls.ts')
    return createThinkingCalls({
      now,
      pause,
      build: () => current,
      kernel: async () => (kernel ??= await loadKernelBtf()),
      isCancelled: (id) => cancelled.delete(id),
    })
  }

  async function build(id: number, project: Project, revision: number, anyway = false): Promise<Build | undefined> {
    newest = revision
    for (;;) {
      const done = await finish(id, startBuildWith(project, revision, now, kernel, network, anyway), revision)
      // The kernel's types are a large table, and networks much code, that few programs need: the first one that does fetches them.
      if (done?.wantsKernelTypes && !kernel) kernel = await loadKernelBtf()
      else if (done?.wantsNetwork && !network) network = await loadNetwork()
      else return done
      if (newest !== revision) return undefined
    }
  }

  async function finish(id: number, work: BuildWork, revision: number): Promise<Build | undefined> {
    for (;;) {
      const until = now() + SLICE_MS
      while (now() < until) if (work.run() === 'done') return work.build()
      await pause()
      if (newest !== revision || cancelled.delete(id)) return undefined
    }
  }

  async function inSlices<T>(work: { run(): 'more' | 'done'; result(): T }, isOver: () => boolean): Promise<T | undefined> {
    for (;;) {
      const until = now() + SLICE_MS
      while (now() < until) if (work.run() === 'done') return work.result()
      await pause()
      if (isOver()) return undefined
    }
  }

  async function answer(request: RequestMessage): Promise<Methods[Method]['value'] | 'stale'> {
    const { id, method, args } = request as { [M in Method]: RequestMessage<M> }[Method]
    switch (method) {
      case 'build': {
        const done = await build(id, args.project, args.revision, args.anyway)
        if (!done) return 'stale'
        current = done
        return done.report
      }
      case 'encodeLink':
        return { link: encodeLink(args.project, compressor) }
      case 'decodeLink':
        return decodeLink(args.fragment, compressor) satisfies LinkResult
      case 'examples': {
        const { examples } = await import('../lessons/index.ts')
        return examples.map(({ id, group, title, about }) => ({ id, group, title, about }))
      }
      case 'example': {
        const { exampleProject, examples } = await import('../lessons/index.ts')
        const found = examples.find((e) => e.id === args.id)
        return found ? { project: exampleProject(found) } : {}
      }
      case 'course':
        return (await lessons()).course()
      case 'lesson':
        return (await lessons()).lesson(args.ref)
      case 'lessonFiles': {
        const files = await (await lessons()).files(args.id)
        return files ? { files } : {}
      }
      case 'grade': {
        const grade = await (await lessons()).grade(args, () => cancelled.delete(id))
        return grade ? { grade } : {}
      }
      case 'ending': {
        const ending = await (await lessons()).ending(args.ref, args.variant)
        return ending ? { ending } : {}
      }
      case 'pack': {
        const { pack } = await import('../lessons/index.ts')
        return { text: pack(args.kind, args.value, compressor) }
      }
      case 'unpack': {
        const { unpack } = await import('../lessons/index.ts')
        return unpack(args.text, compressor)
      }
      case 'examine':
        return (await lessons()).examine(args.files)
      case 'readCapture':
        return readCaptureBytes(args.bytes)
      case 'thinking':
      case 'paths':
      case 'step':
      case 'loop':
      case 'visitOf':
      case 'witness':
      case 'fixes':
      case 'openOwn':
      case 'ownLog':
        return (await (thinkingCalls ??= loadThinking()))(id, method, args)
      default: {
        if (!current || current.report.revision !== args.revision) return 'stale'
        if (method === 'log') return current.log(args.program, args.level, args.from, args.count)
        if (method === 'visits') return current.visits(args.program, args.insn)
        if (method === 'explain') return current.explain(args.program)
        if (method === 'move') {
          const { move } = args
          const build = current
          const asks = move.kind === 'change' || (move.kind === 'breakpoint' && move.conditions !== undefined)
          return build.move(args.from, move, asks ? (await debugging()).moveAids(build.parts, move) : undefined)
        }
        if (method === 'activations') return current.activations(args.from, args.count)
        if (method === 'events') return current.events(args.from, args.count)
        if (method === 'world') return current.world()
        if (method === 'userViews') return current.userViews(args.tick)
        if (method === 'passes') return current.passes()
        if (method === 'pass') return current.pass(args.index, args.from, args.count)
        if (method === 'flow') return current.flow(args.program)
        if (method === 'types') return current.types(args.program)
        if (method === 'lanes') return current.lanes(args.fromNs, args.toNs, args.bins)
        const { parts } = current
        if (method === 'watch') return (await debugging()).watches(parts, args.revision, args.tick, args.texts)
        if (method === 'wasm') return (await debugging()).wasmView(parts, args.revision, args.program)
        if (method === 'raceGrid') {
          const work = (await debugging()).startRaceGrid(parts, args.revision, args.program, args.packets)
          return (await inSlices(work, () => current?.parts !== parts || cancelled.delete(id))) ?? 'stale'
        }
        if (method === 'raceRun') {
          const run = (await debugging()).raceRun(parts, args.revision, args.program, args.packets, args.first, args.after)
          return run ? { run } : {}
        }
        if (method === 'incomingPcap') return { bytes: writePcap(parts.arrivals), single: parts.single && parts.timeline !== undefined }
        return { bytes: current.exportPcap() }
      }
    }
  }

  port.onMessage((message) => {
    switch (message.kind) {
      case 'ping':
        port.post({ kind: 'pong', at: message.at })
        return
      case 'cancel':
        cancelled.add(message.id)
        return
      case 'request':
        answer(message).then(
          (value) => {
            cancelled.delete(message.id)
            port.post(value === 'stale' ? { kind: 'stale', id: message.id } : { kind: 'value', id: message.id, value })
          },
          (error: unknown) =>
            port.post({ kind: 'defect', id: message.id, text: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
        )
    }
  })
}
