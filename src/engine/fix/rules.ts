// What usually mends a rejection, as a table: for a kind, edits of the C text that are likely to help. A rule may guess freely; an offer is only
// made of edits that were applied to a copy, compiled, accepted by the verifier and seen to give the same results (fix.ts). Rules of one kind are
// tried from top to bottom, so what a person would write comes first.
import { ctxFields } from '../../abi/index.ts'
import type { FixCode, RejectionCode } from '../../diag/index.ts'
import { before, callArguments, find, functionBody, guard, replaceGroup, type Site } from './site.ts'
import { type Edit, lineAt, type Place, statementAt } from './source-text.ts'

export interface FixRule {
  /** The text that says what the edit does. */
  readonly name: FixCode
  readonly codes: readonly RejectionCode[]
  readonly edits: (site: Site) => readonly (readonly Edit[])[]
}

const PACKET: readonly RejectionCode[] = ['packetUnchecked', 'packetShort', 'packetOther', 'packetHelper', 'packetVariable']
const RANGED: readonly RejectionCode[] = [
  'mapBeyond',
  'mapBelow',
  'memoryBeyond',
  'stackVariable',
  'stackBounds',
  'negativeIndex',
  'negativeSize',
  'unboundedSize',
  'unboundedAccess',
  'unboundedMin',
  'valueOutOfBounds',
  'zeroSize',
  'packetVariable',
]
const KERNEL_MEMORY: readonly RejectionCode[] = ['notAPointer', 'beyondStruct']

export const FIX_RULES: readonly FixRule[] = [
  // Packets
  { name: 'widenCheck', codes: ['packetShort', 'packetHelper'], edits: widenPacketCheck },
  { name: 'boundOffset', codes: ['packetVariable', 'valueOutOfBounds', 'unboundedMin'], edits: boundOffset },
  { name: 'checkPacket', codes: PACKET, edits: checkPacket },
  { name: 'reloadPacket', codes: ['packetForgotten'], edits: reloadPacket },
  { name: 'moveToDataSide', codes: ['packetEnd'], edits: moveToDataSide },
  { name: 'copyToStack', codes: ['packetHelperRefused'], edits: copyToStack },
  { name: 'dropWrite', codes: ['packetWrite', 'contextAccess', 'readOnly', 'keyWrite'], edits: dropStatement },

  // NULL
  { name: 'checkNull', codes: ['maybeNull', 'nullBase', 'globalArgument'], edits: checkNull },
  { name: 'makeStatic', codes: ['globalArgument', 'globalCaller', 'globalSignature'], edits: makeStatic },
  { name: 'startFromData', codes: ['nullBase', 'notAPointer'], edits: startFromData },

  // Numbers
  { name: 'tightenCheck', codes: RANGED, edits: tightenCheck },
  { name: 'makeUnsigned', codes: RANGED, edits: makeUnsigned },
  { name: 'boundValue', codes: RANGED, edits: boundValue },
  { name: 'sizeOfBuffer', codes: ['stackBounds', 'mapBeyond', 'memoryBeyond'], edits: sizeOfBuffer },
  { name: 'constantSize', codes: ['needsConstant'], edits: constantSize },

  // Kernel memory and objects
  { name: 'probeRead', codes: KERNEL_MEMORY, edits: probeRead },
  { name: 'currentTask', codes: ['kernelPointer'], edits: currentTask },
  { name: 'readField', codes: ['modifiedContext'], edits: readField },
  { name: 'bpfKprobe', codes: ['unreadArgument'], edits: bpfKprobe },

  // Arguments
  { name: 'passAddress', codes: ['needsAddress'], edits: passAddress },
  { name: 'mapSection', codes: ['needsMap'], edits: mapSection },
  { name: 'copyField', codes: ['contextAsBuffer'], edits: copyField },
  { name: 'keepInMap', codes: ['needsMapValue', 'stackSum', 'stackBounds'], edits: keepInMap },
  { name: 'wholeObject', codes: ['globalCaller'], edits: wholeObject },
  { name: 'otherHelper', codes: ['helperNotAllowed'], edits: otherHelper },
  { name: 'otherMap', codes: ['mapKind'], edits: otherMap },
  { name: 'gplLicense', codes: ['gpl'], edits: gplLicense },

  // Paths
  { name: 'knownAnswer', codes: ['returnRange'], edits: knownAnswer },
  { name: 'giveBack', codes: ['reference'], edits: giveBack },
  { name: 'boundLoop', codes: ['infiniteLoop'], edits: boundLoop },
  { name: 'bpfFor', codes: ['tooLarge', 'tooComplex'], edits: bpfFor },
  { name: 'fewerRounds', codes: ['tooLarge', 'tooComplex'], edits: fewerRounds },
  { name: 'alignPlace', codes: ['misaligned'], edits: alignPlace },
]

