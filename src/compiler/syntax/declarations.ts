// Declarations (C11 6.7) with GNU attributes, typeof, __extension__ and asm labels.
// A declarator is kept as a chain from the outside to the name (see `Declarator`); sema builds the type along it.
import { isPunct, type Token } from '../preprocess/index.ts'
import { join, type Place } from '../report.ts'
import {
  type Attribute,
  type Declaration,
  type Declarator,
  type EnumSpec,
  type Expr,
  type FunctionDefinition,
  type InitDeclarator,
  type MemberDeclaration,
  NO_QUALIFIERS,
  type ParamDeclaration,
  type Qualifiers,
  type RecordSpec,
  type Specifiers,
  type StaticAssert,
  type StorageClass,
  type StringExpr,
  type TypeName,
  type TypeSpec,
} from './ast.ts'
import { attributeSpecifiers, bracketAttributes } from './attributes.ts'
import {
  accept,
  acceptWord,
  advance,
  at,
  declaredName,
  declareName,
  endOf,
  enterScope,
  expect,
  expectSemicolon,
  fail,
  failUnknownType,
  isTypedefName,
  leaveScope,
  nest,
  type Parser,
  peek,
  previous,
  recover,
  reportMissingSemicolon,
  reportUnknownType,
} from './cursor.ts'
import { assignmentExpression, conditionalExpression, expectString, name } from './expressions.ts'
import { initializer } from './initializers.ts'
import {
  FUNCTION_WORDS,
  KEYWORDS,
  OTHER_SPECIFIER_WORDS,
  QUALIFIER_WORDS,
  STORAGE_WORDS,
  TAG_WORDS,
  TYPE_WORDS,
  TYPEOF_WORDS,
} from './keywords.ts'
import { oldStyleSuffix, startsOldStyle } from './old-style.ts'

/** Whether a declaration begins with this token. */
export function startsDeclaration(p: Parser, t: Token): boolean {
  if (t.kind !== 'identifier') return false
  const { text } = t
  if (KEYWORDS.has(text)) {
    return (
      STORAGE_WORDS.has(text) ||
      FUNCTION_WORDS.has(text) ||
      OTHER_SPECIFIER_WORDS.has(text) ||
      startsTypeName(p, t) ||
      text === '_Static_assert'
    )
  }
  return isTypedefName(p, text)
}

/** Whether a type-name begins with this token. */
export function startsTypeName(p: Parser, t: Token): boolean {
  if (t.kind !== 'identifier') return false
  const { text } = t
  if (!KEYWORDS.has(text)) return isTypedefName(p, text)
  return TYPE_WORDS.has(text) || QUALIFIER_WORDS.has(text) || TAG_WORDS.has(text) || TYPEOF_WORDS.has(text) || text === '__attribute__'
}

