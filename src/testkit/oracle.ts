// The running kernel as an oracle for tests: builds `oracle/oracle.c` once and asks it. Where it cannot be asked, `whyNoOracle` says why in
// one line, and the tests that need it are skipped, never counted as passed.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { release, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export interface OracleAnswer {
  readonly name: string
  readonly section: string
  readonly verdict: 'accepted' | 'rejected'
  readonly errno: number
  readonly log: string
  readonly libbpf: string
  /** Over the last packet; without maps where they were not asked for. */
  readonly run?: OracleRun & { readonly maps: Readonly<Record<string, readonly (readonly [string, string])[]>> }
  /** Over the packets before the last one, where there were several. */
  readonly before?: readonly OracleRun[]
}

export interface OracleRun {
  readonly errno: number
  readonly retval: number
  readonly data_out: string
  /** Nanoseconds of one run, where it was repeated. */
  readonly duration?: number
}

/** Why the kernel cannot be asked here; undefined where it can. */
export function whyNoOracle(repository = root): string | undefined {
  const missing = whyNoKernel()
  if (missing) return missing
  if (!existsSync('/usr/include/bpf/libbpf.h') || !existsSync('/usr/include/libelf.h')) return 'no headers of libbpf and libelf'
  return buildOracle(join(repository, 'oracle/oracle.c'), join(repository, 'build/oracle'), ['-lbpf', '-lelf', '-lz'])
}

/** Why no kernel can be asked that is the model's: system, rights, version, compiler. */
export function whyNoKernel(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux'
  if (process.getuid?.() !== 0) return 'not root'
  if (!/^6\.18\./.test(release())) return `Linux ${release()} is not 6.18`
  return spawnSync('gcc', ['--version']).status === 0 ? undefined : 'no gcc'
}

/** Builds a C program of `oracle/` where it is missing or old; what went wrong, if anything. */
export function buildOracle(from: string, to: string, libraries: readonly string[]): string | undefined {
  const folder = dirname(from)
  const newest = Math.max(...readdirSync(folder).map((name) => statSync(join(folder, name)).mtimeMs))
  if (existsSync(to) && statSync(to).mtimeMs > newest) return undefined
  mkdirSync(dirname(to), { recursive: true })
  // A libbpf of one's own, newer than the system's: a folder with libbpf.a and include/.
  const own = process.env.LIBBPF
  const where = own ? [`-I${join(own, 'include')}`, `-L${own}`] : []
  const built = spawnSync('gcc', ['-O2', '-Wall', ...where, '-o', to, from, ...libraries], { encoding: 'utf8' })
  return built.status === 0 ? undefined : `${from} does not build: ${built.stderr.split('\n')[0]}`
}

/** Loads each program of an object into the kernel and runs it over packets. `name` is the object's file name (it names data maps). With
 * `together`, programs share the maps: they are loaded at once where they can be, which takes far less time. */
export function askOracle(
  name: string,
  object: Uint8Array,
  packetHex: string | readonly string[],
  logLevel = 1,
  repository = root,
  withMaps = true,
  repeat = 1,
  together = false,
): OracleAnswer[] {
  const dir = mkdtempSync(join(tmpdir(), 'beeyard-'))
  try {
    const file = join(dir, name)
    writeFileSync(file, object)
    const packets = typeof packetHex === 'string' ? [packetHex] : packetHex
    const words = [
      '-l',
      String(logLevel),
      ...packets.filter((p) => p !== '').flatMap((p) => ['-d', p]),
      ...(withMaps ? [] : ['-n']),
      ...(together ? ['-w'] : []),
      '-r',
      String(repeat),
      file,
    ]
    const text = execFileSync(join(repository, 'build/oracle'), words, { encoding: 'utf8', maxBuffer: 1 << 28 })
    return text
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as OracleAnswer)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/**
 * Asks about many objects of one program each in one process, which goes on beside us: each is loaded anew for each packet. By object, then by
 * packet; undefined where the object cannot be opened. Fails where the oracle does not answer for each.
 */
export async function askOracleOfMany(
  name: string,
  objects: readonly Uint8Array[],
  packetsHex: readonly string[],
  repository = root,
): Promise<(OracleAnswer | undefined)[][]> {
  if (objects.length === 0) return []
  const dir = mkdtempSync(join(tmpdir(), 'beeyard-'))
  try {
    const files = objects.map((object, i) => {
      mkdirSync(join(dir, `${i}`))
      writeFileSync(join(dir, `${i}`, name), object)
      return join(dir, `${i}`, name)
    })
    const answers: (OracleAnswer | undefined)[][] = objects.map(() => [])
    for (const packet of packetsHex) {
      const lines = await outputOf(join(repository, 'build/oracle'), ['-l', '0', '-d', packet, '-n', ...files], dir)
      if (lines.length !== objects.length) throw new Error(`the oracle answers ${lines.length} times for ${objects.length} objects`)
      for (const [i, line] of lines.entries()) {
        const answer = JSON.parse(line) as OracleAnswer | { readonly error: string }
        answers[i].push('error' in answer ? undefined : answer)
      }
    }
    return answers
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** The lines that a process writes, by way of a file in `dir`: nobody need read while it writes. */
export async function outputOf(command: string, words: readonly string[], dir: string): Promise<string[]> {
  const path = join(dir, 'output')
  const out = openSync(path, 'w')
  const ended = new Promise<void>((resolve, reject) => {
    const child = spawn(command, words, { stdio: ['ignore', out, 'inherit'] })
    child.on('error', reject)
    child.on('close', (_, signal) => (signal ? reject(new Error(`${command} ended by ${signal}`)) : resolve()))
  })
  closeSync(out)
  await ended
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}
