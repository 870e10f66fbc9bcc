// Faults to plant in the verifier: each makes it believe what need not be so, or take what it should not. `find` stands exactly once in the
// file (under src/verifier/) and gives way to `put`. Kinds of faults: Linux's own past ones (CVE-2020-8835, CVE-2021-3490, CVE-2021-31440,
// CVE-2022-23222, CVE-2023-2163 and others), and slips that a hand makes.
export interface Fault {
  readonly what: string
  readonly file: string
  readonly find: string
  readonly put: string
}

export const FAULTS: readonly Fault[] = [
  // ---- numbers ----
  {
    what: 'a sum of 32 bits wraps at one end and keeps its bounds',
    file: 'domain/alu.ts',
    find: 'setU32(s, d, umin, umax, !ult32(umin, bUmin) && ult32(umax, bUmax))',
    put: 'setU32(s, d, umin, umax, false)',
  },
  {
    what: 'a signed sum overflows and keeps its bounds',
    file: 'domain/alu.ts',
    find: 'addOverflows(minHi, t[b + SMIN_HI]!, s[d + SMIN_HI]!) || addOverflows(maxHi',
    put: 'false && addOverflows(maxHi',
  },
  {
    what: 'a sum of 64 bits wraps and keeps its bounds',
    file: 'domain/alu.ts',
    find: 'if (maxCarry > minCarry) unboundU64(s, d)',
    put: '',
  },
  {
    what: 'a difference of 32 bits wraps and keeps its bounds',
    file: 'domain/alu.ts',
    find: 's[d + U32MAX]! - bUmin, minBorrows && !maxBorrows)',
    put: 's[d + U32MAX]! - bUmin, false)',
  },
  {
    what: 'shifts by an amount that is not known are computed',
    file: 'domain/alu.ts',
    find: 'return isConst && ult(',
    put: 'return isConst || ult(',
  },
  {
    what: 'the carry of two unknown numbers is lost (tnum)',
    file: 'domain/tnum.ts',
    find: 'const mul = (sumLo ^ vl) | aml | bml',
    put: 'const mul = aml | bml',
  },
  {
    what: 'the borrow between the halves is lost (tnum)',
    file: 'domain/tnum.ts',
    find: 'const vh = (s[d]! - t[b]! - (al >>> 0 < bl >>> 0 ? 1 : 0)) | 0',
    put: 'const vh = (s[d]! - t[b]!) | 0',
  },
  {
    what: 'a bit that one side does not know is taken for known (tnum and)',
    file: 'domain/tnum.ts',
    find: '(t[b + 1]! | t[b + 3]!) & ~vl',
    put: 't[b + 1]! & ~vl',
  },
  {
    what: 'every tnum holds every other',
    file: 'domain/tnum.ts',
    find: '((t[b + 2]! & ~s[a + 2]!) | (t[b + 3]! & ~s[a + 3]!)) === 0 &&',
    put: '',
  },
  {
    what: 'sign extension of what may be negative or not keeps the sign (CVE-2021-31440 kin)',
    file: 'domain/coerce.ts',
    find: 'if (a >= 0 === b >= 0) {\n      const min = Math.min(a, b)\n      const max = Math.max(a, b)\n      const high',
    put: 'if (true) {\n      const min = Math.min(a, b)\n      const max = Math.max(a, b)\n      const high',
  },
  {
    what: 'bounds of the low half are taken for those of the whole (CVE-2020-8835)',
    file: 'domain/sync.ts',
    find: 'if (s32min >= 0 && !slt(sminH, sminL, -1, SIGN) && !slt(0, S32_MAX, smaxH, smaxL)) {',
    put: 'if (s32min >= 0) {',
  },
  {
    what: 'the low end of 64 bits teaches 32 bits although the high ones differ',
    file: 'domain/sync.ts',
    find: 'if (uminH === umaxH) {\n        if (u32min >>> 0 < uminL >>> 0) {',
    put: 'if (true) {\n        if (u32min >>> 0 < uminL >>> 0) {',
  },
  {
    what: 'signed bounds teach unsigned ones although they cross 0',
    file: 'domain/sync.ts',
    find: 'if (!ult(smaxH, smaxL, sminH, sminL)) {',
    put: 'if (true) {',
  },
  {
    what: 'a 32-bit operation does not clear the high half',
    file: 'domain/coerce.ts',
    find: '  tnumSubreg(s, r + VALUE_HI)\n  set64(s, r + UMIN_HI, 0, s[r + U32MIN]!)\n  set64(s, r + UMAX_HI, 0, s[r + U32MAX]!)',
    put: '  set64(s, r + UMAX_HI, 0, s[r + U32MAX]!)',
  },
  // ---- jumps ----
  {
    what: 'a < b makes a smaller by two (32 bits)',
    file: 'domain/branch.ts',
    find: 'lowerU32(a, r1 + U32MAX, (b[r2 + U32MAX]! - 1) | 0)',
    put: 'lowerU32(a, r1 + U32MAX, (b[r2 + U32MAX]! - 2) | 0)',
  },
  {
    what: 'a <= b is taken for a < b (signed)',
    file: 'domain/branch.ts',
    find: '        lowerS64(a, r1 + SMAX_HI, b[r2 + SMAX_HI]!, b[r2 + SMAX_LO]!)\n        raiseS64(b',
    put: '        lowerS64(a, r1 + SMAX_HI, b[r2 + SMAX_HI]!, (b[r2 + SMAX_LO]! - 1) | 0)\n        raiseS64(b',
  },
  {
    what: 'equal in 32 bits teaches 64 bits',
    file: 'domain/branch.ts',
    find: 'if (j32) equal32(a, r1, b, r2)',
    put: 'if (false) equal32(a, r1, b, r2)',
  },
  {
    what: 'not equal moves an end that is not it',
    file: 'domain/branch.ts',
    find: 'if (a[r1 + U32MIN] === lo) a[r1 + U32MIN]!++',
    put: 'a[r1 + U32MIN]!++',
  },
  {
    what: 'a bit test against several bits teaches all of them',
    file: 'domain/branch.ts',
    find: 'if (!oneBit) return',
    put: '',
  },
  // ---- links ----
  {
    what: 'a number that changed keeps its links',
    file: 'domain/linked.ts',
    find: '  clearScalarId(s, dst)\n  if ((op !== BPF_ADD',
    put: '  if ((op !== BPF_ADD',
  },
  {
    what: 'linked numbers get the bounds without the distance',
    file: 'domain/linked.ts',
    find: 'scalarAdd(s, r, delta, 0)',
    put: '',
  },
  // ---- memory ----
  {
    what: 'the last byte of memory is not looked at',
    file: 'check/region.ts',
    find: 'off + size <= memSize) return 0',
    put: 'off + size <= memSize + 1) return 0',
  },
  {
    what: 'a negative number may be added to a map value',
    file: 'check/region.ts',
    find: 'const smin = sminOf(s, r)\n  if (smin < 0 && (isS64Min',
    put: 'const smin = Math.max(0, sminOf(s, r))\n  if (smin < 0 && (isS64Min',
  },
  {
    what: 'the largest value of an index is not looked at',
    file: 'check/region.ts',
    find: 'err = checkWithin(env, regno, (umax + off) | 0, size, memSize, zeroSizeAllowed)',
    put: 'err = 0',
  },
  {
    what: 'a packet may be read before its start',
    file: 'check/packet.ts',
    find: 'if (sminOf(s, r) < 0) {',
    put: 'if (false) {',
  },
  {
    what: 'packet pointers live on after the packet changed',
    file: 'check/packet.ts',
    find: 'if (isPktPointerAny(type) || slice) markRegInvalid(env, s, r)',
    put: 'if (slice) markRegInvalid(env, s, r)',
  },
  {
    what: 'pointers that may be NULL may be moved (CVE-2022-23222)',
    file: 'transfer/alu-pointer.ts',
    find: 'if (mayBeNull(type)) {',
    put: 'if (false) {',
  },
  {
    what: '32-bit arithmetic on pointers goes through',
    file: 'transfer/alu-pointer.ts',
    find: '!== BPF_ALU64) {\n    if (op === BPF_SUB && env.perfmon) {',
    put: '!== BPF_ALU64) {\n    if (regno >= 0) {',
  },
  {
    what: 'only the pointer that was looked at is not NULL, its copies are not asked',
    file: 'transfer/jump.ts',
    find: 'markPtrOrNullRegs(env, other, oDst, op === BPF_JEQ)',
    put: 'markPtrOrNullRegs(env, other, oDst, op !== BPF_JEQ)',
  },
  {
    what: 'a part of a spilled pointer may be written over',
    file: 'check/stack.ts',
    find: 's[slot + TYPE] = NOT_INIT\n    if (isSlotSpecial(s, slot)) scrubSlot(s, slot)',
    put: '',
  },
  {
    what: 'what is stored is not the number that a narrow store keeps',
    file: 'check/stack.ts',
    find: 'if (!fits) clearScalarId(s, slot)',
    put: '',
  },
  // ---- references ----
  {
    what: 'nothing has to be given back',
    file: 'references.ts',
    find: 'if (owed.length > 0) {',
    put: 'if (owed.length > 9) {',
  },
  {
    what: 'copies of what was given back live on',
    file: 'references.ts',
    find: 'if (s[r + REF_OBJ_ID] === id) markRegInvalid(env, s, r)',
    put: 'if (s[r + REF_OBJ_ID] === -1) markRegInvalid(env, s, r)',
  },
  // ---- pruning ----
  {
    what: 'any number equals one that was relied upon',
    file: 'compare.ts',
    find: 'if (a[ra + PRECISE] === 0 && exact === NOT_EXACT && !idmap.allPrecise) return true',
    put: 'if (exact === NOT_EXACT) return true',
  },
  {
    what: 'more proven bytes of a packet equal fewer',
    file: 'compare.ts',
    find: '(old < 0 || cur < 0 ? old === cur : old <= cur)',
    put: '(old < 0 || cur < 0 ? old === cur : true)',
  },
  {
    what: 'links of numbers do not count',
    file: 'compare.ts',
    find: 'return checkScalarIds(oldId, curId, idmap) && valuesWithin(a, ra, b, rb)',
    put: 'return valuesWithin(a, ra, b, rb)',
  },
  {
    what: 'one id may stand for two',
    file: 'compare.ts',
    find: 'if (idmap.cur[i] === curId) return false',
    put: '',
  },
  {
    what: 'references of states do not count',
    file: 'compare.ts',
    find: 'if (!refsSafe(old, cur, idmap)) return false',
    put: '',
  },
  {
    what: 'a number of the stack that does not exist here equals any',
    file: 'compare.ts',
    find: '      if (!exists) return false\n      if (spilled && b',
    put: '      if (!exists) continue\n      if (spilled && b',
  },
  {
    what: 'precision is not followed into a spilled number',
    file: 'backtrack.ts',
    find: '  wantSlot(bt, histFrame(flags), histSlot(flags))\n  return true',
    put: '  return true',
  },
  {
    what: 'precision is not followed to the other operand (CVE-2023-2163 kin)',
    file: 'backtrack.ts',
    find: 'if (c.bpfSrc(opcode) === c.BPF_X && insns.src[i] !== 10) bt.regs[f]! |= src',
    put: '',
  },
  {
    what: 'precision of linked numbers is not followed (6.1 to 6.9)',
    file: 'backtrack.ts',
    find: '  if (!wanted) return\n',
    put: '  return\n',
  },
  {
    what: 'a branch that numbers decide marks nothing',
    file: 'transfer/jump.ts',
    find: 'if (s[dst + TYPE] === SCALAR_VALUE) err = markChainPrecision(env, dstRegno)',
    put: '',
  },
  {
    what: 'a state that ends a path passes no precision on',
    file: 'prune.ts',
    find: '  const err = propagatePrecision(env, st, env.cur)\n  if (err) return err\n',
    put: '',
  },
  {
    what: 'checkpoints of a loop are taken for complete',
    file: 'scc.ts',
    find: 'checkpoint.visit !== null && checkpoint.visit.backedges.length > 0',
    put: 'checkpoint.visit !== null && checkpoint.visit.backedges.length > 1e9',
  },
  {
    what: 'stack slots that are read later are taken for dead',
    file: 'liveness/stack.ts',
    find: '  makeStale(l, instance, frame, insn)\n  if ((',
    put: '  if ((',
  },
  {
    what: 'what a callee reads of the frames above is forgotten',
    file: 'liveness/stack.ts',
    find: '    addRead(l, outer, frame, callsite, sets[LIVE_BEFORE]!, sets[LIVE_BEFORE + 1]!)\n',
    put: '',
  },
]
