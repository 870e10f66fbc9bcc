// The core reads no clock, no random source, no DOM, no network and no process: everything is a function of the Project.
// In: sources of the core. Out: one sentence for each use, comments and strings left out.
import type { Source } from './sources.ts'

const FORBIDDEN =
  /\b(Date\.now|new Date|performance\.|Math\.random|crypto\.|setTimeout|setInterval|fetch\(|XMLHttpRequest|WebSocket|document\.|window\.|localStorage|process\.|globalThis\.)/

export function checkPurity(sources: readonly Source[]): string[] {
  const faults: string[] = []
  for (const { path, text } of sources) {
    for (const [i, line] of stripCommentsAndStrings(text).split('\n').entries()) {
      const m = FORBIDDEN.exec(line)
      if (m) faults.push(`${path}:${i + 1}: ${m[1]} in the core`)
    }
  }
  return faults
}

/** Blanks comments and string contents, keeping line numbers. */
export function stripCommentsAndStrings(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`/g, (m) =>
    m.replace(/[^\n]/g, ' '),
  )
}
