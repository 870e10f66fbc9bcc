// Declarations (C11 6.7, 6.9): typedefs, variables, functions; linkage and redeclaration; definitions of functions.
// In: syntax. Out: symbols in their scopes and, for automatic variables, statements that initialise them.
import { error, label, type Place, silenced, warning } from '../report.ts'
import type { Declaration, FunctionDefinition, InitDeclarator, StaticAssert } from '../syntax/index.ts'
import { noteChange } from '../undo.ts'
import { literalText, type Meaning, meaning } from './attributes.ts'
import { isConst, rvalue } from './build-expr.ts'
import { compatible, composite, sameUnqualified } from './compatible.ts'
import { atFileScope, type Context, declare, innermost, isError, popScope, pushScope } from './context.ts'
import {
  alignOf,
  arrayOf,
  asArray,
  asFunction,
  asRecord,
  INT,
  isFloat,
  isFunction,
  isFunctionPointer,
  isInteger,
  isVoid,
  qualifiersOf,
  sizeOf,
} from './ctypes.ts'
import { foldedNumber } from './folding.ts'
import { incompleteNote } from './operators.ts'
import { quoteType } from './print-type.ts'
import { type Declared, declaredType, specifiedType } from './specifiers.ts'
import { bodyBlock, fallsOff, ladder } from './statements.ts'
import { constantValue } from './static-data.ts'
import type { FunctionSymbol, GlobalSymbol, LocalVariable, TBlock, TExpr, TFunction, TInit, TLabel, TStmt } from './tree.ts'
import type { CType } from './types.ts'
import { warnUninitialised } from './uninitialised.ts'
import { isMacro, makeUsage, noteLocal, warnUnusedIn } from './usage.ts'

/** _Static_assert */
export function staticAssert(cx: Context, s: StaticAssert): void {
  const value = rvalue(cx.rules.expression(cx, s.condition))
  if (isError(value)) return
  const number = isInteger(value.type) ? foldedNumber(value) : undefined
  if (number === undefined) error(cx.sink, 'c.static-assert-constant', s.condition.at)
  else if (number === 0n) {
    const text = s.message ? (literalText(s.message) ?? '') : ''
    error(cx.sink, text === '' ? 'c.static-assert' : 'c.static-assert-text', s.condition.at, [text])
  }
}

/** A declaration outside of functions. */
export function fileDeclaration(cx: Context, d: Declaration): void {
  eachDeclarator(cx, d, (one, base, said) => {
    const declared = declaredType(cx, base ?? INT, one.declarator)
    if (!declared.name) return
    if (!base) error(cx.sink, 'c.auto-needs-init', declared.at)
    if (d.specifiers.storage === 'typedef') declareTypedef(cx, declared, said)
    else if (isFunction(declared.type)) declareFunction(cx, d, declared, said, one)
    else fileVariable(cx, d, declared, said, one)
  })
}

/** A declaration within a function. */
export function localDeclaration(cx: Context, d: Declaration): TStmt[] {
  const out: TStmt[] = []
  eachDeclarator(cx, d, (one, base, said) => {
    const { storage } = d.specifiers
    let declared = declaredType(cx, base ?? INT, one.declarator)
    if (!declared.name) return
    if (!base) declared = { ...declared, type: deducedType(cx, one, declared) }
    if (storage === 'typedef') declareTypedef(cx, declared, said)
    else if (isFunction(declared.type)) declareFunction(cx, d, declared, said, one)
    else if (storage === 'extern') fileVariable(cx, d, declared, said, one)
    else if (storage === 'static') staticLocal(cx, declared, said, one)
    else out.push(automatic(cx, declared, said, one))
  })
  return out
}

/** The specifiers' type and what the attributes say, for each declarator. `base` is undefined for __auto_type. */
function eachDeclarator(cx: Context, d: Declaration, body: (one: InitDeclarator, base: CType | undefined, said: Meaning) => void): void {
  const { specifiers } = d
  const common = meaning(cx, specifiers.attributes)
  const base = specifiedType(cx, specifiers, common)
  if (specifiers.threadLocal) error(cx.sink, 'c.thread-local', specifiers.at)
  if (d.declarators.length === 0) {
    const kind = specifiers.type?.kind
    if (kind !== 'record' && kind !== 'enum') warning(cx.sink, 'c.declares-nothing', d.at)
    return
  }
  for (const one of d.declarators) {
    const declaratorAttributes = one.declarator.kind === 'attributed' ? one.declarator.attributes : []
    const said = meaning(cx, [...specifiers.attributes, ...declaratorAttributes, ...one.attributes])
    const aligns = specifiers.alignas.map((a) =>
      a.kind === 'type-name' ? alignOf(cx.rules.typeName(cx, a)) : Number(constantOf(cx, a) ?? 1),
    )
    body(one, base, aligns.length > 0 ? { ...said, align: Math.max(said.align ?? 1, ...aligns) } : said)
  }
}

