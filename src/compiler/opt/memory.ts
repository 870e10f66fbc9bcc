// What memory an instruction touches, and whether two accesses may meet. Questions that gvn and dse ask; built once per pass.
//
// An address is a base and, where known, a literal offset. Different variables never meet; a stack variable whose address stays in the
// function's own loads and stores, and in arguments of helpers, meets nothing else, and a helper touches it only where it is given it:
// none keeps an address of the stack. The context of a program can only be reached through its parameter.
import { type Alloca, type Func, type Instr, isKind, isQuestion, sizeOf, usersOf, type Value } from '../ir/index.ts'

export interface Place {
  readonly base: Value
  /** Undefined: somewhere in what `base` points to. */
  readonly offset: number | undefined
  /** Bytes; undefined: not known. */
  readonly size: number | undefined
}

export interface Memory {
  /** What a load or store (or the target of a copy or fill) touches. */
  readonly placeOf: (address: Value, size: number | undefined) => Place
  /** Whether the instruction may write there. */
  readonly mayWrite: (i: Instr, place: Place) => boolean
  /** Whether the instruction may read there. */
  readonly mayRead: (i: Instr, place: Place) => boolean
  readonly mayMeet: (a: Place, b: Place) => boolean
}

/** Splits an address into base and literal steps. */
export function splitAddress(address: Value): { readonly base: Value; readonly offset: number | undefined } {
  let base = address
  let offset: number | undefined = 0
  while (isKind(base, 'ptradd')) {
    const step: Value = base.args[1]
    offset = offset !== undefined && step.kind === 'const' ? offset + Number(BigInt.asIntN(64, step.value)) : undefined
    base = base.args[0]
  }
  return { base, offset }
}

export function makeMemory(fn: Func): Memory {
  const escaped = escapedAllocas(fn)
  const context: Value | undefined = fn.section !== '' ? fn.params[0] : undefined
  const placeOf = (address: Value, size: number | undefined): Place => {
    const { base, offset } = splitAddress(address)
    return { base, offset, size }
  }
  const isPrivateSlot = (base: Value): boolean => isKind(base, 'alloca') && !escaped.has(base)
  /** Reached by nothing but addresses made from this base. */
  const isPrivate = (base: Value): boolean => isPrivateSlot(base) || (base === context && base.type === 'ptr')
  const isObject = (base: Value): boolean => base.kind === 'alloca' || base.kind === 'global' || base.kind === 'func'
  const mayMeet = (a: Place, b: Place): boolean => {
    if (a.base !== b.base) {
      if (isPrivate(a.base) || isPrivate(b.base)) return false
      // A variable on the stack is made after the arguments are given.
      if (isObject(a.base) && (isObject(b.base) || b.base.kind === 'param')) return a.base.kind !== 'alloca' && b.base.kind === 'param'
      if (isObject(b.base) && a.base.kind === 'param') return b.base.kind !== 'alloca'
      return true
    }
    if (a.offset === undefined || b.offset === undefined) return true
    return (b.size === undefined || a.offset < b.offset + b.size) && (a.size === undefined || b.offset < a.offset + a.size)
  }
  const callTouches = (i: Instr, place: Place): boolean =>
    !isPrivateSlot(place.base) || i.args.some((a) => splitAddress(a).base === place.base)
  const written = (i: Instr): Place | undefined => {
    switch (i.kind) {
      case 'store':
        return placeOf(i.args[0], sizeOf(i.args[1].type))
      case 'atomicrmw':
      case 'cmpxchg':
        return placeOf(i.args[0], sizeOf(i.type))
      case 'memcpy':
      case 'memset':
        return placeOf(i.args[0], i.size)
      default:
        return undefined
    }
  }
  return {
    placeOf,
    mayMeet,
    mayWrite: (i, place) => {
      if (i.kind === 'call' && isQuestion(i.args[0])) return false
      if (place.base.kind === 'global' && place.base.constant) return false
      if (i.kind === 'call' || (i.kind === 'asm' && i.clobbersMemory)) return callTouches(i, place)
      if (i.kind === 'lifetime') return i.args[0] === place.base
      const w = written(i)
      return w !== undefined && mayMeet(w, place)
    },
    mayRead: (i, place) => {
      if (i.kind === 'call' && isQuestion(i.args[0])) return false
      if (i.kind === 'call' || i.kind === 'asm') return callTouches(i, place)
      if (i.kind === 'load') return mayMeet(placeOf(i.args[0], sizeOf(i.type)), place)
      if (i.kind === 'memcpy') return mayMeet(placeOf(i.args[1], i.size), place)
      if (i.kind === 'atomicrmw' || i.kind === 'cmpxchg') return mayMeet(placeOf(i.args[0], sizeOf(i.type)), place)
      return false
    },
  }
}

/** Stack variables whose address leaves the function's own accesses and the arguments of helpers. */
function escapedAllocas(fn: Func): Set<Alloca> {
  const users = usersOf(fn)
  const termArgs = new Set(fn.blocks.flatMap((b) => b.term.args))
  const getsOut = (address: Instr): boolean =>
    termArgs.has(address) ||
    (users.get(address) ?? []).some((u) => {
      switch (u.kind) {
        case 'load':
        case 'memcpy':
        case 'memset':
        case 'lifetime':
        case 'dbg':
        case 'cmp':
          return false
        case 'store':
          return u.args[1] === address
        case 'call':
          // A function of ours may keep the address in something else that it is given.
          return u.args[0].kind !== 'const'
        case 'atomicrmw':
        case 'cmpxchg':
          return u.args.indexOf(address) !== u.args.lastIndexOf(address) || u.args[0] !== address
        case 'ptradd':
          return getsOut(u)
        default:
          return true
      }
    })
  const escaped = new Set<Alloca>()
  for (const i of fn.blocks[0].instrs) if (i.kind === 'alloca' && getsOut(i)) escaped.add(i)
  return escaped
}
