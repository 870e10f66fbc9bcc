// Statements, one function a form. Loops have constant bounds and headers that shrinking leaves alone; effects stand where C orders them.
import { atomic, barrier, overflow, packetWrite } from './builtins.ts'
import { type CType, declare, hasBool, isPlain, sizeOf, type Variable } from './data.ts'
import { constantInitialiser, objectType } from './declarations.ts'
import {
  affordable,
  argumentsFor,
  arithmetic,
  cast,
  condition,
  constantOf,
  direct,
  expression,
  expressionAs,
  leaf,
  read,
} from './expressions.ts'
import { BOOL, literal, promoted, rangeOf, S32, U8, U32, U64 } from './numbers.ts'
import { addressOf, constantIn, target } from './places.ts'
import { type Feature, fresh, has, type Scope, some, visible } from './scope.ts'
import { type Block, block, constant, type Expr, expr, hole, type Part, PREC, type Stmt, stmt, whole } from './tree.ts'

interface Maker {
  readonly weight: number
  readonly when?: Feature
  /** Has effects on what other functions see. */
  readonly impure?: true
  readonly make: (scope: Scope, depth: number) => Stmt | undefined
}

export function statement(scope: Scope, depth: number): Stmt {
  const { random } = scope.unit
  scope.statements--
  scope.cost += scope.multiplier
  for (let tries = 0; tries < 8; tries++) {
    const makers = MAKERS.filter((m) => (!m.when || has(scope.unit, m.when)) && !(m.impure && scope.pure))
    let at = random.below(makers.reduce((sum, m) => sum + m.weight, 0))
    const maker = makers.find((m) => (at -= m.weight) < 0)
    const made = maker?.make(scope, depth)
    if (made) return made
  }
  return stmt(';')
}

/** How deep the next expression may be. */
export function statements(scope: Scope, depth: number, least: number, most: number): Block {
  const items: Stmt[] = []
  for (let n = scope.unit.random.between(least, most); n > 0 && scope.statements > 0; n--) items.push(statement(scope, depth))
  return block(items)
}

const MAKERS: readonly Maker[] = [
  { weight: 12, make: assign },
  { weight: 8, make: compound },
  { weight: 3, make: step },
  { weight: 8, make: ifElse },
  { weight: 4, when: 'switch', make: switchOf },
  { weight: 6, when: 'loops', make: loop },
  { weight: 2, when: 'goto', make: gotoForward },
  { weight: 1, when: 'goto', make: gotoBack },
  { weight: 2, when: 'goto', make: gotoOut },
  { weight: 3, when: 'loops', make: leave },
  { weight: 5, when: 'functions', impure: true, make: callStatement },
  { weight: 2, when: 'pointers', make: repoint },
  { weight: 2, when: 'memory', make: memory },
  { weight: 2, when: 'structs', make: copyStruct },
  { weight: 2, when: 'structs', make: literalStruct },
  { weight: 2, when: 'atomics', impure: true, make: atomic },
  { weight: 3, when: 'effects', make: effects },
  { weight: 2, when: 'builtins', make: overflow },
  { weight: 1, when: 'barriers', make: barrier },
  { weight: 2, when: 'packet-writes', impure: true, make: packetWrite },
  { weight: 2, make: inner },
  { weight: 2, make: early },
  { weight: 2, when: 'arrays', make: guardedIndex },
]

/** A place to write: a pure function writes its own locals alone. */
function assign(scope: Scope): Stmt | undefined {
  const place = target(scope)
  return place && stmt(...place.parts, ' = ', whole(expressionAs(scope, place.type, some(scope))), ';')
}