function constantOf(cx: Context, e: Parameters<Context['rules']['expression']>[1]): bigint | undefined {
  const value = rvalue(cx.rules.expression(cx, e))
  if (isConst(value)) return value.value
  if (!isError(value)) error(cx.sink, 'c.not-constant', e.at)
  return undefined
}

/** __auto_type x = value */
function deducedType(cx: Context, one: InitDeclarator, declared: Declared): CType {
  if (!one.init || one.init.kind === 'init-list') {
    error(cx.sink, 'c.auto-needs-init', declared.at)
    return INT
  }
  cx.unevaluated++
  const value = rvalue(cx.rules.expression(cx, one.init))
  cx.unevaluated--
  return value.type
}

function declareTypedef(cx: Context, declared: Declared, said: Meaning): void {
  const { name } = declared
  if (!name) return
  const before = innermost(cx).names.get(name.name)
  if (before?.kind === 'typedef') {
    if (compatible(before.type, declared.type)) return
    error(cx.sink, 'c.typedef-redefined', name.at, [name.name, quoteType(declared.type), quoteType(before.type)], {
      labels: before.at.file === '' ? [] : [label(before.at, 'c.note.previous-definition')],
    })
    return
  }
  const type: CType = { kind: 'typedef', name: name.name, of: declared.type, at: name.at, declTags: said.declTags }
  declare(cx, { kind: 'typedef', name: name.name, type, at: name.at })
}

// --- functions ---

function declareFunction(cx: Context, d: Declaration, declared: Declared, said: Meaning, one: InitDeclarator): void {
  if (one.init) error(cx.sink, 'c.init-function', one.init.at, [declared.name?.name ?? ''])
  const symbol = functionSymbol(cx, d, declared, said)
  const asmName = one.asmLabel?.kind === 'string' ? literalText(one.asmLabel) : undefined
  if (symbol && asmName !== undefined) symbol.packetLoad = PACKET_LOADS.get(asmName)
}

const PACKET_LOADS: ReadonlyMap<string, 1 | 2 | 4> = new Map([
  ['llvm.bpf.load.byte', 1],
  ['llvm.bpf.load.half', 2],
  ['llvm.bpf.load.word', 4],
])

/** Finds or makes the symbol; merges what this declaration says into it. */
function functionSymbol(cx: Context, d: Declaration | FunctionDefinition, declared: Declared, said: Meaning): FunctionSymbol | undefined {
  const { name } = declared
  if (!name) return undefined
  const file = cx.scopes[0]
  const before = file.names.get(name.name)
  const { specifiers } = d
  const isStatic = specifiers.storage === 'static' || (specifiers.inline && specifiers.storage !== 'extern')
  let symbol: FunctionSymbol
  if (before?.kind === 'function') {
    symbol = before
    noteChange(cx.journal, symbol)
    if (!sameUnqualified(before.type, declared.type)) {
      error(cx.sink, 'c.conflicting-types', name.at, [name.name, quoteType(declared.type), quoteType(before.type)], {
        labels: [label(before.at, 'c.note.previous-declaration')],
      })
    } else symbol.type = d.kind === 'function' ? declared.type : composite(before.type, declared.type)
    if (specifiers.storage === 'static' && before.linkage === 'extern' && before.bodyAt === undefined) {
      error(cx.sink, 'c.static-after-extern', name.at, [name.name], { labels: [label(before.at, 'c.note.previous-declaration')] })
    }
  } else {
    if (before) {
      error(cx.sink, 'c.redefined-other-kind', name.at, [name.name], { labels: [label(before.at, 'c.note.previous-definition')] })
      return undefined
    }
    symbol = {
      kind: 'function',
      name: name.name,
      at: name.at,
      type: declared.type,
      linkage: isStatic ? 'internal' : 'extern',
      weak: false,
      hidden: false,
      section: undefined,
      inline: 'none',
      noreturn: false,
      naked: false,
      unused: false,
      used: false,
      declTags: [],
      bodyAt: undefined,
      packetLoad: undefined,
      builtin: undefined,
    }
    file.names.set(name.name, symbol)
    cx.functions.push(symbol)
  }
  if (!atFileScope(cx) && innermost(cx) !== file) innermost(cx).names.set(name.name, symbol)
  symbol.weak ||= said.weak
  symbol.hidden ||= said.hidden
  symbol.noreturn ||= said.noreturn || specifiers.noreturn
  symbol.naked ||= said.naked
  symbol.unused ||= said.unused
  symbol.used ||= said.used
  symbol.section = said.section ?? symbol.section
  symbol.declTags = [...symbol.declTags, ...said.declTags]
  if (said.inline) symbol.inline = said.inline
  else if (specifiers.inline && symbol.inline === 'none') symbol.inline = 'hint'
  return symbol
}

