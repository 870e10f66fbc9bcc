// Assembly text to a program. Two passes: statements to drafts, each at its slot; then labels, maps and function names to numbers.
// All mistakes are reported, one a statement; there is a program if and only if there is none.
// The notation is the kernel's and clang's (parse.ts), directives are in directives.ts. A label that is called starts a subprogram.
import type { DiagCode, Diagnostic, SourceFile, Span } from '../../diag/index.ts'
import { encode } from '../encode.ts'
import { type Insn, insnSlots } from '../insn.ts'
import type { Program, SubprogInfo } from '../program.ts'
import { directive, type KnownNames, type Settings } from './directives.ts'
import { type Lexed, lex, type Statement, type Token } from './lex.ts'
import { type Draft, parseInsn } from './parse.ts'

export interface AssembleNames extends KnownNames {
  /** Id of a helper by name. */
  readonly helper?: (name: string) => number | undefined
}

export interface AssembleResult {
  readonly program?: Program
  readonly diagnostics: readonly Diagnostic[]
}

const MAX_DIAGNOSTICS = 100

/** Assembles a source. Without `.type` the program is XDP. */
export function assemble(source: SourceFile, names: AssembleNames = {}): AssembleResult {
  const a = new Assembler(source, names)
  a.read(lex(source.text))
  const program = a.finish()
  return a.diagnostics.length === 0 && program ? { program, diagnostics: [] } : { diagnostics: a.diagnostics }
}

interface Placed extends Draft {
  readonly slot: number
  readonly span: Span
}

/** Owned by one call of `assemble`. */
class Assembler {
  readonly diagnostics: Diagnostic[] = []
  private readonly source: SourceFile
  private readonly names: AssembleNames
  private readonly settings: Settings
  private readonly placed: Placed[] = []
  private readonly labels = new Map<string, number>()
  /** Slots of each numeric label, ascending. */
  private readonly numeric = new Map<string, number[]>()
  private readonly called = new Map<number, string>()
  private slot = 0

  constructor(source: SourceFile, names: AssembleNames) {
    this.source = source
    this.names = names
    const base = source.path.slice(source.path.lastIndexOf('/') + 1).split('.')[0]
    this.settings = { type: 'xdp', name: base, license: 'GPL', flags: 0, maps: [] }
  }

  read(lexed: Lexed): void {
    for (const at of lexed.bad) this.complain('asm.character', [this.source.text.slice(at.start, at.end)], at)
    for (const statement of lexed.statements) this.statement(statement)
  }

  private complain(code: DiagCode, params: readonly string[], at: { readonly start: number; readonly end: number }): void {
    if (this.diagnostics.length >= MAX_DIAGNOSTICS) return
    const span: Span = { file: this.source.path, start: at.start, end: at.end }
    this.diagnostics.push({ code, severity: 'error', params, at: span, labels: [], fixes: [] })
  }

  private statement(statement: Statement): void {
    const { tokens, listing } = statement
    if (listing && listing.slot !== this.slot) this.complain('asm.slot', [String(listing.slot), String(this.slot)], listing)
    let first = 0
    while (this.label(tokens, first)) first += 2
    const head = tokens[first]
    if (!head) return
    const span: Span = { file: this.source.path, start: head.start, end: statement.end }
    if (head.kind === 'word' && head.text.startsWith('.')) {
      const words = directive(statement, first, this.settings, this.names, (code, params, at) => this.complain(code, params, at))
      for (const word of words) this.place({ insn: rawSlot(word) }, span)
      return
    }
    const parsed = parseInsn(statement, first)
    if (parsed.ok) this.place(parsed.draft, span)
    else this.complain(parsed.fault.code, parsed.fault.params, parsed.fault)
  }

  /** Takes `name:` or `1:` at a place of a statement. */
  private label(tokens: readonly Token[], first: number): boolean {
    const token = tokens[first]
    const colon = tokens[first + 1]
    if (colon?.text !== ':' || colon.kind !== 'op') return false
    if (token.kind === 'number') {
      const slots = this.numeric.get(token.text)
      if (slots) slots.push(this.slot)
      else this.numeric.set(token.text, [this.slot])
      return true
    }
    if (token.kind !== 'word') return false
    if (this.labels.has(token.text)) this.complain('asm.duplicateLabel', [token.text], token)
    else this.labels.set(token.text, this.slot)
    return true
  }

  private place(draft: Draft, span: Span): void {
    this.placed.push({ ...draft, slot: this.slot, span })
    this.slot += insnSlots(draft.insn)
  }

