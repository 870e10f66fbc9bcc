// Functions in the order that they may call each other, and the entry, whose result is a hash of all that can be seen.
import { type CType, declare, type Variable } from './data.ts'
import { expressionAs } from './expressions.ts'
import { U8 } from './numbers.ts'
import { type Func, fresh, has, INPUT_SIZE, type Scope, type Unit } from './scope.ts'
import { localDeclaration, statements } from './statements.ts'
import { block, type Part, type Stmt, stmt, whole } from './tree.ts'

const newScope = (unit: Unit, parts: Pick<Scope, 'isEntry' | 'pure' | 'returns' | 'statements'>): Scope => ({
  unit,
  ...parts,
  locals: [],
  labels: [],
  multiplier: 1,
  cost: 0,
  loopDepth: 0,
  switchDepth: 0,
})

/** static: as the compiler likes; always: inlined; noinline: a subprogram; global: a subprogram that the verifier judges alone. */
const LINKAGES = [
  'static ',
  'static __attribute__((always_inline)) inline ',
  'static __attribute__((noinline)) ',
  '__attribute__((noinline)) ',
] as const

export function functionDefinition(unit: Unit): Stmt {
  const { random, options } = unit
  const linkage = random.pick(LINKAGES)
  const isGlobal = linkage === LINKAGES[3]
  const name = `${options.prefix}${fresh(unit, 'f')}`
  const pure = random.chance(50)
  const small = unit.structs.filter((s) => s.size <= 16)
  const structs = has(unit, 'struct-values') && !isGlobal && small.length > 0
  const returns =
    structs && random.chance(20) ? random.pick(small) : isGlobal || pure || random.chance(85) ? random.pick(unit.ints) : undefined
  const scope = newScope(unit, { isEntry: false, pure, returns, statements: random.between(1, Math.max(2, options.size >> 1)) })
  for (let i = 0, n = random.between(0, structs ? 3 : 4); i < n; i++) scope.locals.push(parameter(unit, `a${i}`, isGlobal, structs))
  const params = [...scope.locals]
  const parts: Part[] = [
    `${linkage}${returns ? declare(returns, name) : `void ${name}`}(${params.map((p) => declare(p.type, p.name)).join(', ') || 'void'})\n{\n`,
  ]
  const result = returns?.kind === 'struct' ? structResult(scope, returns) : undefined
  const locals = Array.from({ length: random.between(0, 3) }, () => localDeclaration(scope, 2))
  parts.push(block([...(result ? [result.declaration] : []), ...locals]), statements(scope, random.between(1, 3), 1, 6))
  if (returns?.kind === 'int') parts.push('return ', whole(expressionAs(scope, returns, 2)), ';\n')
  if (result) parts.push(`return ${result.name};\n`)
  parts.push('}')
  const f: Func = { name, params, returns, pure, cost: scope.cost + 2 }
  unit.functions.push(f)
  return stmt(...parts)
}

function structResult(scope: Scope, type: CType): { readonly name: string; readonly declaration: Stmt } {
  const name = fresh(scope.unit, 'r')
  scope.locals.push({ name, type, writable: true, isVolatile: false, addressable: true })
  return { name, declaration: stmt(`${declare(type, name)} = { 0 };`) }
}

function parameter(unit: Unit, name: string, isGlobal: boolean, structs: boolean): Variable {
  const { random } = unit
  const variable = { name, writable: true, isVolatile: false, addressable: true }
  if (structs && random.chance(25)) return { ...variable, type: random.pick(unit.structs.filter((s) => s.size <= 16)) }
  if (has(unit, 'pointers') && !isGlobal && random.chance(30)) {
    const to = unit.structs.length > 0 && random.chance(50) ? random.pick(unit.structs) : random.pick(unit.ints)
    return { ...variable, type: { kind: 'pointer', to } }
  }
  return { ...variable, type: random.pick(unit.ints) }
}

/** The body of the entry; what stands around it differs between BPF and native code. */
export function entryBody(unit: Unit): Stmt {
  const { options, random } = unit
  const scope = newScope(unit, { isEntry: true, pure: false, returns: undefined, statements: options.size })
  const parts: Part[] = ['u64 h = 14695981039346656037ull;\n']
  if (unit.input !== 'packet') parts.push(inputCopy(unit, scope))
  const locals = Array.from({ length: random.between(2, 6) }, () => localDeclaration(scope, 2))
  parts.push(block(locals), statements(scope, random.between(2, 4), options.size >> 1, options.size))
  parts.push(block([...unit.globals, ...scope.locals].flatMap((v) => hashed(unit, v.type, v.name))))
  parts.push('return (u32)(h ^ (h >> 32));\n')
  return stmt(...parts)
}

/** Copies the packet to where all may index it. */
function inputCopy(unit: Unit, scope: Scope): string {
  const { random, options } = unit
  const name = unit.input === 'global' ? `${options.prefix}input` : 'input'
  const variable: Variable = {
    name,
    type: { kind: 'array', of: U8, count: INPUT_SIZE },
    writable: false,
    isVolatile: false,
    addressable: false,
  }
  if (unit.input === 'local') scope.locals.push(variable)
  const declaration = unit.input === 'local' ? `u8 input[${INPUT_SIZE}];\n` : ''
  if (random.chance(50)) return `${declaration}__builtin_memcpy(${name}, in, ${INPUT_SIZE});\n`
  return `${declaration}for (int z = 0; z < ${INPUT_SIZE}; z++) ${name}[z] = in[z];\n`
}

/** Statements that mix every integer of an object into the hash, one a member, so that shrinking can drop them singly. */
function hashed(unit: Unit, type: CType, text: string): Stmt[] {
  switch (type.kind) {
    case 'int':
      return [stmt(`MIX(h, ${text});`)]
    case 'pointer':
      // What it points to is an object of its own.
      return []
    case 'struct':
      return type.fields.flatMap((f) => hashed(unit, f.type, `${text}.${f.name}`))
    case 'array': {
      if (type.count <= 3) return Array.from({ length: type.count }, (_, i) => hashed(unit, type.of, `${text}[${i}]`)).flat()
      if (type.of.kind !== 'int') return Array.from({ length: 2 }, (_, i) => hashed(unit, type.of, `${text}[${i}]`)).flat()
      const z = fresh(unit, 'z')
      return [stmt(`for (int ${z} = 0; ${z} < ${type.count}; ${z}++) MIX(h, ${text}[${z}]);`)]
    }
  }
}
