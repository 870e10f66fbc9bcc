// Statements that are calls of builtins, empty assembly or writes to the packet.
import { cast, expression, expressionAs, leaf } from './expressions.ts'
import { U8 } from './numbers.ts'
import { constantIn, target } from './places.ts'
import { INPUT_SIZE, type Scope, some, visible } from './scope.ts'
import { hole, type Stmt, stmt, whole } from './tree.ts'

/** Atomics over globals and locals of 32 and 64 bits; before v3 the instruction set adds alone, without a result. */
export function atomic(scope: Scope): Stmt | undefined {
  const { random, options } = scope.unit
  const cells = visible(scope).filter(
    (v) => v.writable && !v.isVolatile && v.addressable && v.type.kind === 'int' && v.type.bits >= 32 && !v.type.signed,
  )
  if (cells.length === 0) return undefined
  const cell = random.pick(cells)
  if (cell.type.kind !== 'int') return undefined
  const type = cell.type
  const value = expressionAs(scope, type, some(scope))
  if (options.cpu < 3) return stmt(`__sync_fetch_and_add(&${cell.name}, `, whole(value), ');')
  const name = random.pick(['add', 'sub', 'and', 'or', 'xor'])
  const call = random.pick([
    `__sync_fetch_and_${name}`,
    `__sync_${name}_and_fetch`,
    '__sync_lock_test_and_set',
    `__atomic_fetch_${name}`,
    `__atomic_${name}_fetch`,
    '__atomic_exchange_n',
  ])
  const order = call.startsWith('__atomic') ? `, ${random.pick(['__ATOMIC_RELAXED', '__ATOMIC_SEQ_CST'])}` : ''
  const takers = scope.locals.filter((v) => v !== cell && v.writable && v.type.kind === 'int')
  if (random.chance(20) && takers.length > 0) {
    const swap = random.pick(['__sync_val_compare_and_swap', '__sync_bool_compare_and_swap'])
    return stmt(
      `${random.pick(takers).name} = ${swap}(&${cell.name}, `,
      whole(expressionAs(scope, type, some(scope))),
      ', ',
      whole(value),
      ');',
    )
  }
  if (takers.length === 0 || random.chance(35)) return stmt(`${call}(&${cell.name}, `, whole(value), `${order});`)
  return stmt(`${random.pick(takers).name} = ${call}(&${cell.name}, `, whole(value), `${order});`)
}

export function overflow(scope: Scope): Stmt | undefined {
  const { random } = scope.unit
  const takers = scope.locals.filter((v) => v.writable && !v.isVolatile && v.type.kind === 'int' && !v.type.bool && v.type.bits >= 32)
  const place = target(scope)
  if (takers.length === 0 || !place) return undefined
  const taker = random.pick(takers)
  if (taker.type.kind !== 'int') return undefined
  const { type } = taker
  const op = random.pick(['add', 'sub', ...(type.bits === 32 ? ['mul'] : [])])
  const [a, b] = [cast(type, expression(scope, some(scope))), cast(type, expression(scope, some(scope)))]
  return stmt(
    `if (__builtin_${op}_overflow(`,
    whole(a),
    ', ',
    whole(b),
    `, &${taker.name}))\n`,
    ...place.parts,
    ' = ',
    whole(leaf(scope)),
    ';',
  )
}

export function barrier(scope: Scope): Stmt {
  const locals = scope.locals.filter((v) => v.writable && !v.isVolatile && v.type.kind === 'int' && v.type.bits >= 32)
  if (locals.length === 0 || scope.unit.random.chance(40)) return stmt('__asm__ volatile("" : : : "memory");')
  return stmt(`__asm__ volatile("" : "+r"(${scope.unit.random.pick(locals).name}));`)
}

export function packetWrite(scope: Scope): Stmt | undefined {
  if (!scope.isEntry || scope.unit.input !== 'packet') return undefined
  const at = hole(constantIn(scope.unit, 0n, BigInt(INPUT_SIZE - 1)))
  return stmt('in[', at, '] = ', whole(expressionAs(scope, U8, some(scope))), ';')
}
