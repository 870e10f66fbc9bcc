// What is left behind: the default project is compiled, verified and run as compiled code many times over; the heap has to stay where it was.
// Usage: npm run -s bench:memory -- [--rounds N]      Exit code 1 where it grows by 20 MB or more.

import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openC, runProgram, verify } from '../src/engine/index.ts'

const words = process.argv.slice(2)
const rounds = words.includes('--rounds') ? Number(words[words.indexOf('--rounds') + 1]) : 500
const LIMIT_MB = 20
const SOURCE = readFileSync('bench/speed/programs.bpf.c', 'utf8')
setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

function round(n: number): void {
  // A text that differs each time, as when somebody types.
  const opened = openC('a.bpf.c', `${SOURCE}\nstatic int unused_${n};\n`, {
    include: () => undefined,
    includeDirs: [],
    defines: {},
    cpu: 3,
    passes: false,
  })
  for (const program of opened.programs.slice(0, 3)) {
    if (verify(program, { logLevel: 0 }).verdict !== 'accepted') throw new Error(`${program.name} is not accepted`)
    const arrivals = Array.from({ length: 4 }, () => ({ atNs: 0, data: new Uint8Array(128), ifindex: 1 }) as never)
    const ran = runProgram(program, arrivals, 1, { engine: 'jit' })
    if (ran.packets.some((p) => p.fault || p.unsupported)) throw new Error(program.name)
  }
}

/** Heap and buffers in MB, garbage taken out. */
async function used(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect()
    await new Promise((done) => setTimeout(done, 20))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}

for (let n = 0; n < 20; n++) round(n)
const before = await used()
for (let n = 0; n < rounds; n++) {
  round(20 + n)
  if (n % 25 === 24) await new Promise((done) => setTimeout(done, 0))
}
const grown = (await used()) - before
console.log(
  `${rounds} rounds of compiling, verifying and running: heap and buffers grew by ${grown.toFixed(1)} MB (from ${before.toFixed(1)} MB; limit ${LIMIT_MB})`,
)
process.exitCode = grown < LIMIT_MB ? 0 : 1
