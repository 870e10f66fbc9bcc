// Functions of the simulated kernel by name and by address, and whether programs can be put on them. Addresses are made up, the same on every run:
// 0x400 bytes a function from the start of the kernel's text.
import { syscalls } from '../../abi/index.ts'
import { KERNEL_FUNCTIONS } from './functions.table.ts'

interface KernelFunction {
  readonly name: string
  readonly params: readonly string[]
  readonly address: bigint
}

const TEXT = 0xffffffff81000000n
const ROOM = 0x400n

/** Functions that only appear in call stacks, the outermost ones of a task in the kernel among them. */
const OTHERS = [
  'entry_SYSCALL_64_after_hwframe',
  'do_syscall_64',
  'asm_sysvec_apic_timer_interrupt',
  'sysvec_apic_timer_interrupt',
  'arch_rethook_trampoline',
  'do_idle',
  'cpu_startup_entry',
  'ret_from_fork',
  'schedule',
  '__schedule',
]

const rows: readonly { readonly name: string; readonly params: readonly string[] }[] = [
  ...OTHERS.map((name) => ({ name, params: [] })),
  ...KERNEL_FUNCTIONS.trim()
    .split('\n')
    .map((line) => {
      const [name, ...params] = line.split(' ')
      return { name, params }
    }),
  ...syscalls.map(({ tracepoint }) => ({ name: `__x64_sys_${tracepoint}`, params: ['regs'] })),
]

const functions: readonly KernelFunction[] = rows.map((row, i) => ({ ...row, address: TEXT + BigInt(i) * ROOM }))
const byName = new Map(functions.map((f) => [f.name, f]))
const traced = functions.slice(OTHERS.length)

export const kernelFunction = (name: string): KernelFunction | undefined => byName.get(name)

const isTraced = (name: string): boolean => (byName.get(name)?.params.length ?? 0) > 0

export const functionAddress = (name: string): bigint => byName.get(name)?.address ?? 0n

/** Symbol and offset of an address in the kernel's text. */
export function symbolAt(address: bigint): { readonly name: string; readonly offset: number } | undefined {
  const index = Number((address - TEXT) / ROOM)
  const found = address >= TEXT ? functions[index] : undefined
  return found && { name: found.name, offset: Number(address - found.address) }
}

/** Names of the traced functions that a pattern ("tcp_*") or a name means. */
export function symbolsMatching(pattern: string): string[] {
  if (!pattern.includes('*') && !pattern.includes('?')) return isTraced(pattern) ? [pattern] : []
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const regex = new RegExp(`^${escaped}$`)
  return traced.filter((f) => regex.test(f.name)).map((f) => f.name)
}