/** `x op= e` where it means what `x = x op e` means without overflow. */
function compound(scope: Scope): Stmt | undefined {
  const { random } = scope.unit
  const place = target(scope)
  if (!place) return undefined
  const now = read(place)
  const wide = place.width !== undefined && place.type.bits === 64
  if (!wide && random.chance(20)) {
    const type = promoted(now.type)
    const op = type.signed ? '>>' : random.pick(['<<', '>>'])
    const count = random.chance(50)
      ? constantIn(scope.unit, 0n, BigInt(type.bits - 1))
      : direct('&', leaf(scope), constant(U32, BigInt(type.bits - 1)))!
    return stmt(...place.parts, ` ${op}= `, whole(count), ';')
  }
  const op = random.pick(['+', '-', '*', '&', '|', '^', '+', '^'] as const)
  if (wide) {
    const plain = op === '*' ? '+' : op
    return stmt(...place.parts, ` ${plain}= `, whole(cast(U64, expression(scope, some(scope)))), ';')
  }
  const values = [expression(scope, some(scope)), constantOf(scope.unit), cast(random.pick([U8, U32, U64, place.type]), leaf(scope))]
  const value = values.find((v) => direct(op, now, v))
  return value && stmt(...place.parts, ` ${op}= `, whole(value), ';')
}

/** ++ and --; unsigned or narrower than int, so that nothing overflows. */
function step(scope: Scope): Stmt | undefined {
  const place = target(scope)
  if (!place) return undefined
  const { type } = place
  if (type.signed && type.bits >= 32 && place.width === undefined) return undefined
  if (type.signed && place.width !== undefined && place.width >= 31) return undefined
  const op = scope.unit.random.pick(['++', '--'])
  return scope.unit.random.chance(50) ? stmt(...place.parts, `${op};`) : stmt(op, ...place.parts, ';')
}

function ifElse(scope: Scope, depth: number): Stmt | undefined {
  if (depth <= 0) return undefined
  const test = condition(scope, some(scope))
  const then = statements(scope, depth - 1, 1, 3)
  if (scope.unit.random.chance(50)) return stmt('if (', hole(test, PREC.comma), ') {\n', then, '}')
  return stmt('if (', hole(test, PREC.comma), ') {\n', then, '} else {\n', statements(scope, depth - 1, 1, 3), '}')
}

function switchOf(scope: Scope, depth: number): Stmt | undefined {
  if (depth <= 0 || scope.statements < 4) return undefined
  const { random } = scope.unit
  const value = random.chance(60)
    ? arithmetic('&', expression(scope, some(scope)), constant(U32, BigInt(random.pick([1, 3, 7, 15]))))
    : expression(scope, some(scope))
  const type = promoted(value.type)
  const { lo, hi } = rangeOf(type)
  const parts: Part[] = ['switch (', hole(value, PREC.comma), ') {\n']
  const used = new Set<bigint>()
  const n = random.between(1, 5)
  const defaultAt = random.chance(70) ? random.below(n + 1) : -1
  scope.switchDepth++
  let next = 0n
  for (let i = 0; i <= n; i++) {
    if (i === defaultAt) parts.push('default:\n')
    else {
      next = random.chance(80) ? next + BigInt(random.between(0, 2)) : random.pick([lo, hi, hi / 2n, 200n])
      if (used.has(next) || next < lo || next > hi) continue
      used.add(next)
      if (random.chance(15) && !used.has(next + 1n) && next + 1n <= hi) {
        used.add(next + 1n)
        parts.push(`case ${literal(type, next)} ... ${literal(type, next + 1n)}:\n`)
      } else parts.push(`case ${literal(type, next)}:\n`)
    }
    if (random.chance(15)) continue
    parts.push('{\n', statements(scope, depth - 1, 1, 2), '}\n')
    if (random.chance(75)) parts.push('break;\n')
  }
  scope.switchDepth--
  parts.push(';\n}')
  return stmt(...parts)
}

const MOST_STEPS = 96