  finish(): Program | undefined {
    if (this.placed.length === 0 && this.diagnostics.length === 0) this.complain('asm.empty', [], { start: 0, end: 0 })
    const insns = this.placed.map((p) => this.resolve(p))
    if (this.diagnostics.length > 0) {
      this.diagnostics.sort((a, b) => (a.at?.start ?? 0) - (b.at?.start ?? 0))
      return undefined
    }
    const spans: (Span | undefined)[] = []
    for (const p of this.placed) for (let i = 0; i < insnSlots(p.insn); i++) spans.push(p.span)
    const { name, type, license, flags, maps } = this.settings
    return {
      name,
      section: '',
      type,
      attachType: 0,
      license,
      flags,
      code: encode(insns),
      maps,
      lines: [],
      spans,
      subprogs: this.subprogs(),
      vars: [],
    }
  }

  private subprogs(): SubprogInfo[] {
    const starts = [...this.called].filter(([slot]) => slot !== 0).sort(([a], [b]) => a - b)
    const one = (start: number, name: string): SubprogInfo => ({ start, name, typeId: 0, isGlobal: false })
    return [one(0, this.settings.name), ...starts.map(([slot, name]) => one(slot, name))]
  }

  /** The instruction with every name looked up. */
  private resolve(p: Placed): Insn {
    const { insn } = p
    if (p.map) return this.withMap(insn, p.map)
    if (p.name && insn.kind === 'ld_imm64') return this.address(insn, p.name, p.slot)
    if (p.name && insn.kind === 'call') return this.callByName(insn, p.name, p.slot)
    if (!p.target) return insn
    const distance = p.target.kind === 'distance' ? p.target.slots : this.distance(p.target.name, p.target.token, p.slot)
    return distance === undefined ? insn : this.withDistance(insn, distance, p)
  }

  private withMap(insn: Insn, token: Token): Insn {
    const index = this.settings.maps.findIndex((m) => m.name === token.text)
    if (index < 0) this.complain('asm.map', [token.text], token)
    return insn.kind === 'ld_imm64' ? { ...insn, imm: index } : insn
  }

  /** `r1 = name ll`: a function of this program or a map. */
  private address(insn: Extract<Insn, { kind: 'ld_imm64' }>, token: Token, slot: number): Insn {
    if (!this.labels.has(token.text) && this.settings.maps.some((m) => m.name === token.text)) {
      return this.withMap({ ...insn, load: 'map_idx' }, token)
    }
    const distance = this.distance(token.text, token, slot)
    if (distance === undefined) return insn
    this.called.set(slot + 1 + distance, token.text)
    return { ...insn, imm: distance }
  }

  private callByName(insn: Extract<Insn, { kind: 'call' }>, token: Token, slot: number): Insn {
    const helper = this.names.helper?.(token.text)
    // `name#id`: the kernel writes helpers and kfuncs alike.
    if (insn.target === 'kfunc') return helper === insn.imm ? { ...insn, target: 'helper' } : insn
    if (this.labels.has(token.text)) {
      const distance = this.distance(token.text, token, slot) ?? 0
      this.called.set(slot + 1 + distance, token.text)
      return { ...insn, target: 'subprog', imm: distance }
    }
    if (helper === undefined) this.complain('asm.function', [token.text], token)
    return { ...insn, imm: helper ?? 0 }
  }

  /** Slots from after the instruction at `slot` to a label. */
  private distance(name: string, token: Token, slot: number): number | undefined {
    const local = /^(\d+)([fb])$/.exec(name)
    const slots = local ? (this.numeric.get(local[1]) ?? []) : []
    const at = local ? (local[2] === 'f' ? slots.find((s) => s > slot) : slots.findLast((s) => s <= slot)) : this.labels.get(name)
    if (at === undefined) this.complain('asm.label', [name], token)
    return at === undefined ? undefined : at - slot - 1
  }

  private withDistance(insn: Insn, distance: number, p: Placed): Insn {
    const isWide = (insn.kind === 'goto' && insn.long) || insn.kind === 'call'
    if (!isWide && (distance < -32768 || distance > 32767)) {
      this.complain('asm.range', [String(distance), '-32768', '32767'], p.span)
    }
    switch (insn.kind) {
      case 'goto':
      case 'jump':
      case 'may_goto':
        return { ...insn, off: distance }
      case 'call':
        this.called.set(p.slot + 1 + distance, `func_${p.slot + 1 + distance}`)
        return { ...insn, imm: distance }
      default:
        return insn
    }
  }
}

/** Eight bytes, little-endian, as an instruction of whatever kind. */
function rawSlot(word: bigint): Insn {
  const low = Number(BigInt.asUintN(32, word))
  return {
    kind: 'invalid',
    opcode: low & 0xff,
    dst: (low >> 8) & 0x0f,
    src: (low >> 12) & 0x0f,
    off: low >> 16,
    imm: Number(BigInt.asIntN(32, word >> 32n)),
  }
}