// Packets

/** What is read, as a pointer whose next element is its end: "ip" of "ip->ttl", "&(p[3])" of "p[3]". */
function basesOf(expression: string): string[] {
  const member = /^\(?([\w.>()*&\- ]*?)\s*->\s*\w+(?:\[[^\]]*\])?\)?$/.exec(expression)?.[1]
  const read = /\*\s*\([^)]*\*\)\s*(\w+)|^\*(\w+)$/.exec(expression)
  const out: string[] = []
  if (member && /^\w+$/.test(member)) out.push(member)
  if (read) out.push(read[1] ?? read[2])
  out.push(`&${/^[\w.>[\]-]+$/.test(expression) ? expression : `(${expression})`}`)
  return out
}

const behind = (base: string): string => `(void *)(${base} + 1)`

function checkPacket(site: Site): Edit[][] {
  const sized = sizedArgument(site)
  const ends = sized ? [`(void *)${sized.pointer} + ${sized.size}`] : basesOf(site.expression).map(behind)
  return ends.map((end) => before(site, [guard(site, `${end} > ${site.dataEnd}`)]))
}

/** The pointer and the size that a helper was given, where the register at fault is the pointer. */
function sizedArgument(site: Site): { readonly pointer: string; readonly size: string } | undefined {
  if (!/^bpf_\w+\(/.test(site.expression)) return undefined
  const reg = Number(/\bR(\d)\b/.exec(site.message)?.[1] ?? 0)
  const args = callArguments(site)
  const pointer = args[reg - 1]?.text
  const size = args[reg]?.text
  return pointer !== undefined && size !== undefined ? { pointer, size } : undefined
}

/** The comparison that was too weak, made to cover what is read. */
function widenPacketCheck(site: Site): Edit[][] {
  const { weakness } = site.explanation
  if (!weakness || weakness.line === 0) return []
  const line = lineAt(site.text, weakness.line)
  const sized = sizedArgument(site)
  const out: Edit[][] = []
  for (const m of find(site, /\(([^()]*(?:\([^()]*(?:\([^()]*\))?[^()]*\))?[^()]*)(>=?)\s*\w+\s*\)/, line)) {
    const left = m[1].trim()
    if (!/data|\+|\(/.test(left)) continue
    const wanted = sized ? `(void *)${sized.pointer} + ${sized.size}` : undefined
    for (const text of wanted ? [wanted] : basesOf(site.expression).map(behind)) out.push([replaceGroup(m, 1, `${text} `)])
  }
  return out
}

function reloadPacket(site: Site): Edit[][] {
  const { ctx, dataEnd } = site
  const [base] = basesOf(site.expression)
  if (!base || !/^\w+$/.test(base)) return []
  const reload = [`${base} = (void *)(long)${ctx}->data;`]
  if (/^\w+$/.test(dataEnd)) reload.push(`${dataEnd} = (void *)(long)${ctx}->data_end;`)
  return [before(site, [...reload, guard(site, `${behind(base)} > ${dataEnd}`)])]
}

function moveToDataSide(site: Site): Edit[][] {
  return find(site, /(\w+)\s*(>=?|<=?)\s*(\w+)\s*-\s*([\w() ]+?)(?=\)\s*\n|\)\s*return|\)\s*\{|;|\s*\?)/, functionBody(site)).map((m) => [
    { start: m.index, end: m.index + m[0].length, text: `${m[1]} + ${m[4]} ${m[2]} ${m[3]}` },
  ])
}

