// Tables of Linux's facts against its own types: parameters of the functions that are gone through, hooks of security modules, records of tracepoints.
import { describe, expect, it } from 'vitest'
import { loadKernelBtf, syscallByName, tracepointRecord, tracepoints } from '../../abi/index.ts'
import { findMember, sizeOf } from '../../btf/index.ts'
import { KERNEL_FUNCTIONS } from './functions.table.ts'
import { LSM_HOOKS } from './hooks.ts'

const types = await loadKernelBtf()

function params(name: string): readonly string[] | undefined {
  const id = types.find(name, 'func')
  const func = id === undefined ? undefined : types.btf.types[id]
  const proto = func?.kind === 'func' ? types.btf.types[func.type] : undefined
  return proto?.kind === 'func_proto' ? proto.params.map((p) => p.name) : undefined
}

describe('functions of the kernel', () => {
  const rows = KERNEL_FUNCTIONS.trim()
    .split('\n')
    .map((line) => line.split(' '))
  const known = rows.filter(([name]) => params(name) !== undefined)

  it('have the parameters that the kernel gives them', () => {
    expect(known.length).toBeGreaterThan(50)
    expect(known.map(([name]) => `${name} ${params(name)!.length}`)).toEqual(known.map(([name, ...own]) => `${name} ${own.length}`))
  })

  it('call hooks that the kernel has', () => {
    for (const hook of LSM_HOOKS) expect(params(`bpf_lsm_${hook}`), hook).toBeDefined()
  })
})

/** Classes that events share. */
const CLASSES: Readonly<Record<string, string>> = {
  sched_wakeup: 'sched_wakeup_template',
  sched_wakeup_new: 'sched_wakeup_template',
  sched_waking: 'sched_wakeup_template',
  sched_process_free: 'sched_process_template',
  page_fault_user: 'exceptions',
  cgroup_attach_task: 'cgroup_migrate',
  cgroup_mkdir: 'cgroup',
}

describe('tracepoints', () => {
  it('have the fields of their records where the kernel has them', () => {
    let compared = 0
    for (const { name, fields } of tracepoints) {
      const event = name.slice(name.indexOf('/') + 1)
      const id = types.find(`trace_event_raw_${CLASSES[event] ?? event}`, 'struct')
      if (id === undefined) continue
      for (const f of fields) {
        const member = findMember(types.btf, id, f.kind === 'loc' ? `__data_loc_${f.name}` : f.name)
        expect(member && { at: member.offBits / 8, size: sizeOf(types.btf, member.type) }, `${name} ${f.name}`).toEqual({
          at: f.offset,
          size: f.sizeBytes,
        })
        compared++
      }
    }
    expect(compared).toBeGreaterThan(60)
  })

  it('put texts behind the record', () => {
    const row = tracepoints.find((t) => t.name === 'sched/sched_process_exec')!
    const record = tracepointRecord(row, 7, { filename: '/bin/ls', pid: 7, old_pid: 6 })
    const view = new DataView(record.buffer)
    expect([view.getInt32(4, true), view.getInt32(12, true), view.getInt32(16, true)]).toEqual([7, 7, 6])
    expect(view.getUint32(8, true)).toBe((8 << 16) | 20)
    expect(new TextDecoder().decode(record.subarray(20))).toBe('/bin/ls\0')
  })
})

describe('system calls', () => {
  it('have their numbers and arguments', () => {
    expect(syscallByName('openat')).toMatchObject({ nr: 257, tracepoint: 'openat' })
    expect(syscallByName('openat')?.args.map((a) => a.name)).toEqual(['dfd', 'filename', 'flags', 'mode'])
    expect(syscallByName('newfstat')?.nr).toBe(5)
    expect(syscallByName('clone3')?.nr).toBe(435)
  })
})
