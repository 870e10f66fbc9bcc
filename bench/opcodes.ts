// Every opcode over classes of operands (24 x 24 where it has two), before the running kernel and on both engines. A program is one opcode in one form:
// it takes operands from a map and writes each result to another, so that a difference says which operands.
// Usage: npm run -s opcodes -- [--only TEXT] [--show N]      Exit code 1 where anything differs; "skipped" and 0 where the kernel cannot be asked.
import { toHex } from '../src/base/index.ts'
import { readRecord } from '../src/engine/index.ts'
import { testRun } from '../src/kernel/index.ts'
import { toRecord } from '../src/testkit/index.ts'
import { askRecords, whyNoRecords } from '../src/testkit/records.ts'

const words = process.argv.slice(2)
const option = (name: string): string | undefined => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)

// biome-ignore format: one class a word
const OPERANDS: readonly bigint[] = [
  0n, 1n, 2n, 3n, 7n, 8n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n,
  0x1_80000000n, 0x7fffffffffffffffn, 0x8000000000000000n, 0xffffffff80000000n, 0xffffffffffffffffn, 0xfffffffffffffffen, 0x123456789abcdef0n, 0xdeadbeefcafebaben,
]
const IMMEDIATES = [
  0, 1, 2, 3, 7, 8, 31, 32, 63, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, -1, -2, -7, -128, -32768, -2147483648, 0x12345678,
  -559038737,
]
const N = OPERANDS.length

interface Form {
  readonly name: string
  /** Instructions that take r1 and r2 (a, b) to r0. */
  readonly pairs: readonly { readonly a: number; readonly b: number; readonly text: string }[]
}

const all = (text: string): Form['pairs'] => OPERANDS.flatMap((_, a) => OPERANDS.map((_, b) => ({ a, b, text })))
const one = (text: string): Form['pairs'] => OPERANDS.map((_, a) => ({ a, b: 0, text }))
const withImm = (text: (imm: number) => string, takes: (imm: number) => boolean = () => true): Form['pairs'] =>
  OPERANDS.flatMap((_, a) => IMMEDIATES.filter(takes).map((imm) => ({ a, b: 0, text: text(imm) })))

const forms: Form[] = []
const add = (name: string, pairs: Form['pairs']): void => void forms.push({ name, pairs })

for (const [reg, bits] of [
  ['r', 64],
  ['w', 32],
] as const) {
  for (const op of ['+=', '-=', '*=', '/=', '|=', '&=', '<<=', '>>=', '%=', '^=', '=', 's>>=', 's/=', 's%=']) {
    const division = /[/%]/.test(op)
    const shift = /<<|>>/.test(op)
    add(`${reg} ${op} reg`, all(`r0 = r1\n${reg}0 ${op} ${reg}2`))
    add(`${reg} ${op} itself`, one(`r0 = r1\n${reg}0 ${op} ${reg}0`))
    add(
      `${reg} ${op} imm`,
      withImm(
        (imm) => `r0 = r1\n${reg}0 ${op} ${imm}`,
        (imm) => (!division || imm !== 0) && (!shift || (imm >= 0 && imm < bits)),
      ),
    )
  }
  add(`${reg} neg`, one(`r0 = r1\n${reg}0 = -${reg}0`))
  for (const from of bits === 64 ? [8, 16, 32] : [8, 16]) add(`${reg} movsx ${from}`, one(`r0 = 0\n${reg}0 = (s${from})${reg}1`))
  for (const op of ['==', '!=', '>', '>=', '<', '<=', 's>', 's>=', 's<', 's<=', '&']) {
    add(`if ${reg} ${op} reg`, all(`r0 = 1\nif ${reg}1 ${op} ${reg}2 goto +1\nr0 = 0`))
    add(
      `if ${reg} ${op} imm`,
      withImm((imm) => `r0 = 1\nif ${reg}1 ${op} ${imm} goto +1\nr0 = 0`),
    )
  }
  const type = bits === 64 ? 'u64' : 'u32'
  const name = bits === 64 ? 'atomic64' : 'atomic'
  const slot = `(${type} *)(r10 -8)`
  const memory = '*(u64 *)(r10 -8) = r1\nr0 = r2\n'
  const read = '\nr2 = *(u64 *)(r10 -8)\nr0 += r2'
  for (const [op, word] of [
    ['+=', 'add'],
    ['|=', 'or'],
    ['&=', 'and'],
    ['^=', 'xor'],
  ] as const) {
    add(`${type} lock ${op}`, all(`${memory}lock *${slot} ${op} r0${read}`))
    add(`${type} fetch ${word}`, all(`${memory}${reg}0 = ${name}_fetch_${word}(${slot}, ${reg}0)${read}`))
  }
  add(`${type} xchg`, all(`${memory}${reg}0 = ${bits === 64 ? 'xchg_64' : 'xchg32_32'}(r10 -8, ${reg}0)${read}`))
  add(
    `${type} cmpxchg`,
    all(
      `*(u64 *)(r10 -8) = r1\nr3 = r2\nr3 += 1\nr0 = r2\n${reg}0 = ${bits === 64 ? 'cmpxchg_64' : 'cmpxchg32_32'}(r10 -8, ${reg}0, ${reg}3)${read}`,
    ),
  )
}
for (const bits of [16, 32, 64]) for (const op of ['be', 'le', 'bswap']) add(`${op}${bits}`, one(`r0 = r1\nr0 = ${op}${bits} r0`))
for (const [size, at] of [
  ['u8', 3],
  ['u16', 2],
  ['u32', 4],
  ['u64', 0],
  ['s8', 3],
  ['s16', 2],
  ['s32', 4],
] as const)
  add(`load ${size}`, one(`*(u64 *)(r10 -8) = r1\nr0 = *(${size} *)(r10 ${at - 8})`))