function copyToStack(site: Site): Edit[][] {
  const args = callArguments(site)
  return args.flatMap((pointer, i) => {
    const size = args[i + 1]
    if (!size || !/^\w+$/.test(pointer.text) || !/^(?:\d+|sizeof\(.*\))$/.test(size.text)) return []
    const lines = [`char copy[${size.text}];`, `__builtin_memcpy(copy, ${pointer.text}, ${size.text});`]
    return [[...before(site, lines), { start: pointer.start, end: pointer.end, text: 'copy' }]]
  })
}

function dropStatement({ text, statement }: Site): Edit[][] {
  const start = text.lastIndexOf('\n', statement.start) + 1
  return [[{ start, end: Math.min(text.length, statement.end + 1), text: '' }]]
}

// NULL

/** Names of variables, the likeliest first: those that live in the register at fault, then those of the expression. */
function suspects(site: Site): string[] {
  const { register } = site.explanation.tried ?? { register: '' }
  const named = /\(([\w, ]+)\)/.exec(register)?.[1]?.split(', ') ?? []
  const reg = Number(/\bR(\d)\b/.exec(site.message)?.[1] ?? 0)
  const call = /^bpf_\w+\(/.test(site.expression) ? [callArguments(site)[reg - 1]?.text ?? ''] : []
  const words = [...site.expression.matchAll(/(?<![.>\w])[A-Za-z_]\w*(?!\s*\()/g)].map((m) => m[0])
  return [...new Set([...named, ...call, ...words])].filter(
    (w) => /^[A-Za-z_]\w*$/.test(w) && !/^(?:sizeof|struct|void|long|int|char|__u\d+)$/.test(w),
  )
}

function checkNull(site: Site): Edit[][] {
  // A pointer that is set once and to nothing needs a target, not a check.
  const isSetOnce = (name: string): boolean => find(site, new RegExp(`\\b${name}\\s*=[^=]`), functionBody(site)).length <= 1
  const isConstant = site.explanation.code === 'nullBase'
  return suspects(site).flatMap((name) => (isConstant && isSetOnce(name) ? [] : [before(site, [guard(site, `!${name}`)])]))
}

function makeStatic(site: Site): Edit[][] {
  const inside = site.func && site.func.name !== site.program.name ? site.func : undefined
  const names = inside ? [inside.name] : site.program.subprogs.slice(1).map((s) => s.name)
  return names.flatMap((name) =>
    find(site, new RegExp(`^(?:__attribute__\\(\\(noinline\\)\\)\\s*)?\\w[\\w *]*\\b${name}\\(`, 'm')).map((m) => [
      { start: m.index, end: m.index, text: 'static ' },
    ]),
  )
}

function startFromData(site: Site): Edit[][] {
  const data = `(void *)(long)${site.ctx}->data`
  const body = functionBody(site)
  const zero = find(site, /\*\s*\w+\s*=\s*(0|NULL)\s*;/, body).map((m) => [replaceGroup(m, 1, data)])
  const offset = find(site, /=\s*\(void \*\)\s*(sizeof\([^)]*\)|\w+)\s*;/, body).map((m) => [
    { start: m.index, end: m.index + m[0].length, text: `= ${data} + ${m[1]};` },
  ])
  return [...offset, ...zero]
}

// Numbers

/** Names that may hold the number at fault: an index in brackets, the argument, a summand. */
function numbersOf(site: Site): string[] {
  const { expression } = site
  const weak = site.explanation.weakness
  const index = [...expression.matchAll(/\[(\w+)\]/g)].map((m) => m[1])
  const reg = Number(/\bR(\d)\b/.exec(site.message)?.[1] ?? 0)
  const args = /^bpf_\w+\(/.test(expression) ? callArguments(site) : []
  const sizes = [args[reg - 1]?.text, args[reg]?.text].filter((a) => a !== undefined && /^\w+$/.test(a)) as string[]
  const summand = [...expression.matchAll(/\+=?\s*(\w+)/g)].map((m) => m[1])
  const checked = weak && weak.line > 0 ? [...lineText(site, weak.line).matchAll(/\b(\w+)\s*(?:[<>]=?|==|!=)/g)].map((m) => m[1]) : []
  const names = [...index, ...sizes, ...summand, ...suspects(site), ...checked]
  return [...new Set(names)].filter((n) => /^[A-Za-z_]\w*$/.test(n) && n !== 'data' && n !== 'data_end')
}

const lineText = ({ text }: Site, line: number): string => {
  const { start, end } = lineAt(text, line)
  return text.slice(start, end)
}

/** The highest value that is in order, as C texts; several guesses, each of them judged later. */
function limitsOf(site: Site): string[] {
  const out: string[] = []
  const { weakness, tried } = site.explanation
  if (weakness?.code === 'wide') out.push(weakness.params[4])
  if (weakness?.code === 'absentRange') out.push(weakness.params[3])
  const args = /^bpf_\w+\(/.test(site.expression) ? callArguments(site) : []
  const reg = Number(/\bR(\d)\b/.exec(site.message)?.[1] ?? 0)
  for (const pointer of [args[reg - 2], args[reg - 1]]) if (pointer && /^[\w>.-]+$/.test(pointer.text)) out.push(`sizeof(${pointer.text})`)
  const array = /([\w>.-]+)\[\w[^\]]*\]$/.exec(site.expression)?.[1]
  if (array) out.push(`sizeof(${array}) - 1`)
  const size = /\bvs=(\d+)/.exec(tried?.believed ?? '')?.[1]
  if (size) out.push(String(Number(size) - 1))
  return [...new Set(out)]
}

/** An index that is no variable gets one, so that what is checked is what is used. */
function named(site: Site): { readonly name: string; readonly edits: Edit[]; readonly lines: readonly string[] } | undefined {
  const inner = /\[([^\]]*[^\w\]][^\]]*)\]/.exec(site.expression)
  if (!inner) return undefined
  const start = site.at.start + inner.index + 1
  return { name: 'index', edits: [{ start, end: start + inner[1].length, text: 'index' }], lines: [`__u32 index = ${inner[1]};`] }
}

