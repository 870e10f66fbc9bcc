// Programs on security hooks. The kernel at hand loads none, so these answers are those of Linux's source (bpf_lsm_verify_prog(),
// bpf_lsm_get_retval_range(), btf_ctx_access()).
import { describe, expect, it } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble } from '../isa/index.ts'
import { verify } from './index.ts'

const kernel = await loadKernelBtf()

interface Load {
  readonly type?: string
  readonly license?: string
  readonly attachType?: number
  readonly flags?: number
}

const SLEEPABLE = 16
const LSM_CGROUP = 43

function check(attachTo: string, text: string, load: Load = {}): string {
  const { type = 'lsm', license = 'GPL', attachType = 27, flags = 0 } = load
  const { program, diagnostics } = assemble(makeSource('t.s', `.type ${type}\n${text}\n`), { progType: () => true })
  if (!program) throw new Error(JSON.stringify(diagnostics))
  const r = verify({ ...program, attachType, attachTo, license, flags }, { logLevel: 1, kernel })
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
    expect(check('bpf_lsm_file_open', 'r0 = 0\nexit', { license: 'MIT' })).toBe('LSM programs must have a GPL compatible license')
    expect(check('vfs_read', 'r0 = 0\nexit')).toMatch(/points to wrong type name vfs_read/)
    expect(check('bpf_lsm_ismaclabel', 'r0 = 0\nexit')).toMatch(/points to disabled hook bpf_lsm_ismaclabel/)
  })

  it('may sleep where Linux calls them from a task', () => {
    const flags = SLEEPABLE
    expect(check('bpf_lsm_file_open', 'r0 = 0\nexit', { flags })).toBe('accepted')
    expect(check('bpf_lsm_task_free', 'r0 = 0\nexit', { flags })).toBe('bpf_lsm_task_free is not sleepable')
    const path = 'r1 = *(u64 *)(r1 +0)\nr2 = r10\nr2 += -64\nr3 = 64\ncall 147\nr0 = 0\nexit'
    expect(check('bpf_lsm_task_free', path)).toMatch(/helper call is not allowed in probe/)
    expect(check('bpf_lsm_file_open', path)).not.toMatch(/probe|unsupported/)
  })

  it('of a cgroup answer yes or no, and yes where the hook answers nothing', () => {
    const attachType = LSM_CGROUP
    expect(check('bpf_lsm_socket_bind', 'r0 = 1\nexit', { attachType })).toBe('accepted')
    expect(check('bpf_lsm_socket_bind', 'r0 = -1\nexit', { attachType })).toBe(
      'At program exit the register R0 has smin=-1 smax=-1 should have been in [0, 1]',
    )
    expect(check('bpf_lsm_sk_clone_security', 'r0 = 1\nexit', { attachType })).toBe('accepted')
    expect(check('bpf_lsm_sk_clone_security', 'r0 = 0\nexit', { attachType })).toMatch(
      /should have been in \[1, 1\]|can't modify return value/,
    )
    expect(check('bpf_lsm_socket_bind', 'call 186\nr0 = 1\nexit', { attachType })).toBe('accepted')
    expect(check('bpf_lsm_socket_bind', 'call 186\nr0 = 0\nexit')).toBe('program of this type cannot use helper bpf_get_retval#186')
  })

  it('that answer nothing need no answer', () => {
    expect(check('bpf_lsm_bprm_committed_creds', 'exit')).toBe('accepted')
  })
})

describe('functions', () => {
  it('let programs sleep where Linux says so', () => {
    expect(check('bpf_fentry_test1', 'r0 = 0\nexit', { type: 'fmod_ret', attachType: 26, flags: SLEEPABLE })).toBe('accepted')
    expect(check('bpf_fentry_test1', 'r0 = 0\nexit', { type: 'tracing', attachType: 24, flags: SLEEPABLE })).toBe(
      'bpf_fentry_test1 is not sleepable',
    )
  })

  it('tell what they return where they return it', () => {
    const text = 'r2 = r10\nr2 += -8\n*(u64 *)(r10 -8) = 0\ncall 184\nr0 = 0\nexit'
    expect(check('bpf_fentry_test1', text, { type: 'fexit', attachType: 25 })).toBe('accepted')
    expect(check('bpf_fentry_test1', text, { type: 'tracing', attachType: 24 })).toBe(
      'program of this type cannot use helper bpf_get_func_ret#184',
    )
  })
})
