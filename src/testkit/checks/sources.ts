// The project's own source files as the checkers see them: path, text, and the modules that a text imports.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export interface Source {
  /** Path from the repository's root, with slashes. */
  readonly path: string
  readonly text: string
}

/** All files below `folder` whose name fits, fixtures and packages left out. */
export function readSources(root: string, folder: string, fits: RegExp): Source[] {
  const out: Source[] = []
  const walk = (dir: string) => {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && entry.name !== 'fixtures') walk(path)
      } else if (fits.test(entry.name)) out.push({ path: relative(root, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') })
    }
  }
  walk(join(root, folder))
  return out
}

/** Modules named by import and export declarations and by import() with a literal. */
export function importsOf(text: string): { module: string; typeOnly: boolean }[] {
  const out: { module: string; typeOnly: boolean }[] = []
  const declaration = /(?:^|\n)\s*(import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"\n]+)['"]/g
  for (const m of text.matchAll(declaration)) out.push({ module: m[3], typeOnly: m[2] !== undefined })
  for (const m of text.matchAll(/\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g)) out.push({ module: m[1], typeOnly: false })
  return out
}
