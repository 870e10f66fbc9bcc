// How alike two hand-ins are, for a teacher to look at, not to judge by: shared runs of words (shingles) of the sources, names of variables made one,
// comments and what the lesson itself gave left out. 1 = the same, 0 = nothing in common (Jaccard). Moss works on the same idea (winnowing, Schleimer 2003).
import type { ProjectFile } from '../engine/index.ts'
import { withoutComments } from './judge.ts'

const LENGTH = 6
const KEEP =
  /^(?:if|else|for|while|do|return|break|continue|switch|case|sizeof|struct|static|int|void|char|long|unsigned|bpf_\w+|XDP_\w+|TC_\w+)$/

/** Shingles of what the learner wrote: those of the start are taken out. */
export function fingerprint(files: readonly ProjectFile[], start: readonly ProjectFile[]): ReadonlySet<string> {
  const given = shingles(start)
  return new Set([...shingles(files)].filter((s) => !given.has(s)))
}

export function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0
  let shared = 0
  for (const s of a) if (b.has(s)) shared++
  return shared / (a.size + b.size - shared)
}

function shingles(files: readonly ProjectFile[]): Set<string> {
  const words = withoutComments(files.map((f) => f.text).join('\n')).match(/[A-Za-z_]\w*|\d\w*|[^\s\w]/g) ?? []
  const plain = words.map((w) => (/^[A-Za-z_]/.test(w) && !KEEP.test(w) ? 'x' : w))
  const out = new Set<string>()
  for (let i = 0; i + LENGTH <= plain.length; i++) out.add(plain.slice(i, i + LENGTH).join(' '))
  return out
}
