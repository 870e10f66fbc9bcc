// Pointers to objects in the values of maps: to structures of the kernel or to objects that programs allocate. Untrusted ones are loaded and stored
// like numbers; referenced ones are only loaded, and exchanged by bpf_kptr_xchg(), which gives the old one and takes the new one with its reference.
// Linux: btf_parse_kptr(), check_map_kptr_access(), map_kptr_match_type(), btf_ld_kptr_type(), process_kptr_func(), check_helper_call() (kptr_xchg).
import type { BtfId } from '../../btf/index.ts'
import { BPF_MEM, BPF_ST, BPF_STX, bpfClass, bpfMode } from '../../isa/index.ts'
import { isRegNull, markRegKnownZero, markRegUnknown } from '../domain/bounds.ts'
import {
  BTF,
  BTF_ID,
  baseType,
  MAP,
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  NON_OWN_REF,
  OFF,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_VALUE,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
  REF_OBJ_ID,
  TYPE,
  typeFlags,
  VALUE_HI,
} from '../domain/layout.ts'
import { forEachReg } from '../domain/slots.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env } from '../env.ts'
import { EACCES, EINVAL, UNSUPPORTED } from '../errno.ts'
import { regTypeName } from '../log/reg-text.ts'
import { dropReference } from '../references.ts'
import { varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { inRcuSection, markBtfLoad } from './btf-ptr.ts'
import { KERNEL_BTF, PROGRAM_BTF, typeNameOf } from './btf-types.ts'
import { structIdsMatch } from './btf-walk.ts'
import { kptrTarget } from './kptr-target.ts'
import { recordOf, regRecord } from './map.ts'
import { type Field, fieldAt, hasField, KPTR_KINDS, structRecord } from './record.ts'
import { checkPtrOff } from './region.ts'

/** Structures of the kernel that RCU keeps alive. Linux: rcu_protected_types. */
const RCU_PROTECTED: ReadonlySet<string> = new Set(['prog_test_ref_kfunc', 'cgroup', 'bpf_cpumask', 'task_struct', 'bpf_crypto_ctx'])

/** The kptr of a map's value at an offset, if there is one. */
export const kptrAt = (env: Env, map: number, off: number): Field | undefined => fieldAt(recordOf(env, map), off, ...KPTR_KINDS)

/** An instruction loads or stores a whole kptr; register `valueRegno` is where to or from, -1 for a number. */
export function checkKptrAccess(env: Env, valueRegno: number, field: Field): number {
  const { words: s, log, insns, insnIdx } = env
  const opcode = insns.opcode[insnIdx]!
  const refuse = (why: string): number => {
    verbose(log, `${why}\n`)
    return -EACCES
  }
  if (bpfMode(opcode) !== BPF_MEM) return refuse('kptr in map can only be accessed using BPF_MEM instruction mode')
  const cls = bpfClass(opcode)
  const stores = cls === BPF_STX || cls === BPF_ST
  if (stores && field.kind !== 'kptr_untrusted') return refuse('store to referenced kptr disallowed')
  if (!stores) {
    const target = kptrTarget(env, field)
    markBtfLoad(env, curReg(env, valueRegno), PTR_TO_BTF_ID, target.which, target.id, loadedFlags(env, field, target))
    return 0
  }
  if (cls === BPF_ST) {
    return insns.imm[insnIdx] === 0 ? 0 : refuse(`BPF_ST imm must be 0 when storing to kptr at off=${field.off}`)
  }
  if (isRegNull(s, curReg(env, valueRegno))) return 0
  const err = matchKptr(env, field, valueRegno)
  return err === UNSUPPORTED ? err : err ? -EACCES : 0
}

function loadedFlags(env: Env, field: Field, target: { which: number; id: BtfId }): number {
  const safe =
    field.kind === 'percpu_kptr' ||
    (field.kind === 'kptr' && (target.which === PROGRAM_BTF || RCU_PROTECTED.has(typeNameOf(env, target.which, target.id))))
  if (!safe || !inRcuSection(env)) return PTR_MAYBE_NULL | PTR_UNTRUSTED
  let flags = PTR_MAYBE_NULL | MEM_RCU
  if (field.kind === 'percpu_kptr') flags |= MEM_PERCPU
  else if (target.which === PROGRAM_BTF) flags |= MEM_ALLOC
  if (target.which === PROGRAM_BTF && env.btf && hasField(structRecord(env.btf, target.id), 'bpf_list_node', 'bpf_rb_node')) {
    flags |= NON_OWN_REF
  }
  return flags
}

/** Register `regno` may be put where the field is. */
export function matchKptr(env: Env, field: Field, regno: number): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  const type = s[r + TYPE]!
  const target = kptrTarget(env, field)
  const untrusted = field.kind === 'kptr_untrusted'
  const isObject = baseType(type) === PTR_TO_BTF_ID
  let name = ''
  const bad = (): number => {
    const wanted = typeNameOf(env, target.which, target.id)
    const or = untrusted ? ` or ${regTypeName(PTR_TO_BTF_ID | PTR_UNTRUSTED)}${wanted}` : ''
    verbose(log, `invalid kptr access, R${regno} type=${regTypeName(type)}${name} expected=${regTypeName(PTR_TO_BTF_ID)}${wanted}${or}\n`)
    return -EINVAL
  }
  if (!isObject) return bad()
  const percpu = field.kind === 'percpu_kptr'
  const allowed =
    s[r + BTF] === KERNEL_BTF
      ? PTR_MAYBE_NULL | PTR_TRUSTED | MEM_RCU | (untrusted ? PTR_UNTRUSTED : 0)
      : PTR_MAYBE_NULL | MEM_ALLOC | (percpu ? MEM_PERCPU : 0)
  if (typeFlags(type) & ~allowed) return bad()
  name = typeNameOf(env, s[r + BTF]!, s[r + BTF_ID]!)
  if (checkPtrOff(env, r, regno, true)) return -EACCES
  const match = structIdsMatch(env, s[r + BTF]!, s[r + BTF_ID]!, s[r + OFF]!, target.which, target.id, !untrusted)
  if (env.feature !== '') return UNSUPPORTED
  return match ? 0 : bad()
}

