// Real programs by path: an object, a folder of objects, or a list, a file named *.list with one C file a line, each followed by -I and -D words of its
// own, which clang-22 builds. Objects stay where they are.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

/** An object, or how to build it. */
export interface Real {
  readonly name: string
  readonly path: string
  /** -I and -D of a C file; undefined for an object. */
  readonly flags?: readonly string[]
}

export function realObjects(path: string): Real[] {
  if (path.endsWith('.list'))
    return readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([file]) => file && !file.startsWith('#'))
      .map(([file, ...flags]) => ({ name: basename(file!).replace(/\.c$/, ''), path: file!, flags }))
  if (!statSync(path).isDirectory()) return [{ name: basename(path, '.o'), path }]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.o'))
    .sort()
    .map((name) => ({ name: basename(name, '.o'), path: join(path, name) }))
}

/** Why clang makes no object of it. */
export function buildReal(path: string, flags: readonly string[], object: string): string | undefined {
  const words = ['-O2', '-g', '-w', '-target', 'bpf', '-mcpu=v3', ...flags, '-I/usr/include/x86_64-linux-gnu', '-c', path, '-o', object]
  const built = spawnSync('clang-22', words, { encoding: 'utf8' })
  return built.status === 0 ? undefined : (/^.*error: .*$/m.exec(built.stderr)?.[0] ?? built.stderr.slice(0, 200))
}
