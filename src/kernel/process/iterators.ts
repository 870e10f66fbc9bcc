// User space reads a BPF iterator: the program runs once for each task (or element of a map) and once more with NULL at the end; what it wrote is the
// text that user space gets. Linux: kernel/bpf/task_iter.c, kernel/bpf/map_iter.c.
import type { LoadedProgram } from '../kernel.ts'
import type { KernelMap } from '../maps/map.ts'
import type { Happening } from '../world/engine.ts'
import { fire } from './calls.ts'
import { words } from './files.ts'
import type { Runtime } from './runtime.ts'
import { make, pointer, put } from './structs.ts'
import { textOf } from './user-memory.ts'

const MAX_TEXT = 65536

/** The text that reading gives; '' where no such iterator is attached. */
export function* runIterator(rt: Runtime, program: string): Happening<string> {
  const key = `iter ${program}`
  const attached = rt.hooks.at(key)[0]
  if (!attached) return ''
  const { state } = rt
  const meta = state.shared.get('iter meta') ?? make(rt.kernel, rt.structs, 'bpf_iter_meta', {})
  const seq = state.shared.get('iter seq') ?? make(rt.kernel, rt.structs, 'seq_file', {})
  state.shared.set('iter meta', meta)
  state.shared.set('iter seq', seq)
  let text = ''
  let number = 0
  const contexts = [...elements(rt, attached.program), undefined]
  for (const args of contexts) {
    put(rt.kernel, rt.structs, meta, 'bpf_iter_meta', { seq: pointer(seq), session_id: 1, seq_num: number++ })
    const rest = args ?? new Array<bigint>(kindOf(attached.program) === 'task' ? 1 : 3).fill(0n)
    const ran = yield* fire(rt, key, () => ({ kind: 'args', args: [pointer(meta), ...rest] }))
    for (const { effects } of ran) for (const e of effects) if (e.kind === 'seq') text += textOf(e.bytes)
    if (text.length > MAX_TEXT || ran.some(({ result }) => result.fault !== '' || result.unsupported !== '')) break
  }
  return text
}

const kindOf = ({ program }: LoadedProgram): string =>
  (program.attachTo ?? program.section.replace(/^iter(\.s)?\//, 'bpf_iter_')).replace(/^bpf_iter_/, '')

/** What the program is called with after its meta data, for each element. */
function elements(rt: Runtime, loaded: LoadedProgram): readonly (readonly bigint[])[] {
  if (kindOf(loaded) === 'task')
    return [...rt.state.tasks.values()].filter((t) => t.tid !== 0 && t.run !== 'dead').map((t) => [pointer(t.obj.task)])
  const map = loaded.maps[0]
  return map ? mapElements(rt, map) : []
}

/** (map, key, value) of each entry of the first map that the program uses. */
function mapElements(rt: Runtime, map: KernelMap): (readonly bigint[])[] {
  return map.entries().map(({ key }) => {
    const padded = new Uint8Array((key.length + 7) & ~7)
    padded.set(key)
    const view = new DataView(padded.buffer)
    const at = words(
      rt,
      Array.from({ length: padded.length / 8 }, (_, i) => view.getBigUint64(8 * i, true)),
    )
    return [0n, at, pointer(map.lookup(Number(at & 0xffffffffn)))]
  })
}