for (const [size, at] of [
  ['u8', 3],
  ['u16', 2],
  ['u32', 4],
  ['u64', 0],
] as const) {
  add(`store ${size}`, all(`*(u64 *)(r10 -8) = r1\n*(${size} *)(r10 ${at - 8}) = r2\nr0 = *(u64 *)(r10 -8)`))
  add(
    `store ${size} imm`,
    withImm((imm) => `*(u64 *)(r10 -8) = r1\n*(${size} *)(r10 ${at - 8}) = ${imm}\nr0 = *(u64 *)(r10 -8)`),
  )
}

/** Operands lie in m0, results go to m1. */
function recordOf(form: Form, index: number) {
  const look = (map: number, reg: string): string =>
    `r2 = r10\nr2 += -16\nr1 = m${map} ll\ncall bpf_map_lookup_elem\nif r0 == 0 goto out\n${reg} = r0\n`
  const body = form.pairs.map(
    ({ a, b, text }, n) => `r1 = *(u64 *)(r6 +${8 * a})\nr2 = *(u64 *)(r6 +${8 * b})\n${text}\n*(u64 *)(r7 +${8 * n}) = r0\n`,
  )
  const operands = new BigUint64Array(OPERANDS)
  return toRecord(`opcode-${index}`, 'opcodes', {
    gen: form.name,
    type: 'xdp',
    text: `*(u64 *)(r10 -8) = 0\n*(u64 *)(r10 -16) = 0\n${look(0, 'r6')}${look(1, 'r7')}${body.join('')}out:\nr0 = 2\nexit\n`,
    maps: [
      { type: 'array', key: 4, value: 8 * N, max: 1, init: [['00000000', toHex(new Uint8Array(operands.buffer))]] },
      { type: 'array', key: 4, value: 8 * form.pairs.length, max: 1 },
    ],
    packet: new Uint8Array(64),
  })
}

const missing = whyNoRecords(process.cwd())
if (missing) {
  console.log(`skipped: the running kernel cannot be asked (${missing}).`)
  process.exit(0)
}
const oracle = askRecords(4, false, process.cwd())
const show = Number(option('--show') ?? 10)
const chosen = forms.filter((f) => f.name.includes(option('--only') ?? ''))
let cases = 0
let different = 0
for (const [index, form] of chosen.entries()) {
  const record = recordOf(form, index)
  const linux = await oracle.ask(record)
  const read = readRecord(record)
  if (linux.verdict !== 'accepted' || !linux.run || !read.ok) {
    console.log(`${form.name}: ${linux.error ?? linux.log?.split('\n').slice(-3).join(' ')}`)
    different++
    continue
  }
  const theirs = linux.run.maps?.find((m) => m.index === 1)?.entries[0]?.[1] ?? ''
  cases += form.pairs.length
  for (const [engine, verified] of [
    ['interp', true],
    ['jit', true],
    ['jit', false],
  ] as const) {
    const r = testRun({ program: read.record.program, data: read.record.packet!, engine, verified })
    const ours = r.fault || r.unsupported ? (r.fault?.text ?? r.unsupported ?? '') : toHex(r.maps[1].userLookup(new Uint8Array(4))!)
    for (const [n, { a, b, text }] of form.pairs.entries()) {
      const [x, y] = [ours.slice(16 * n, 16 * n + 16), theirs.slice(16 * n, 16 * n + 16)]
      if (x === y) continue
      if (different++ < show)
        console.log(
          `${form.name}, ${engine}${verified ? '' : ' checked'}: a = 0x${OPERANDS[a].toString(16)}, b = 0x${OPERANDS[b].toString(16)}: ${x}, Linux ${y}\n${text}`,
        )
    }
  }
}
oracle.close()
console.log(`${chosen.length} opcode forms, ${cases} cases against Linux on both engines: ${different} differ`)
process.exitCode = different > 0 ? 1 : 0