function boundValue(site: Site): Edit[][] {
  const out: Edit[][] = []
  const fresh = named(site)
  const limits = limitsOf(site)
  for (const limit of limits) {
    if (fresh) out.push([...before(site, [...fresh.lines, guard(site, `index > ${limit}`)]), ...fresh.edits])
    for (const name of numbersOf(site)) {
      if (/zero-sized/.test(site.message)) out.push(before(site, [guard(site, `${name} == 0`)]))
      out.push(before(site, [guard(site, `${name} > ${limit}`)]))
      out.push(before(site, [guard(site, `${name} < 0 || ${name} > ${limit}`)]))
      out.push(before(site, [guard(site, `${name} < 1 || ${name} > ${limit}`)]))
    }
  }
  if (limits.length === 0)
    for (const name of numbersOf(site)) {
      out.push(before(site, [guard(site, `${name} == 0`)]))
      out.push(before(site, [guard(site, `${name} < 0 || ${name} > 255`)]))
    }
  return out
}

/** The comparison that was too weak, by one or with another limit. */
function tightenCheck(site: Site): Edit[][] {
  const { weakness } = site.explanation
  if (!weakness || weakness.line === 0) return []
  const line = lineAt(site.text, weakness.line)
  const out: Edit[][] = []
  for (const m of find(site, /\b\w+\s*(>|<=)\s*(\d+|sizeof\([^)]*\))/, line)) out.push([replaceGroup(m, 1, m[1] === '>' ? '>=' : '<')])
  const limit = weakness.code === 'wide' ? weakness.params[4] : undefined
  if (limit !== undefined)
    for (const m of find(site, /\b(\w+)\s*(?:[<>]=?|==)\s*(\d+)/, line)) {
      out.push([replaceGroup(m, 2, limit)])
      out.push([{ start: m.index + m[0].length, end: m.index + m[0].length, text: ` || ${m[1]} > ${limit}` }])
    }
  for (const limit of limitsOf(site))
    for (const m of find(site, /\b(\w+)\s*==\s*0/, line))
      out.push([{ start: m.index + m[0].length, end: m.index + m[0].length, text: ` || ${m[1]} > ${limit}` }])
  for (const m of find(site, /\b(\w+)\s*>\s*\d+/, line)) out.push([{ start: m.index, end: m.index, text: `${m[1]} < 0 || ` }])
  for (const m of find(site, /\b(\w+)\s*>\s*\d+/, line)) out.push([{ start: m.index, end: m.index, text: `${m[1]} < 1 || ` }])
  return out
}

