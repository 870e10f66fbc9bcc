// Where own work lies: the browser's IndexedDB behind three calls that say plainly when it is not there.
// A page in a foreign frame, a locked-down browser or a private window may refuse storage by throwing at any touch; then a box in memory
// takes its place and says so (`lasting: false`). `update` reads and writes in one transaction, which is what makes stamps safe.
import { get, set, update } from 'idb-keyval'

export interface Box {
  readonly lasting: boolean
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  update(key: string, change: (old: unknown) => unknown): Promise<void>
}

const PROBE = 'probe'
const PATIENCE_MS = 1500

/** The lasting box where the browser has one that works, else one in memory. */
export async function openBox(): Promise<Box> {
  try {
    if (isForeignFrame() || typeof indexedDB === 'undefined') return memoryBox()
    await withTimeout(set(PROBE, 1))
    await withTimeout(get(PROBE))
    return { lasting: true, get: (key) => get(key), set: (key, value) => set(key, value), update: (key, change) => update(key, change) }
  } catch {
    return memoryBox()
  }
}

export function memoryBox(): Box {
  const values = new Map<string, unknown>()
  return {
    lasting: false,
    get: async (key) => structuredClone(values.get(key)),
    set: async (key, value) => {
      values.set(key, structuredClone(value))
    },
    update: async (key, change) => {
      values.set(key, structuredClone(change(structuredClone(values.get(key)))))
    },
  }
}

/** In a frame of another site there is no storage of ours to touch. */
function isForeignFrame(): boolean {
  if (window.top === window) return false
  try {
    return window.top?.location.origin !== location.origin
  } catch {
    return true
  }
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('storage does not answer')), PATIENCE_MS)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
