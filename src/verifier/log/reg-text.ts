// A register as the log prints it: "ctx()", "P7", "scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))", "fp-16",
// "map_value_or_null(id=1,map=counts,ks=4,vs=8)". What the words of a register mean is in domain/layout.ts.
// Linux 6.18: reg_type_str(), print_reg_state(), print_scalar_ranges() in kernel/bpf/log.c.
import {
  ADD_CONST,
  BTF,
  BTF_ID,
  baseType,
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  DYNPTR_TYPE,
  FRAMENO,
  ID,
  KIND_NAMES,
  MAP,
  MEM_PERCPU,
  MEM_RCU,
  MEM_RDONLY,
  MEM_RINGBUF,
  MEM_SIZE,
  MEM_USER,
  NON_OWN_REF,
  OFF,
  PRECISE,
  PTR_MAYBE_NULL,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
  RANGE,
  REF_OBJ_ID,
  S32MAX,
  S32MIN,
  SCALAR_VALUE,
  SMAX_HI,
  SMIN_HI,
  TYPE,
  U32MAX,
  U32MIN,
  UMAX_HI,
  UMIN_HI,
  VALUE_HI,
  VALUE_LO,
} from '../domain/layout.ts'
import { tnumIsConst, tnumIsUnknown } from '../domain/tnum.ts'
import { S32_MAX, SIGN } from '../domain/wide.ts'
import { isSmall, snum, tnumText, unum } from './numbers.ts'

/** What the log looks up: maps by the index in MAP, type names by BTF and id. */
export interface LogNames {
  /** Every number counts as precise (no CAP_BPF). */
  readonly allPrecise?: boolean
  readonly maps: readonly { readonly name: string; readonly keySize: number; readonly valueSize: number }[]
  readonly typeName: (btf: number, id: number) => string
}

/** Dynptr kinds by number. */
export const DYNPTR_TYPES = ['<invalid>', 'local', 'ringbuf', 'skb', 'xdp', 'skb_meta'] as const

const PREFIXES: readonly (readonly [number, string])[] = [
  [MEM_RDONLY, 'rdonly_'],
  [MEM_RINGBUF, 'ringbuf_'],
  [MEM_USER, 'user_'],
  [MEM_PERCPU, 'percpu_'],
  [MEM_RCU, 'rcu_'],
  [PTR_UNTRUSTED, 'untrusted_'],
  [PTR_TRUSTED, 'trusted_'],
]
const typeNames = new Map<number, string>()

/** A kind with its flags: "map_value_or_null", "rdonly_mem", "trusted_ptr_". */
export function regTypeName(type: number): string {
  let name = typeNames.get(type)
  if (name === undefined) {
    const base = baseType(type)
    const orNull = (type & PTR_MAYBE_NULL) === 0 ? '' : base === PTR_TO_BTF_ID ? 'or_null_' : '_or_null'
    name = PREFIXES.map(([flag, text]) => (type & flag ? text : '')).join('') + KIND_NAMES[base] + orNull
    typeNames.set(type, name)
  }
  return name
}

/** `frameno` is the frame that is shown: a pointer into the stack of another one names it. */
export function regText(s: Int32Array, r: number, frameno: number, names: LogNames): string {
  const type = s[r + TYPE]!
  const known = tnumIsConst(s, r + VALUE_HI)
  if (type === SCALAR_VALUE) {
    const precise = s[r + PRECISE] !== 0 || names.allPrecise ? 'P' : ''
    return precise + (known ? snum(s[r + VALUE_HI]!, s[r + VALUE_LO]!) : `scalar(${idText(s, r).concat(rangeTexts(s, r)).join(',')})`)
  }
  const name = regTypeName(type)
  if (type === PTR_TO_ARENA) return name
  const off = s[r + OFF]!
  if (type === PTR_TO_STACK) {
    const frame = s[r + FRAMENO] === frameno ? '' : `[${s[r + FRAMENO]}]`
    if (known) return name + frame + sumText(s[r + VALUE_HI]!, s[r + VALUE_LO]!, off)
    return `${name}${frame}(${pointerTexts(s, r, names).join(',')})`
  }
  const of = baseType(type) === PTR_TO_BTF_ID ? names.typeName(s[r + BTF]!, s[r + BTF_ID]!) : ''
  return `${name}${of}(${pointerTexts(s, r, names).join(',')})`
}

function idText(s: Int32Array, r: number): string[] {
  const id = s[r + ID]!
  if (id === 0) return []
  const off = s[r + OFF]!
  return [`id=${id & ~ADD_CONST}${id & ADD_CONST ? (off < 0 ? off : `+${off}`) : ''}`]
}