function loop(scope: Scope, depth: number): Stmt | undefined {
  const { unit } = scope
  const { random } = unit
  const count = random.between(1, 6)
  if (depth <= 0 || scope.multiplier * count > MOST_STEPS || scope.statements < 2) return undefined
  const type = random.pick([S32, S32, U32, U8, U64].filter((t) => t === S32 || unit.ints.includes(t)))
  const name = fresh(unit, 'i')
  const down = random.chance(25)
  const by = random.chance(20) ? 2 : 1
  const last = (count - 1) * by
  const counter: Variable = { name, type, writable: false, isVolatile: false, addressable: false, range: { lo: 0n, hi: BigInt(last) } }
  scope.locals.push(counter)
  scope.multiplier *= count
  scope.loopDepth++
  const switchDepth = scope.switchDepth
  scope.switchDepth = 0
  const body = statements(scope, depth - 1, 1, 4)
  scope.switchDepth = switchDepth
  scope.loopDepth--
  scope.multiplier /= count
  scope.locals.splice(scope.locals.indexOf(counter), 1)
  const declared = declare(type, name)
  const stop = last + by
  // A counter that goes down counts steps in a name of its own, so that unsigned ones never pass 0.
  switch (down ? 3 : random.below(3)) {
    case 0:
      return stmt(
        `for (${declared} = 0; ${name} < ${stop}; ${by === 1 ? random.pick([`${name}++`, `++${name}`]) : `${name} += ${by}`}) {\n`,
        body,
        '}',
      )
    case 1:
      // `continue` must not skip the step, so the step comes first and the body sees a copy.
      return stmt(
        `{\n${type.name} ${name}_n = 0;\nwhile (${name}_n < ${stop}) {\n${declared} = ${name}_n;\n${name}_n += ${by};\n`,
        body,
        '}\n}',
      )
    case 2:
      return stmt(
        `{\n${type.name} ${name}_n = 0;\ndo {\n${declared} = ${name}_n;\n${name}_n += ${by};\n`,
        body,
        `} while (${name}_n < ${stop});\n}`,
      )
    default:
      return stmt(`for (${declared}_n = ${stop}; ${name}_n > 0; ${name}_n -= ${by}) {\n${declared} = ${name}_n - ${by};\n`, body, '}')
  }
}

/** break or continue under a condition. */
function leave(scope: Scope): Stmt | undefined {
  const words = [...(scope.loopDepth > 0 ? ['continue', 'break'] : []), ...(scope.switchDepth > 0 ? ['break'] : [])]
  if (words.length === 0) return undefined
  return stmt('if (', hole(condition(scope, some(scope)), PREC.comma), `) ${scope.unit.random.pick(words)};`)
}

function gotoForward(scope: Scope, depth: number): Stmt | undefined {
  if (depth <= 0) return undefined
  const label = fresh(scope.unit, 'L')
  scope.labels.push(label)
  const test = condition(scope, some(scope))
  const body = statements(scope, depth - 1, 1, 3)
  scope.labels.pop()
  return stmt('if (', hole(test, PREC.comma), `) goto ${label};\n`, body, `${label}: ;`)
}

/** Out of whatever is open, to a label that follows. */
function gotoOut(scope: Scope): Stmt | undefined {
  if (scope.labels.length === 0) return undefined
  return stmt('if (', hole(condition(scope, some(scope)), PREC.comma), `) goto ${scope.unit.random.pick(scope.labels)};`)
}

function gotoBack(scope: Scope, depth: number): Stmt | undefined {
  const count = scope.unit.random.between(2, 4)
  if (depth <= 0 || scope.multiplier * count > MOST_STEPS) return undefined
  const label = fresh(scope.unit, 'L')
  const counter = fresh(scope.unit, 'n')
  scope.multiplier *= count
  const { loopDepth, switchDepth } = scope
  scope.loopDepth = scope.switchDepth = 0
  const body = statements(scope, depth - 1, 1, 3)
  Object.assign(scope, { loopDepth, switchDepth })
  scope.multiplier /= count
  return stmt(`{\nu32 ${counter} = 0;\n${label}: ;\n`, body, `if (++${counter} < ${count}) goto ${label};\n}`)
}

