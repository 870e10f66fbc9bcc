import { describe, expect, it } from 'vitest'
import { kfuncAllowed, kfuncByName, kfuncs, progTypes } from './index.ts'

const mayCall = (name: string): string[] => {
  const row = kfuncByName(name)
  return row ? progTypes.map((t) => t.name).filter((type) => kfuncAllowed(row, type)) : []
}

describe('kfuncs', () => {
  it('has each once', () => {
    expect(new Set(kfuncs.map((k) => k.name)).size).toBe(kfuncs.length)
    expect(kfuncs.length).toBe(203)
  })

  it('reads flags', () => {
    expect([...(kfuncByName('bpf_task_acquire')?.flags ?? [])]).toEqual(['acquire', 'rcu', 'ret_null'])
    expect(kfuncByName('bpf_none')).toBeUndefined()
  })

  it('lets program types call what is registered for their hook', () => {
    expect(mayCall('bpf_rcu_read_lock').length).toBe(progTypes.length)
    expect(mayCall('bpf_ct_release')).toEqual(['sched_cls', 'xdp', 'xdp_devmap', 'xdp_cpumap'])
    expect(mayCall('bpf_cpumask_create')).toEqual([
      'tracepoint',
      'perf_event',
      'tp_btf',
      'tracing',
      'fexit',
      'fmod_ret',
      'iter',
      'struct_ops',
      'lsm',
      'syscall',
    ])
    expect(mayCall('bpf_put_file')).toEqual(['lsm'])
    expect(mayCall('bpf_modify_return_test')).toEqual([])
    expect(mayCall('bpf_sock_ops_enable_tx_tstamp')).toContain('connect4')
  })

  it('lets only kprobes of a session ask which end of the function this is', () => {
    const row = kfuncByName('bpf_session_is_return')
    expect([0, 42, 56, 57].map((attachType) => row && kfuncAllowed(row, 'kprobe', attachType))).toEqual([false, false, true, true])
  })
})