/** function-definition */
export function functionDefinition(cx: Context, d: FunctionDefinition): void {
  const said = meaning(cx, [
    ...d.specifiers.attributes,
    ...d.attributes,
    ...(d.declarator.kind === 'attributed' ? d.declarator.attributes : []),
  ])
  const base = specifiedType(cx, d.specifiers, said) ?? INT
  const declared = declaredType(cx, base, d.declarator)
  const type = asFunction(declared.type)
  if (!type || !declared.name) return
  if (d.specifiers.storage === 'typedef') error(cx.sink, 'c.typedef-body', d.specifiers.at)
  const symbol = functionSymbol(cx, d, declared, said)
  if (symbol?.bodyAt) {
    error(cx.sink, 'c.redefined', declared.name.at, [symbol.name], { labels: [label(symbol.at, 'c.note.previous-definition')] })
    return
  }
  if (!symbol) return
  // BPF passes no list of arguments: a function that takes more than it names exists only in its callers' places.
  if (type.variadic && symbol.linkage === 'internal' && symbol.inline !== 'never') symbol.inline = 'always'
  else if (type.variadic) error(cx.sink, 'c.variadic-function', declared.at)
  checkSignature(cx, type, declared)
  if (symbol.linkage === 'extern') symbol.linkage = 'external'
  symbol.bodyAt = d.body.openAt
  symbol.at = declared.name.at
  const labels = new Map<string, TLabel>()
  const localLabels: TLabel[] = []
  const errorsBefore = cx.sink.errors
  const misread = hasErrorWithin(cx, d.body.openAt, d.body.closeAt)
  cx.fn = { symbol, ret: type.ret, labels, localLabels, usage: makeUsage(), switches: [], loops: 0, breakables: 0, statics: new Map() }
  pushScope(cx)
  const params = type.params.map((p, i): LocalVariable => {
    const variable: LocalVariable = {
      kind: 'local',
      name: p.name ?? '',
      at: p.at,
      param: i,
      cleanup: undefined,
      align: alignOf(p.type),
      type: p.type,
    }
    if (p.name !== undefined) declare(cx, variable)
    return variable
  })
  const body = bodyBlock(cx, d.body)
  popScope(cx)
  warnUnusedIn(cx, cx.fn, [...labels.values(), ...localLabels], cx.sink.errors > errorsBefore, misread)
  for (const l of labels.values()) if (!l.definedAt) error(cx.sink, 'c.undeclared-label', l.at, [l.name])
  cx.fn = undefined
  const definition: TFunction = { symbol, params, body, labels: [...labels.values(), ...localLabels] }
  const falls = fallsOff(body, neverReturns)
  if (symbol.naked) checkNaked(cx, body)
  else if (falls && !isVoid(type.ret) && symbol.name !== 'main' && !misread) {
    const any = body.items.some((s) => s.kind !== 'empty' && s.kind !== 'declare')
    warning(cx.sink, any && hasReturn(body) ? 'c.missing-return-path' : 'c.missing-return', d.body.closeAt)
  }
  if (symbol.noreturn && falls) warning(cx.sink, 'c.noreturn-returns', d.body.closeAt, [symbol.name])
  if (cx.sink.errors === 0) warnUninitialised(cx.sink, definition, neverReturns)
  cx.definitions.push(definition)
}

/** Whether the parser passed over something there: what is missing may be in it. */
function hasErrorWithin(cx: Context, open: Place, close: Place): boolean {
  return cx.sink.diagnostics.some(
    ({ severity, at }) => severity === 'error' && at && at.file === open.file && at.start >= open.start && at.start <= close.end,
  )
}

