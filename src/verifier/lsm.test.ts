// Programs on security hooks. The kernel at hand loads none, so these answers are those of Linux's source (bpf_lsm_verify_prog(),
// bpf_lsm_get_retval_range(), btf_ctx_access()).
import { describe, expect, it } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble } from '../isa/index.ts'
import { verify } from './index.ts'

const kernel = await loadKernelBtf()

function check(attachTo: string, text: string, license = 'GPL'): string {
  const { program, diagnostics } = assemble(makeSource('t.s', `.type lsm\n${text}\n`), { progType: () => true })
  if (!program) throw new Error(JSON.stringify(diagnostics))
  const r = verify({ ...program, attachType: 27, attachTo, license }, { logLevel: 1, kernel })
  return r.verdict === 'accepted' ? 'accepted' : r.verdict === 'unsupported' ? `unsupported ${r.feature}` : r.message
}

describe('security hooks', () => {
  it('may refuse with an error, and with nothing else', () => {
    expect(check('bpf_lsm_file_open', 'r0 = 0\nexit')).toBe('accepted')
    expect(check('bpf_lsm_file_open', 'r0 = -1\nexit')).toBe('accepted')
    // What a compiler makes of `return -1` for an int.
    expect(check('bpf_lsm_file_open', 'w0 = -1\nexit')).toBe('accepted')
    expect(check('bpf_lsm_file_open', 'r0 = 1\nexit')).toBe(
      'At program exit the register R0 has smin=1 smax=1 should have been in [-4095, 0]',
    )
    expect(check('bpf_lsm_file_open', 'r0 = -4096\nexit')).toBe(
      'At program exit the register R0 has smin=-4096 smax=-4096 should have been in [-4095, 0]',
    )
    expect(check('bpf_lsm_inode_xattr_skipcap', 'r0 = 1\nexit')).toBe('accepted')
  })

  it('see what the hook before them answered, and may pass it on', () => {
    expect(check('bpf_lsm_file_open', 'r0 = *(u64 *)(r1 +8)\nexit')).toBe('accepted')
    expect(check('bpf_lsm_file_open', 'r0 = *(u64 *)(r1 +16)\nexit')).toMatch(/doesn't have 3-th argument|invalid bpf_context access/)
  })

  it('answer anything where the hook answers nothing', () => {
    expect(check('bpf_lsm_bprm_committed_creds', 'r0 = 7\nexit')).toBe('accepted')
  })

  it('are given pointers that helpers take', () => {
    expect(check('bpf_lsm_file_open', 'r1 = *(u64 *)(r1 +0)\nr0 = *(u64 *)(r1 +8)\nr0 = 0\nexit')).toBe('accepted')
  })

  it('want a licence, and a hook that programs may stand at', () => {
    expect(check('bpf_lsm_file_open', 'r0 = 0\nexit', 'MIT')).toBe('LSM programs must have a GPL compatible license')
    expect(check('vfs_read', 'r0 = 0\nexit')).toMatch(/points to wrong type name vfs_read/)
    expect(check('bpf_lsm_ismaclabel', 'r0 = 0\nexit')).toMatch(/points to disabled hook bpf_lsm_ismaclabel/)
  })
})
