// Links that somebody changed: every example as a link, damaged character by character or field by field (with a right length and checksum, so
// that the reader of projects is reached), unfolded too far, or no link at all. Each has to be a project or a clear fault; one of EVERY that
// are still projects is built and run. Counts exceptions, polluted prototypes and answers that come late.
// Usage: npm run -s links -- [--count N] [--seed N] [--build EVERY]      Exit code 1 where anything fails.
import { parseArgs } from 'node:util'
import { loadKernelBtf } from '../src/abi/index.ts'
import { crc32Text, decodeLink, encodeLink, LINK_DICTIONARY_1, startBuild, toBase64Url } from '../src/engine/index.ts'
import { exampleProject, examples } from '../src/lessons/index.ts'
import { seeded } from '../src/testkit/index.ts'
import { compressor } from '../src/worker/compressor.ts'

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    build: { type: 'string', default: '4' },
  },
})
const [count, seed, every] = [options.count, options.seed, options.build].map(Number)
/** A build that takes longer is left: a program may want more than a bench has. */
const MOST_SLICES = 4000
const LATE_MS = 50

/** What attackers and bad luck put into fields. */
const HOSTILE: readonly unknown[] = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  'javascript:alert(1)',
  '"><svg/onload=alert(1)>',
  '\u202eevil\u2066',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '',
  '\0',
  'a'.repeat(100_000),
  0,
  -0,
  -1,
  0.5,
  1e9,
  2 ** 53,
  Number.MAX_VALUE,
  null,
  true,
  [],
  {},
  [[[[[[]]]]]],
  { __proto__: null, length: 5 },
]

const random = seeded(seed)
const pick = <T>(list: readonly T[]): T => list[random.between(0, list.length - 1)]!
const dictionary = new TextEncoder().encode(LINK_DICTIONARY_1)

function wrap(json: string): string {
  const payload = toBase64Url(compressor.deflate(new TextEncoder().encode(json), dictionary))
  return `1.${payload.length}.${crc32Text(payload)}.${payload}`
}

/** Every place of a value: its owner and key. */
function places(value: unknown, out: [Record<string, unknown>, string][] = []): [Record<string, unknown>, string][] {
  if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      out.push([value as Record<string, unknown>, key])
      places((value as Record<string, unknown>)[key], out)
    }
  }
  return out
}

/** One to three fields replaced, removed, doubled a thousand times, exchanged or cut. */
function changeFields(project: unknown): string {
  const copy = JSON.parse(JSON.stringify(project)) as unknown
  for (let n = random.between(1, 3); n > 0; n--) {
    const all = places(copy)
    const [owner, key] = pick(all)
    const [other, otherKey] = pick(all)
    const was = owner[key]
    const how = random.between(0, 6)
    if (how <= 2) owner[key] = pick(HOSTILE)
    else if (how === 3) delete owner[key]
    else if (how === 4) owner[key] = structuredClone(other[otherKey])
    else if (how === 5 && Array.isArray(was)) owner[key] = Array.from({ length: 1000 }, () => was[0])
    else if (typeof was === 'string')
      owner[key] = was.slice(0, random.between(0, was.length)) + pick(HOSTILE.filter((h) => typeof h === 'string'))
    else owner[`${key}${pick(['', '2', '__proto__'])}`] = pick(HOSTILE)
  }
  // A key of this name is data only in the text.
  return JSON.stringify(copy).replace('{"version"', random.between(0, 9) === 0 ? '{"__proto__":{"polluted":1},"version"' : '{"version"')
}

const CHARACTERS = 'ABCabc019.-_~#%<>"\u0000\u{1f41d}'
function changeText(link: string): string {
  const at = random.between(0, link.length)
  const put = Array.from({ length: random.between(0, 4) }, () => pick([...CHARACTERS])).join('')
  return link.slice(0, at) + put + link.slice(at + random.between(0, 4))
}

const kernel = await loadKernelBtf()
const bases = examples.map(exampleProject)
const lengths = bases.map((project) => encodeLink(project, compressor).length).sort((a, b) => a - b)
const faults: string[] = []
const times: number[] = []
const kinds = new Map<string, number>()
let projects = 0
let built = 0

for (let i = 0; i < count; i++) {
  const project = pick(bases)
  const kind = i % 10
  let link: string
  if (kind < 6) link = wrap(changeFields(project))
  else if (kind < 8) link = changeText(encodeLink(project, compressor))
  else if (kind === 8) link = wrap(`${JSON.stringify(project).slice(0, -1)},"x":"${' '.repeat(random.between(0, 4 << 20))}"}`)
  else link = Array.from({ length: random.between(0, 80) }, () => pick([...CHARACTERS])).join('')
  const start = performance.now()
  try {
    const result = decodeLink(link, compressor)
    times.push(performance.now() - start)
    kinds.set(result.kind === 'bad' ? result.code : 'project', (kinds.get(result.kind === 'bad' ? result.code : 'project') ?? 0) + 1)
    if (result.kind === 'project' && projects++ % every === 0) {
      const work = startBuild(result.project, i, () => 0, kernel)
      for (let n = 0; n < MOST_SLICES && work.run() === 'more'; n++);
      built++
    }
  } catch (error) {
    faults.push(`${i}: ${error instanceof Error ? error.stack?.split('\n').slice(0, 3).join(' ') : error}`)
  }
  if (Object.hasOwn(Object.prototype, 'polluted')) faults.push(`${i}: Object.prototype is polluted`)
}

times.sort((a, b) => a - b)
const at = (share: number): string => `${(times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1)} ms`
for (const fault of faults.slice(0, 20)) console.log(fault)
console.log(
  `${bases.length} examples as links: ${lengths[0]} to ${lengths.at(-1)} characters, median ${lengths[Math.floor(lengths.length / 2)]}`,
)
console.log(
  [...kinds]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, n]) => `${kind} ${n}`)
    .join(', '),
)
console.log(`read in ${at(0.5)} median, ${at(0.99)} p99, ${at(1)} at most; ${times.filter((t) => t > LATE_MS).length} over ${LATE_MS} ms`)
console.log(`${count} links, ${built} built and run, ${faults.length} failures`)
process.exitCode = faults.length > 0 ? 1 : 0