function pointerTexts(s: Int32Array, r: number, names: LogNames): string[] {
  const out = idText(s, r)
  const type = s[r + TYPE]!
  const base = baseType(type)
  if (s[r + REF_OBJ_ID] !== 0) out.push(`ref_obj_id=${s[r + REF_OBJ_ID]}`)
  if (type & NON_OWN_REF) out.push('non_own_ref')
  if (base === CONST_PTR_TO_MAP || base === PTR_TO_MAP_KEY || base === PTR_TO_MAP_VALUE) {
    const map = names.maps[s[r + MAP]!]
    if (map?.name) out.push(`map=${map.name}`)
    out.push(`ks=${map?.keySize},vs=${map?.valueSize}`)
  }
  const off = s[r + OFF]!
  if (off !== 0) out.push(`off=${snum(off >> 31, off)}`)
  if (base === PTR_TO_PACKET || base === PTR_TO_PACKET_META) out.push(`r=${unum(s[r + RANGE]! >> 31, s[r + RANGE]!)}`)
  if (base === PTR_TO_MEM) out.push(`sz=${unum(0, s[r + MEM_SIZE]!)}`)
  if (type === CONST_PTR_TO_DYNPTR) out.push(`type=${DYNPTR_TYPES[s[r + DYNPTR_TYPE]!]}`)
  if (!tnumIsConst(s, r + VALUE_HI)) return out.concat(rangeTexts(s, r))
  if ((s[r + VALUE_HI]! | s[r + VALUE_LO]!) !== 0) out.push(`imm=${snum(s[r + VALUE_HI]!, s[r + VALUE_LO]!)}`)
  return out
}

/** value + off, 64 bits. */
function sumText(hi: number, lo: number, off: number): string {
  const low = (lo >>> 0) + (off >>> 0)
  return snum((hi + (off >> 31) + (low > 0xffffffff ? 1 : 0)) | 0, low | 0)
}

const BOUND_NAMES = ['smin', 'smax', 'umin', 'umax', 'smin32', 'smax32', 'umin32', 'umax32'] as const
const boundHi = new Int32Array(8)
const boundLo = new Int32Array(8)

/**
 * The intervals without what is at its extreme: equal numbers share one text (smin=smin32=0), looked for in steps of two, minima among minima;
 * a negative number never joins a non-negative one of the same bits. Signed 32-bit numbers that print in hex are not sign-extended.
 */
function rangeTexts(s: Int32Array, r: number): string[] {
  let shown = 0
  const put = (i: number, hi: number, lo: number, omitHi: number, omitLo: number): void => {
    boundHi[i] = hi
    boundLo[i] = lo
    if (hi !== omitHi || lo !== omitLo) shown |= 1 << i
  }
  put(0, s[r + SMIN_HI]!, s[r + SMIN_HI + 1]!, SIGN, 0)
  put(1, s[r + SMAX_HI]!, s[r + SMAX_HI + 1]!, S32_MAX, -1)
  put(2, s[r + UMIN_HI]!, s[r + UMIN_HI + 1]!, 0, 0)
  put(3, s[r + UMAX_HI]!, s[r + UMAX_HI + 1]!, -1, -1)
  put(4, signed32Hi(s[r + S32MIN]!), s[r + S32MIN]!, 0, SIGN)
  put(5, signed32Hi(s[r + S32MAX]!), s[r + S32MAX]!, 0, S32_MAX)
  put(6, 0, s[r + U32MIN]!, 0, 0)
  put(7, 0, s[r + U32MAX]!, 0, -1)
  const out: string[] = []
  for (let i = 0; i < 8; i++) {
    if ((shown & (1 << i)) === 0) continue
    let text = `${BOUND_NAMES[i]}=`
    for (let j = i + 2; j < 8; j += 2) {
      if ((shown & (1 << j)) === 0 || boundHi[i] !== boundHi[j] || boundLo[i] !== boundLo[j] || isNegative(i) !== isNegative(j)) continue
      shown &= ~(1 << j)
      text += `${BOUND_NAMES[j]}=`
    }
    const hi = boundHi[i]!
    const lo = boundLo[i]!
    out.push(text + (isSigned(i) ? snum(hi, lo) : unum(hi, lo)))
  }
  if (!tnumIsUnknown(s, r + VALUE_HI)) out.push(`var_off=${tnumText(s, r + VALUE_HI)}`)
  return out
}
const signed32Hi = (x: number): number => (isSmall(x >> 31, x) ? x >> 31 : 0)
const isSigned = (i: number): boolean => (i & 2) === 0
const isNegative = (i: number): boolean => isSigned(i) && boundHi[i]! < 0
