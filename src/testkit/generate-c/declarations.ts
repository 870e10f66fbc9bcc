// Types and objects: enums, structs with padding, bit-fields, packing and alignment, unions whose members cover each other, arrays, and
// initialisers in all forms (plain, designated, partial, strings).
import { type ArrayType, type CType, declare, type Field, isPlain, sizeOf } from './data.ts'
import { VIEW_FIELDS } from './expressions.ts'
import { BOOL, CHAR, type IntType, literal, rangeOf, rangeOfBits, S32, S64, U8, U16, U32, U64 } from './numbers.ts'
import { type Enumeration, fresh, has, type Unit } from './scope.ts'
import { type Stmt, stmt } from './tree.ts'

/** The packed struct over the packet. */
export function viewDeclaration(prefix: string): Stmt {
  return stmt(`struct ${prefix}view {\n${VIEW_FIELDS.map((f) => `${f.type.name} ${f.name};`).join('\n')}\n} __attribute__((packed));`)
}

export function enumDeclaration(unit: Unit): Stmt {
  const { random, options } = unit
  const name = `enum ${options.prefix}${fresh(unit, 'e')}`
  const constants: Enumeration['constants'][number][] = []
  let next = 0n
  const texts: string[] = []
  for (let i = 0, n = random.between(2, 4); i < n; i++) {
    const constantName = `${options.prefix}K${unit.names++}`
    const jumps = random.chance(40)
    if (jumps) next += BigInt(random.between(1, 200))
    constants.push({ name: constantName, value: next })
    texts.push(jumps ? `${constantName} = ${next}` : constantName)
    next++
  }
  unit.enums.push({ name, constants })
  return stmt(`${name} { ${texts.join(', ')} };`)
}

export function structDeclaration(unit: Unit): Stmt {
  const { random, options } = unit
  if (has(unit, 'unions') && random.chance(35)) return unionDeclaration(unit)
  const name = `struct ${options.prefix}${fresh(unit, 's')}`
  const packed = has(unit, 'packed') && random.chance(40)
  const fields: Field[] = []
  for (let i = 0, n = random.between(1, 5); i < n; i++) fields.push(field(unit, `f${i}`))
  const aligned = has(unit, 'packed') && random.chance(20) ? `aligned(${random.pick([2, 4, 8])})` : ''
  const attributes = [...(packed ? ['packed'] : []), ...(aligned ? [aligned] : [])]
  const size = fields.reduce((sum, f) => sum + sizeOf(f.type) + 7, 0)
  // Without padding: packed, or all members of one size.
  const even = fields.every((f) => f.type.kind === 'int' && fields[0].type.kind === 'int' && f.type.bits === fields[0].type.bits)
  const plain = aligned === '' && (packed || even) && fields.every((f) => f.width === undefined && isPlain(f.type))
  unit.structs.push({ kind: 'struct', name, fields, size, plain })
  const suffix = attributes.length > 0 ? ` __attribute__((${attributes.join(', ')}))` : ''
  return stmt(`${name} {\n${fields.map(fieldText).join('\n')}\n}${suffix};`)
}

const fieldText = (f: Field): string => `${declare(f.type, f.name)}${f.width === undefined ? '' : ` : ${f.width}`};`

function field(unit: Unit, name: string): Field {
  const { random } = unit
  if (has(unit, 'bitfields') && random.chance(45)) {
    const type = random.pick([U8, U16, U32, U32, U64, S32, S32, S64, ...(has(unit, 'bool') ? [BOOL] : [])])
    return {
      name,
      type,
      width: type.bool ? 1 : random.between(type.signed ? 2 : 1, random.chance(70) ? Math.min(type.bits, 13) : type.bits),
    }
  }
  if (has(unit, 'nested') && unit.structs.length > 0 && random.chance(20)) {
    const inner = random.pick(unit.structs)
    if (inner.size <= 24) return { name, type: inner }
  }
  if (has(unit, 'arrays') && random.chance(20)) return { name, type: arrayOf(random.pick(unit.ints), random.between(1, 5)) }
  return { name, type: random.pick(unit.ints) }
}

const arrayOf = (of: CType, count: number): ArrayType => ({ kind: 'array', of, count })