// ---- bpf_kptr_xchg ----

/** Register `regno` points to a kptr that is exchanged; the field goes to `meta`. */
export function checkKptrArg(env: Env, regno: number, meta: { map: number; kptr: Field | undefined }): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  const isMap = s[r + TYPE] === PTR_TO_MAP_VALUE
  const record = isMap ? recordOf(env, s[r + MAP]!) : regRecord(env, s, r)
  if (isMap && !record) {
    verbose(log, `map '${env.names.maps[s[r + MAP]!]!.name}' has to have BTF in order to use bpf_kptr_xchg\n`)
    return -EINVAL
  }
  if (isMap) meta.map = s[r + MAP]!
  if (!tnumIsConst(s, r + VALUE_HI)) {
    verbose(log, `R${regno} doesn't have constant offset. kptr has to be at the constant offset\n`)
    return -EINVAL
  }
  if (!hasField(record, ...KPTR_KINDS)) {
    verbose(log, `R${regno} has no valid kptr\n`)
    return -EINVAL
  }
  const off = s[r + OFF]! + varOffOf(s, r)
  const field = fieldAt(record, off, ...KPTR_KINDS)
  if (!field || field.kind === 'kptr_untrusted') {
    verbose(log, field ? `off=${off} kptr isn't referenced kptr\n` : `off=${off} doesn't point to kptr\n`)
    return -EACCES
  }
  meta.kptr = field
  return 0
}

/** The object that is put in is the map's now; per-CPU objects may still be looked at in this RCU section. */
export function giveKptr(env: Env, ref: number): number {
  const { words: s, cur } = env
  const rest = dropReference(cur.refs, ref)
  if (!rest) return -EINVAL
  cur.refs = rest
  const rcu = inRcuSection(env)
  forEachReg(s, cur.at, cur.curframe, (r) => {
    if (s[r + REF_OBJ_ID] !== ref) return
    const type = s[r + TYPE]!
    if (rcu && type & MEM_ALLOC && type & MEM_PERCPU) {
      s[r + REF_OBJ_ID] = 0
      s[r + TYPE] = (type & ~MEM_ALLOC) | MEM_RCU
    } else markRegUnknown(s, r)
  })
  return 0
}

/** What was there before. */
export function kptrResult(env: Env, r0: number, flags: number, field: Field): void {
  const s = env.words
  const target = kptrTarget(env, field)
  markRegKnownZero(s, r0)
  s[r0 + TYPE] = PTR_TO_BTF_ID | flags
  if (target.which === PROGRAM_BTF) s[r0 + TYPE]! |= MEM_ALLOC | (field.kind === 'percpu_kptr' ? MEM_PERCPU : 0)
  s[r0 + BTF] = target.which
  s[r0 + BTF_ID] = target.id
}