/** A naked function has no frame: only assembly can stand in it. */
function checkNaked(cx: Context, body: TBlock): void {
  for (const s of body.items) if (s.kind !== 'asm' && s.kind !== 'empty') error(cx.sink, 'c.naked-statement', s.at)
}

function checkSignature(
  cx: Context,
  type: { readonly ret: CType; readonly params: readonly { readonly type: CType; readonly at: Place }[] },
  declared: Declared,
): void {
  if (isFloat(type.ret)) error(cx.sink, 'c.no-float', declared.at)
  if (!isVoid(type.ret) && sizeOf(type.ret) === undefined)
    error(cx.sink, 'c.incomplete-result', declared.at, [quoteType(type.ret)], incompleteNote(cx, type.ret))
  for (const p of type.params) {
    if (isFloat(p.type)) error(cx.sink, 'c.no-float', p.at)
    else if (sizeOf(p.type) === undefined) error(cx.sink, 'c.incomplete-variable', p.at, [quoteType(p.type)], incompleteNote(cx, p.type))
  }
}

function neverReturns(e: TExpr): boolean {
  if (e.kind === 'call') return e.callee.kind === 'address' && e.callee.operand.kind === 'function' && e.callee.operand.fn.noreturn
  if (e.kind === 'builtin') return e.name === '__builtin_unreachable' || e.name === '__builtin_trap'
  return e.kind === 'cast' && neverReturns(e.operand)
}

function hasReturn(s: TStmt): boolean {
  switch (s.kind) {
    case 'return':
      return true
    case 'block':
      return s.items.some(hasReturn)
    case 'if':
      return ladder(s).some(hasReturn)
    case 'while':
    case 'do':
    case 'for':
    case 'switch':
    case 'case':
    case 'default':
    case 'label':
      return hasReturn(s.body)
    default:
      return false
  }
}

// --- variables ---

function newGlobal(name: string, declared: Declared, said: Meaning, linkage: GlobalSymbol['linkage']): GlobalSymbol {
  return {
    kind: 'global',
    name,
    at: declared.at,
    type: declared.type,
    linkage,
    weak: said.weak,
    hidden: said.hidden,
    section: said.section,
    used: said.used,
    align: said.align,
    data: undefined,
    isString: false,
    declTags: said.declTags,
    defined: false,
    value: undefined,
    written: false,
  }
}

function fileVariable(cx: Context, d: Declaration, declared: Declared, said: Meaning, one: InitDeclarator): void {
  const { name } = declared
  if (!name) return
  const { storage } = d.specifiers
  const isExtern = storage === 'extern' && !one.init
  const file = cx.scopes[0]
  const before = file.names.get(name.name)
  let symbol: GlobalSymbol
  if (before?.kind === 'global') {
    symbol = before
    noteChange(cx.journal, symbol)
    if (!compatible(before.type, declared.type)) {
      error(cx.sink, 'c.redefined-type', name.at, [name.name, quoteType(declared.type), quoteType(before.type)], {
        labels: [label(before.at, 'c.note.previous-definition')],
      })
      return
    }
    if (before.defined && one.init) {
      error(cx.sink, 'c.redefined', name.at, [name.name], { labels: [label(before.at, 'c.note.previous-definition')] })
      return
    }
    if (storage === 'static' && before.linkage !== 'internal') {
      error(cx.sink, 'c.static-after-extern', name.at, [name.name], { labels: [label(before.at, 'c.note.previous-declaration')] })
    }
    symbol.type = composite(before.type, declared.type)
    symbol.section = said.section ?? symbol.section
    symbol.weak ||= said.weak
    symbol.hidden ||= said.hidden
    symbol.used ||= said.used
    symbol.align = said.align ?? symbol.align
    if (!isExtern && symbol.linkage === 'extern') {
      symbol.linkage = 'external'
      symbol.at = name.at
    }
  } else {
    if (before) {
      error(cx.sink, 'c.redefined-other-kind', name.at, [name.name], { labels: [label(before.at, 'c.note.previous-definition')] })
      return
    }
    symbol = newGlobal(name.name, declared, said, storage === 'static' ? 'internal' : isExtern ? 'extern' : 'external')
    file.names.set(name.name, symbol)
    cx.globals.push(symbol)
  }
  if (said.unused) cx.mentioned.add(symbol)
  if (!atFileScope(cx)) innermost(cx).names.set(name.name, symbol)
  if (one.init) initialiseGlobal(cx, symbol, one)
  else if (!isExtern) checkVariableType(cx, symbol.type, declared.at, true)
}

