// What a document names must exist: files and folders in backticks, npm scripts, and identifiers of the form `name()`.
// In: a document and what the repository has. Out: one sentence for each name that is gone.

export interface Known {
  readonly hasPath: (path: string) => boolean
  readonly hasScript: (name: string) => boolean
  readonly hasIdentifier: (name: string) => boolean
}

const TOP = /^(src|docs|scripts|bench|e2e|public|oracle|\.ci)\//

export function checkDocument(path: string, text: string, known: Known): string[] {
  const faults: string[] = []
  for (const m of text.matchAll(/`([^`\n]+)`/g)) {
    const name = m[1]
    if (TOP.test(name) && /^[\w./-]+$/.test(name) && !known.hasPath(name)) faults.push(`${path}: there is no ${name}`)
    const call = /^([A-Za-z_]\w*)\(\)$/.exec(name)
    if (call && !known.hasIdentifier(call[1])) faults.push(`${path}: nothing is called ${call[1]}`)
    const script = /^npm run (?:-s )?([\w:-]+)/.exec(name)
    if (script && !known.hasScript(script[1])) faults.push(`${path}: there is no npm script ${script[1]}`)
  }
  return faults
}
