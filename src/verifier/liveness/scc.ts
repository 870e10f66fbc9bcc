// Strongly connected components of the control flow, numbered from 1 in the order in which Tarjan's algorithm closes them; 0 for an instruction
// that is in no loop. The numbers are seen in the log ("SCC enter (1)", first column of the table of live registers), so the order counts:
// roots in the order of the program, successors fall-through first. Not recursive: depth is up to the length of the program.
// Linux 6.18: compute_scc().
import type { Flow } from './flow.ts'

export function computeScc(flow: Flow): Int32Array {
  const { next, target } = flow
  const n = next.length
  const scc = new Int32Array(n)
  const pre = new Int32Array(n)
  // Smallest preorder number that is reached and still open; closed ones are larger than any.
  const low = new Int32Array(n)
  const open: number[] = []
  const path: number[] = []
  let order = 1
  let nextId = 1
  for (let root = 0; root < n; root++) {
    if (pre[root] !== 0) continue
    path.push(root)
    while (path.length > 0) {
      const w = path[path.length - 1]!
      if (pre[w] === 0) {
        pre[w] = low[w] = order++
        open.push(w)
      }
      const fall = next[w]!
      const jump = target[w]!
      // The first successor that was not seen yet goes first; after it this one is looked at again.
      if (fall >= 0 && fall < n) {
        if (pre[fall] === 0) {
          path.push(fall)
          continue
        }
        low[w] = Math.min(low[w]!, low[fall]!)
      }
      if (jump >= 0) {
        if (pre[jump] === 0) {
          path.push(jump)
          continue
        }
        low[w] = Math.min(low[w]!, low[jump]!)
      }
      path.pop()
      if (low[w]! < pre[w]!) continue
      const isLoop = open[open.length - 1] !== w || fall === w || jump === w
      let t: number
      do {
        t = open.pop()!
        low[t] = CLOSED
        if (isLoop) scc[t] = nextId
      } while (t !== w)
      if (isLoop) nextId++
    }
  }
  return scc
}

const CLOSED = 0x7fffffff