/** declaration-specifiers; specifier-qualifier-list where `storage` is not allowed is left to sema */
export function declarationSpecifiers(p: Parser): Specifiers {
  const start = peek(p).at
  let storage: StorageClass | undefined
  let inline = false
  let noreturn = false
  let threadLocal = false
  let qualifiers = NO_QUALIFIERS
  let type: TypeSpec | undefined
  const words: string[] = []
  let wordsAt: Place | undefined
  const attributes: Attribute[] = []
  const alignas: (Expr | TypeName)[] = []
  for (;;) {
    const t = peek(p)
    if (isPunct(t, '[') && isPunct(peek(p, 1), '[')) {
      attributes.push(...bracketAttributes(p))
      continue
    }
    if (t.kind !== 'identifier') break
    const { text } = t
    // `_Atomic(T)` is T with the qualifier (C11 6.7.2.4).
    const qualifier = text === '_Atomic' && isPunct(peek(p, 1), '(') ? undefined : QUALIFIER_WORDS.get(text)
    if (qualifier) {
      p.next++
      if (qualifier !== 'other') qualifiers = { ...qualifiers, [qualifier]: true }
      continue
    }
    if (STORAGE_WORDS.has(text)) {
      p.next++
      if (storage !== undefined && storage !== text) fail(p, 'c.two-storage-classes', [text, storage], t.at)
      storage = text as StorageClass
      continue
    }
    if (FUNCTION_WORDS.has(text)) {
      p.next++
      if (text === '_Noreturn') noreturn = true
      else inline = true
      continue
    }
    if (text === '__attribute__' || text === '__attribute' || text === '__declspec') {
      attributes.push(...attributeSpecifiers(p))
      continue
    }
    if (text === '__extension__') {
      p.next++
      continue
    }
    if (text === '_Thread_local' || text === '__thread') {
      p.next++
      threadLocal = true
      continue
    }
    if (text === '_Alignas') {
      alignas.push(alignmentSpecifier(p))
      continue
    }
    const word = TYPE_WORDS.get(text)
    if (word !== undefined) {
      if (type) break
      p.next++
      words.push(word)
      wordsAt = wordsAt ? join(wordsAt, t.at) : t.at
      continue
    }
    if (type || words.length > 0) break
    if (text === '_Atomic') qualifiers = { ...qualifiers, atomic: true }
    if (TAG_WORDS.has(text)) type = text === 'enum' ? enumSpecifier(p) : structOrUnionSpecifier(p)
    else if (TYPEOF_WORDS.has(text) || text === '_Atomic') type = typeofSpecifier(p)
    else if (!KEYWORDS.has(text) && isTypedefName(p, text)) {
      p.next++
      type = { kind: 'typedef', name: text, at: t.at }
    } else break
  }
  if (words.length > 0) type = { kind: 'words', words, at: wordsAt ?? start }
  if (!type && words.length === 0 && !p.panic && namesNoType(p)) {
    // Taken for int, so that what follows still makes sense.
    const near = reportUnknownType(p, advance(p))
    type = near === undefined ? { kind: 'words', words: ['int'], at: start } : { kind: 'typedef', name: near, at: start }
  }
  if (!type && p.panic) type = { kind: 'words', words: ['int'], at: start }
  const end = previous(p).at
  return { storage, inline, noreturn, threadLocal, qualifiers, type, attributes, alignas, at: join(start, end) }
}

/** `static foo x` or `static foo *x`, where foo is no type. */
function namesNoType(p: Parser): boolean {
  const t = peek(p)
  const after = peek(p, 1)
  if (t.kind !== 'identifier' || KEYWORDS.has(t.text)) return false
  return (after.kind === 'identifier' && !KEYWORDS.has(after.text)) || (isPunct(after, '*') && peek(p, 2).kind === 'identifier')
}

/** `foo x = ...`, `foo x;`, `foo *x = ...` at the start of a statement, where foo is no type: nothing but a declaration looks like this. */
export function namesUnknownType(p: Parser): boolean {
  const t = peek(p)
  if (t.kind !== 'identifier' || !namesNoType(p) || isTypedefName(p, t.text)) return false
  if (!isPunct(peek(p, 1), '*')) return [';', '=', ',', '['].some((text) => isPunct(peek(p, 2), text))
  return isPunct(peek(p, 3), '=')
}

/** `_Alignas ( type-name | constant-expression )` */
function alignmentSpecifier(p: Parser): Expr | TypeName {
  p.next++
  const open = peek(p)
  expect(p, '(')
  nest(p)
  const operand = startsTypeName(p, peek(p)) ? typeName(p) : conditionalExpression(p)
  p.depth--
  expect(p, ')', open)
  return operand
}

/** typeof-specifier */
function typeofSpecifier(p: Parser): TypeSpec {
  const word = advance(p)
  if (word.text === '__auto_type') return { kind: 'auto', at: word.at }
  const open = peek(p)
  expect(p, '(')
  nest(p)
  const operand = startsTypeName(p, peek(p)) ? typeName(p) : p.rules.expression(p)
  p.depth--
  expect(p, ')', open)
  return { kind: 'typeof', operand, unqualified: word.text.includes('unqual'), at: join(word.at, previous(p).at) }
}