const UNSIGNED: Readonly<Record<string, string>> = {
  int: '__u32',
  long: '__u64',
  __s32: '__u32',
  __s64: '__u64',
  short: '__u16',
  char: '__u8',
}

function makeUnsigned(site: Site): Edit[][] {
  const out: Edit[][] = []
  for (const name of numbersOf(site))
    for (const m of find(site, new RegExp(`\\b(int|long|__s32|__s64|short|char)\\s+${name}\\b\\s*=`), functionBody(site)))
      out.push([replaceGroup(m, 1, UNSIGNED[m[1]])])
  return out
}

/** The number that is added to a packet pointer, bounded where it was worked out. */
function boundOffset(site: Site): Edit[][] {
  const added = site.explanation.causes.findLast((c) => c.kind === 'changed' && /\+=/.test(c.text) && c.line > 0)
  const line = added ? lineAt(site.text, added.line) : site.at
  const statement = statementAt(site.tokens, firstWord(site, line))
  if (!statement) return []
  const names = [...site.text.slice(line.start, line.end).matchAll(/\+=?\s*(\w+)/g)].map((m) => m[1]).filter((n) => /^[A-Za-z_]/.test(n))
  return names.flatMap((name) => [
    before(site, [guard(site, `${name} > 1500`)], statement),
    before(site, [guard(site, `${name} < 0 || ${name} > 1500`)], statement),
  ])
}

const firstWord = ({ text }: Site, line: Place): number => line.start + (/\S/.exec(text.slice(line.start, line.end))?.index ?? 0)

function sizeOfBuffer(site: Site): Edit[][] {
  const args = callArguments(site)
  return args.flatMap((size, i) => {
    const pointer = args[i - 1]
    return pointer && /^\d+$/.test(size.text) && /^[\w>.-]+$/.test(pointer.text)
      ? [[{ start: size.start, end: size.end, text: `sizeof(${pointer.text})` }]]
      : []
  })
}

function constantSize(site: Site): Edit[][] {
  const reg = Number(/\bR(\d)\b/.exec(site.message)?.[1] ?? 0)
  const arg = callArguments(site)[reg - 1]
  const most = /umax=(?:\w+=)*(0x[\da-f]+|\d+)/.exec(site.explanation.tried?.believed ?? '')?.[1]
  return arg ? [[{ start: arg.start, end: arg.end, text: String(Number(most ?? 63) + 1) }]] : []
}

// Kernel memory and objects

