// A whole C program from a source of choices, and its two texts: for BPF, where the input is a packet, and for the native compiler, where
// many programs share one file. Same choices, same text.
import type { Random } from '../generate/random.ts'
import { enumDeclaration, globalDeclaration, structDeclaration, viewDeclaration } from './declarations.ts'
import { indexBelow } from './expressions.ts'
import { entryBody, functionDefinition } from './functions.ts'
import { INT_TYPES, S32, TYPEDEFS, U8, U32, U64 } from './numbers.ts'
import { FEATURES, type GenerateOptions, has, INPUT_SIZE, type InputPlace, type Unit } from './scope.ts'
import { type Block, block, indent, print, type Stmt, stmt } from './tree.ts'

export interface CProgram {
  readonly prefix: string
  /** Types, objects and functions. */
  readonly declarations: Block
  readonly entry: Stmt
}

export function generateC(random: Random, options: GenerateOptions): CProgram {
  const features = new Set(FEATURES.filter(() => random.chance(65)))
  const ints = INT_TYPES.filter((t) => (t.bool ? features.has('bool') : random.chance(60)))
  for (const t of [U8, U32, S32, U64]) if (ints.length < 3 && !ints.includes(t)) ints.push(t)
  const input: InputPlace = random.pick(['packet', 'packet', 'global', 'local'])
  const unit: Unit = {
    random,
    options,
    features,
    ints,
    structs: [],
    enums: [],
    globals: [],
    functions: [],
    input,
    index: indexBelow,
    indices: 0,
    names: 0,
  }
  const { prefix } = options
  const items: Stmt[] = [viewDeclaration(prefix)]
  if (has(unit, 'enums')) items.push(enumDeclaration(unit))
  if (has(unit, 'structs')) for (let n = random.between(1, 3); n > 0; n--) items.push(structDeclaration(unit))
  for (let n = random.between(1, 5); n > 0; n--) items.push(globalDeclaration(unit))
  if (input === 'global') {
    items.push(stmt(`static u8 ${prefix}input[${INPUT_SIZE}];`))
    unit.globals.push({
      name: `${prefix}input`,
      type: { kind: 'array', of: U8, count: INPUT_SIZE },
      writable: false,
      isVolatile: false,
      addressable: false,
    })
  }
  if (has(unit, 'functions')) for (let n = random.between(1, 4); n > 0; n--) items.push(functionDefinition(unit))
  return { prefix, entry: entryBody(unit), declarations: block(items) }
}

/** Mixes a value into the hash; what every program ends with. */
const MIX = `#define MIX(h, v) ((h) = ((h) ^ (u64)(v)) * 0x100000001b3ull, (h) ^= (h) >> 29)
`

export function bpfText(program: CProgram): string {
  return indent(`${TYPEDEFS}${MIX}
struct xdp_md {
u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

${print(program.declarations)}
__attribute__((section("xdp"), used))
int entry(struct xdp_md *ctx)
{
u8 *in = (u8 *)(long)ctx->data;
if (in + ${INPUT_SIZE} > (u8 *)(long)ctx->data_end)
return 0;
${print(program.entry)}}

char _license[] __attribute__((section("license"), used)) = "GPL";
`)
}

/** All programs in one file: \`u32 PREFIXentry(u8 *in)\` each. */
export function nativeText(programs: readonly CProgram[]): string {
  const texts = programs.map((p) => `${print(p.declarations)}\nu32 ${p.prefix}entry(u8 *in)\n{\n${print(p.entry)}}\n`)
  return indent(`${TYPEDEFS}${MIX}\n${texts.join('\n')}`)
}