/** struct-or-union-specifier */
function structOrUnionSpecifier(p: Parser): RecordSpec {
  const word = advance(p)
  const attributes = attributeSpecifiers(p)
  const tagName = tag(p)
  let members: MemberDeclaration[] | undefined
  const { pack } = p
  let isOpenEnded = false
  if (at(p, '{')) {
    members = structDeclarationList(p)
    isOpenEnded = lacksSemicolon(p, word.text)
    if (!isOpenEnded) attributes.push(...attributeSpecifiers(p))
    attributes.push(...p.pushedAttributes.flat())
  } else if (!tagName) fail(p, 'c.expected-tag', [word.text])
  const end = tagName && !members ? tagName.at : previous(p).at
  return {
    kind: 'record',
    tag: word.text === 'union' ? 'union' : 'struct',
    name: tagName,
    members,
    attributes,
    pack,
    ...(isOpenEnded && { isOpenEnded }),
    at: join(word.at, end),
  }
}

function tag(p: Parser) {
  const t = peek(p)
  if (t.kind !== 'identifier' || KEYWORDS.has(t.text)) return undefined
  p.next++
  return { name: t.text, at: t.at }
}

/** `{` struct-declaration* `}` */
function structDeclarationList(p: Parser): MemberDeclaration[] {
  const open = advance(p)
  const members: MemberDeclaration[] = []
  if (!nest(p)) return members
  while (!at(p, '}') && (peek(p).kind !== 'end' || p.panic)) {
    if (!accept(p, ';')) {
      if (peek(p).kind === 'identifier' && peek(p).text === '_Static_assert') staticAssertDeclaration(p)
      else members.push(structDeclaration(p))
    }
    if (p.panic) recover(p, false)
  }
  p.depth--
  expect(p, '}', open)
  return members
}

/** struct-declaration */
function structDeclaration(p: Parser): MemberDeclaration {
  const start = peek(p)
  const specifiers = typedSpecifiers(p)
  const declarators: MemberDeclaration['declarators'][number][] = []
  if (!at(p, ';')) {
    do {
      const before = attributeSpecifiers(p)
      const d: Declarator = at(p, ':') ? { kind: 'name', name: undefined, at: peek(p).at } : declarator(p)
      const width = accept(p, ':') ? conditionalExpression(p) : undefined
      declarators.push({ declarator: d, width, attributes: [...before, ...attributeSpecifiers(p)] })
    } while (accept(p, ','))
  }
  expectSemicolon(p, 'c.expected-semi-member')
  return { kind: 'member-declaration', specifiers, declarators, at: join(start.at, previous(p).at) }
}

/** Specifiers where a type must be among them; an unknown name is reported and stands for int. */
export function typedSpecifiers(p: Parser): Specifiers {
  const start = peek(p)
  const specifiers = declarationSpecifiers(p)
  if (specifiers.type || start !== peek(p)) return specifiers
  failNoType(p)
  return { ...specifiers, type: { kind: 'words', words: ['int'], at: start.at } }
}

function failNoType(p: Parser): void {
  const t = peek(p)
  if (t.kind === 'identifier' && !KEYWORDS.has(t.text)) failUnknownType(p)
  else fail(p, 'c.expected-type')
}

/** Behind a record at the file's level: whether what follows, on a line of its own, begins another declaration. */
function lacksSemicolon(p: Parser, tagWord: string): boolean {
  if (p.panic || p.scopes.length > 1 || p.depth > 0) return false
  let at = p.next
  for (; p.tokens[at].text === '__attribute__' && p.tokens[at].lineStart; at++) {
    let depth = 0
    do {
      at++
      if (isPunct(p.tokens[at], '(')) depth++
      else if (isPunct(p.tokens[at], ')')) depth--
    } while (depth > 0 && p.tokens[at].kind !== 'end')
  }
  const t = p.tokens[at]
  if (!t.lineStart || t.text === '__attribute__' || QUALIFIER_WORDS.has(t.text) || !startsDeclaration(p, t)) return false
  reportMissingSemicolon(p, 'c.expected-semi-after', endOf(p, previous(p).at), [tagWord])
  return true
}

