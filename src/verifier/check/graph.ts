// Objects that the program allocates, and lists and trees of them. An object is owned through a reference until it is dropped or put into a list or
// tree; then it may be looked at as long as the lock of the list or tree is held (a non-owning reference), and that is all.
//
//   new ---owns---> push, add ---looks at, under the lock---> unlock: gone
//                   pop, remove ---owns---> drop
//
// Linux: check_kfunc_args() (KF_ARG_PTR_TO_{ALLOC_BTF_ID,LIST_HEAD,LIST_NODE,RB_ROOT,RB_NODE,REFCOUNTED_KPTR}), __process_kf_arg_ptr_to_graph_*(),
// check_special_kfunc(), ref_set_non_owning(), ref_convert_owning_non_owning().
import { btfType } from '../../btf/index.ts'
import { markRegKnownZero } from '../domain/bounds.ts'
import {
  BTF,
  BTF_ID,
  CALLSITE,
  FRAME_FLAGS,
  ID,
  IN_CALLBACK_FN,
  MAP,
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  NON_OWN_REF,
  OFF,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_VALUE,
  REF_OBJ_ID,
  regAt,
  TYPE,
  VALUE_HI,
} from '../domain/layout.ts'
import { forEachReg } from '../domain/slots.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env } from '../env.ts'
import { EFAULT, EINVAL } from '../errno.ts'
import { mapOwner, OBJECT_OWNER } from '../locks.ts'
import { releaseReference } from '../references.ts'
import { varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { PROGRAM_BTF, typeNameOf } from './btf-types.ts'
import { pushCallback, setReturn, unsetFrom } from './callback.ts'
import type { KfuncArg, KfuncMeta } from './kfunc-meta.ts'
import { regRecord } from './map.ts'
import { type Field, type FieldKind, fieldAt, hasField, structRecord } from './record.ts'
import { isScalarStruct } from './scalar-struct.ts'

const OWNED = PTR_TO_BTF_ID | MEM_ALLOC
/** Linux: BPF_GLOBAL_PERCPU_MA_MAX_SIZE. */
const MAX_PERCPU_BYTES = 512

function refuse(env: Env, why: string): number {
  verbose(env.log, `${why}\n`)
  return -EINVAL
}

/** In the function that compares two nodes for bpf_rbtree_add(). Linux: in_rbtree_lock_required_cb(). */
export function inTreeCallback(env: Env): boolean {
  const { cur, words: s, insns } = env
  const frame = cur.at[cur.curframe]!
  if (cur.curframe === 0 || !(s[frame + FRAME_FLAGS]! & IN_CALLBACK_FN)) return false
  return env.kfuncs.get(insns.imm[s[frame + CALLSITE]!]!)?.name === 'bpf_rbtree_add_impl'
}

// ---- arguments ----

function noteObject(env: Env, meta: KfuncMeta, r: number): void {
  meta.argBtf = env.words[r + BTF]!
  meta.argBtfId = env.words[r + BTF_ID]!
}

/** An object that is dropped. */
export function checkAllocatedArg(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const s = env.words
  const type = s[arg.r + TYPE]!
  const wanted = type === OWNED ? 'bpf_obj_drop_impl' : type === (OWNED | MEM_PERCPU) ? 'bpf_percpu_obj_drop_impl' : undefined
  if (!wanted) return refuse(env, `arg#${arg.index} expected pointer to allocated object`)
  if (meta.desc.name !== wanted) return refuse(env, `arg#${arg.index} expected for ${wanted}()`)
  if (s[arg.r + REF_OBJ_ID] === 0) return refuse(env, 'allocated object must be referenced')
  noteObject(env, meta, arg.r)
  return 0
}

export function checkCountedArg(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const s = env.words
  const type = s[arg.r + TYPE]!
  if ((type & (0xff | MEM_ALLOC)) !== OWNED) return refuse(env, `arg#${arg.index} is neither owning or non-owning ref`)
  if (!(type & NON_OWN_REF)) meta.argOwningRef = true
  if (!hasField(regRecord(env, s, arg.r), 'bpf_refcount')) {
    return refuse(env, `arg#${arg.index} doesn't point to a type with bpf_refcount field`)
  }
  noteObject(env, meta, arg.r)
  return 0
}

const checkRoot =
  (kind: 'bpf_list_head' | 'bpf_rb_root') =>
  (env: Env, meta: KfuncMeta, arg: KfuncArg): number => {
    const { words: s, cur } = env
    const { r, regno } = arg
    const type = s[r + TYPE]!
    if (type !== PTR_TO_MAP_VALUE && type !== OWNED)
      return refuse(env, `arg#${arg.index} expected pointer to map value or allocated object`)
    if (type === OWNED && s[r + REF_OBJ_ID] === 0) return refuse(env, 'allocated object must be referenced')
    if (!tnumIsConst(s, r + VALUE_HI))
      return refuse(env, `R${regno} doesn't have constant offset. ${kind} has to be at the constant offset`)
    const record = regRecord(env, s, r)
    const off = s[r + OFF]! + varOffOf(s, r)
    const field = fieldAt(record, off, kind)
    if (!field) return refuse(env, `${kind} not found at offset=${off >>> 0}`)
    const owner = type === PTR_TO_MAP_VALUE ? mapOwner(s[r + MAP]!) : OBJECT_OWNER
    const held = cur.refs.some((ref) => ref.kind !== 'ptr' && ref.kind !== 'irq' && ref.id === s[r + ID] && ref.owner === owner)
    if (!held) {
      if (cur.locks.count > 0) verbose(env.log, 'held lock and object are not in the same allocation\n')
      const lock = record?.find((f) => f.kind === 'bpf_spin_lock')?.off ?? -EINVAL
      return refuse(env, `bpf_spin_lock at off=${lock} must be held for ${kind}`)
    }
    meta.root = field
    return 0
  }
export const checkListHead = checkRoot('bpf_list_head')
export const checkTreeRoot = checkRoot('bpf_rb_root')

export function checkListNode(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  return checkOwned(env, arg) || checkNode(env, meta, arg, 'bpf_list_head', 'bpf_list_node')
}

export function checkTreeNode(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const s = env.words
  const { name } = meta.desc
  if (name === 'bpf_rbtree_add_impl') return checkOwned(env, arg) || checkNode(env, meta, arg, 'bpf_rb_root', 'bpf_rb_node')
  if (!(s[arg.r + TYPE]! & NON_OWN_REF) && s[arg.r + REF_OBJ_ID] === 0) {
    return refuse(env, `${name} can only take non-owning or refcounted bpf_rb_node pointer`)
  }
  if (inTreeCallback(env)) return refuse(env, `${name} not allowed in rbtree cb`)
  return checkNode(env, meta, arg, 'bpf_rb_root', 'bpf_rb_node')
}

function checkOwned(env: Env, arg: KfuncArg): number {
  const s = env.words
  if (s[arg.r + TYPE] !== OWNED) return refuse(env, `arg#${arg.index} expected pointer to allocated object`)
  return s[arg.r + REF_OBJ_ID] === 0 ? refuse(env, 'allocated object must be referenced') : 0
}

/** The node lies in its object where the list or tree expects it. */
function checkNode(env: Env, meta: KfuncMeta, arg: KfuncArg, headKind: FieldKind, nodeKind: FieldKind): number {
  const s = env.words
  const { r, regno } = arg
  if (!tnumIsConst(s, r + VALUE_HI))
    return refuse(env, `R${regno} doesn't have constant offset. ${nodeKind} has to be at the constant offset`)
  const off = s[r + OFF]! + varOffOf(s, r)
  if (!fieldAt(regRecord(env, s, r), off, nodeKind)) return refuse(env, `${nodeKind} not found at offset=${off >>> 0}`)
  const { root } = meta
  if (!root) return -EFAULT
  const wanted = typeNameOf(env, PROGRAM_BTF, root.typeId)
  if (s[r + BTF] !== PROGRAM_BTF || s[r + BTF_ID] !== root.typeId) {
    const name = typeNameOf(env, s[r + BTF]!, s[r + BTF_ID]!)
    return refuse(
      env,
      `operation on ${headKind} expects arg#1 ${nodeKind} at offset=${root.nodeOff} in struct ${wanted}, but arg is at offset=${off} in struct ${name}`,
    )
  }
  noteObject(env, meta, r)
  if (off === root.nodeOff) return 0
  return refuse(env, `arg#1 offset=${off}, but expected ${nodeKind} at offset=${root.nodeOff} in struct ${wanted}`)
}

// ---- what a call does ----

function setNonOwning(env: Env, s: Int32Array, r: number): void {
  s[r + TYPE]! |= NON_OWN_REF
  if (hasField(regRecord(env, s, r), 'bpf_refcount')) s[r + TYPE]! |= MEM_RCU
}

/** The node in register 2 belongs to the list or tree now; the program may look at it until the lock is given back. */
export function giveNode(env: Env): number {
  const { words: s, cur } = env
  const ref = s[curReg(env, 2) + REF_OBJ_ID]!
  if (ref === 0) return -EFAULT
  forEachReg(s, cur.at, cur.curframe, (r) => {
    if (s[r + REF_OBJ_ID] !== ref) return
    s[r + REF_OBJ_ID] = 0
    setNonOwning(env, s, r)
  })
  return releaseReference(env, ref)
}

function markNode(s: Int32Array, r: number, root: Field): void {
  markRegKnownZero(s, r)
  s[r + OFF] = root.nodeOff
  s[r + TYPE] = OWNED
  s[r + BTF] = PROGRAM_BTF
  s[r + BTF_ID] = root.typeId
}

/** bpf_rbtree_add() compares nodes by a function of the program, under the lock. */
export function callTreeLess(env: Env, meta: KfuncMeta): number {
  const err = pushCallback(env, meta.subprogno, (_, s, callee) => {
    const { root } = meta
    if (!root) return -EFAULT
    for (const i of [1, 2]) {
      markNode(s, regAt(callee, i), root)
      setNonOwning(env, s, regAt(callee, i))
    }
    unsetFrom(s, callee, 3)
    setReturn(s, callee, IN_CALLBACK_FN, 0, 1)
    return 0
  })
  if (err) verbose(env.log, `kfunc ${meta.desc.name}#${meta.desc.id} failed callback verification\n`)
  return err
}

// ---- results ----

export function newObjectResult(env: Env, meta: KfuncMeta, r0: number): number {
  const { words: s, btf } = env
  const percpu = meta.desc.name === 'bpf_percpu_obj_new_impl'
  const id = meta.constant ?? 0n
  if (id !== BigInt.asUintN(32, id)) return refuse(env, 'local type ID argument must be in range [0, U32_MAX]')
  if (!btf) return refuse(env, 'bpf_obj_new/bpf_percpu_obj_new requires prog BTF')
  const type = btfType(btf, Number(id))
  if (type.kind !== 'struct') return refuse(env, 'bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct')
  if (percpu) {
    if (type.size > MAX_PERCPU_BYTES) {
      return refuse(env, `bpf_percpu_obj_new type size (${type.size}) is greater than ${MAX_PERCPU_BYTES}`)
    }
    if (!isScalarStruct(env, type, 0, btf)) return refuse(env, 'bpf_percpu_obj_new type ID argument must be of a struct of scalars')
    if (structRecord(btf, Number(id)).length > 0) {
      return refuse(env, 'bpf_percpu_obj_new type ID argument must not contain special fields')
    }
  }
  markRegKnownZero(s, r0)
  s[r0 + TYPE] = OWNED | (percpu ? MEM_PERCPU : 0)
  s[r0 + BTF] = PROGRAM_BTF
  s[r0 + BTF_ID] = Number(id)
  return 0
}

export function sameObjectResult(env: Env, meta: KfuncMeta, r0: number): number {
  const s = env.words
  markRegKnownZero(s, r0)
  s[r0 + TYPE] = OWNED
  s[r0 + BTF] = meta.argBtf
  s[r0 + BTF_ID] = meta.argBtfId
  return 0
}

export function nodeResult(env: Env, meta: KfuncMeta, r0: number): number {
  if (!meta.root) return -EFAULT
  markNode(env.words, r0, meta.root)
  return 0
}

/** A node that stays in its list or tree. */
export function seenNode(env: Env, _meta: KfuncMeta, r0: number): number {
  setNonOwning(env, env.words, r0)
  return 0
}

/** Objects with locks in them are told apart. */
export function identifyLockOwner(env: Env, r: number): void {
  const s = env.words
  if (s[r + ID] === 0 && hasField(regRecord(env, s, r), 'bpf_spin_lock', 'bpf_res_spin_lock')) s[r + ID] = ++env.idGen
}

/** Fixed offsets are kept where a pointer that may be NULL points into an object. */
export const mayHaveOffsetAndBeNull = (type: number): boolean => (type & ~PTR_MAYBE_NULL & (0xff | MEM_ALLOC)) === OWNED