function initialiseGlobal(cx: Context, symbol: GlobalSymbol, one: InitDeclarator): void {
  symbol.defined = true
  if (!one.init || !checkVariableType(cx, symbol.type, symbol.at, true)) return
  const made = cx.rules.initializer(cx, symbol.type, one.init, symbol.at)
  const array = asArray(symbol.type)
  if (!made) {
    // How many elements it would have had is not known; no second message for that.
    if (array && array.count === undefined) symbol.type = arrayOf(array.element, 1)
    return
  }
  symbol.type = made.type
  symbol.data = cx.rules.staticData(cx, made.init)
  const q = qualifiersOf(symbol.type)
  // A static pointer to a function counts too as long as nothing writes to it: libbpf once declared its helpers so.
  if (!q.volatile && (q.const || (symbol.linkage === 'internal' && isFunctionPointer(symbol.type)))) symbol.value = constantValue(symbol)
}

/** Whether an object may have the type; a tentative array of unknown size gets one element at the end. */
function checkVariableType(cx: Context, type: CType, at: Place, global: boolean): boolean {
  if (isFloat(type)) {
    error(cx.sink, 'c.no-float', at)
    return false
  }
  if (isVoid(type) || (sizeOf(type) === undefined && !(asArray(type)?.count === undefined && asArray(type)))) {
    // A tentative definition may be completed later in the file.
    if (global && asRecord(type) && !isVoid(type)) return true
    error(cx.sink, 'c.incomplete-variable', at, [quoteType(type)], incompleteNote(cx, type))
    return false
  }
  return true
}

/** `static` in a function: a global that only this scope can name. */
function staticLocal(cx: Context, declared: Declared, said: Meaning, one: InitDeclarator): void {
  const { name } = declared
  if (!name || !cx.fn) return
  const count = cx.fn.statics.get(name.name) ?? 0
  cx.fn.statics.set(name.name, count + 1)
  const linked = `${cx.fn.symbol.name}.${name.name}${count === 0 ? '' : `.${count}`}`
  const symbol = newGlobal(linked, declared, said, 'internal')
  declare(cx, symbol, name.name)
  cx.globals.push(symbol)
  if (one.init) initialiseGlobal(cx, symbol, one)
  else if (checkVariableType(cx, symbol.type, declared.at, false) && sizeOf(symbol.type) === undefined) {
    error(cx.sink, 'c.array-size-missing', declared.at, [name.name])
  }
}

function automatic(cx: Context, declared: Declared, said: Meaning, one: InitDeclarator): TStmt {
  const { name, at } = declared
  const variable: LocalVariable = {
    kind: 'local',
    name: name?.name ?? '',
    at,
    param: undefined,
    cleanup: said.cleanup,
    align: Math.max(said.align ?? 1, 1),
    type: declared.type,
  }
  if (said.section !== undefined) error(cx.sink, 'c.local-section', at, [variable.name])
  const usable = checkVariableType(cx, declared.type, at, false)
  const before = innermost(cx).names.get(variable.name)
  if (before?.kind === 'local' && !sameUnqualified(before.type, declared.type)) {
    error(cx.sink, 'c.redefined-type', at, [variable.name, quoteType(declared.type), quoteType(before.type)], {
      labels: [label(before.at, 'c.note.previous-definition')],
    })
  } else declare(cx, variable)
  if (usable && !said.unused && !said.cleanup && !isMacro(at) && !silenced(cx.sink, 'c.unused-variable')) noteLocal(cx, variable)
  if (!usable) variable.type = INT
  let init: TInit | undefined
  if (one.init) {
    const made = usable ? cx.rules.initializer(cx, variable.type, one.init, at) : undefined
    if (made) {
      ;({ init } = made)
      variable.type = made.type
      const [part] = made.init.parts
      if (qualifiersOf(made.type).const && isInteger(made.type) && part?.value?.kind === 'const') variable.value = part.value.value
    }
  }
  if (usable && sizeOf(variable.type) === undefined) {
    if (!one.init) error(cx.sink, 'c.array-size-missing', at, [variable.name])
    variable.type = INT
    init = undefined
  }
  variable.align = Math.max(variable.align, alignOf(variable.type))
  return { kind: 'declare', variable, init, at }
}