/** enum-specifier */
function enumSpecifier(p: Parser): EnumSpec {
  const word = advance(p)
  const attributes = attributeSpecifiers(p)
  const tagName = tag(p)
  let underlying: TypeName | undefined
  if (at(p, ':') && startsTypeName(p, peek(p, 1))) {
    p.next++
    underlying = typeName(p)
  }
  let members: { readonly name: { readonly name: string; readonly at: Place }; readonly value: Expr | undefined }[] | undefined
  if (at(p, '{')) {
    const open = advance(p)
    members = []
    nest(p)
    while (!at(p, '}') && !p.panic) {
      const member = name(p)
      attributeSpecifiers(p)
      const value = accept(p, '=') ? conditionalExpression(p) : undefined
      if (member) {
        members.push({ name: member, value })
        p.scopes[p.scopes.length - 1].set(member.name, false)
      }
      if (!accept(p, ',')) break
    }
    p.depth--
    expect(p, '}', open)
    attributes.push(...attributeSpecifiers(p))
  } else if (!tagName) fail(p, 'c.expected-tag', ['enum'])
  return {
    kind: 'enum',
    name: tagName,
    members,
    underlying,
    attributes,
    at: join(word.at, members ? previous(p).at : (tagName?.at ?? word.at)),
  }
}

// --- declarators ---

/** declarator: pointer? direct-declarator; the name is undefined in an abstract-declarator */
export function declarator(p: Parser): Declarator {
  const attributes = attributeSpecifiers(p)
  if (attributes.length > 0) return { kind: 'attributed', attributes, inner: declarator(p) }
  if (!at(p, '*')) return directDeclarator(p)
  p.next++
  const [qualifiers, pointerAttributes] = typeQualifierList(p)
  if (!nest(p)) return { kind: 'name', name: undefined, at: peek(p).at }
  const inner = declarator(p)
  p.depth--
  return { kind: 'pointer', qualifiers, attributes: pointerAttributes, inner }
}

function typeQualifierList(p: Parser): [Qualifiers, Attribute[]] {
  let qualifiers = NO_QUALIFIERS
  const attributes: Attribute[] = []
  for (;;) {
    const t = peek(p)
    const word = t.kind === 'identifier' ? QUALIFIER_WORDS.get(t.text) : undefined
    if (word) {
      p.next++
      if (word !== 'other') qualifiers = { ...qualifiers, [word]: true }
    } else if (t.kind === 'identifier' && t.text === '__attribute__') attributes.push(...attributeSpecifiers(p))
    else return [qualifiers, attributes]
  }
}

/** direct-declarator: the name or a declarator in parentheses, then arrays and parameter lists */
function directDeclarator(p: Parser): Declarator {
  const t = peek(p)
  if (isPunct(t, '(') && isNestedDeclarator(p)) {
    p.next++
    if (!nest(p)) return { kind: 'name', name: undefined, at: t.at }
    const inside = declarator(p)
    p.depth--
    expect(p, ')', t)
    // What follows the parentheses is applied first: it goes between the specifiers and what is inside them.
    return declaratorSuffixes(p, inside)
  }
  let inner: Declarator = { kind: 'name', name: undefined, at: t.at }
  if (t.kind === 'identifier' && !KEYWORDS.has(t.text)) {
    p.next++
    inner = { kind: 'name', name: { name: t.text, at: t.at }, at: t.at }
  }
  return declaratorSuffixes(p, inner)
}