const include = (site: Site, header: string): Edit[] => {
  if (site.text.includes(`<${header}>`)) return []
  const last = find(site, /^#include\s*<[^>]*>[^\n]*\n/m).at(-1)
  const at = last ? last.index + last[0].length : 0
  return [{ start: at, end: at, text: `#include <${header}>\n` }]
}

function probeRead(site: Site): Edit[][] {
  const { expression, at } = site
  const member = /^(\w+)\s*->\s*(\w+)$/.exec(expression)
  const out: Edit[][] = []
  if (member) out.push([{ ...at, text: `BPF_CORE_READ(${member[1]}, ${member[2]})` }, ...include(site, 'bpf/bpf_core_read.h')])
  out.push(
    before(site, [`__typeof__(${expression}) read = 0;`, `bpf_probe_read_kernel(&read, sizeof(read), &${expression});`]).concat({
      ...at,
      text: 'read',
    }),
  )
  return out
}

function currentTask(site: Site): Edit[][] {
  const called = find(site, /\bbpf_get_current_task\(\)/, site.statement).map((m) => [
    { start: m.index, end: m.index + m[0].length, text: 'bpf_get_current_task_btf()' },
  ])
  const reg = Number(/\bR(\d)\b/.exec(site.message)?.[1] ?? 0)
  const arg = callArguments(site)[reg - 1]
  return [...called, ...(arg ? [[{ start: arg.start, end: arg.end, text: 'bpf_get_current_task_btf()' }]] : [])]
}

function readField(site: Site): Edit[][] {
  const off = Number(site.explanation.params[1])
  const field = ctxFields(site.program.type).find((f) => f.offset === off)
  return field ? [[{ ...site.at, text: `${site.ctx}->${field.name}` }]] : []
}

function bpfKprobe(site: Site): Edit[][] {
  const { func, text } = site
  if (!func || func.names.length < 2) return []
  const params = text.slice(func.params.start + 1, func.params.end - 1)
  const rest = params.slice(params.indexOf(',') + 1).trim()
  return [
    [
      { start: func.nameAt, end: func.params.end, text: `BPF_KPROBE(${func.name}, ${rest})` },
      ...include(site, 'bpf/bpf_tracing.h'),
      ...(text.includes('__TARGET_ARCH_')
        ? []
        : [{ start: firstInclude(site), end: firstInclude(site), text: '#define __TARGET_ARCH_x86\n#include <linux/ptrace.h>\n' }]),
    ],
  ]
}

const firstInclude = (site: Site): number => find(site, /^#include/m)[0]?.index ?? 0

// Arguments

function passAddress(site: Site): Edit[][] {
  const reg = Number(/\bR(\d)\b/.exec(site.message)?.[1] ?? 0)
  const arg = callArguments(site)[reg - 1]
  const name = arg && /(\w+)\s*$/.exec(arg.text)?.[1]
  return arg && name && /^[A-Za-z_]/.test(name) ? [[{ start: arg.start, end: arg.end, text: `&${name}` }]] : []
}

function mapSection(site: Site): Edit[][] {
  return callArguments(site).flatMap((arg) => {
    const name = /^&(\w+)$/.exec(arg.text)?.[1]
    return name
      ? find(site, new RegExp(`\\}\\s*${name}()\\s*;`)).map((m) => [
          { start: m.index + m[0].length - 1, end: m.index + m[0].length - 1, text: ' SEC(".maps")' },
        ])
      : []
  })
}

function copyField(site: Site): Edit[][] {
  const fields = ctxFields(site.program.type).filter((f) => f.size === 4 && !/^data/.test(f.name))
  const arg = callArguments(site).findLast((a) => a.text === site.ctx)
  if (!arg) return []
  return fields
    .slice(0, 4)
    .map((f) => [...before(site, [`__u32 key = ${site.ctx}->${f.name};`]), { start: arg.start, end: arg.end, text: '&key' }])
}

/** Local arrays and locks become data of the program, which libbpf keeps in a map. */
function keepInMap(site: Site): Edit[][] {
  const locks = find(site, /^([ \t]*)(struct bpf_spin_lock\s+\w+)(\s*=\s*\{\s*\})?;/m)
  const arrays = find(site, /^([ \t]+)((?:unsigned )?(?:char|__u8|int|__u32|long|__u64)\s+\w+\[\d+\])(\s*=\s*\{\s*\}|\s*=\s*\{0\})?;/m)
  return [...locks, ...arrays].map((m) => [{ start: m.index, end: m.index + m[0].length, text: `${m[1]}static ${m[2]};` }])
}

function wholeObject(site: Site): Edit[][] {
  return find(site, /\(((?:struct\s+)?\w+)\s*\*\)\s*&(\w+)/, site.statement).map((m) => [
    { start: m.index, end: m.index + m[0].length, text: `&(${m[1]}){ ${m[2]} }` },
  ])
}

/** Helpers that do the same for another kind of program. */
const TWINS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  xdp: { bpf_skb_load_bytes: 'bpf_xdp_load_bytes', bpf_skb_store_bytes: 'bpf_xdp_store_bytes' },
  sched_cls: {
    bpf_xdp_load_bytes: 'bpf_skb_load_bytes',
    bpf_xdp_store_bytes: 'bpf_skb_store_bytes',
    bpf_get_current_task: 'bpf_get_prandom_u32',
  },
}

function otherHelper(site: Site): Edit[][] {
  const name = site.explanation.params[1]
  const twin = TWINS[site.program.type]?.[name]
  return twin
    ? find(site, new RegExp(`\\b${name}\\b`), functionBody(site)).map((m) => [{ start: m.index, end: m.index + name.length, text: twin }])
    : []
}

function otherMap(site: Site): Edit[][] {
  return find(site, /BPF_MAP_TYPE_(\w+)/).flatMap((m) =>
    ['HASH', 'ARRAY']
      .filter((kind) => kind !== m[1])
      .map((kind) => [{ start: m.index, end: m.index + m[0].length, text: `BPF_MAP_TYPE_${kind}` }]),
  )
}

function gplLicense(site: Site): Edit[][] {
  const declared = find(site, /SEC\("license"\)\s*=\s*("[^"]*")/).map((m) => [replaceGroup(m, 1, '"GPL"')])
  const end = site.text.length
  return declared.length > 0 ? declared : [[{ start: end, end, text: '\nchar LICENSE[] SEC("license") = "GPL";\n' }]]
}

// Paths

function knownAnswer(site: Site): Edit[][] {
  const [, low, high] = /should have been in \[(-?\d+), (-?\d+)\]/.exec(site.message) ?? []
  const made = site.explanation.causes.findLast((c) => c.kind === 'made' && c.line > 0)
  if (low === undefined) return []
  const within = made ? lineAt(site.text, made.line) : functionBody(site)
  const wider = { start: within.start, end: site.text.indexOf(';', within.start) + 1 || within.end }
  return [low, high].flatMap((answer) => find(site, /\breturn\s+([^;]+);/, wider).map((m) => [replaceGroup(m, 1, answer)]))
}

/** Functions that give back, by what gave. */
const RELEASES: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/(\w+)\s*=\s*(?:\([^)]*\)\s*)?bpf_ringbuf_reserve\(/, (name) => `bpf_ringbuf_discard(${name}, 0);`],
  [/(\w+)\s*=\s*(?:\([^)]*\)\s*)?bpf_(?:sk_lookup|skc_lookup)\w*\(/, (name) => `bpf_sk_release(${name});`],
]