/** `x = f(...)`: a local takes the result, so that no order of evaluation shows. */
function callStatement(scope: Scope): Stmt | undefined {
  const { random, functions } = scope.unit
  const list = functions.filter((f) => affordable(scope, f))
  if (list.length === 0) return undefined
  const f = random.pick(list)
  const args = argumentsFor(scope, f, some(scope))
  if (!args) return undefined
  scope.cost += f.cost * scope.multiplier
  const { returns } = f
  const takers = scope.locals.filter(
    (v) => v.writable && (returns?.kind === 'int' ? v.type.kind === 'int' : v.type.kind === 'struct' && v.type.name === returns?.name),
  )
  if (!returns || takers.length === 0 || random.chance(10)) return stmt(`${f.name}(`, ...args, ');')
  const taker = random.pick(takers)
  if (returns.kind === 'int' && taker.type.kind === 'int' && !taker.type.signed && !taker.type.bool && random.chance(30)) {
    return stmt(`${taker.name} ${random.pick(['+=', '^=', '-='])} (${taker.type.name})${f.name}(`, ...args, ');')
  }
  return stmt(`${taker.name} = ${f.name}(`, ...args, ');')
}

function repoint(scope: Scope): Stmt | undefined {
  const { random } = scope.unit
  const pointers = scope.locals.filter((v) => v.type.kind === 'pointer' && v.addressable)
  if (pointers.length === 0) return undefined
  const p = random.pick(pointers)
  if (p.type.kind !== 'pointer') return undefined
  const older = scope.locals.slice(0, scope.locals.indexOf(p))
  const [a, b] = [addressOf(scope, p.type.to, older), addressOf(scope, p.type.to, older)]
  if (!a || !b) return undefined
  if (random.chance(50)) return stmt('if (', hole(condition(scope, some(scope)), PREC.comma), `)\n${p.name} = `, ...a, ';')
  return stmt(`${p.name} = `, hole(condition(scope, some(scope)), PREC['||']), ' ? ', ...a, ' : ', ...b, ';')
}

const NO_BOOL = (v: Variable): boolean => !hasBool(v.type)

function memory(scope: Scope): Stmt | undefined {
  const { random } = scope.unit
  const own = scope.pure ? scope.locals.filter((v) => v.type.kind !== 'pointer') : visible(scope)
  const objects = own.filter((v) => v.writable && v.addressable && !v.isVolatile && v.type.kind !== 'pointer')
  if (objects.length === 0) return undefined
  const to = random.pick(objects)
  const kind = random.below(4)
  if (kind === 0) {
    const value = random.chance(50) || !isPlain(to.type) ? '0' : random.pick(['0xff', '1', '0x5a'])
    // All ones are no value of an object with _Bool in it; 0 is one of any.
    return stmt(`__builtin_memset(&${to.name}, ${NO_BOOL(to) ? value : '0'}, sizeof(${to.name}));`)
  }
  const same = visible(scope).filter(
    (v) => v !== to && !v.isVolatile && isPlain(v.type) && v.type.kind !== 'pointer' && v.range === undefined,
  )
  const plain = isPlain(to.type)
  if (kind === 1 && plain) {
    const from = same.filter((v) => sizeOf(v.type) === sizeOf(to.type) && exact(v.type) && exact(to.type))
    if (from.length > 0)
      return stmt(`__builtin_mem${random.pick(['cpy', 'move'])}(&${to.name}, &${random.pick(from).name}, sizeof(${to.name}));`)
  }
  if (kind === 2 && to.type.kind === 'array' && to.type.of.kind === 'int' && !to.type.of.bool && to.type.count >= 3) {
    const n = random.between(1, to.type.count - 1)
    const [a, b] = random.chance(50) ? [0, to.type.count - n] : [to.type.count - n, 0]
    return stmt(`__builtin_memmove(&${to.name}[${a}], &${to.name}[${b}], ${n} * sizeof(${to.name}[0]));`)
  }
  const place = target(scope)
  const [a, b] = [random.pick(objects), random.pick(objects)]
  if (!place || !isPlain(a.type) || !isPlain(b.type) || !exact(a.type) || !exact(b.type) || place.isVolatile) return undefined
  const size = Math.min(sizeOf(a.type), sizeOf(b.type))
  // Only the sign of memcmp is told, and of that only whether it is 0, which all implementations agree on.
  const differs = expr(
    S32,
    rangeOf(BOOL),
    PREC.equality,
    `__builtin_memcmp(&${a.name}, &${b.name}, ${size}) ${random.pick(['!=', '<', '>='])} 0`,
  )
  return stmt(...place.parts, ' = ', whole(arithmetic('+', differs, leaf(scope))), ';')
}