/** In `(` ... is it a declarator, or the parameters of an abstract one? */
function isNestedDeclarator(p: Parser): boolean {
  const t = peek(p, 1)
  if (t.kind === 'punct') return t.text === '*' || t.text === '(' || t.text === '['
  if (t.kind !== 'identifier') return false
  if (t.text === '__attribute__') return true
  return !KEYWORDS.has(t.text) && !isTypedefName(p, t.text)
}

/** `[...]` and `(...)`: the first one written is the nearest to the name. */
function declaratorSuffixes(p: Parser, inside: Declarator): Declarator {
  const suffixes: ((inner: Declarator) => Declarator)[] = []
  for (;;) {
    const t = peek(p)
    if (isPunct(t, '[') && !isPunct(peek(p, 1), '[')) suffixes.push(arraySuffix(p))
    else if (isPunct(t, '(')) suffixes.push(startsOldStyle(p) ? oldStyleSuffix(p) : functionSuffix(p))
    else break
    if (suffixes.length > SUFFIX_LIMIT) {
      fail(p, 'c.nesting', [String(SUFFIX_LIMIT)])
      break
    }
  }
  let inner = inside
  for (const suffix of suffixes) inner = suffix(inner)
  return inner
}

/** Dimensions of one declarator. */
const SUFFIX_LIMIT = 64

function arraySuffix(p: Parser): (inner: Declarator) => Declarator {
  const open = advance(p)
  while (acceptWord(p, 'static', 'const', 'volatile', 'restrict', '__restrict')) {
    // Promises about a parameter; they change neither type nor code.
  }
  let size: Expr | undefined
  let star = false
  if (at(p, '*') && isPunct(peek(p, 1), ']')) {
    p.next++
    star = true
  } else if (!at(p, ']')) {
    nest(p)
    size = assignmentExpression(p)
    p.depth--
  }
  expect(p, ']', open)
  const where = join(open.at, previous(p).at)
  return (inner) => ({ kind: 'array', size, star, inner, at: where })
}

/** `(` parameter-type-list? `)` */
function functionSuffix(p: Parser): (inner: Declarator) => Declarator {
  const open = advance(p)
  const params: ParamDeclaration[] = []
  let variadic = false
  let prototype = true
  if (!nest(p)) return (inner) => inner
  enterScope(p)
  if (at(p, ')')) prototype = false
  else {
    do {
      if (accept(p, '...')) {
        variadic = true
        break
      }
      params.push(parameterDeclaration(p))
    } while (accept(p, ','))
  }
  leaveScope(p)
  p.depth--
  expect(p, ')', open)
  const where = join(open.at, previous(p).at)
  return (inner) => ({ kind: 'function', params, variadic, prototype, inner, at: where })
}

/** parameter-declaration */
function parameterDeclaration(p: Parser): ParamDeclaration {
  const start = peek(p)
  const specifiers = typedSpecifiers(p)
  const d = declarator(p)
  const attributes = attributeSpecifiers(p)
  declareName(p, d, false)
  return { specifiers, declarator: d, attributes, at: join(start.at, previous(p).at) }
}

/** type-name */
export function typeName(p: Parser): TypeName {
  const start = peek(p)
  const specifiers = typedSpecifiers(p)
  return { kind: 'type-name', specifiers, declarator: declarator(p), at: join(start.at, previous(p).at) }
}

// --- whole declarations ---

/** static_assert-declaration */
export function staticAssertDeclaration(p: Parser): StaticAssert {
  const word = advance(p)
  const open = peek(p)
  expect(p, '(')
  const condition = conditionalExpression(p)
  const message: StringExpr | undefined = accept(p, ',') ? expectString(p) : undefined
  expect(p, ')', open)
  expectSemicolon(p, 'c.expected-semi-declaration')
  return { kind: 'static-assert', condition, message, at: join(word.at, previous(p).at) }
}

