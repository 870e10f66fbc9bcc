// bpf_throw(): ends the whole program from wherever it stands, with the cookie as its result. A program with an exception callback of its own
// is not run; the verifier's default callback hands the cookie on.
// Linux: bpf_throw() in kernel/bpf/helpers.c, add_hidden_subprog().
import type { HelperBody } from '../helpers/body.ts'

export const throwException: HelperBody = (_k, m) => {
  m.lo[0] = m.lo[1]
  m.hi[0] = m.hi[1]
  m.status = 'exited'
  m.pc = -1
  return 'stopped'
}