function giveBack(site: Site): Edit[][] {
  const body = functionBody(site)
  const out: Edit[][] = []
  for (const [pattern, release] of RELEASES)
    for (const m of find(site, pattern, body))
      for (const r of find(site, /\breturn\b[^;]*;/, { start: m.index, end: body.end })) {
        const statement = statementAt(site.tokens, r.index)
        if (statement)
          out.push(before(site, [release(m[1])], { start: r.index, end: r.index + r[0].length, isBare: isBareReturn(site, r.index) }))
      }
  return out
}

/** Whether a return stands alone under an if without braces. */
const isBareReturn = ({ text }: Site, at: number): boolean => /(?:\)|\belse)\s*$/.test(text.slice(0, at))

function boundLoop(site: Site): Edit[][] {
  return find(site, /\bwhile\s*\(([^\n]*)\)(?=\s*\n|\s*\{|\s*;)/, functionBody(site)).map((m) => [
    {
      start: m.index,
      end: m.index + m[0].length,
      text: `for (int round = 0; round < 100 && ${/\|\|/.test(m[1]) ? `(${m[1]})` : m[1]}; round++)`,
    },
  ])
}

const FOR = /\bfor\s*\(\s*(?:(__u32|int|unsigned int|__u64|long)\s+)?(\w+)\s*=\s*(\w+)\s*;\s*\2\s*<\s*(\w+)\s*;\s*(?:\2\+\+|\+\+\2)\s*\)/

function bpfFor(site: Site): Edit[][] {
  return find(site, FOR, functionBody(site)).map((m) => {
    const indent = /[ \t]*$/.exec(site.text.slice(0, m.index))?.[0] ?? ''
    const declared = m[1] === undefined ? '' : `int ${m[2]};\n\n${indent}`
    return [{ start: m.index, end: m.index + m[0].length, text: `${declared}bpf_for(${m[2]}, ${m[3]}, ${m[4]})` }]
  })
}

function fewerRounds(site: Site): Edit[][] {
  return find(site, FOR, functionBody(site)).flatMap((m) =>
    ['1000', '100'].map((n) => [{ start: m.index, end: m.index + m[0].length, text: m[0].replace(/<\s*\w+/, `< ${n}`) }]),
  )
}

function alignPlace(site: Site): Edit[][] {
  const size = Number(site.explanation.params[1]) || 8
  return find(site, /\+\s*(\d+)/, site.statement).flatMap((m) => {
    const n = Number(m[1])
    return [Math.floor(n / size) * size, Math.ceil(n / size) * size].map((to) => [replaceGroup(m, 1, String(to))])
  })
}
