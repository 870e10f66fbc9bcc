// Records what the running kernel says of small programs with an arena: src/verifier/fixtures/arena/answers.jsonl.gz, which arena.test.ts reads. They are
// written as bytes, since libbpf of today's distributions loads no objects with arenas. Usage: node scripts/ts.mjs bench/arena-fixtures.ts
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { askRecords, whyNoRecords } from '../src/testkit/records.ts'

const root = process.cwd()
const missing = whyNoRecords(root)
if (missing) throw new Error(`the running kernel cannot be asked (${missing})`)

function insn(op: number, dst: number, src: number, off: number, imm: number): string {
  const b = Buffer.alloc(8)
  b[0] = op
  b[1] = dst | (src << 4)
  b.writeInt16LE(off, 2)
  b.writeInt32LE(imm, 4)
  return b.toString('hex')
}
const wide = (dst: number, src: number, lo: number, hi: number): string => insn(0x18, dst, src, 0, lo) + insn(0, 0, 0, 0, hi)
const MAP = (dst: number, map = 0): string => wide(dst, 5, map, 0)
const VALUE = (dst: number, off = 16): string => wide(dst, 6, 0, off)
/** addr_space_cast to the kernel's address, and to that of user space. */
const CAST = (dst: number, src: number): string => insn(0xbf, dst, src, 1, 1)
const USER = (dst: number, src: number): string => insn(0xbf, dst, src, 1, 0x10000)
const EXIT = insn(0xb7, 0, 0, 0, 0) + insn(0x95, 0, 0, 0, 0)
const MOV = (dst: number, imm: number): string => insn(0xb7, dst, 0, 0, imm)
/** r2 is a number, r3 the address in the arena that it is cast to. */
const HEAD = MAP(1) + MOV(2, 64) + CAST(3, 2)
const PROGRAMS: Readonly<Record<string, string>> = {
  load: HEAD + insn(0x61, 4, 3, 0, 0) + EXIT,
  store: HEAD + insn(0x63, 3, 2, 8, 0) + insn(0x7a, 3, 0, 1, 7) + EXIT,
  alu: HEAD + insn(0x07, 3, 0, 0, 8) + insn(0x27, 3, 0, 0, 8) + insn(0x0f, 3, 2, 0, 0) + insn(0x79, 4, 3, 0, 0) + EXIT,
  aluscalar: HEAD + insn(0x0f, 2, 3, 0, 0) + insn(0x79, 4, 2, 0, 0) + EXIT,
  sub: HEAD + insn(0xbf, 4, 3, 0, 0) + insn(0x1f, 4, 3, 0, 0) + insn(0xbf, 0, 4, 0, 0) + EXIT,
  alu32: HEAD + insn(0x04, 3, 0, 0, 8) + insn(0x61, 4, 3, 0, 0) + EXIT,
  noarena: MOV(2, 64) + CAST(3, 2) + EXIT,
  badcast: MAP(1) + MOV(2, 64) + insn(0xbf, 3, 2, 1, 2) + EXIT,
  user: HEAD + USER(4, 3) + insn(0x61, 5, 4, 0, 0) + EXIT,
  value: VALUE(1) + CAST(2, 1) + insn(0x61, 3, 2, 0, 0) + EXIT,
  valueraw: VALUE(1) + insn(0x61, 3, 1, 0, 0) + EXIT,
  cmp0: HEAD + insn(0x15, 3, 0, 1, 0) + insn(0x61, 4, 3, 0, 0) + EXIT,
  cmpr: HEAD + insn(0x1d, 3, 2, 1, 0) + insn(0x61, 4, 3, 0, 0) + EXIT,
  spill: HEAD + insn(0x7b, 10, 3, -8, 0) + insn(0x79, 4, 10, -8, 0) + insn(0x61, 5, 4, 0, 0) + EXIT,
  ret: MAP(1) + MOV(2, 64) + CAST(0, 2) + insn(0x95, 0, 0, 0, 0),
  atomadd: HEAD + insn(0xdb, 3, 2, 0, 0) + EXIT,
  atomfetchand: HEAD + insn(0xdb, 3, 2, 0, 0x51) + EXIT,
  atomfetchadd: HEAD + insn(0xdb, 3, 2, 0, 0x01) + EXIT,
  cmpxchg: HEAD + MOV(0, 1) + insn(0xdb, 3, 2, 0, 0xf1) + EXIT,
  loadacq: HEAD + insn(0xdb, 4, 3, 0, 0x100) + EXIT,
  storerel: HEAD + insn(0xdb, 3, 2, 0, 0x110) + EXIT,
  ldsx: HEAD + insn(0x91, 4, 3, 0, 0) + EXIT,
  mov32: HEAD + insn(0xbc, 4, 3, 0, 0) + insn(0x61, 5, 4, 0, 0) + EXIT,
  movsx: HEAD + insn(0xbf, 4, 3, 8, 0) + EXIT,
  neg: HEAD + insn(0x87, 3, 0, 0, 0) + insn(0x61, 5, 3, 0, 0) + EXIT,
  helper: HEAD + insn(0xbf, 1, 3, 0, 0) + MOV(2, 4) + insn(0x85, 0, 0, 0, 6) + EXIT,
  lookup: insn(0x7a, 10, 0, -8, 0) + insn(0xbf, 2, 10, 0, 0) + insn(0x07, 2, 0, 0, -8) + MAP(1) + insn(0x85, 0, 0, 0, 1) + EXIT,
  mapread: MAP(1) + insn(0x79, 2, 1, 0, 0) + EXIT,
  twoarenas: MAP(1) + MAP(2, 1) + EXIT,
  castmap: MAP(1) + CAST(2, 1) + insn(0x61, 3, 2, 0, 0) + EXIT,
  loop: HEAD + MOV(6, 0) + insn(0x61, 4, 3, 0, 0) + insn(0x07, 3, 0, 0, 4) + insn(0x07, 6, 0, 0, 1) + insn(0xa5, 6, 0, -4, 20) + EXIT,
  beyond: VALUE(1, 0x20000) + EXIT,
  merge:
    HEAD +
    insn(0x61, 5, 3, 0, 0) +
    insn(0x15, 5, 0, 1, 0) +
    insn(0xbf, 3, 10, 0, 0) +
    insn(0x7a, 10, 0, -8, 0) +
    insn(0x61, 4, 3, -8, 0) +
    EXIT,
}

const lines: string[] = []
const oracle = askRecords(2 | 4, false, root)
const arena = { type: 'arena', key: 0, value: 0, max: 16, flags: 1024 }
for (const type of ['socket_filter', 'syscall']) {
  for (const [gen, insns] of Object.entries(PROGRAMS)) {
    const flags = type === 'syscall' ? 16 : 0
    const record = { id: gen, lane: 'arena', gen, type, attach_type: 0, insns, maps: [arena, arena], license: 'GPL', flags }
    const { errno, log, error } = await oracle.ask(record)
    if (error !== undefined) throw new Error(`${gen}: ${error}`)
    lines.push(JSON.stringify({ record, errno, log }))
  }
}
oracle.close()
const folder = join(root, 'src/verifier/fixtures/arena')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'answers.jsonl.gz'), gzipSync(`${lines.join('\n')}\n`, { level: 9 }))
console.log(`${lines.length} answers`)