/** declaration (within a function) */
export function declaration(p: Parser): Declaration | StaticAssert {
  if (peek(p).text === '_Static_assert') return staticAssertDeclaration(p)
  const start = peek(p)
  const specifiers = declarationSpecifiers(p)
  const declarators = initDeclaratorList(p, specifiers)
  if (at(p, '{') && declarators.length === 1 && functionPart(declarators[0].declarator)) {
    fail(p, 'c.nested-function')
    // The body goes with it; the name stays known, so that its calls are not faults of their own.
    recover(p, false)
  } else expectSemicolon(p, 'c.expected-semi-declaration')
  return { kind: 'declaration', specifiers, declarators, at: join(start.at, previous(p).at) }
}

function initDeclaratorList(p: Parser, specifiers: Specifiers, first?: Declarator): InitDeclarator[] {
  const out: InitDeclarator[] = []
  if (!first && at(p, ';')) return out
  let d = first ?? declarator(p)
  for (;;) {
    if (!declaredName(d)) fail(p, 'c.expected-external')
    out.push(initDeclarator(p, specifiers, d))
    if (!accept(p, ',')) return out
    d = declarator(p)
  }
}

/** init-declarator, behind its declarator */
function initDeclarator(p: Parser, specifiers: Specifiers, d: Declarator): InitDeclarator {
  const start = previous(p).at
  let asmLabel: Expr | undefined
  if (acceptWord(p, 'asm', '__asm__', '__asm')) {
    expect(p, '(')
    asmLabel = expectString(p)
    expect(p, ')')
  }
  const attributes = attributeSpecifiers(p)
  declareName(p, d, specifiers.storage === 'typedef')
  const init = accept(p, '=') ? initializer(p) : undefined
  return { declarator: d, attributes, asmLabel, init, at: join(start, previous(p).at) }
}

/** external-declaration: declaration | function-definition */
export function externalDeclaration(p: Parser): Declaration | FunctionDefinition | StaticAssert {
  if (peek(p).text === '_Static_assert') return staticAssertDeclaration(p)
  const start = peek(p)
  let specifiers = declarationSpecifiers(p)
  if (start === peek(p) && !isPunct(start, '*')) {
    if (isPunct(start, '}')) fail(p, 'c.extraneous-brace')
    else if (start.kind !== 'identifier' || KEYWORDS.has(start.text)) fail(p, 'c.expected-external')
    else if (!KEYWORDS.has(start.text) && !isPunct(peek(p, 1), '(')) failUnknownType(p)
    // `f(void) { ... }`: sema says what is missing.
    if (p.panic) specifiers = { ...specifiers, type: { kind: 'words', words: ['int'], at: start.at } }
  }
  if (at(p, ';') || (specifiers.type?.kind === 'record' && specifiers.type.isOpenEnded)) {
    accept(p, ';')
    return { kind: 'declaration', specifiers, declarators: [], at: join(start.at, previous(p).at) }
  }
  const d = declarator(p)
  const attributes = attributeSpecifiers(p)
  if (at(p, '{') && functionPart(d)) {
    declareName(p, d, false)
    enterScope(p)
    for (const param of functionPart(d)?.params ?? []) declareName(p, param.declarator, false)
    const body = p.rules.compoundStatement(p)
    leaveScope(p)
    return { kind: 'function', specifiers, declarator: d, attributes, body, at: join(start.at, body.at) }
  }
  const list = initDeclaratorList(p, specifiers, attributes.length > 0 ? { kind: 'attributed', attributes, inner: d } : d)
  if (at(p, '{')) fail(p, 'c.expected-semi-declaration')
  expectSemicolon(p, 'c.expected-semi-declaration')
  return { kind: 'declaration', specifiers, declarators: list, at: join(start.at, previous(p).at) }
}

/** The parameter list of the function that a declarator declares. */
export function functionPart(d: Declarator): (Declarator & { readonly kind: 'function' }) | undefined {
  for (let part = d; part.kind !== 'name'; part = part.inner) {
    if (part.kind === 'function' && (part.inner.kind === 'name' || part.inner.kind === 'attributed')) return part
  }
  return undefined
}