/** sizeOf is exact: no struct, whose padding is only estimated. */
const exact = (type: CType): boolean => type.kind === 'int' || (type.kind === 'array' && exact(type.of))

function structPair(scope: Scope): readonly [Variable, Variable] | undefined {
  const { random } = scope.unit
  const own = scope.pure ? scope.locals : visible(scope)
  const to = own.filter((v) => v.type.kind === 'struct' && v.writable && !v.isVolatile)
  if (to.length === 0) return undefined
  const left = random.pick(to)
  const from = visible(scope).filter(
    (v) => v !== left && v.type.kind === 'struct' && left.type.kind === 'struct' && v.type.name === left.type.name && !v.isVolatile,
  )
  return from.length === 0 ? undefined : [left, random.pick(from)]
}

function copyStruct(scope: Scope): Stmt | undefined {
  const pair = structPair(scope)
  return pair && stmt(`${pair[0].name} = ${pair[1].name};`)
}

/** `s = (struct s){ .f = e }` */
function literalStruct(scope: Scope, depth: number): Stmt | undefined {
  const { random } = scope.unit
  const own = scope.pure ? scope.locals : visible(scope)
  const list = own.filter((v) => v.type.kind === 'struct' && v.writable && !v.isVolatile)
  if (list.length === 0) return undefined
  const v = random.pick(list)
  if (v.type.kind !== 'struct') return undefined
  return stmt(`${v.name} = (${v.type.name})`, ...initialiser(scope, v.type, depth), ';')
}

/** An initialiser of any expressions, in braces for aggregates. */
export function initialiser(scope: Scope, type: CType, depth: number): readonly Part[] {
  const { random } = scope.unit
  switch (type.kind) {
    case 'int':
      return [whole(expressionAs(scope, type, some(scope)))]
    case 'pointer':
      return addressOf(scope, type.to, scope.locals) ?? ['0']
    case 'array': {
      if (random.chance(30)) return [constantInitialiser(scope.unit, type)]
      const n = random.between(1, type.count)
      const parts: Part[] = ['{ ']
      for (let i = 0; i < n; i++) parts.push(...(i > 0 ? [', '] : []), ...initialiser(scope, type.of, depth - 1))
      return [...parts, ' }']
    }
    case 'struct': {
      const fields = type.name.startsWith('union') ? [random.pick(type.fields)] : type.fields.filter(() => random.chance(70))
      if (fields.length === 0) return ['{ 0 }']
      const parts: Part[] = ['{ ']
      for (const [i, f] of fields.entries()) parts.push(i > 0 ? ', ' : '', `.${f.name} = `, ...initialiser(scope, f.type, depth - 1))
      return [...parts, ' }']
    }
  }
}

/** Assignments inside expressions, over a name of their own, so that only defined orders show. */
function effects(scope: Scope, depth: number): Stmt | undefined {
  const { unit } = scope
  const { random } = unit
  const place = target(scope)
  if (!place) return undefined
  const type = random.pick(unit.ints)
  const t = fresh(unit, 't')
  const temp = expr(type, rangeOf(type), PREC.postfix, t)
  const head = `{\n${type.name} ${t} = `
  const start = whole(expressionAs(scope, type, some(scope)))
  const unsignedStep = !type.signed || type.bits < 32
  switch (random.below(5)) {
    case 0:
      return stmt(
        head,
        start,
        ';\n',
        ...place.parts,
        ` = (${t} = `,
        whole(expressionAs(scope, type, some(scope))),
        `, `,
        whole(arithmetic('+', temp, leaf(scope))),
        ');\n}',
      )
    case 1:
      if (!unsignedStep) return undefined
      return stmt(
        head,
        start,
        ';\n',
        ...place.parts,
        ` = ${random.pick([`${t}++`, `++${t}`, `${t}--`, `--${t}`])};\n`,
        ...place.parts,
        ` = ${t};\n}`,
      )
    case 2:
      return stmt(
        head,
        start,
        ';\nif (',
        hole(condition(scope, some(scope)), PREC['&&']),
        ` && (${t} = `,
        whole(expressionAs(scope, type, some(scope))),
        ') != ',
        hole(leaf(scope), PREC.relation),
        ') {\n',
        statements(scope, depth - 1, 1, 2),
        '}\n',
        ...place.parts,
        ` = ${t};\n}`,
      )
    case 3:
      if (!unsignedStep) return undefined
      return stmt(
        head,
        start,
        ';\n',
        ...place.parts,
        ' = ',
        hole(condition(scope, some(scope)), PREC['||']),
        ` ? ++${t} : ${t}--;\n`,
        ...place.parts,
        ' = ',
        whole(arithmetic('^', read(place), temp)),
        ';\n}',
      )
    default:
      return stmt(
        head,
        start,
        ';\n',
        ...place.parts,
        ` = ${t} = `,
        whole(expressionAs(scope, type, some(scope))),
        ';\n',
        'if (',
        hole(condition(scope, some(scope)), PREC.comma),
        `)\n`,
        ...place.parts,
        ' = ',
        whole(arithmetic('-', temp, leaf(scope))),
        ';\n}',
      )
  }
}