/** Members of one size, so that a write through one leaves no byte of another unsaid. */
function unionDeclaration(unit: Unit): Stmt {
  const { random, options } = unit
  const name = `union ${options.prefix}${fresh(unit, 'u')}`
  const bytes = random.pick([4, 8])
  const [whole, signed] = bytes === 4 ? [U32, S32] : [U64, S64]
  const members: Field[] = [
    { name: 'whole', type: random.pick([whole, signed]) },
    { name: 'bytes', type: arrayOf(U8, bytes) },
  ]
  if (random.chance(60)) members.push({ name: 'halves', type: arrayOf(U16, bytes / 2) })
  if (bytes === 8 && random.chance(60)) members.push({ name: 'words', type: arrayOf(random.pick([S32, U32]), 2) })
  if (random.chance(50)) members.reverse()
  unit.structs.push({ kind: 'struct', name, fields: members, size: bytes, plain: true })
  return stmt(`${name} {\n${members.map(fieldText).join('\n')}\n};`)
}

/** A type for an object of about `room` bytes. */
export function objectType(unit: Unit, room: number): CType {
  const { random } = unit
  const kinds = ['int', 'int', ...(has(unit, 'structs') ? ['struct'] : []), ...(has(unit, 'arrays') ? ['array'] : [])]
  const kind = random.pick(kinds)
  const fitting = unit.structs.filter((s) => s.size <= room)
  if (kind === 'struct' && fitting.length > 0) return random.pick(fitting)
  if (kind === 'array') {
    if (has(unit, 'nested') && random.chance(30)) {
      const inner: CType =
        fitting.length > 0 && random.chance(50) ? random.pick(fitting) : arrayOf(random.pick(unit.ints), random.between(2, 3))
      const count = random.between(2, 3)
      if (sizeOf(inner) * count <= room) return arrayOf(inner, count)
    }
    const of = random.pick(unit.ints)
    const count = random.pick([2, 3, 4, 4, 5, 8, 8, 16])
    if ((count * of.bits) / 8 <= room) return arrayOf(of, count)
  }
  return random.pick(unit.ints)
}

/** An initialiser of constants: what file scope allows. */
export function constantInitialiser(unit: Unit, type: CType): string {
  const { random } = unit
  switch (type.kind) {
    case 'int':
      return constantText(unit, type)
    case 'pointer':
      return '0'
    case 'array': {
      if (type.of.kind === 'int' && type.of.name === CHAR.name && random.chance(50))
        return `"${'beeyard!'.slice(0, random.between(0, Math.min(8, type.count)))}"`
      const n = random.between(1, type.count)
      if (random.chance(25)) {
        const at = random.below(type.count)
        const more = at + 1 < type.count && random.chance(50) ? `, ${constantInitialiser(unit, type.of)}` : ''
        return `{ [${at}] = ${constantInitialiser(unit, type.of)}${more} }`
      }
      return `{ ${Array.from({ length: n }, () => constantInitialiser(unit, type.of)).join(', ')} }`
    }
    case 'struct': {
      if (type.name.startsWith('union')) {
        const member = random.pick(type.fields)
        return `{ .${member.name} = ${constantInitialiser(unit, member.type)} }`
      }
      const chosen = type.fields.filter(() => random.chance(70))
      const fields = chosen.length > 0 ? chosen : type.fields
      if (random.chance(50)) return `{ ${fields.map((f) => `.${f.name} = ${memberText(unit, f)}`).join(', ')} }`
      return `{ ${type.fields.map((f) => memberText(unit, f)).join(', ')} }`
    }
  }
}

function memberText(unit: Unit, f: Field): string {
  if (f.width === undefined || f.type.kind !== 'int') return constantInitialiser(unit, f.type)
  return numberIn(unit, f.type, f.type.bool ? rangeOf(BOOL) : rangeOfBits(f.width, f.type.signed))
}

const constantText = (unit: Unit, type: IntType): string => numberIn(unit, type, rangeOf(type))

function numberIn(unit: Unit, type: IntType, { lo, hi }: { lo: bigint; hi: bigint }): string {
  const { random } = unit
  const value = random.pick([lo, hi, hi, lo + (hi - lo) / 3n, 0n, 1n, hi / 2n, BigInt(random.byte()), BigInt(random.byte()) << 20n])
  return literal(type, value < lo ? lo : value > hi ? hi : value, random.chance(30))
}

/** A global object with how it is stored. */
export function globalDeclaration(unit: Unit): Stmt {
  const { random, options } = unit
  const type = objectType(unit, 48)
  const name = `${options.prefix}${fresh(unit, 'g')}`
  const isConst = has(unit, 'const') && random.chance(25)
  const isVolatile = !isConst && has(unit, 'volatile') && random.chance(20)
  unit.globals.push({ name, type, writable: !isConst, isVolatile, addressable: !isVolatile })
  const storage = `${random.chance(50) ? 'static ' : ''}${isConst ? 'const ' : ''}${isVolatile ? 'volatile ' : ''}`
  const initialised = isConst || random.chance(60)
  return stmt(`${storage}${declare(type, name)}${initialised ? ` = ${constantInitialiser(unit, type)}` : ''};`)
}