/** A block with locals of its own. */
function inner(scope: Scope, depth: number): Stmt | undefined {
  if (depth <= 0) return undefined
  const before = scope.locals.length
  const declared = localDeclaration(scope, depth - 1)
  const body = statements(scope, depth - 1, 1, 3)
  scope.locals.splice(before)
  return stmt('{\n', block([declared]), body, '}')
}

export function localDeclaration(scope: Scope, depth: number): Stmt {
  const { unit } = scope
  const { random } = unit
  const name = fresh(unit, 'x')
  if (has(unit, 'pointers') && random.chance(20)) {
    const to = objectType(unit, 24)
    const address = to.kind === 'array' ? undefined : addressOf(scope, to, scope.locals)
    if (address) {
      const type: CType = { kind: 'pointer', to }
      scope.locals.push({ name, type, writable: true, isVolatile: false, addressable: true })
      return stmt(`${declare(type, name)} = `, ...address, ';')
    }
  }
  const type = objectType(unit, 24)
  const isStatic = has(unit, 'static-locals') && !scope.pure && random.chance(12)
  const isVolatile = has(unit, 'volatile') && random.chance(8)
  const text = `${isStatic ? 'static ' : ''}${isVolatile ? 'volatile ' : ''}${declare(type, name)} = `
  const value = isStatic ? [constantInitialiser(unit, type)] : initialiser(scope, type, depth)
  scope.locals.push({ name, type, writable: true, isVolatile, addressable: !isVolatile })
  return stmt(text, ...value, ';')
}

/** A return under a condition. */
function early(scope: Scope): Stmt | undefined {
  if (scope.isEntry || scope.returns?.kind !== 'int' || scope.unit.random.chance(50)) return undefined
  return stmt(
    'if (',
    hole(condition(scope, some(scope)), PREC.comma),
    ')\nreturn ',
    whole(expressionAs(scope, scope.returns, some(scope))),
    ';',
  )
}

/** `if (i < N) a[i] = e;` with an index that only the test bounds. */
function guardedIndex(scope: Scope): Stmt | undefined {
  const { unit } = scope
  const own = scope.pure ? scope.locals : visible(scope)
  const arrays = own.filter((v) => v.writable && v.type.kind === 'array' && v.type.of.kind === 'int')
  if (arrays.length === 0) return undefined
  const v = unit.random.pick(arrays)
  if (v.type.kind !== 'array' || v.type.of.kind !== 'int') return undefined
  const type = unit.random.pick([U32, U64, U8])
  const i = fresh(unit, 'k')
  const value: Expr = expressionAs(scope, v.type.of, some(scope))
  return stmt(
    `{\n${type.name} ${i} = `,
    whole(expressionAs(scope, type, some(scope))),
    `;\nif (${i} < ${v.type.count})\n${v.name}[${i}] = `,
    whole(value),
    ';\n}',
  )
}
